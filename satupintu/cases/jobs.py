# SPDX-License-Identifier: Apache-2.0
"""What time brings to a case."""

from __future__ import annotations

from django_tasks import task

from satupintu.cases import actions, queries
from satupintu.core.access import system
from satupintu.core.refusal import Refusal
from satupintu.door.moment import now


@task()
def release(office_id: int, person: str) -> None:
    """An assignment of this person has ended: what he holds in a role he has no more goes back. Safe to run twice."""
    at = now()
    for case_id in queries.held_without_role(office_id, person, at):
        try:
            actions.release(system(at), case_id, person)
        except Refusal as refusal:
            if refusal.code != "cases.held":  # a colleague was given it meanwhile
                raise


@task()
def look_again(case_id: int) -> None:
    """A limit of this case has passed: the automatic ways that wait for it go on. Safe to run twice."""
    actions.tick(system(now()), case_id)
