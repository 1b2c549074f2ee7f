# SPDX-License-Identifier: Apache-2.0
"""Check the public record of a Satu Pintu office without trusting it: no line of its program is used here.

    verify_record.py export DIR [--keys DIR] [--heads DIR]   an export: chains, leaves, roots, signatures; kept heads
    verify_record.py heads DIR [--keys DIR]                  heads that were kept over time, against each other
    verify_record.py inclusion FILE [--key PEM] [--pdf PDF]  a proof that a leaf (an issued permit) is in the tree
    verify_record.py consistency FILE [--key PEM]            a proof that a later tree begins with an earlier one

Needs Python 3.11 and `cryptography`. A key from the export proves only that the export fits itself: keep `kunci.pem` and
the heads of each day elsewhere, and hand them over with --key, --keys and --heads. Exit 0: nothing found; 1: something
is wrong, one line each; 2: cannot be read. Rules: RFC 9162 §2.1 (tree), C2SP tlog-checkpoint (what a head signs).
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

GENESIS = "0" * 64
Head = dict[str, Any]


# Hashes ------------------------------------------------------------------------------------------------------------


def canonical(data: Any) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def seal_of(previous: str, line: Any) -> str:
    """The seal of an event covers the seal before it and everything the event says."""
    return hashlib.sha256(previous.encode() + canonical(line)).hexdigest()


def leaf_of(seal: str) -> bytes:
    return hashlib.sha256(b"\x00" + seal.encode()).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """Leaves come one by one; `root` gives the root over those that came (a stack of complete subtrees)."""

    def __init__(self) -> None:
        self.size, self._stack = 0, list[bytes]()

    def add(self, leaf: bytes) -> None:
        self._stack.append(leaf)
        self.size += 1
        whole = self.size
        while whole % 2 == 0:
            right = self._stack.pop()
            self._stack[-1] = node(self._stack[-1], right)
            whole //= 2

    def root(self) -> str:
        if not self._stack:
            return hashlib.sha256(b"").hexdigest()
        found = self._stack[-1]
        for left in reversed(self._stack[:-1]):
            found = node(left, found)
        return found.hex()


def included(leaf: bytes, position: int, size: int, path: list[bytes]) -> str:
    """The root a path leads to; "" where it cannot be a path (RFC 9162 §2.1.3.2)."""
    at, last, found = position, size - 1, leaf
    if not 0 <= position < size:
        return ""
    for piece in path:
        if last == 0:
            return ""
        if at % 2 or at == last:
            found = node(piece, found)
            while at and at % 2 == 0:
                at, last = at // 2, last // 2
        else:
            found = node(found, piece)
        at, last = at // 2, last // 2
    return found.hex() if last == 0 else ""


def consistent(old: int, size: int, old_root: bytes, path: list[bytes]) -> tuple[str, str]:
    """The roots of the earlier and the later tree that a path leads to (RFC 9162 §2.1.4.2)."""
    if old == size:
        return ("", "") if path else (old_root.hex(), old_root.hex())
    pieces = [old_root, *path] if old & (old - 1) == 0 else path
    at, last = old - 1, size - 1
    if not 0 < old < size or not path:
        return "", ""
    while at % 2:
        at, last = at // 2, last // 2
    before = after = pieces[0]
    for piece in pieces[1:]:
        if last == 0:
            return "", ""
        if at % 2 or at == last:
            before, after = node(piece, before), node(piece, after)
            while at and at % 2 == 0:
                at, last = at // 2, last // 2
        else:
            after = node(after, piece)
        at, last = at // 2, last // 2
    return (before.hex(), after.hex()) if last == 0 else ("", "")


# Heads -------------------------------------------------------------------------------------------------------------


def text_of(head: Head) -> bytes:
    root = base64.b64encode(bytes.fromhex(head["root"])).decode()
    return f"{head['origin']}\n{head['size']}\n{root}\nnumber {head['number']}\ntime {head['at']}\n".encode()


def key_of(path: Path) -> str:
    key = load_pem_public_key(path.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"{path}: bukan kunci Ed25519")
    return key.public_bytes_raw().hex()


def keys_in(folder: Path) -> dict[str, str]:
    """Public key -> file, of all *.pem in a folder."""
    return {key_of(path): str(path) for path in sorted(folder.rglob("*.pem"))}


def heads_in(folder: Path) -> list[Head]:
    """All heads of all *.json files in a folder: a single head, or an object with a list of `heads`."""
    found = []
    for path in sorted(folder.rglob("*.json")):
        content = json.loads(path.read_text("utf-8"))
        several = content.get("heads", [content]) if isinstance(content, dict) else content
        found += [head for head in several if isinstance(head, dict) and "signature" in head]
    return found


def faults_of_head(head: Head, keys: Iterable[str]) -> Iterator[str]:
    name = f"segel {head['number']} dari {head['origin']}"
    if head["key"] not in keys:
        yield f"{name}: ditandatangani dengan kunci lain"
        return
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(head["key"]))
        public.verify(base64.b64decode(head["signature"], validate=True), text_of(head))
    except (InvalidSignature, ValueError):
        yield f"{name}: tanda tangannya salah"


def faults_between(heads: Iterable[Head]) -> Iterator[str]:
    """What heads of one tree, kept over time, tell about each other."""
    roots: dict[tuple[str, int], str] = {}
    told: dict[tuple[str, int], bytes] = {}
    largest: dict[str, Head] = {}
    for head in sorted(heads, key=lambda one: (one["number"], one["size"])):
        name = f"segel {head['number']} dari {head['origin']}"
        if roots.setdefault((head["key"], head["size"]), head["root"]) != head["root"]:
            yield f"{name}: cabang; isi {head['size']} catatan pernah disegel dengan akar lain"
        elif told.setdefault((head["key"], head["number"]), text_of(head)) != text_of(head):
            yield f"{name}: cabang; nomor segel ini dipakai dua kali"
        before = largest.get(head["key"])
        if before is not None and head["size"] < before["size"]:
            yield f"{name}: pohon menyusut dari {before['size']} menjadi {head['size']} catatan"
        else:
            largest[head["key"]] = head


# An export ---------------------------------------------------------------------------------------------------------


class Export:
    """One record of an export, walked once. ends: subject -> (number, seal) as the events say."""

    def __init__(self, folder: Path, ends: dict[str, list[Any]]) -> None:
        self.folder, self.ends, self.faults = folder, ends, list[str]()
        self.tree, self.roots = Tree(), dict[int, str]()

    def walk(self, sizes: set[int]) -> None:
        with (self.folder / "catatan.jsonl").open(encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                self._chain(row)
                if row["position"] is not None:
                    self._leaf(row)
                    if self.tree.size in sizes:
                        self.roots[self.tree.size] = self.tree.root()

    def _chain(self, row: dict[str, Any]) -> None:
        line = row["line"]
        number, seal = self.ends.get(line["subject"], [0, GENESIS])
        name = f"{line['subject']} catatan {line['number']}"
        if line["number"] != number + 1 or row["previous"] != seal:
            self.faults.append(f"{name}: tidak menyambung dengan catatan sebelumnya")
        elif row["seal"] != seal_of(row["previous"], line):
            self.faults.append(f"{name}: isinya diubah")
        self.ends[line["subject"]] = [line["number"], row["seal"]]

    def _leaf(self, row: dict[str, Any]) -> None:
        if row["position"] != self.tree.size:
            self.faults.append(f"daun {self.tree.size}: hilang")
            self.tree.size = row["position"]
        leaf = leaf_of(row["seal"])
        if leaf.hex() != row["leaf"]:
            self.faults.append(f"daun {row['position']}: bukan dari catatannya")
        self.tree.add(leaf)

    def hold(self, heads: Iterable[Head], where: str) -> None:
        """Hold signed heads against the leaves."""
        for head in heads:
            name = f"segel {head['number']} ({where})"
            if head["size"] > self.tree.size:
                self.faults.append(
                    f"{name}: menyegel {head['size']} catatan, ekspor ini hanya {self.tree.size}"
                )
            elif self.roots.get(head["size"]) != head["root"]:
                self.faults.append(f"{name}: akarnya bukan dari catatan di ekspor ini")


def check_export(args: argparse.Namespace) -> list[str]:
    kept, faults, ends = heads_in(args.heads) if args.heads else [], list[str](), dict[str, list[Any]]()
    folders = sorted(path.parent for path in args.folder.glob("*/catatan.jsonl"))
    if not folders:
        raise ValueError(f"{args.folder}: bukan ekspor catatan")
    own_keys = set[str]()
    for folder in folders:
        own = heads_in(folder)
        signer = key_of(folder / "kunci.pem")
        own_keys.add(signer)
        if args.keys and signer not in keys_in(args.keys):
            faults.append(f"{folder.name}: kunci ekspor ini bukan kunci yang Anda simpan")
        mine = [head for head in kept if head["key"] == signer]
        export = Export(folder, ends)
        export.walk({head["size"] for head in (*own, *mine)})
        export.hold(own, "ekspor")
        export.hold(mine, "disimpan")
        found = [*export.faults, *faults_between([*own, *mine])]
        for head in (*own, *mine):
            found += faults_of_head(head, [signer])
        if [head["number"] for head in own] != list(range(1, len(own) + 1)):
            found.append("ada segel yang hilang")
        print(
            f"{folder.name}: {export.tree.size} catatan bersegel, {len(own)} segel, akar {export.tree.root()}"
        )
        faults += [f"{folder.name}: {one}" for one in found]
    faults += [f"segel {head['number']} dari {head['origin']}: kuncinya tidak ada di ekspor ini" for head in kept if head["key"] not in own_keys]  # fmt: skip
    claimed = json.loads((args.folder / "ujung.json").read_text("utf-8"))
    for subject in sorted(claimed.keys() | ends.keys()):
        if claimed.get(subject) != ends.get(subject):
            faults.append(f"{subject}: ujung rantainya tidak cocok")
    return faults


def check_heads(args: argparse.Namespace) -> list[str]:
    heads = heads_in(args.folder)
    if not heads:
        raise ValueError(f"{args.folder}: tidak ada segel")
    keys = keys_in(args.keys or args.folder) or {head["key"] for head in heads}
    faults = [fault for head in heads for fault in faults_of_head(head, keys)]
    print(f"{len(heads)} segel dibandingkan")
    return [*faults, *faults_between(heads)]


# Proofs ------------------------------------------------------------------------------------------------------------


def check_inclusion(args: argparse.Namespace) -> list[str]:
    proof, event = json.loads(args.file.read_text("utf-8")), None
    head, faults = proof["head"], []
    if (event := proof.get("event")) is not None:
        if (
            seal_of(event["previous"], event["line"]) != event["seal"]
            or leaf_of(event["seal"]).hex() != proof["leaf"]
        ):
            faults.append("catatan ini bukan isi daun itu")
        print(json.dumps(event["line"], ensure_ascii=False, indent=1))
    if args.pdf and (event is None or hashlib.sha256(args.pdf.read_bytes()).hexdigest() != event["line"]["data"].get("sha256")):  # fmt: skip
        faults.append("PDF ini bukan yang dicatat")
    path = [bytes.fromhex(piece) for piece in proof["path"]]
    if included(bytes.fromhex(proof["leaf"]), proof["position"], head["size"], path) != head["root"]:
        faults.append("daun ini tidak terbukti ada di pohon itu")
    return [*faults, *faults_of_head(head, [key_of(args.key)] if args.key else [head["key"]])]


def check_consistency(args: argparse.Namespace) -> list[str]:
    proof = json.loads(args.file.read_text("utf-8"))
    old, new = proof["old"], proof["new"]
    path = [bytes.fromhex(piece) for piece in proof["path"]]
    found = consistent(old["size"], new["size"], bytes.fromhex(old["root"]), path)
    faults = [] if found == (old["root"], new["root"]) else ["pohon yang baru tidak melanjutkan yang lama"]
    keys = [key_of(args.key)] if args.key else [old["key"]]
    return [*faults, *faults_of_head(old, keys), *faults_of_head(new, keys)]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    for name, check, what in (("export", check_export, "folder"), ("heads", check_heads, "folder"), ("inclusion", check_inclusion, "file"), ("consistency", check_consistency, "file")):  # fmt: skip
        made = commands.add_parser(name)
        made.set_defaults(check=check)
        made.add_argument(what, type=Path)
        for option in ("keys", "heads") if what == "folder" else ("key", "pdf"):
            made.add_argument(f"--{option}", type=Path)
    args = parser.parse_args(argv)
    try:
        faults = args.check(args)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        print(f"Tidak dapat dibaca: {problem!r}", file=sys.stderr)
        return 2
    print("\n".join(faults) if faults else "Utuh: tidak ada yang janggal.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
