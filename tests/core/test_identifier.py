# SPDX-License-Identifier: Apache-2.0
"""Who somebody says he is, in whatever spelling."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satupintu.core.identifier import LONGEST, Identifier, identify, new_user_name


@pytest.mark.parametrize(
    "typed",
    ["081234567890", "0812 3456 7890", "0812-3456-7890", "+62 812 3456 7890", "62812 3456 7890", "81234567890",
     "+62 (0)812-3456-7890", "0062 812 3456 7890", "\uff080812\uff0934567890", " 0812.3456.7890 "],
)  # fmt: skip
def test_a_telephone_in_every_usual_spelling_is_one(typed: str) -> None:
    assert identify(typed) == Identifier("phone", "+6281234567890")


@pytest.mark.parametrize(
    "typed", ["Siti@Contoh.example", " siti@contoh.example ", "\uff33\uff29\uff34\uff29@contoh.example"]
)
def test_an_address_in_small_letters(typed: str) -> None:
    assert identify(typed) == Identifier("email", "siti@contoh.example")


@pytest.mark.parametrize(
    "typed", ["sitiaminah4821", "SitiAminah4821", " siti aminah 4821", "siti.aminah.4821"]
)
def test_a_user_name_as_it_is_read_aloud(typed: str) -> None:
    assert identify(typed) == Identifier("username", "sitiaminah4821")


@given(st.text(max_size=400))
def test_anything_at_all_is_something(typed: str) -> None:
    found = identify(typed)
    assert found.kind in ("email", "username", "phone")
    assert len(found.value) <= 2 * LONGEST


@given(st.text(max_size=120))
def test_a_user_name_says_only_itself(name: str) -> None:
    made = new_user_name(name)
    assert re.fullmatch(r"[a-z]{1,12}[0-9]{4}", made)
    assert identify(made) == Identifier("username", made)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Siti Aminah", "sitiaminah"),
        ("Ñusantara Adhi-Wijaya", "nusantaraadh"),
        ("李小龙", "warga"),
        ("R. A. Kartini", "rakartini"),
    ],
)
def test_a_user_name_comes_from_the_name(name: str, letters: str) -> None:
    assert new_user_name(name)[:-4] == letters
