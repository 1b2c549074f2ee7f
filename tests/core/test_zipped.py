# SPDX-License-Identifier: Apache-2.0
"""A folder handed in as a ZIP by a stranger: honest ones are read whole, traps are named and never sprung."""

from __future__ import annotations

import io
import stat
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satupintu.core import package
from satupintu.core.package import Unsound, load_folder
from satupintu.core.zipped import MOST_ZIP_BYTES, make_zip, read_zip

SERVICE = Path(__file__).parents[2] / "services/mempawah/sertifikat-standar"


def archive(*entries: tuple[str | zipfile.ZipInfo, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as made:
        for name, data in entries:
            made.writestr(name, data)
    return out.getvalue()


def link(name: str, to: str) -> tuple[zipfile.ZipInfo, bytes]:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry, to.encode()


def locked() -> bytes:
    """As if the first entry had a password: the bit says so in both heads."""
    data = bytearray(archive(("sop.toml", b"x")))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def overlapping() -> bytes:
    """Two names for one run of bytes, the trick of the flat bombs."""
    data = bytearray(archive(("sop.toml", b"x" * 40), ("form.toml", b"x" * 40), how=zipfile.ZIP_STORED))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    return bytes(data)


def liar() -> bytes:
    """A head that promises ten bytes where there are many."""
    data = bytearray(archive(("sop.toml", b"\0" * 300_000)))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(mark) + place
        data[at : at + 4] = struct.pack("<I", 10)
    return bytes(data)


def device(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFCHR | 0o666) << 16
    return entry


def twice() -> bytes:
    data = archive(("form.toml", b"1"), ("sorm.toml", b"2"))
    return data.replace(b"sorm.toml", b"form.toml")


# Honest ----------------------------------------------------------------------------------------------------------


def test_a_folder_goes_out_and_comes_back_byte_by_byte() -> None:
    files = load_folder(SERVICE)
    found = read_zip(make_zip("sertifikat-standar", files))
    assert (found.name, found.files, found.problems) == ("sertifikat-standar", files, ())
    assert make_zip("a", files) == make_zip("a", dict(reversed(files.items())))


def test_files_at_the_top_and_what_desktops_add_are_fine() -> None:
    data = archive(
        ("sop.toml", b"a"), ("__MACOSX/._sop.toml", b"x"), (".DS_Store", b"x"), ("permit.typ", b"b")
    )
    found = read_zip(data)
    assert (found.name, found.files, found.problems) == ("", {"sop.toml": b"a", "permit.typ": b"b"}, ())
    inside = read_zip(archive(("genset/sop.toml", b"a"), ("genset/", b""), ("__MACOSX/genset/._x", b"x")))
    assert (inside.name, inside.files, inside.problems) == ("genset", {"sop.toml": b"a"}, ())


# Traps -----------------------------------------------------------------------------------------------------------

LEFT_OUT: dict[str, Callable[[], bytes]] = {
    "link": lambda: archive(link("sop.toml", "/etc/passwd")),
    "device": lambda: archive((device("sop.toml"), b"")),
    "up": lambda: archive(("../sop.toml", b"x")),
    "up inside": lambda: archive(("a/../../sop.toml", b"x")),
    "absolute": lambda: archive(("/etc/sop.toml", b"x"), ("sop.typ", b"x")),
    "windows": lambda: archive(("C:\\sop.toml", b"x")),
    "in a sub-folder": lambda: archive(("a/b/sop.toml", b"x"), ("a/c.typ", b"x")),
    "two folders": lambda: archive(("a/sop.toml", b"x"), ("b/sop.toml", b"x")),
    "foreign": lambda: archive(("virus.exe", b"x")),
    "archive in archive": lambda: archive(("sop.zip", archive(("sop.toml", b"x")))),
    "not utf-8": lambda: archive(("sop.toml", b"x")).replace(b"sop.toml", b"sop\xff\xfe\x80ml"),
    "upper case": lambda: archive(("SOP.TOML", b"x")),
    "locked": locked,
    "too big": lambda: archive(("sop.toml", b"\0" * (package.MOST_FILE_BYTES + 1))),
    "broken": lambda: archive(("sop.toml", b"x" * 99), how=zipfile.ZIP_STORED).replace(
        b"x" * 50, b"y" * 50, 1
    ),
    "liar": liar,
    "overlapping": overlapping,
    "twice": twice,
}


@pytest.mark.parametrize("trap", LEFT_OUT)
def test_a_bad_entry_is_left_out_and_named(trap: str) -> None:
    found = read_zip(LEFT_OUT[trap]())
    assert found.problems
    assert all(p.file and p.message.endswith(".") for p in found.problems)
    assert "sop.toml" not in found.files or trap == "overlapping"
    assert all(package.known_name(name) for name in found.files)


def test_a_bomb_is_not_unpacked() -> None:
    """42.zip-like: sixty files of a megabyte each, small outside."""
    data = archive(*((f"a{n}.typ", b"\0" * 1_000_000) for n in range(60)))
    assert len(data) < MOST_ZIP_BYTES
    began = time.process_time()
    found = read_zip(data)
    assert time.process_time() - began < 2
    assert (found.files, len(found.problems)) == ({}, 60)


def test_the_whole_is_limited_too() -> None:
    found = read_zip(archive(*((f"a{n}.typ", b"\0" * package.MOST_FILE_BYTES) for n in range(12))))
    assert sum(map(len, found.files.values())) <= package.MOST_FOLDER_BYTES
    assert len(found.problems) == 4


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04", b"%PDF-1.7", archive(("sop.toml", b"x"))[:-9], b"\0" * (MOST_ZIP_BYTES + 1),
     archive(*((f"a{n}.typ", b"") for n in range(400)))],
    ids=["empty", "head only", "pdf", "cut off", "too big", "too many"],
)  # fmt: skip
def test_what_is_no_zip_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(Unsound) as no:
        read_zip(data)
    assert [problem.file for problem in no.value.problems] == ["ZIP"]


@given(st.binary(max_size=60), st.integers(0, 10**6))
def test_whatever_a_stranger_sends_nothing_breaks(noise: bytes, where: int) -> None:
    data = make_zip("x", {"sop.toml": b"a" * 300, "form.toml": b"b"})
    spot = where % len(data)
    try:
        found = read_zip(data[:spot] + noise + data[spot + len(noise) :])
    except Unsound:
        return
    assert all(package.known_name(name) and len(content) <= 400 for name, content in found.files.items())
