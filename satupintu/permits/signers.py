# SPDX-License-Identifier: Apache-2.0
"""Which hand signs for an office: the setting `signer`, and what the paper says of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.conf import settings

from satupintu.offices.models import Office
from satupintu.offices.queries import setting
from satupintu.permits.signing import LocalSigner, Signer

LOCAL, BSRE, PKCS11 = "local", "bsre", "pkcs11"
ISSUERS: Mapping[str, str] = {
    LOCAL: LocalSigner.issuer,
    BSRE: "Balai Besar Sertifikasi Elektronik (BSrE), BSSN",
    PKCS11: "Sertifikat pada kartu kantor",
}
"""Hand -> whose certificate it is, as printed."""


def signer_of(office: Office, day: date) -> str:
    """The hand that signs for this office on that day."""
    found = str(setting(office, "signer", day))
    if found not in ISSUERS:
        raise ValueError(f"unknown signer {found!r}")
    return found


def signed_by(hand: str) -> Signer:
    """The signer behind a hand that signs in the worker."""
    return LocalSigner(settings.KEYS)
