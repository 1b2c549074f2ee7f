# SPDX-License-Identifier: Apache-2.0
"""Messages leave here."""

from __future__ import annotations

import smtplib

from django.conf import settings
from django_tasks import task

from satupintu.adapters.mail import client
from satupintu.notices import actions, queries


@task()
def deliver(delivery_id: int) -> None:
    """Send one notice by e-mail; does nothing if it has arrived. A failure is raised, so that the worker tries again."""
    delivery = queries.waiting(delivery_id)
    if delivery is None:
        return
    notice = delivery.notice
    body = notice.body + (f"\n\n{settings.PUBLIC_URL}{notice.link}" if notice.link else "")
    try:
        client.send(to=notice.account.email, subject=notice.subject, body=body, key=f"notice-{notice.key}")
    except client.Unreachable as problem:
        # The worker starts a job so often and no more: after that the delivery must not look as if it still waited.
        final = delivery.attempts + 1 >= settings.TASK_STARTS
        actions.not_delivered(delivery_id, reason=str(problem), final=final)
        raise
    except smtplib.SMTPRecipientsRefused:
        actions.not_delivered(delivery_id, reason="alamat ditolak", final=True)
    else:
        actions.delivered(delivery_id)
