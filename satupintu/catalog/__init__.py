# SPDX-License-Identifier: Apache-2.0
"""Published services and SOPs, and who has authority over which KBLI (S1 S6 G1)."""
