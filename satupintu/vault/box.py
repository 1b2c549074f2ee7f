# SPDX-License-Identifier: Apache-2.0
"""Locking and unlocking: a thin layer over age (X25519, ChaCha20-Poly1305 by the chunk), one key pair for a vault.

The public half locks, so a nightly job holds no secret. The private half, the identity, rests only under the
passphrase (scrypt). Whoever has Satu Pintu's backup and the passphrase but not Satu Pintu opens it with the common
program `age`. Source: age-encryption.org/v1; docs/decisions/0007.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage
from pyrage import passphrase as by_passphrase
from pyrage import x25519

from satupintu.core.refusal import Refusal

SHORTEST_PASSPHRASE = 12


class Damaged(Exception):
    """Bytes are not what was locked: cut, changed, out of order, or locked for another key."""


@dataclass(frozen=True, slots=True)
class Lock:
    """What is needed to lock: the public half, and the wrapped identity that travels with every backup."""

    recipient: str
    wrapped: bytes

    @property
    def name(self) -> str:
        """Eight characters that tell one vault's files from another's; they do not give away the recipient."""
        return hashlib.sha256(self.recipient.encode()).hexdigest()[:8]


def new_lock(passphrase: str) -> Lock:
    """A fresh key pair, its private half under the passphrase (about a second of scrypt, on purpose).

    Raises Refusal `vault.passphrase-short`.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Refusal("vault.passphrase-short", status=422, shortest=SHORTEST_PASSPHRASE)
    identity = x25519.Identity.generate()
    return Lock(str(identity.to_public()), by_passphrase.encrypt(f"{identity}\n".encode(), passphrase))


def unwrap(wrapped: bytes, passphrase: str) -> Any:
    """The identity behind a passphrase. Raises Refusal `vault.wrong-passphrase`."""
    try:
        return x25519.Identity.from_str(by_passphrase.decrypt(wrapped, passphrase).decode().strip())
    except (pyrage.DecryptError, pyrage.IdentityError, UnicodeDecodeError):
        raise Refusal("vault.wrong-passphrase", status=403) from None


def recipient_of(identity: Any) -> str:
    """The public half of an identity."""
    return str(identity.to_public())


def fingerprint(key: bytes) -> str:
    """Tells one key from another without giving it away."""
    return hashlib.sha256(b"satupintu key\n" + key).hexdigest()


def lock(content: Iterable[bytes], target: Path, recipient: str) -> str:
    """Write the content, locked, to a new file and sync it; gives the SHA-256 (hex) of what lies there.

    Memory is bounded by the largest piece of the content. Raises OSError when the disk does not take it.
    """
    with target.open("xb") as handle:
        into = _Writer(handle.write)
        _run(pyrage.encrypt_io, _Reader(content), into, x25519.Recipient.from_str(recipient))
        handle.flush()
        os.fsync(handle.fileno())
    return into.sha256.hexdigest()


def unlock(source: Path, identity: Any, take: Callable[[bytes], object]) -> str:
    """Hand the content of a locked file to `take`, piece by piece; gives the SHA-256 (hex) of the content.

    Every piece was proved when `take` gets it, but only a call that ends well proves that it was all of it: what
    `take` does must be undone otherwise. Raises Damaged, and what `take` raises.
    """
    into = _Writer(take)
    with source.open("rb") as handle:
        _run(pyrage.decrypt_io, handle, into, identity)
    return into.sha256.hexdigest()


def unlocked(source: Path, identity: Any) -> bytes:
    """The whole content of a small locked file. Raises Damaged."""
    pieces: list[bytes] = []
    unlock(source, identity, pieces.append)
    return b"".join(pieces)


class _Writer:
    """Hashes what passes through; keeps the exception that age would turn into one of its own."""

    def __init__(self, take: Callable[[bytes], object]) -> None:
        self.take, self.sha256 = take, hashlib.sha256()
        self.problem: BaseException | None = None

    def write(self, piece: bytes) -> int:
        if self.problem is not None:
            raise self.problem  # what was buffered before is offered once more: nobody wants it now
        self.sha256.update(piece)
        try:
            self.take(piece)
        except BaseException as problem:
            self.problem = problem
            raise
        return len(piece)

    def flush(self) -> None:
        return


class _Reader(io.RawIOBase):
    """Pieces of content as the file age wants to read."""

    def __init__(self, content: Iterable[bytes]) -> None:
        self._pieces: Iterator[bytes] = iter(content)
        self._rest = b""
        self.problem: BaseException | None = None

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            while not self._rest:
                self._rest = next(self._pieces)
        except StopIteration:
            return b""
        except BaseException as problem:
            self.problem = problem
            raise
        piece, self._rest = (self._rest, b"") if size < 0 else (self._rest[:size], self._rest[size:])
        return piece


def _run(act: Callable[..., object], source: Any, target: _Writer, key: Any) -> None:
    try:
        act(source, target, [key])
    except BaseException as problem:
        kept = target.problem or getattr(source, "problem", None)
        if kept is not None:
            raise kept from None
        if isinstance(problem, pyrage.DecryptError | OSError | EOFError | ValueError):
            raise Damaged(str(problem)) from problem
        raise
