# SPDX-License-Identifier: Apache-2.0
"""What every act of two persons on a service has in common."""

from __future__ import annotations

from satupintu.accounts.queries import same_human
from satupintu.core.access import Actor
from satupintu.core.refusal import Refusal
from satupintu.offices.models import Office


def must_be_another(actor: Actor, *first: str) -> None:
    """Four eyes: none of those who had a hand in it. Raises Refusal `catalog.same-person`."""
    if any(same_human(person, actor.person) for person in first):
        raise Refusal("catalog.same-person", status=403)


def one_at_a_time(office_id: int) -> None:
    """Two matters of one office are not decided at the same moment: the rules look at all of its services."""
    Office.objects.select_for_update().get(pk=office_id)
