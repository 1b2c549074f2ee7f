# SPDX-License-Identifier: Apache-2.0
"""B10, B14: one commit issues NIB, SS and Izin by the risk of each activity, and no unverified one reads as permission."""

from __future__ import annotations

import pytest

from satupintu.businesses.models import Business, BusinessActivity
from satupintu.door import read
from satupintu.permits.models import Permit
from satupintu.permits.queries import check_code_of, products
from tests import factories as f

pytestmark = pytest.mark.django_db


def test_a_low_risk_activity_yields_a_nib_at_once() -> None:
    case = f.licensed(f.activity(f.LOW))
    business = Business.objects.get()
    assert (case.step, case.end) == ("terbit", "")
    assert (len(business.nib), business.nib[:2], business.state, business.issuer) == (13, "00", "01", "local")
    f.run_jobs(f.AT)
    (nib,) = products(f.fresh(case))
    assert (nib.kind, nib.number, nib.state, nib.automatic) == ("nib", business.nib, Permit.ISSUED, True)
    assert (f.fresh(case).step, f.fresh(case).end) == ("beritahu", "selesai")
    row = BusinessActivity.objects.get()
    assert (row.number, row.version, row.risk, row.catalogue["basis"]) == (1, 1, "R", "Contoh untuk uji")
    assert check_code_of(nib.code).verdict == "genuine"
    assert read.verify().ok
