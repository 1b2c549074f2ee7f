# SPDX-License-Identifier: Apache-2.0
"""What a person types to say who he is: a user name, an e-mail address or a telephone number.

The three can never be mistaken for each other: an address has an @, a user name begins with a letter, the rest are
figures. So one box is enough, and a wrong spelling of one is never a right one of another.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Literal

from satupintu.core.numbers import phone

LETTERS, FIGURES = 12, 4
LONGEST = 254  # an e-mail address, RFC 5321


@dataclass(frozen=True, slots=True)
class Identifier:
    """kind: what it can only be. value: in the one spelling under which it is kept and counted."""

    kind: Literal["email", "phone", "username"]
    value: str


def identify(typed: str) -> Identifier:
    """Read what was typed; never fails, for what nobody has is simply not found.

    Telephone numbers in every usual spelling (0812…, 62812…, +62 (0)812-…) are one value; letters are small.
    """
    bare = unicodedata.normalize("NFKC", typed).strip().casefold()[:LONGEST]
    if "@" in bare:
        return Identifier("email", bare)
    if bare[:1].isalpha():
        return Identifier("username", re.sub(r"[\s.]", "", bare))
    checked = phone(bare)
    return Identifier("phone", checked.normalised if checked.valid else re.sub(r"[^0-9+]", "", bare))


def new_user_name(name: str) -> str:
    """A user name for this person: letters of his name and four random figures, "sitiaminah4821".

    Figures always, not only for the second Siti: a name without them would tell that nobody else bears it, and could
    be mistaken for an office ("admin", "kadis"). Raises nothing; whether it is free, only the data base knows.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    letters = re.sub(r"[^a-z]", "", plain)[:LETTERS] or "warga"
    return f"{letters}{secrets.randbelow(10**FIGURES):0{FIGURES}d}"
