# SPDX-License-Identifier: Apache-2.0
"""Kept files: on disk before the row, read back as they were, encrypted where a person handed them in, swept."""

from __future__ import annotations

import os
import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from satupintu.door import files
from satupintu.door.models import StoredFile

WORDS = b"%PDF-1.7 Surat pernyataan Sari Contoh"
DAY = 24 * 3600


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: object) -> None:
    settings.FILES = tmp_path / "files"  # type: ignore[attr-defined]


def kept(data: bytes = WORDS, *, private: bool = True) -> StoredFile:
    row = files.keep(data, name="surat.pdf", mime="application/pdf", private=private)
    row.save()
    return row


def old(path: Path, days: float = 2) -> Path:
    then = time.time() - days * DAY
    os.utime(path, (then, then))
    return path


@pytest.mark.parametrize("private", [True, False])
def test_what_was_kept_is_read_back(db: None, private: bool) -> None:
    row = StoredFile.objects.get(pk=kept(private=private).pk)
    assert files.read(row) == WORDS
    assert (row.size, row.name, row.encrypted) == (len(WORDS), "surat.pdf", private)
    assert files.find(row.sha256) == row
    assert files.find("0" * 64) is None


def test_the_bytes_are_there_before_the_row(db: None) -> None:
    row = files.keep(WORDS, name="surat.pdf", mime="application/pdf", private=True)
    assert row.pk is None
    assert files.path_of(row).exists()
    assert files.read(row) == WORDS


def test_what_a_person_handed_in_rests_unreadable(db: None) -> None:
    secret, public = files.path_of(kept()), files.path_of(kept(private=False))
    assert WORDS[9:] not in secret.read_bytes()
    assert public.read_bytes() == WORDS
    again = files.path_of(kept())
    assert again.read_bytes() != secret.read_bytes()  # the same file twice does not show that it is the same


def test_a_file_name_says_nothing_of_the_person(db: None) -> None:
    row = kept()
    path = files.path_of(row)
    assert (path.name, path.parent.name) == (str(row.key), row.key.hex[:2])
    assert not path.with_suffix(".part").exists()


@pytest.mark.parametrize("private", [True, False])
def test_a_file_changed_on_disk_is_not_given_out(db: None, private: bool) -> None:
    row = kept(private=private)
    path = files.path_of(row)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ValueError, match=str(row.key)):
        files.read(row)


@pytest.mark.parametrize("private", [True, False])
def test_a_file_put_in_the_place_of_another_is_not_given_out(db: None, private: bool) -> None:
    mine, other = kept(private=private), kept(b"%PDF-1.7 lain", private=private)
    files.path_of(mine).write_bytes(files.path_of(other).read_bytes())
    with pytest.raises(ValueError, match=str(mine.key)):
        files.read(mine)


def test_a_truncated_file_is_not_given_out(db: None) -> None:
    row = kept()
    files.path_of(row).write_bytes(b"abc")
    with pytest.raises(ValueError, match=str(row.key)):
        files.read(row)


def test_the_sweeper_takes_what_no_row_names_and_nothing_else(db: None) -> None:
    named = old(files.path_of(kept()))
    orphan = old(files.path_of(files.keep(WORDS, name="a", mime="text/plain", private=False)))
    young = files.path_of(files.keep(WORDS, name="b", mime="text/plain", private=False))
    cut_off = old(_write(named.parent / f"{uuid.uuid4()}.part"))
    foreign = old(_write(named.parent / "catatan.txt"))
    assert files.sweep() == 2
    assert [path.exists() for path in (named, orphan, young, cut_off, foreign)] == [
        True,
        False,
        True,
        False,
        True,
    ]
    assert files.sweep(timedelta(days=-1)) == 1
    assert not young.exists()
    assert files.read(StoredFile.objects.get(key=named.name)) == WORDS


def test_sweeping_an_office_without_files_is_no_mistake(db: None) -> None:
    assert not Path(settings.FILES).exists()
    assert files.sweep() == 0


def _write(path: Path) -> Path:
    path.write_bytes(b"half")
    return path
