# SPDX-License-Identifier: Apache-2.0
"""What time brings to a case."""

from __future__ import annotations

from django_tasks import task

from satupintu.cases import actions
from satupintu.core.access import system
from satupintu.door.moment import now


@task()
def look_again(case_id: int) -> None:
    """A limit of this case has passed: the automatic ways that wait for it go on. Safe to run twice."""
    actions.tick(system(now()), case_id)
