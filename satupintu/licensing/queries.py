# SPDX-License-Identifier: Apache-2.0
"""Reading perizinan berusaha: the products of a business, and what is still to be met for them."""

from __future__ import annotations
