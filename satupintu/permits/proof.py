# SPDX-License-Identifier: Apache-2.0
"""The offline proof of a permit: the keys this office signs tokens with, and the token of one paper.

A key is a file of 32 random bytes in SATUPINTU_HOME/keys: `token.key` from the beginning, `token-2027-01-01.key` from
that day on. None is ever deleted: a paper of ten years ago is proved with the key of its day.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings

from satupintu.cases.models import Case
from satupintu.core import proof
from satupintu.core.proof import Facts, PublicKey
from satupintu.core.refusal import Refusal
from satupintu.door.keys import made_once
from satupintu.permits.models import Permit

FIRST = "token.key"
_LATER = re.compile(r"token-(\d{4}-\d{2}-\d{2})\.key")
_SEED_BYTES = 32
_NOTICE_DAYS = 2  # wherever in Indonesia: nothing of that day is signed yet


def token(case: Case, data: dict[str, Any], permit: Permit) -> str:
    """The token of a permit whose data are final. Mint it in the commit that takes its number."""
    day = date.fromisoformat(data["dokumen"]["tanggal"])
    answers = data["jawaban"]
    facts = Facts(
        office=case.office.name,
        number=data["dokumen"]["nomor"],
        code=permit.code,
        product=data["judul"],
        holder=permit.holder,
        activity=str(answers.get("kbli", "")),
        place=str(answers.get("desa", "")),
        issued=day,
        validity=data["berlaku"],
        training=bool(data.get("contoh")),
    )
    seed = next(seed for since, seed in reversed(_seeds()) if since is None or since <= day)
    return proof.mint(facts, seed)


def address(code: str, data: dict[str, Any]) -> str:
    """What the QR code of a permit says. A fragment is never sent, so the token is in no log."""
    minted = data["dokumen"].get("token")
    return f"{settings.PUBLIC_URL}/cek/{code}" + (f"#{minted}" if minted else "")


def public_keys() -> tuple[PublicKey, ...]:
    """All keys of the office, oldest first, each with its days of service."""
    return _published([(since, proof.public_key(seed)) for since, seed in _seeds()])


def _published(found: list[tuple[date | None, bytes]]) -> tuple[PublicKey, ...]:
    lasts = [after - timedelta(days=1) for _, (after, _key) in pairwise(found) if after]
    return tuple(
        PublicKey(key, since, until) for (since, key), until in zip(found, [*lasts, None], strict=True)
    )


def rotate(since: date, *, today: date) -> PublicKey:
    """Sign with a new key from this day on; it is published at once. Twice the same day gives the same key.

    Raises Refusal `proof.too-soon`: what is signed on that day already has its key, and phones must fetch the new one.
    """
    earliest = today + timedelta(days=_NOTICE_DAYS)
    if since < earliest:
        raise Refusal("proof.too-soon", status=422, earliest=earliest)
    made_once(Path(settings.KEYS) / f"token-{since.isoformat()}.key", _SEED_BYTES)
    return next(key for key in public_keys() if key.since == since)


def _seeds() -> list[tuple[date | None, bytes]]:
    """(first day, secret) of every key, oldest first."""
    folder = Path(settings.KEYS)
    first = made_once(folder / FIRST, _SEED_BYTES)
    later = sorted((found[1], path) for path in folder.iterdir() if (found := _LATER.fullmatch(path.name)))
    return [(None, first), *((date.fromisoformat(day), path.read_bytes()) for day, path in later)]
