# SPDX-License-Identifier: Apache-2.0
"""The heads of the public record: what is signed, and what heads that somebody kept tell of the record of today. Pure.

What is signed is a checkpoint of C2SP (tlog-checkpoint): origin, size and root, a line each; then the number and the time.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class Head:
    """A signed head. origin: whose tree. number: 1 for its first head. size: leaves. root, key: hex. at: ISO, UTC.

    key: the public half of the key that signed (Ed25519, 32 bytes). signature: base64.
    """

    origin: str
    number: int
    size: int
    root: str
    at: str
    key: str
    signature: str = ""

    def text(self) -> bytes:
        """What the signature covers."""
        root = base64.b64encode(bytes.fromhex(self.root)).decode()
        return f"{self.origin}\n{self.size}\n{root}\nnumber {self.number}\ntime {self.at}\n".encode()

    def is_signed(self) -> bool:
        """Does the signature fit the text, by the key the head names? Whose key that is must be known from elsewhere."""
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key))
            key.verify(base64.b64decode(self.signature, validate=True), self.text())
        except (InvalidSignature, ValueError):
            return False
        return True

    def to_json(self) -> dict[str, str | int]:
        return asdict(self)


def heads_of(content: Any) -> list[Head]:
    """The heads in a published file: a single head, or an object with a list of them. Raises ValueError."""
    several = content.get("heads", [content]) if isinstance(content, dict) else content
    names = {field.name: field.type for field in fields(Head)}
    found = []
    for one in several if isinstance(several, list) else [several]:
        if not isinstance(one, dict) or one.keys() != names.keys():
            raise ValueError("not a head")
        if any(type(one[name]).__name__ != kind for name, kind in names.items()):
            raise ValueError("not a head")
        found.append(Head(**one))
    return found


@dataclass(frozen=True, slots=True)
class Fault:
    """What a head that was kept tells: `signature`, `key`, `fork`, `missing-leaves` or `shrunk`."""

    number: int
    what: str


def compare(
    kept: Iterable[Head], *, key: str, size: int, root_at: Callable[[int], str | None]
) -> Iterator[Fault]:
    """Hold heads that were kept elsewhere against the record of today.

    key: the office's public key, hex. size: leaves today. root_at: the root of the first n leaves of today, hex. Gives
    `missing-leaves` for a head of a tree that is larger than today's: an older copy was restored, or the tail was cut off;
    `fork` for one that had other leaves; `shrunk` where a later head has fewer leaves than an earlier one.
    """
    last: Head | None = None
    for head in sorted(kept, key=lambda one: (one.number, one.size)):
        if head.key != key:
            yield Fault(head.number, "key")
        elif not head.is_signed():
            yield Fault(head.number, "signature")
        elif head.size > size:
            yield Fault(head.number, "missing-leaves")
        elif root_at(head.size) != head.root:
            yield Fault(head.number, "fork")
        elif last is not None and head.size < last.size:
            yield Fault(head.number, "shrunk")
        elif last is not None and head.number == last.number and head.text() != last.text():
            yield Fault(head.number, "fork")  # the same number was given twice
        last = head
