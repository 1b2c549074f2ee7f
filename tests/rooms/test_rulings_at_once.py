# SPDX-License-Identifier: Apache-2.0
"""Two persons at the same moment: a matter is asked once, a ruling approved once, and nothing is sent past a closing."""

from __future__ import annotations

import uuid
from datetime import timedelta

from satupintu.catalog import actions, queries
from satupintu.catalog.models import Ruling
from satupintu.cli import demo
from satupintu.door.models import Event
from satupintu.door.moment import at_moment
from satupintu.door.read import verify
from satupintu.offices.models import Office
from tests import factories as f

FOUR = 4
SOON = f.AT.date() + timedelta(days=7)


def test_at_once_one_wins_and_the_others_are_told_why(office: Office) -> None:
    with at_moment(f.AT - timedelta(days=30)):
        demo.publish_all(office, f.AT - timedelta(days=30))
    for n in range(FOUR + 1):
        f.newcomer(f"admin{n}@mempawah.example", "administrator")
    author, *others = (f.actor(f"admin{n}@mempawah.example") for n in range(FOUR + 1))
    now = queries.in_force(office.pk, f.SERVICE, f.AT.date())
    made = uuid.UUID(
        actions.draft(author, office, f.SERVICE, f.edited("Sedang diuji"), asked=f.asked())["version"]
    )
    coming = queries.version(made)
    actions.submit(author, coming.pk, effective=SOON, note="Kata.", asked=f.asked())
    actions.approve(others[0], coming.pk, asked=f.asked())
    given = {"day": SOON, "reason": "Sepi.", "refer_to": "Ke loket."}
    acts = {
        Ruling.RECALL: lambda n: actions.ask_recall(others[n], coming.pk, reason="Belum.", asked=f.asked()),
        Ruling.CLOSING: lambda n: actions.ask_closing(others[n], now.pk, asked=f.asked(), **given),
        Ruling.RELEASE: lambda n: actions.ask_release(
            others[n], now.pk, f.edited("Kami nilai"), reason="Kata.", asked=f.asked()
        ),
    }
    for kind, act in acts.items():
        done, refused = f.split(f.at_once(FOUR, act))
        assert (kind, len(done), refused) == (kind, 1, ["catalog.asked-already"] * (FOUR - 1))
        row = Ruling.objects.get(kind=kind)
        done, refused = f.split(f.at_once(FOUR, lambda n: confirmed(n, row)))  # noqa: B023 - called at once
        assert len(done) == 1, kind
        assert set(refused) <= {"catalog.not-asked", "catalog.same-person"}, kind
        assert Event.objects.filter(subject=row.subject, kind=f"service.{kind}-approved").count() == 1
    assert verify().ok


def confirmed(n: int, row: Ruling) -> object:
    return actions.confirm(f.actor(f"admin{n + 1}@mempawah.example"), row.pk, asked=f.asked())
