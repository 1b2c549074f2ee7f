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


def climb(at: int, last: int, before: bytes, after: bytes, path: list[bytes]) -> tuple[str, str]:
    """Up a path from place `at` of 0…last: the roots of the earlier and the later tree, "" where it is no path."""
    for piece in path:
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


def included(leaf: bytes, position: int, size: int, path: list[bytes]) -> str:
    """The root that the path of a leaf leads to (RFC 9162 §2.1.3.2)."""
    return climb(position, size - 1, leaf, leaf, path)[1] if 0 <= position < size else ""


def consistent(old: int, size: int, root: bytes, path: list[bytes]) -> tuple[str, str]:
    """The roots of the earlier and the later tree that a path leads to (RFC 9162 §2.1.4.2)."""
    if old == size:
        return ("", "") if path else (root.hex(), root.hex())
    if not 0 < old < size or not path:
        return "", ""
    first, *rest = [root, *path] if old & (old - 1) == 0 else path
    at, last = old - 1, size - 1
    while at % 2:
        at, last = at // 2, last // 2
    return climb(at, last, first, first, rest)


def text_of(head: Head) -> bytes:
    root = base64.b64encode(bytes.fromhex(head["root"])).decode()
    return f"{head['origin']}\n{head['size']}\n{root}\nnumber {head['number']}\ntime {head['at']}\n".encode()


def name_of(head: Head) -> str:
    return f"segel {head['number']} dari {head['origin']}"


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
    if head["key"] not in keys:
        yield f"{name_of(head)}: ditandatangani dengan kunci lain"
        return
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(head["key"]))
        public.verify(base64.b64decode(head["signature"], validate=True), text_of(head))
    except (InvalidSignature, ValueError):
        yield f"{name_of(head)}: tanda tangannya salah"


def faults_between(heads: Iterable[Head]) -> Iterator[str]:
    """What heads of one tree, kept over time, tell about each other."""
    roots: dict[tuple[str, int], str] = {}
    told: dict[tuple[str, int], bytes] = {}
    largest: dict[str, Head] = {}
    for head in sorted(heads, key=lambda one: (one["number"], one["size"])):
        if roots.setdefault((head["key"], head["size"]), head["root"]) != head["root"]:
            yield f"{name_of(head)}: cabang; isi {head['size']} catatan pernah disegel dengan akar lain"
        elif told.setdefault((head["key"], head["number"]), text_of(head)) != text_of(head):
            yield f"{name_of(head)}: cabang; nomor segel ini dipakai dua kali"
        before = largest.get(head["key"])
        if before is not None and head["size"] < before["size"]:
            yield f"{name_of(head)}: pohon menyusut dari {before['size']} menjadi {head['size']} catatan"
        else:
            largest[head["key"]] = head


class Export:
    """One record of an export, walked once. ends: subject -> (number, seal) as the events say."""

    def __init__(self, folder: Path, ends: dict[str, list[Any]]) -> None:
        self.folder, self.ends, self.faults = folder, ends, list[str]()
        self.tree, self.roots, self.expected = Tree(), dict[int, str](), 0

    def check(self, kept: list[Head], signer: str) -> list[str]:
        """Walk it, and hold its own heads and those that were kept against its leaves."""
        own = heads_in(self.folder)
        heads = [*own, *kept]
        self._walk({head["size"] for head in heads})
        if [head["number"] for head in own] != list(range(1, len(own) + 1)):
            self.faults.append("ada segel yang hilang")
        for head in heads:
            if head["size"] > self.tree.size:
                self.faults.append(
                    f"{name_of(head)}: mencakup {head['size']} catatan, di sini {self.tree.size}"
                )
            elif self.roots.get(head["size"]) != head["root"]:
                self.faults.append(f"{name_of(head)}: akarnya bukan dari catatan di sini")
            self.faults += faults_of_head(head, [signer])
        return [*self.faults, *faults_between(heads)]

    def _walk(self, sizes: set[int]) -> None:
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
        if row["position"] != self.expected:
            self.faults.append(f"urutan {self.expected}: hilang")
        self.expected = row["position"] + 1
        leaf = leaf_of(row["seal"])
        if leaf.hex() != row["leaf"]:
            self.faults.append(f"urutan {row['position']}: daunnya bukan dari catatannya")
        self.tree.add(leaf)


def check_export(args: argparse.Namespace) -> list[str]:
    kept = heads_in(args.heads) if args.heads else []
    faults, signers, ends = list[str](), set[str](), dict[str, list[Any]]()
    for folder in sorted(path.parent for path in args.path.glob("*/catatan.jsonl")):
        signer = key_of(folder / "kunci.pem")
        signers.add(signer)
        if args.keys and signer not in keys_in(args.keys):
            faults.append(f"{folder.name}: kunci ekspor ini bukan kunci yang Anda simpan")
        export = Export(folder, ends)
        found = export.check([head for head in kept if head["key"] == signer], signer)
        faults += [f"{folder.name}: {one}" for one in found]
        print(f"{folder.name}: {export.tree.size} catatan bersegel, akar {export.tree.root()}")
    if not signers:
        raise ValueError("bukan ekspor catatan")
    strange = (head for head in kept if head["key"] not in signers)
    faults += [f"{name_of(head)}: kuncinya tidak ada di ekspor ini" for head in strange]
    claimed = json.loads((args.path / "ujung.json").read_text("utf-8"))
    wrong = (one for one in sorted(claimed.keys() | ends.keys()) if claimed.get(one) != ends.get(one))
    return [*faults, *(f"{subject}: ujung rantainya tidak cocok" for subject in wrong)]


def check_heads(args: argparse.Namespace) -> list[str]:
    heads = heads_in(args.path)
    if not heads:
        raise ValueError("tidak ada segel")
    keys = keys_in(args.keys or args.path) or {head["key"] for head in heads}
    print(f"{len(heads)} segel dibandingkan")
    return [*(fault for head in heads for fault in faults_of_head(head, keys)), *faults_between(heads)]


def check_inclusion(args: argparse.Namespace) -> list[str]:
    proof = json.loads(args.path.read_text("utf-8"))
    head, leaf, event, faults = proof["head"], bytes.fromhex(proof["leaf"]), proof.get("event"), []
    if event is not None:
        print(json.dumps(event["line"], ensure_ascii=False, indent=1))
        if leaf_of(seal_of(event["previous"], event["line"])) != leaf:
            faults.append("catatan ini bukan isi daun itu")
    if args.pdf is not None:
        told = event["line"]["data"].get("sha256") if event else None
        if hashlib.sha256(args.pdf.read_bytes()).hexdigest() != told:
            faults.append("PDF ini bukan yang dicatat")
    if included(leaf, proof["position"], head["size"], path_of(proof)) != head["root"]:
        faults.append("daun ini tidak terbukti ada di pohon itu")
    return [*faults, *faults_of_head(head, [key_of(args.key) if args.key else head["key"]])]


def check_consistency(args: argparse.Namespace) -> list[str]:
    proof = json.loads(args.path.read_text("utf-8"))
    old, new, faults = proof["old"], proof["new"], []
    found = consistent(old["size"], new["size"], bytes.fromhex(old["root"]), path_of(proof))
    if found != (old["root"], new["root"]):
        faults.append("pohon yang baru tidak melanjutkan yang lama")
    keys = [key_of(args.key) if args.key else old["key"]]
    return [*faults, *faults_of_head(old, keys), *faults_of_head(new, keys)]


def path_of(proof: dict[str, Any]) -> list[bytes]:
    return [bytes.fromhex(piece) for piece in proof["path"]]


CHECKS = {"export": check_export, "heads": check_heads, "inclusion": check_inclusion, "consistency": check_consistency}  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("check", choices=CHECKS)
    parser.add_argument("path", type=Path)
    for option in ("--keys", "--heads", "--key", "--pdf"):
        parser.add_argument(option, type=Path)
    args = parser.parse_args(argv)
    try:
        faults = CHECKS[args.check](args)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        print(f"Tidak dapat dibaca: {problem!r}", file=sys.stderr)
        return 2
    print("\n".join(faults) if faults else "Utuh: tidak ada yang janggal.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
