# SPDX-License-Identifier: Apache-2.0
"""Pelaku usaha: who does business here, a person or a badan usaha with its people (A1 A3). Businesses come later."""
