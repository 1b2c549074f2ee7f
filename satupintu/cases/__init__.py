# SPDX-License-Identifier: Apache-2.0
"""Berkas kerja: one run of an SOP: step, waits, clock, claim (S2 S4 S5 G10)."""
