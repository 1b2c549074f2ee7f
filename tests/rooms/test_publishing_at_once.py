# SPDX-License-Identifier: Apache-2.0
"""Two persons at the same moment: a version is approved once, a content proposed once, an order of dates kept."""

from __future__ import annotations

import uuid
from datetime import timedelta

from satupintu.catalog import actions, queries
from satupintu.catalog.models import ServiceVersion
from satupintu.cli import demo
from satupintu.core.access import Actor
from satupintu.door.models import Event
from satupintu.door.moment import at_moment
from satupintu.door.read import verify
from satupintu.offices.models import Office
from tests import factories as f

TODAY = f.AT.date()
FOUR = 4


def draft(author: Actor, office: Office, words: str = "Sedang diperiksa") -> ServiceVersion:
    answer = actions.draft(author, office, f.SERVICE, f.edited(words), asked=f.asked())
    return queries.version(uuid.UUID(answer["version"]))


def submit(author: Actor, version: ServiceVersion, days: int) -> object:
    day = TODAY + timedelta(days=days)
    return actions.submit(author, version.pk, effective=day, note="Kata.", asked=f.asked())


def test_at_once_one_wins_and_the_others_are_told_why(office: Office) -> None:
    with at_moment(f.AT - timedelta(days=30)):
        demo.publish_all(office, f.AT - timedelta(days=30))  # the linked procedures, too
    for n in range(FOUR + 1):
        f.newcomer(f"admin{n}@mempawah.example", "administrator")
    author, *others = (f.actor(f"admin{n}@mempawah.example") for n in range(FOUR + 1))

    twins = [draft(author, office) for _ in range(FOUR)]
    done, refused = f.split(f.at_once(FOUR, lambda n: submit(author, twins[n], 7)))
    assert (len(done), refused) == (1, ["catalog.same-content"] * (FOUR - 1))
    made = ServiceVersion.objects.get(status="proposed")

    done, refused = f.split(f.at_once(FOUR, lambda n: actions.approve(others[n], made.pk, asked=f.asked())))
    assert (len(done), refused) == (1, ["catalog.approved"] * (FOUR - 1))
    assert Event.objects.filter(subject=made.subject, kind="service.approved").count() == 1

    # an earlier and a later date at once: whichever comes first, no version is overtaken by one for an earlier day
    early, late = draft(author, office, "Sedang dicermati"), draft(author, office, "Sedang ditimbang")
    submit(author, early, 10)
    submit(author, late, 20)
    f.at_once(2, lambda n: actions.approve(others[n], (late, early)[n].pk, asked=f.asked()))
    approved = ServiceVersion.objects.filter(slug=f.SERVICE, status="approved").order_by(
        "approved_at", "version"
    )
    events = Event.objects.filter(
        kind="service.approved", subject__in=[v.subject for v in approved]
    ).order_by("pk")
    days = {v.subject: v.effective for v in approved}
    order = [days[event.subject] for event in events]
    assert order == sorted(day for day in order if day)
    assert verify().ok
