# SPDX-License-Identifier: Apache-2.0
"""Signing with a key that never leaves its token (PKCS#11: an HSM, a USB key, or SoftHSM for trials)."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

from pkcs11 import PinIncorrect, PinLocked, PKCS11Error
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.general import SigningError
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

from satupintu.permits.signing import pades
from satupintu.permits.stamping import Stamp


class TokenSigner:
    """The key and the certificate of one label on one token; the session is opened at first use, and kept.

    module: path of the PKCS#11 library. pin: gives the PIN of the user, each time a session is opened. training: a
    training print says CONTOH whoever signs it. Raises OSError while the token cannot be used: that is the house's
    trouble, so the worker tries until it can (door/worker.py). A PIN that was refused is not tried again: it would lock.
    """

    issuer = "Sertifikat pada kartu kantor"
    training = True

    def __init__(
        self, module: str, *, token: str, label: str, pin: Callable[[], str], stamp: Stamp | None = None
    ) -> None:
        self._module, self._token, self._label, self._pin = module, token, label, pin
        self._stamp = stamp
        self._alone = threading.Lock()
        self._open: Any = None
        self._wrong = ""

    def certificates(self) -> tuple[bytes, ...]:
        """DER of the certificate of the label, then of the others on the token."""
        with self._alone:
            hand = self._hand()
            others = [one for one in hand.cert_registry if one != hand.signing_cert]
            return tuple(one.dump() for one in (hand.signing_cert, *others))

    def sign(self, pdf: bytes, *, name: str, reason: str, at: dt.datetime, location: str = "") -> bytes:
        """Sign as `LocalSigner.sign` does; two at once wait for one another."""
        with self._alone:
            try:
                hand, stamp = self._hand(), self._stamp
                return pades(pdf, hand, name=name, reason=reason, location=location, at=at, stamp=stamp)
            except (PKCS11Error, SigningError) as problem:
                self._open = None  # pulled out, perhaps: the next one opens a session anew
                raise OSError(f"token: {type(problem).__name__}") from None

    def _hand(self) -> Any:
        if self._open is None:
            session = self._session()
            # Raw: the token gets the digest. SoftHSM and many cards cannot hash and sign with ECDSA in one.
            self._open = PKCS11Signer(
                session, cert_label=self._label, key_label=self._label, use_raw_mechanism=True
            )
        return self._open

    def _session(self) -> Any:
        pin = self._pin()
        if pin == self._wrong:
            raise OSError("token: this PIN was refused before")
        try:
            wanted = TokenCriteria(label=self._token)
            return open_pkcs11_session(self._module, token_criteria=wanted, user_pin=pin)
        except (PinIncorrect, PinLocked):
            self._wrong = pin
            raise OSError("token: PIN refused") from None
