# SPDX-License-Identifier: Apache-2.0
"""Products: number, print, signature, proof (G3)."""
