# SPDX-License-Identifier: Apache-2.0
"""Officers: the worklist and the file page."""
