# SPDX-License-Identifier: Apache-2.0
"""Signing with a key that never leaves its token (PKCS#11: an HSM, a USB key, or SoftHSM for trials)."""

from __future__ import annotations

import datetime as dt
import threading
from functools import cached_property
from typing import Any

from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

from satupintu.permits.signing import Stamp, pades


class TokenSigner:
    """The key and the certificate of one label on one token; the session is opened at first use, and kept.

    module: path of the PKCS#11 library. pin: of the user. training: a training print says CONTOH whoever signs it.
    """

    issuer = "Sertifikat pada kartu kantor"
    training = True

    def __init__(self, module: str, *, token: str, label: str, pin: str, stamp: Stamp | None = None) -> None:
        self._module, self._token, self._label, self._pin = module, token, label, pin
        self._stamp = stamp
        self._alone = threading.Lock()

    @cached_property
    def _hand(self) -> Any:
        session = open_pkcs11_session(self._module, token_label=self._token, user_pin=self._pin)
        # Raw: the token gets the digest. SoftHSM and many cards have no mechanism that hashes and signs with ECDSA.
        return PKCS11Signer(session, cert_label=self._label, key_label=self._label, use_raw_mechanism=True)

    def certificates(self) -> tuple[bytes, ...]:
        """DER of the certificate of the label, then of the others on the token."""
        with self._alone:
            hand = self._hand
            others = [one for one in hand.cert_registry if one != hand.signing_cert]
            return tuple(one.dump() for one in (hand.signing_cert, *others))

    def sign(self, pdf: bytes, *, name: str, reason: str, at: dt.datetime, location: str = "") -> bytes:
        """Sign as `LocalSigner.sign` does; two at once wait for one another."""
        with self._alone:
            words = {"name": name, "reason": reason, "location": location}
            return pades(pdf, self._hand, at=at, stamp=self._stamp, **words)
