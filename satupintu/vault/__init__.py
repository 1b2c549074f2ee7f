# SPDX-License-Identifier: Apache-2.0
"""The vault: backups of everything, their rehearsal, and what has to happen after a restore."""
