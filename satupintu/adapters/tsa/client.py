# SPDX-License-Identifier: Apache-2.0
"""A time-stamp authority over HTTP (RFC 3161, section 3.4): one real client, asked by pyHanko while it signs.

Plain http is enough here: what is sent is a digest, and what comes back is signed and carries our nonce.
"""

from __future__ import annotations

import httpx
from asn1crypto import tsp
from pyhanko.sign.timestamps import TimeStamper

SECONDS = 10.0


class Unreachable(Exception):
    """The authority gave no token now; trying again later may help."""


class Authority(TimeStamper):
    """url: where to ask. The answer itself is checked by pyHanko: status, nonce, digest."""

    def __init__(self, url: str) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]
        self.url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Ask for a token. Raises Unreachable."""
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        try:
            with httpx.Client(timeout=SECONDS, trust_env=False) as wire:
                answer = wire.post(self.url, content=req.dump(), headers=headers)
        except httpx.HTTPError as problem:
            raise Unreachable(f"tsa {type(problem).__name__}") from None
        if answer.status_code != 200:
            raise Unreachable(f"tsa {answer.status_code}")
        try:
            return tsp.TimeStampResp.load(answer.content, strict=True)
        except ValueError:
            raise Unreachable("tsa not an answer") from None
