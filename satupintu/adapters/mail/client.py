# SPDX-License-Identifier: Apache-2.0
"""E-mail by SMTP: one real client; the simulator is the other end of the wire."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage


class Unreachable(Exception):
    """The mail server did not take it now; trying again later may help."""


def send(*, to: str, subject: str, body: str, key: str) -> None:
    """Send one mail. key: stable per message; the Message-ID is made of it, so a second copy can be recognised.

    Raises Unreachable when it may be tried again, and smtplib.SMTPRecipientsRefused when the address, or the mail itself,
    is refused for good (5xx).
    """
    host = settings.DEFAULT_FROM_EMAIL.rsplit("@", 1)[-1].rstrip(">")
    message = EmailMessage(
        subject=" ".join(subject.splitlines()),
        body=body,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers={"Message-ID": f"<{key}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as problem:
        codes = [code for code, _ in problem.recipients.values()]
        if all(code >= 500 for code in codes):
            raise
        raise Unreachable(f"mail {codes}") from problem
    except smtplib.SMTPDataError as problem:
        if problem.smtp_code >= 500:
            raise smtplib.SMTPRecipientsRefused({to: (problem.smtp_code, b"")}) from problem
        raise Unreachable(f"mail [{problem.smtp_code}]") from problem
    except (smtplib.SMTPException, OSError) as problem:
        raise Unreachable(f"mail {type(problem).__name__}") from problem
