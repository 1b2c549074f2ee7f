# SPDX-License-Identifier: Apache-2.0
"""docs/coverage.md tells the truth: every place it names can be imported, every test it names is there."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "coverage.md").read_text("utf-8")
PLACES = sorted(set(re.findall(r"`(satupintu(?:\.\w+)+):(\w+(?:\.\w+)?)`", TABLE)))
TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE)))
# Every function of the five source documents has an id; none may be dropped.
IDS = (
    [f"A{n}" for n in range(1, 7)]
    + [f"B{n}" for n in range(1, 15)]
    + [f"U{n}" for n in range(1, 13)]
    + [f"C{n}" for n in range(1, 12)]
    + [f"S{n}" for n in range(1, 10)]
    + [f"G{n}" for n in range(1, 11)]
)


def rows() -> dict[str, str]:
    return dict(re.findall(r"^\| ([ABUCSG]\d+) \| (.+) \|$", TABLE, re.MULTILINE))


def test_every_function_has_its_row() -> None:
    assert sorted(rows()) == sorted(IDS)


@pytest.mark.parametrize(("module", "name"), PLACES)
def test_every_place_is_there(module: str, name: str) -> None:
    found = import_module(module)
    for part in name.split("."):
        found = getattr(found, part)


@pytest.mark.parametrize(("path", "name"), TESTS)
def test_every_test_is_there(path: str, name: str) -> None:
    assert re.search(rf"^def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE)


def test_what_works_names_a_place_and_a_test() -> None:
    for number, row in rows().items():
        if "part " not in row:
            assert "`satupintu." in row, number
            assert "`tests/" in row, number
