# SPDX-License-Identifier: Apache-2.0
"""What a session has shown of who sits there."""

from __future__ import annotations

from datetime import datetime

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest

from satupintu.accounts.models import Account
from satupintu.core.access import Proof


def proof_of(request: HttpRequest, account: Account, at: datetime) -> Proof:
    """What this session has shown of who sits there: allauth keeps in it each way in which the person proved himself."""
    since = account.proofs_from.timestamp() if account.proofs_from else 0.0
    records = [one for one in get_authentication_records(request, account) if one["at"] >= since]
    oldest = at.timestamp() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return Proof(
        second_factor=any(one["method"] == "mfa" for one in records),
        fresh=any(one["at"] > oldest for one in records),
    )
