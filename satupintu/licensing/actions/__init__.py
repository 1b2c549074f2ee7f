# SPDX-License-Identifier: Apache-2.0
"""The writers of this room."""
