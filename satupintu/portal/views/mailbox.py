# SPDX-License-Identifier: Apache-2.0
"""What the demo has sent: mails the catcher has kept and WhatsApp messages the simulator has, to be read without either."""

from __future__ import annotations

import email
import email.policy
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from satupintu.accounts.middleware import ActorRequest
from satupintu.core import telling
from satupintu.portal.frame import framed
from satupintu.ui.decorators import no_store
from satupintu.ui.formats import moment
from satupintu.ui.parts import TagKind
from satupintu.ui.words import delivery_words

NEWEST = 20


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, decoded."""

    subject: str
    to: str
    date: str
    body: str


@dataclass(frozen=True, slots=True)
class Bubble:
    """One WhatsApp message as the phone shows it. state: kind and word of its tag."""

    to: str
    text: str
    when: str
    state: tuple[TagKind, str]


STATES = {"accepted": "terkirim", **telling.REPORTS}


@framed
@no_store
@require_safe
def mailbox(request: ActorRequest) -> HttpResponse:
    """The newest mails and messages of the demo; 404 anywhere else."""
    if not settings.DEMO:
        raise Http404
    home = Path(settings.HOME)
    context = {"mails": mails(home / "mail"), "bubbles": bubbles(home / "whatsapp")}
    return render(request, "portal/mailbox.html", context)


def bubbles(folder: Path) -> list[Bubble]:
    """The newest WhatsApp messages of this folder, newest first; one that cannot be read is left out."""
    found = sorted(folder.glob("*.json"), key=lambda path: path.name, reverse=True)[:NEWEST]
    return [bubble for path in found if (bubble := _bubble(path))]


def _bubble(path: Path) -> Bubble | None:
    try:
        kept = json.loads(path.read_text("utf-8"))
        at = datetime.fromtimestamp(kept["at"], ZoneInfo(settings.TIME_ZONE))
        state = delivery_words(STATES[kept["status"]])
        return Bubble(f"+{kept['to']}", kept["text"], moment(at, ZoneInfo(settings.TIME_ZONE)), state)
    except (OSError, ValueError, KeyError, TypeError):
        return None


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
        # "-0000" says: UTC, whatever the sender's clock; Python gives it without a zone.
        aware = sent.replace(tzinfo=sent.tzinfo or UTC) if sent else None
        when = moment(aware, ZoneInfo(settings.TIME_ZONE)) if aware else ""
        return Mail(str(message["subject"] or ""), str(message["to"] or ""), when, body)
    except (OSError, LookupError, ValueError):
        return None
