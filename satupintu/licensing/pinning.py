# SPDX-License-Identifier: Apache-2.0
"""The row of the catalogue that an activity is sent with: looked up on the day, compared with what was shown, pinned.

It is pinned with the activity, so a table replaced later changes nothing of what was sent (design §4).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from satupintu.catalog.kbli import risk_of
from satupintu.core.activity import scale_of_item
from satupintu.core.refusal import Refusal
from satupintu.core.risk import Found, Risk, RiskRow, Scale


def as_json(row: RiskRow) -> dict[str, Any]:
    """The row as it is kept."""
    kept: dict[str, Any] = json.loads(json.dumps(asdict(row)))
    return kept


def from_json(said: Mapping[str, Any]) -> RiskRow:
    """The row again. Raises KeyError, TypeError or ValueError where it is none."""
    lists = {name: tuple(said.get(name) or ()) for name in ("requirements", "obligations")}
    return RiskRow(**{**said, **lists, "scale": Scale(said["scale"]), "risk": Risk(said["risk"])})


def pinned(given: Mapping[str, Any], day: date) -> RiskRow:
    """The row of risk of an activity as it was answered, if it holds on this day and is the one that was shown.

    Raises Refusal `licensing.risk-open` where nobody may say the risk, `licensing.risk-changed` where it is another one
    than was shown: nothing is issued by a risk that was guessed, nor by one the applicant has not seen.
    """
    kbli, scale = given.get("kbli") or {}, scale_of_item(given)
    version, code = str(kbli.get("version", "")), str(kbli.get("code", ""))
    scope, parameter = str(given.get("ruang-lingkup") or ""), str(given.get("parameter") or "")
    found = scale and risk_of(version, code, scale=scale, scope=scope, parameter=parameter, day=day)
    if not isinstance(found, Found):
        raise Refusal("licensing.risk-open", status=422, kbli=code)
    if as_json(found.row) != given.get("risiko"):
        raise Refusal("licensing.risk-changed", status=422, kbli=code)
    return found.row
