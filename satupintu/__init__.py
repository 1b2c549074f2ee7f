# SPDX-License-Identifier: Apache-2.0
"""Satu Pintu: one door to every licence of a one-stop service office."""

from datetime import date

RELEASED = date(2026, 11, 21)
"""When this version was made: a machine that says it is earlier has a wrong clock. Raised with the version."""
