# SPDX-License-Identifier: Apache-2.0
"""What a mail server sends back when a mail it had taken could not be delivered after all.

Source: RFC 3464 (delivery status notifications), RFC 6522 (multipart/report), RFC 3463 (status codes).
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

_KEY = re.compile(r"<notice-([0-9a-f-]{36})@[^>]+>")
_STATUS = re.compile(r"5\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail that came back for good. key: of the notice it carried. status: the enhanced code, "5.1.1"."""

    key: str
    status: str


def read(raw: bytes) -> Bounce | None:
    """The bounce in this mail; None for any other mail, for one of ours that is only late, and for a stranger's."""
    mail = email.message_from_bytes(raw, policy=email.policy.compat32)
    if mail.get_content_type() != "multipart/report":
        return None
    status = next(_failures(mail), "")
    key = next(_keys(mail), "")
    return Bounce(key, status) if status and key else None


def _failures(mail: Message) -> Iterator[str]:
    """The codes of recipients for whom it failed for good (Action: failed, Status: 5.x.x)."""
    for part in mail.walk():
        failed = str(part.get("Action", "")).strip().lower() == "failed"
        status = _STATUS.match(str(part.get("Status", "")).strip())
        if failed and status:
            yield status[0]


def _keys(mail: Message) -> Iterator[str]:
    """Our keys in the returned mail or in its headers alone (text/rfc822-headers)."""
    for part in mail.walk():
        words = str(part.get("Message-ID", "")) if part is not mail else ""
        if part.get_content_type() == "text/rfc822-headers":
            words += str(part.get_payload())
        yield from _KEY.findall(words)
