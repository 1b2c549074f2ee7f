# SPDX-License-Identifier: Apache-2.0
"""Letters about the account leave here, never inside a request."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django_tasks import task

from satupintu.accounts import actions
from satupintu.accounts.codes import code_of, token_of, undo_link
from satupintu.accounts.models import Letter
from satupintu.adapters.mail import client
from satupintu.core.refusal import Refusal


@task()
def send_letter(letter_id: int) -> None:
    """Send one letter; does nothing if it has left already. The code is computed here from the letter's id.

    Raises Refusal `accounts.address-refused` when the address is refused for good: that is not tried again.
    """
    letter = Letter.objects.filter(pk=letter_id, sent_at__isnull=True).first()
    if letter is None or not letter.email:  # "": a code for somebody who does not exist
        return
    words = {
        "code": code_of(letter.pk),
        "link": _invitation_link(letter),
        "undo": undo_link(letter.pk),
        "site": settings.PUBLIC_URL,
        "account": letter.account,
    }
    subject = render_to_string(f"account/email/{letter.template}_subject.txt", words).strip()
    body = render_to_string(f"account/email/{letter.template}_message.txt", words).strip()
    try:
        client.send(to=letter.email, subject=subject, body=body, key=f"letter-{letter.pk}")
    except smtplib.SMTPRecipientsRefused:
        raise Refusal("accounts.address-refused", letter=letter.pk) from None
    actions.letter_sent(letter.pk)


def _invitation_link(letter: Letter) -> str:
    """The one-time link of an invitation; like the code it is computed here and rests nowhere."""
    token = token_of(letter.pk, letter.email, letter.made_at)
    return settings.PUBLIC_URL + reverse("account_invited", args=[token])


@task()
def apply_address(change_id: int) -> None:
    """Bring a new e-mail address into force once its cooling time is over."""
    actions.apply_address(change_id)
