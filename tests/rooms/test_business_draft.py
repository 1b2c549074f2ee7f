# SPDX-License-Identifier: Apache-2.0
"""Permohonan perizinan berusaha: its draft, page by page, up to what is still missing."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import business, factories
from tests.business import Walk

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk(client: Client) -> Walk:
    return business.begin(client)


def test_a_warung_from_permohonan_baru_to_the_draft(walk: Walk) -> None:
    walk.actor()
    ident = walk.warung()
    answer = walk.get("business_draft")
    assert "Terbitkan perizinan berusaha" in answer
