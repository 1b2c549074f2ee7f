# SPDX-License-Identifier: Apache-2.0
"""OSS by its web services: handing a permohonan over, fetching papers, and whether it is OSS that calls.

Source: OSS, Pedoman Integrasi Aplikasi v4.3.22: header `user_key` towards OSS, header `Token` from OSS, codes of list L9. The
document has no method by which an office files for somebody: `HAND_OVER` is ours (docs/decisions/0034).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import SplitResult, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from satupintu.core.oss import DATA_NIB, Fault, faults

HAND_OVER = "receivePermohonan"
KEY, TOKEN, ONCE = "user_key", "Token", "Idempotency-Key"
OK, WRONG = 200, 400
NO_ACCESS = frozenset({401, 403, 404, 405})
MOST_ANSWER, MOST_FILE = 5_000_000, 10_000_000
_JAKARTA = ZoneInfo("Asia/Jakarta")
_DRIFT = timedelta(minutes=10)


class Away(Exception):
    """OSS did not answer, or not sensibly: it may have taken it all the same. Later, under the same id, again."""


class NoAccess(Exception):
    """OSS does not know our key, or not our address: an administrator must act, then it goes on by itself."""


class Rejected(Exception):
    """OSS finds the data wrong. words: its own."""

    def __init__(self, words: str) -> None:
        super().__init__("rejected by OSS")
        self.words = words


class WrongFields(Exception):
    """These fields may not leave so."""

    def __init__(self, found: tuple[Fault, ...]) -> None:
        super().__init__(f"{len(found)} fields")
        self.faults = found


@dataclass(frozen=True, slots=True)
class Taken:
    """OSS has it. oss_id: under which. data: dataNIB, where it answers at once; else None."""

    oss_id: str
    data: dict[str, Any] | None = None


def switched_on() -> bool:
    """Does this installation speak with OSS?"""
    return bool(settings.OSS_URL and settings.OSS_KEY)


def hand_over(key: UUID, data: Mapping[str, Any]) -> Taken:
    """Hand a permohonan over. key: our id: handed over twice under the same, OSS has it once. data: dataNIB.

    Raises WrongFields (nothing left the house), Rejected, NoAccess, Away.
    """
    wrong = tuple(faults(data, DATA_NIB))
    if wrong:
        raise WrongFields(wrong)
    told = _post(HAND_OVER, {"dataNIB": data}, {ONCE: str(key)})
    answer = told.get(f"respon{HAND_OVER}")
    if not isinstance(answer, dict):
        raise Away("oss: no answer in it")
    _judge(answer)
    oss_id, found = answer.get("oss_id"), answer.get("dataNIB")
    if not isinstance(oss_id, str) or not 0 < len(oss_id) <= 25:
        raise Away("oss: no oss_id")
    return Taken(oss_id, found if isinstance(found, dict) else None)


def fetch(address: str) -> bytes:
    """A paper that lies with OSS. Only from OSS's own host, no redirect: a message must not send us elsewhere.

    Raises ValueError for another host or what is no PDF, Away where it cannot be had now.
    """
    base, asked = urlsplit(settings.OSS_URL), urlsplit(address)
    if (asked.scheme, asked.netloc) != (base.scheme, base.netloc):
        raise ValueError("another host")
    path = asked.path + (f"?{asked.query}" if asked.query else "")
    status, raw = _ask(base, "GET", path, b"", {}, MOST_FILE)
    if status != OK or len(raw) > MOST_FILE:
        raise Away(f"oss {status}")
    if not raw.startswith(b"%PDF-"):
        raise ValueError("no PDF")
    return raw


def token(user: str, password: str, nib: str, day: str) -> str:
    """What OSS puts into the header Token. day: as YYYYMMDD. A weak scheme of theirs, used nowhere else."""
    return hashlib.sha1(f"{user}{password}{nib}{day}".encode()).hexdigest()  # noqa: S324 - OSS's scheme


def genuine(header: str, nib: str, at: datetime) -> bool:
    """Is it OSS that calls? In constant time; ten minutes around midnight either day counts. No password: nobody is."""
    if not (settings.OSS_USER and settings.OSS_PASSWORD):
        return False
    days = {(at + shift).astimezone(_JAKARTA).strftime("%Y%m%d") for shift in (-_DRIFT, _DRIFT)}
    right = [token(settings.OSS_USER, settings.OSS_PASSWORD, nib, day) for day in sorted(days)]
    found = [hmac.compare_digest(one.encode(), header.strip().lower().encode()) for one in right]
    return any(found)


def _judge(answer: Mapping[str, Any]) -> None:
    code = answer.get("kode")
    if code == OK:
        return
    if code == WRONG:
        raise Rejected(str(answer.get("keterangan") or "")[:2000])
    if code in NO_ACCESS:
        raise NoAccess(f"oss {code}")
    raise Away(f"oss {code}")


def _post(method: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    base = urlsplit(settings.OSS_URL)
    sent = {KEY: settings.OSS_KEY, "Content-Type": "application/json", **headers}
    status, raw = _ask(base, "POST", f"{base.path}/{method}", json.dumps(body).encode(), sent, MOST_ANSWER)
    if status in NO_ACCESS:
        raise NoAccess(f"oss {status}")
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        raise Away(f"oss {status}: cannot be read") from None
    if status not in (OK, WRONG) or not isinstance(told, dict):
        raise Away(f"oss {status}")
    return told


def _ask(
    base: SplitResult, verb: str, path: str, body: bytes, headers: Mapping[str, str], most: int
) -> tuple[int, bytes]:
    """No library: one address, no redirect to follow with the key. Words of an exception name no address."""
    kind = HTTPSConnection if base.scheme == "https" else HTTPConnection
    connection = kind(base.hostname or "", base.port, timeout=settings.OSS_TIMEOUT)
    try:
        connection.request(verb, path, body or None, dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read(most + 1)
    except (OSError, HTTPException) as problem:
        raise Away(f"oss {type(problem).__name__}") from None
    finally:
        connection.close()
