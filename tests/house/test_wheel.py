# SPDX-License-Identifier: Apache-2.0
"""The wheel holds every file of the package and the services, and nothing else; built twice it is the same."""

from __future__ import annotations

import email
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from tests import wheel

DIST = re.compile(r"satupintu-[0-9.]+\.dist-info/(METADATA|WHEEL|RECORD|entry_points\.txt|licenses/LICENSE)")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel.build(tmp_path_factory.mktemp("wheel"))


def expected() -> set[str]:
    """What git knows below satupintu/ and services/, and a catalogue compiled beside each source of words."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "satupintu", "services"]
    told = subprocess.run(command, cwd=wheel.ROOT, capture_output=True, check=True, text=True).stdout
    names = {name for name in told.split("\0") if name and (wheel.ROOT / name).is_file()}
    names |= {name.removesuffix(".po") + ".mo" for name in names if name.endswith(".po")}
    return {re.sub(r"^services/", "satupintu/_services/", name) for name in names}


def test_the_wheel_holds_the_package_and_the_services_and_nothing_else(built: Path) -> None:
    with zipfile.ZipFile(built) as opened:
        inside = set(opened.namelist())
    description = {name for name in inside if DIST.fullmatch(name)}
    assert len(description) == 5
    assert inside - description == expected()


def test_what_a_running_office_needs_is_among_the_files() -> None:
    kinds = {Path(name).suffix for name in expected()}
    assert {".py", ".html", ".txt", ".css", ".js", ".svg", ".typ", ".toml", ".csv"} <= kinds


def test_the_wheel_names_the_direct_dependencies_with_their_versions(built: Path) -> None:
    with zipfile.ZipFile(built) as opened:
        name = next(name for name in opened.namelist() if name.endswith("METADATA"))
        said = email.message_from_bytes(opened.read(name))
    lines = (wheel.ROOT / "requirements" / "app.in").read_text("utf-8").splitlines()
    asked = {_bare(line) for line in lines if line and not line.startswith("#")}
    assert {_bare(line) for line in said.get_all("Requires-Dist", [])} == asked


def _bare(requirement: str) -> str:
    """Name and version without the signs and capitals that a builder may write otherwise."""
    return re.sub(r"\W", "", requirement).lower()


def test_built_twice_it_is_the_same_file(built: Path, tmp_path: Path) -> None:
    assert wheel.build(tmp_path).read_bytes() == built.read_bytes()
