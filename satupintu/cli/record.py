# SPDX-License-Identifier: Apache-2.0
"""`satupintu record …`: the record verified, sealed on demand, and handed out. Each gives (exit code, JSON object, text)."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from satupintu.cli import FINE, NOT_FINE, Usage

if TYPE_CHECKING:
    from satupintu.core.heads import Head

Result = tuple[int, dict[str, Any], str]


def run(args: argparse.Namespace) -> Result:
    """Carry out one command of this room; a refusal is answered in words."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")
    import django

    django.setup()
    from satupintu.core.refusal import Refusal
    from satupintu.ui.refusals import words_of

    try:
        return _COMMANDS[args.command](args)
    except Refusal as refusal:
        return NOT_FINE, {"ok": False, "message": refusal.code}, " ".join(words_of(refusal))


def _verify(args: argparse.Namespace) -> Result:
    from satupintu.door.read import snapshot, verify
    from satupintu.offices.queries import record_names

    kept = _kept(args.heads) if args.heads else {}
    with snapshot():
        found, names = verify(kept), record_names()
    flaws = [{"subject": f.subject, "number": f.number, "what": f.what} for f in found.flaws]
    answer = {
        "ok": found.ok,
        "events": found.events,
        "chains": found.chains,
        "looks": found.looks,
        "leaves": found.leaves,
        "signed": found.signed,
        "compared": sum(len(heads) for heads in kept.values()),
        "head": found.head,
        "flaws": flaws,
    }
    if found.ok:
        told = f"Utuh: {found.events} catatan dalam {found.chains} rantai, {found.looks} catatan pembacaan. {found.leaves} catatan masuk {found.signed} segel."
        compared = f"\nCocok dengan {answer['compared']} segel yang Anda simpan." if kept else ""
        return FINE, answer, told + compared
    words = [
        f"{_place(str(f['subject']), names)} {FLAWS[str(f['what'])] % {'n': f['number']}}" for f in flaws
    ]
    return NOT_FINE, answer, "\n".join(["Tidak utuh:", *words])


def _place(subject: str, names: Mapping[int, str]) -> str:
    kind, _, tree = subject.partition(":")
    return f"catatan umum {names.get(int(tree), tree)}:" if kind == "tree" else subject


def _kept(folder: Path) -> dict[int, list[Head]]:
    """The heads somebody kept: tree -> heads, by the key that signed them, else by what they say of themselves. Raises Usage."""
    from satupintu.core.heads import heads_of
    from satupintu.door.merkle import public_of
    from satupintu.offices.queries import record_names

    names = record_names()
    trees = {public_of(tree): tree for tree in names} | {name: tree for tree, name in names.items()}
    kept: dict[int, list[Head]] = {}
    try:
        for path in sorted(folder.rglob("*.json")):
            for head in heads_of(json.loads(path.read_text("utf-8"))):
                tree = trees.get(head.key, trees.get(head.origin.rpartition("/")[2]))
                if tree is None:
                    raise Usage(f"{path}: segel nomor {head.number} bukan dari kantor di sini.")
                kept.setdefault(tree, []).append(head)
    except (OSError, ValueError) as problem:
        raise Usage(f"--heads: segel di {folder} tidak terbaca ({problem}).") from None
    if not kept:
        raise Usage(
            f"--heads: tidak ada segel di {folder}. Simpan di sana berkas kepala.json dari laman kantor."
        )
    return kept


def _head(args: argparse.Namespace) -> Result:
    """Place what has no leaf, and sign, now."""
    from satupintu.core.refusal import Refusal
    from satupintu.door import merkle, recovery
    from satupintu.door.moment import now
    from satupintu.offices.jobs import seal_record
    from satupintu.offices.queries import record_names

    if recovery.standing() is not None:
        raise Refusal("door.restored", status=503)
    names, at = record_names(), now()
    expected = sum(1 for tree in names if merkle.size_of(tree)) or len(names)
    signed = seal_record.call()
    heads = {name: head.to_json() for tree, name in names.items() if (head := merkle.latest(tree))}
    answer = {"ok": signed >= expected, "at": at, "signed": signed, "heads": heads}
    lines = [
        f"{name}: segel {h['number']}, {h['size']} catatan, akar {h['root']}" for name, h in heads.items()
    ]
    if not answer["ok"]:
        lines.append("Ada catatan umum yang tidak dapat disegel. Periksa: satupintu record verify")
    return (
        (FINE if answer["ok"] else NOT_FINE),
        answer,
        "\n".join(lines or ["Belum ada catatan yang dapat disegel."]),
    )


def _export(args: argparse.Namespace) -> Result:
    from satupintu.door import export
    from satupintu.door.moment import now
    from satupintu.offices.queries import record_names

    into = args.folder.resolve()
    try:
        counts = export.write(into, record_names(), now())
    except OSError as problem:
        words = f"Folder {into} tidak dapat ditulis: {problem.strerror or problem}."
        return NOT_FINE, {"ok": False, "message": "disk"}, words
    lines = [f"{name}: {count} catatan" for name, count in counts.items()]
    lines += [f"Tersimpan di {into}. Siapa pun dapat memeriksanya dengan tools/verify_record.py."]
    return FINE, {"ok": True, "folder": str(into), "events": counts}, "\n".join(lines)


FLAWS = {
    "seal": "catatan %(n)d: isinya diubah",
    "previous": "catatan %(n)d: tidak menyambung dengan catatan sebelumnya",
    "missing": "catatan %(n)d: hilang",
    "root": "catatan %(n)d: ujung rantai tidak cocok dengan berkasnya",
    "orphan": "catatan %(n)d: berkasnya hilang",
    "leaf": "catatan %(n)d: bukan yang masuk catatan umum",
    "unplaced": "catatan %(n)d: disisipkan setelah catatan umum disegel",
    "gone": "catatan di urutan %(n)d dihapus",
    "position": "urutan %(n)d kosong",
    "branch": "sidik simpanan di urutan %(n)d diubah",
    "head-missing": "segel %(n)d hilang",
    "head-signature": "tanda tangan segel %(n)d salah",
    "head-key": "segel %(n)d dibuat dengan kunci lain",
    "head-missing-leaves": "segel %(n)d mencakup catatan yang sekarang tidak ada",
    "head-fork": "segel %(n)d tidak cocok dengan catatannya",
    "head-shrunk": "segel %(n)d mencakup lebih sedikit catatan daripada segel sebelumnya",
    "kept-signature": "tanda tangan segel simpanan %(n)d salah",
    "kept-key": "segel simpanan %(n)d dibuat dengan kunci lain",
    "kept-missing-leaves": "segel simpanan %(n)d mencakup catatan yang sekarang tidak ada; salinan lama dipulihkan atau ujungnya dipotong",
    "kept-fork": "segel simpanan %(n)d berisi catatan lain; riwayat diganti",
    "kept-shrunk": "segel simpanan %(n)d mencakup lebih sedikit catatan daripada segel sebelumnya",
}

_COMMANDS: Mapping[str, Callable[[argparse.Namespace], Result]] = {
    "record-verify": _verify,
    "record-head": _head,
    "record-export": _export,
}
