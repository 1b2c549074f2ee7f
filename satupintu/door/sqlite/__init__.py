# SPDX-License-Identifier: Apache-2.0
"""SQLite for an office in which several people write at once."""
