# SPDX-License-Identifier: Apache-2.0
"""Giving a mandate for one application, or for one business actor."""

from __future__ import annotations

import uuid
from datetime import datetime

from satupintu.accounts.actions import mandates
from satupintu.applications import queries
from satupintu.businesses import queries as businesses
from satupintu.core.access import Actor
from satupintu.core.refusal import Refusal
from satupintu.door.write import Answer, Asked


def give(actor: Actor, key: uuid.UUID, *, email: str, until: datetime, asked: Asked) -> Answer:
    """Offer the holder of this address to act on this one application.

    Only its owner does; who acts by a mandate passes it on to nobody. Raises Refusal `access.not-yours`, `mandate.*`.
    """
    application = queries.own(actor, key)
    if application.owner_key != actor.person:
        raise Refusal("access.not-yours", status=404)
    case = application.case.key if application.case else None
    return mandates.give(actor, email=email, until=until, about=application.key, case=case, asked=asked)


def give_for(actor: Actor, key: uuid.UUID, *, email: str, until: datetime, asked: Asked) -> Answer:
    """Offer the holder of this address to act on what one files for this business actor, now and later.

    Raises Refusal `access.not-yours`, `mandate.*`.
    """
    return mandates.give(actor, email=email, until=until, about=businesses.own(actor, key).key, asked=asked)
