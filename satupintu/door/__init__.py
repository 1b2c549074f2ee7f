# SPDX-License-Identifier: Apache-2.0
"""The write door: one transaction, authorised, on record, with its jobs in the same commit (design §2)."""
