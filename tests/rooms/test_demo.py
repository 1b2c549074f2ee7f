# SPDX-License-Identifier: Apache-2.0
"""The demo's walk is the shortest proof of the whole; it depends on no particular day."""

from __future__ import annotations

from pathlib import Path

import pytest

from satupintu.adapters.mail.simulator import Catcher
from satupintu.cli import demo
from satupintu.door.moment import now
from satupintu.door.read import verify
from satupintu.offices.models import Office
from satupintu.permits.queries import GENUINE, check_file


@pytest.mark.anyday
def test_the_demo_walks_from_application_to_archive_on_any_day(office: Office, postbox: Catcher) -> None:
    said: list[str] = []
    permit = demo.Walk(now(), say=said.append).run()
    assert [line[0] for line in said] == list("12345678")
    found = check_file(Path(permit["file"]).read_bytes())
    assert (found.verdict, found.permit.number if found.permit else "") == (GENUINE, permit["number"])
    assert verify().ok
