# SPDX-License-Identifier: Apache-2.0
"""The proof that works without a network: what a paper says, signed, small enough for its QR code.

A token is a CWT in a COSE_Sign1 whose shape leaves no choice, so no two tokens mean the same:

    D2 84  49 A2 01 27 04 44 <key id, 4 bytes>  A0  <payload>  58 40 <Ed25519 signature>

and is written as one decimal number, because figures take the least room in a QR code and are safe in an address.
It tells the state at the time of signing; a later revocation is only in the register. Pure: no clock, no file.

Source: RFC 8392 (CWT), RFC 9052 and 9053 (COSE), RFC 8032 (Ed25519), RFC 7517 and 8037 (keys as JSON); design §5.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from fido2 import cbor

from satupintu.core.refusal import Refusal

ISSUER, SUBJECT, CWT_ID = 1, 2, 7  # RFC 8392, 3.1
FACTS = -65537  # the first label for private use (RFC 8392, 9.1)
LONGEST_TEXT = 64  # bytes of one fact: what keeps the QR code small enough to be read from paper
LONGEST_TOKEN = 2000  # figures; ours have some 700
EPOCH = date(1970, 1, 1)
_ALGORITHM, _KEY_ID, _EDDSA = 1, 4, -8
_SIGNATURE = 64
_KID = 4
_KID_AT = 8  # bytes of the shape above that stand before the key id
_PAYLOAD_AT = 13  # and before the payload


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands on the paper and in its token. code: the check code, as it is stored. place: a village at most."""

    office: str
    number: str
    code: str
    product: str
    holder: str
    activity: str
    place: str
    issued: date
    validity: str
    training: bool


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A published key of the office. since, until: first and last day of signing with it; None: no bound."""

    key: bytes
    since: date | None = None
    until: date | None = None

    @property
    def kid(self) -> bytes:
        """How a token names its key: the first bytes of its SHA-256."""
        return hashlib.sha256(self.key).digest()[:_KID]

    def served(self, day: date) -> bool:
        """Was it the office's key on this day? A key that was replaced proves nothing later."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


def public_key(seed: bytes) -> bytes:
    """The 32 bytes to publish for a secret seed of 32 bytes."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def mint(facts: Facts, seed: bytes) -> str:
    """The token of a paper, as decimal figures. seed: the office's secret key of that day, 32 bytes."""
    kid = PublicKey(public_key(seed)).kid
    payload = cbor.encode(_claims(facts))
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(to_be_signed(_protected(kid), payload))
    return str(int.from_bytes(_packed(kid, payload, signature)))


def verify(text: str, keys: Iterable[PublicKey]) -> Facts:
    """What a token says, if one of these keys has signed it.

    text: the figures, or the whole address of the QR code. Raises Refusal `proof.unreadable`, `proof.unknown-key`,
    `proof.altered`, `proof.not-its-time`.
    """
    kid, payload, signature = _unpacked(_bytes_of(text))
    key = next((key for key in keys if key.kid == kid), None)
    if key is None:
        raise Refusal("proof.unknown-key", kid=kid.hex())
    try:
        Ed25519PublicKey.from_public_bytes(key.key).verify(signature, to_be_signed(_protected(kid), payload))
    except InvalidSignature:
        raise Refusal("proof.altered") from None
    facts = _facts(payload)
    if not key.served(facts.issued):
        raise Refusal("proof.not-its-time", kid=kid.hex())
    return facts


def to_be_signed(protected: bytes, payload: bytes) -> bytes:
    """The Sig_structure of a COSE_Sign1. Source: RFC 9052, 4.4."""
    signed: bytes = cbor.encode(["Signature1", protected, b"", payload])
    return signed


# ---- claims ----------------------------------------------------------------------------------------------------------
def _claims(facts: Facts) -> Mapping[int, Any]:
    return {
        ISSUER: _short(facts.office),
        SUBJECT: facts.number,
        CWT_ID: facts.code.encode(),
        FACTS: [
            _short(facts.product),
            _short(facts.holder),
            _short(facts.activity),
            _short(facts.place),
            (facts.issued - EPOCH).days,
            _short(facts.validity),
            facts.training,
        ],
    }


def _facts(payload: bytes) -> Facts:
    """Only asked for bytes whose signature holds: we have written them ourselves."""
    claims: Any = cbor.decode(payload)
    product, holder, activity, place, days, validity, training = claims[FACTS]
    return Facts(
        office=claims[ISSUER],
        number=claims[SUBJECT],
        code=claims[CWT_ID].decode(),
        product=product,
        holder=holder,
        activity=activity,
        place=place,
        issued=EPOCH + timedelta(days=days),
        validity=validity,
        training=training,
    )


def _short(text: str) -> str:
    """At most LONGEST_TEXT bytes; what was cut off shows as …"""
    raw = text.encode()
    if len(raw) <= LONGEST_TEXT:
        return text
    return raw[: LONGEST_TEXT - 3].decode(errors="ignore").rstrip() + "…"


# ---- bytes -----------------------------------------------------------------------------------------------------------
def _protected(kid: bytes) -> bytes:
    header: bytes = cbor.encode({_ALGORITHM: _EDDSA, _KEY_ID: kid})
    return header


def _packed(kid: bytes, payload: bytes, signature: bytes) -> bytes:
    """Tag 18 and an array of four: protected header, no other header, payload, signature."""
    return b"\xd2" + cbor.encode([_protected(kid), {}, payload, signature])


def _unpacked(token: bytes) -> tuple[bytes, bytes, bytes]:
    """Key id, payload and signature; nothing of the rest may differ from how we write it."""
    kid, signature = token[_KID_AT : _KID_AT + _KID], token[-_SIGNATURE:]
    middle = token[_PAYLOAD_AT : -_SIGNATURE - 2]
    for head in (1, 2, 3):  # a byte string begins with its length
        payload = middle[head:]
        if _packed(kid, payload, signature) == token:
            return kid, payload, signature
    raise Refusal("proof.unreadable", status=422)


def _bytes_of(text: str) -> bytes:
    figures = "".join(text.rpartition("#")[2].split())
    if len(figures) > LONGEST_TOKEN or not re.fullmatch(r"[1-9][0-9]*", figures):
        raise Refusal("proof.unreadable", status=422)
    number = int(figures)
    return number.to_bytes((number.bit_length() + 7) // 8)


# ---- published keys --------------------------------------------------------------------------------------------------
def published(keys: Iterable[PublicKey]) -> dict[str, Any]:
    """The keys as a JWK set; `dari` and `sampai` are the first and the last day of signing, null: no bound."""
    return {
        "keys": [
            {
                "kty": "OKP",
                "crv": "Ed25519",
                "alg": "EdDSA",
                "use": "sig",
                "kid": key.kid.hex(),
                "x": base64.urlsafe_b64encode(key.key).rstrip(b"=").decode(),
                "dari": key.since.isoformat() if key.since else None,
                "sampai": key.until.isoformat() if key.until else None,
            }
            for key in keys
        ]
    }


def read_keys(text: str | bytes) -> tuple[PublicKey, ...]:
    """The keys of such a file. Raises Refusal `proof.no-keys`."""
    try:
        found = tuple(_read_key(entry) for entry in json.loads(text)["keys"])
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        raise Refusal("proof.no-keys", status=422) from None
    if not found or any(len(key.key) != 32 for key in found):
        raise Refusal("proof.no-keys", status=422)
    return found


def _read_key(entry: Mapping[str, Any]) -> PublicKey:
    if entry["crv"] != "Ed25519":
        raise ValueError(entry["crv"])
    raw = base64.urlsafe_b64decode(entry["x"] + "=" * (-len(entry["x"]) % 4))
    return PublicKey(
        raw, *(date.fromisoformat(day) if (day := entry.get(name)) else None for name in ("dari", "sampai"))
    )
