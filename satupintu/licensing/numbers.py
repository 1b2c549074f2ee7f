# SPDX-License-Identifier: Apache-2.0
"""Numbers of products. None of them is a secret: whoever knows one learns only what stands on the wall (domain §2).

NIB: 13 figures, in training "00" and eleven by chance, so that nobody counts or guesses the next. SS and Izin: the NIB
and the running number of the product in its business, four figures. Source: domain §2; design §4.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

TRAINING = "00"
_BY_CHANCE = 11
MOST_PRODUCTS = 9999


def new_nib(taken: Callable[[str], bool], *, training: bool = True) -> str:
    """A NIB that nobody has. taken: whether a number was given before; then another is drawn. training: it begins with 00."""
    while True:
        head = TRAINING if training else f"{secrets.randbelow(90) + 10}"
        number = head + f"{secrets.randbelow(10**_BY_CHANCE):0{_BY_CHANCE}d}"
        if not taken(number):
            return number


def product_number(nib: str, n: int) -> str:
    """The number of the nth SS or Izin of a business. n: from 1. Raises ValueError beyond four figures."""
    if not 1 <= n <= MOST_PRODUCTS:
        raise ValueError("a business has at most 9,999 products")
    return f"{nib}{n:04d}"
