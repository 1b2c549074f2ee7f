# SPDX-License-Identifier: Apache-2.0
"""The demo's mailbox: what the mail catcher has kept, so that a code can be read without a mail program."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.portal.frame import framed
from satupintu.ui.decorators import no_store
from satupintu.ui.formats import moment

NEWEST = 20


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, decoded."""

    subject: str
    to: str
    date: str
    body: str


@framed
@no_store
@require_safe
def mailbox(request: ActorRequest) -> HttpResponse:
    """The newest mails of the demo; 404 anywhere else."""
    if not settings.DEMO:
        raise Http404
    return render(request, "portal/mailbox.html", {"mails": mails(settings.HOME / "mail")})


def mails(folder: Path) -> list[Mail]:
    """The newest mails of this folder, newest first; one that cannot be read is left out."""
    found = sorted(folder.glob("*.eml"), key=lambda path: path.name, reverse=True)[:NEWEST]
    return [mail for path in found if (mail := _read(path))]


def _read(path: Path) -> Mail | None:
    try:
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        part = message.get_body(("plain",))
        body = part.get_content() if part else ""
        sent = getattr(message["date"], "datetime", None)
        when = moment(sent, ZoneInfo(settings.TIME_ZONE)) if sent else ""
        return Mail(str(message["subject"] or ""), str(message["to"] or ""), when, body)
    except (OSError, LookupError, ValueError):
        return None
