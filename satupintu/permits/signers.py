# SPDX-License-Identifier: Apache-2.0
"""Which hand signs for an office: the setting `signer`, and what the paper says of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from django.conf import settings

from satupintu.core.refusal import Refusal
from satupintu.offices.models import Office
from satupintu.offices.queries import setting
from satupintu.permits.signing import LocalSigner, Signer
from satupintu.permits.stamping import stamp
from satupintu.permits.token import TokenSigner

LOCAL, BSRE, PKCS11, SEAL = "local", "bsre", "pkcs11", "segel"
ISSUERS: Mapping[str, str] = {
    LOCAL: LocalSigner.issuer,
    BSRE: "Balai Besar Sertifikasi Elektronik (BSrE), BSSN",
    PKCS11: TokenSigner.issuer,
    SEAL: LocalSigner.issuer,
}
"""Hand -> whose certificate it is, as printed."""


def signer_of(office: Office, day: date) -> str:
    """The hand that signs for this office on that day."""
    found = str(setting(office, "signer", day))
    if found not in ISSUERS or found == SEAL:  # the seal is of no person, so nobody signs with it
        raise ValueError(f"unknown signer {found!r}")
    return found


def signed_by(hand: str) -> Signer:
    """The signer behind a hand that signs in the worker. Raises OSError where it is not set up."""
    if hand == PKCS11:
        return _token(settings.PKCS11, settings.PKCS11_TOKEN, settings.PKCS11_KEY, settings.PKCS11_PIN)
    return LocalSigner(settings.KEYS, stamp(), seal=hand == SEAL)


def ours() -> tuple[LocalSigner, ...]:
    """Whose signatures this house can tell from its own keys: the head's, and the office's seal."""
    return LocalSigner(settings.KEYS), LocalSigner(settings.KEYS, seal=True)


@cache
def _token(module: str, token: str, label: str, pin_file: str) -> TokenSigner:
    """One session with the token for this process: to open it takes longer than to sign."""
    if not (module and token and label):
        raise OSError("token: not set, see SATUPINTU_PKCS11")
    return TokenSigner(module, token=token, label=label, pin=lambda: _pin(pin_file), stamp=stamp())


def _pin(path: str) -> str:
    try:
        return secret(path)
    except Refusal as no:
        raise OSError(f"token: {no.code}") from None


def secret(path: str) -> str:
    """What stands in a file that its owner alone may read. Raises Refusal `signing.open-file`."""
    file = Path(path)
    if not file.is_file() or file.stat().st_mode & 0o077:
        raise Refusal("signing.open-file")
    return file.read_text("utf-8").strip()
