# SPDX-License-Identifier: Apache-2.0
"""A service folder as one ZIP: read from memory with suspicion, never unpacked on a disk; and made again.

Abuse case 14 of a stranger's archive: bombs, entries that overlap, links, names that lead out, archives in archives.
What a folder may hold and how much of it is said in `core.package`; sizes are counted while unpacking, never believed.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from satupintu.core.package import (
    MOST_FILE_BYTES,
    MOST_FILES,
    MOST_FOLDER_BYTES,
    Problem,
    Unsound,
    known_name,
)

MOST_ZIP_BYTES = MOST_FOLDER_BYTES + 256 * 1024
_MOST_ENTRIES = 4 * MOST_FILES
_SILENT = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")  # what desktops add by themselves
# What zipfile raises for a damaged file; NotImplementedError: packed in a way it cannot undo, RuntimeError: locked.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Zipped:
    """What a ZIP holds. name: of its one folder, "" where the files lie at the top; problems: what was left out."""

    name: str
    files: dict[str, bytes]
    problems: tuple[Problem, ...]


def read_zip(data: bytes) -> Zipped:
    """The files of a service folder in a ZIP; at the top, or in one folder.

    A single bad entry is left out and named in `problems`. Raises Unsound where the whole cannot be read.
    """
    if len(data) > MOST_ZIP_BYTES:
        raise _unreadable(f"ZIP ini lebih dari {MOST_ZIP_BYTES // 1024} KiB. Sisakan hanya berkas layanan.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [e for e in archive.infolist() if not _is_silent(e.filename) and not e.is_dir()]
            if len(entries) > _MOST_ENTRIES:
                raise _unreadable(f"Ada {len(entries)} berkas di ZIP ini, batasnya {MOST_FILES}.")
            return _read(archive, entries)
    except _BROKEN:
        raise _unreadable("Berkas ini bukan ZIP, atau rusak. Buat lagi ZIP dari folder layanannya.") from None


def make_zip(name: str, files: Mapping[str, bytes]) -> bytes:
    """A folder as a ZIP, to be edited and handed in again; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in sorted(files):
            entry = zipfile.ZipInfo(f"{name}/{each}", (2000, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, files[each])
    return out.getvalue()


def _unreadable(message: str) -> Unsound:
    return Unsound([Problem("ZIP", "berkas", message)])


def _is_silent(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rsplit("/", 1)[-1] in _SILENT


def _read(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Zipped:
    folder = _common_folder(entries)
    files: dict[str, bytes] = {}
    problems: list[Problem] = []
    room = MOST_FOLDER_BYTES
    for entry in entries:
        name = entry.filename[len(folder) + 1 :] if folder else entry.filename
        content = _trouble(entry, name, files) or _content(archive, entry)
        if isinstance(content, bytes) and len(content) > room:
            content = f"Isi ZIP lebih dari {MOST_FOLDER_BYTES // 1024} KiB. Ringkas berkas-berkasnya."
        if isinstance(content, str):
            problems.append(Problem(_shown(name), "berkas", content))
        else:
            files[name] = content
            room -= len(content)
    return Zipped(folder, files, tuple(problems[:MOST_FILES]))


def _common_folder(entries: list[zipfile.ZipInfo]) -> str:
    """The one folder in which every file lies; "" where they lie at the top or in several."""
    first, slash, _ = entries[0].filename.partition("/") if entries else ("", "", "")
    inside = all(entry.filename.startswith(f"{first}/") for entry in entries)
    return first if slash and inside and first not in ("", ".", "..") else ""


def _trouble(entry: zipfile.ZipInfo, name: str, files: Mapping[str, bytes]) -> str:
    """Why an entry is not even opened; "" where it may be."""
    mode = entry.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "Ini tautan atau bukan berkas biasa. Ganti dengan berkas biasa."
    if entry.flag_bits & 0x1:
        return "Berkas ini dikunci kata sandi. Buat ZIP tanpa kata sandi."
    if not known_name(name):
        return "Berkas ini bukan bagian layanan, atau ada di folder lain. Hapus dari ZIP."
    if name in files:
        return "Nama ini ada dua kali. Sisakan satu."
    return ""


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes | str:
    """The bytes of one entry; never more than a file may have, whatever its head says."""
    try:
        with archive.open(entry) as stream:
            content = stream.read(MOST_FILE_BYTES + 1)
    except _BROKEN:
        return "Berkas ini rusak di dalam ZIP. Buat lagi ZIP-nya."
    if len(content) > MOST_FILE_BYTES:
        return f"Berkas ini lebih dari {MOST_FILE_BYTES // 1024} KiB. Ringkas isinya."
    return content


def _shown(name: str) -> str:
    """A name as it may be shown: printable, and not without end."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)[:120] or "?"
