# SPDX-License-Identifier: Apache-2.0
"""Hak akses: persons, accounts and what they may do (A)."""
