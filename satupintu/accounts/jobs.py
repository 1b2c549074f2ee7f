# SPDX-License-Identifier: Apache-2.0
"""Letters about the account leave here, never inside a request."""

from __future__ import annotations

import smtplib
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django_tasks import task

from satupintu.accounts import actions, chats
from satupintu.accounts.actions import contacts
from satupintu.accounts.codes import code_of, token_of, undo_link
from satupintu.accounts.models import Letter
from satupintu.adapters.mail import client as mail
from satupintu.adapters.whatsapp import client as whatsapp
from satupintu.core.refusal import Refusal


@task()
def send_letter(letter_id: int) -> None:
    """Send one letter, by mail or WhatsApp; does nothing if it has left already. The code is computed here from its id.

    Raises Refusal `accounts.address-refused` when the address or number is refused for good: that is not tried again.
    """
    letter = Letter.objects.filter(pk=letter_id, sent_at__isnull=True).select_related("account").first()
    if letter is None or not (
        letter.email or letter.phone
    ):  # neither: a code for somebody who does not exist
        return
    words = {
        "code": code_of(letter.pk),
        "link": _invitation_link(letter),
        "undo": undo_link(letter.pk),
        "site": settings.PUBLIC_URL,
        "account": letter.account,
    }
    try:
        (_by_whatsapp if letter.phone else _by_mail)(letter, words)
    except (smtplib.SMTPRecipientsRefused, whatsapp.Refused):
        actions.letter_stuck(letter.pk, Letter.REFUSED)
        raise Refusal("accounts.address-refused", letter=letter.pk) from None
    except (mail.Unreachable, whatsapp.Unreachable, whatsapp.Unsure):
        actions.letter_stuck(letter.pk, Letter.BUSY)
        raise
    actions.letter_sent(letter.pk)


def _by_mail(letter: Letter, words: Mapping[str, Any]) -> None:
    subject = render_to_string(f"account/email/{letter.template}_subject.txt", dict(words)).strip()
    body = render_to_string(f"account/email/{letter.template}_message.txt", dict(words)).strip()
    mail.send(to=letter.email, subject=subject, body=body, key=f"letter-{letter.pk}")


def _by_whatsapp(letter: Letter, words: Mapping[str, Any]) -> None:
    template, places = chats.template_of(letter.template)
    said = {
        "kode": words["code"],
        "tautan": words["undo"],
        "nama": letter.account.username if letter.account else "",
    }
    code = words["code"] if template == chats.CODE else ""
    told = tuple(str(said[place]) for place in places)
    whatsapp.send(whatsapp.Message(letter.phone, template, told, key=f"letter-{letter.pk}", button=code))


def _invitation_link(letter: Letter) -> str:
    """The one-time link of an invitation; like the code it is computed here and rests nowhere."""
    token = token_of(letter.pk, letter.email, letter.made_at)
    return settings.PUBLIC_URL + reverse("account_invited", args=[token])


@task()
def apply_address(change_id: int) -> None:
    """Bring a new e-mail address or number into force once its cooling time is over."""
    contacts.apply(change_id)
