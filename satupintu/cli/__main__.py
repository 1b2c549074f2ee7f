# SPDX-License-Identifier: Apache-2.0
"""python -m satupintu.cli"""

import sys

from satupintu.cli import main

sys.exit(main())
