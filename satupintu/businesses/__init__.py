# SPDX-License-Identifier: Apache-2.0
"""Pelaku usaha: a person or a badan usaha with its people; and their business: one NIB, its activities (A1 A3 B2 B3 B5)."""
