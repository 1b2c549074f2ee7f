# SPDX-License-Identifier: Apache-2.0
"""Satu Pintu: one door to every licence of a one-stop service office."""
