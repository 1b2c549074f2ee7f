# SPDX-License-Identifier: Apache-2.0
"""Keys of the installation: made once, kept in SATUPINTU_HOME/keys with mode 0600, never in the data base."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path

from django.conf import settings


@cache
def key(name: str, size: int = 32) -> bytes:
    """The key of this name (size bytes)."""
    return made_once(Path(settings.KEYS) / f"{name}.key", size)


def made_once(path: Path, size: int = 48) -> bytes:
    """Random bytes that are made at the first call and stay; of two processes that ask at once both get the same.

    Written and synced under another name first, then linked: nobody ever reads half a key.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(secrets.token_bytes(size))
            handle.flush()
            os.fsync(handle.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_bytes()
