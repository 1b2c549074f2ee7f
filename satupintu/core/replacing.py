# SPDX-License-Identifier: Apache-2.0
"""Replacing an issued permit: for which reasons, and what each of them may change. Pure rules, no rows.

A replacement mends what is written on a permit. What decides whether a permit is given at all (the activity, every
choice, the person's NIK) is no slip of the pen: that takes a new application (docs/decisions/0030).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from satupintu.core.forms import FormProblem, FormSpec, Question, Value, asked, clean
from satupintu.core.refusal import Refusal


class Why(StrEnum):
    """Why a permit is replaced."""

    MISSPELT = "salah-tulis"
    CHANGED = "perubahan-data"
    LOST = "rusak-hilang"


_NAMES = frozenset({"text", "address", "region"})
MAY_CHANGE: Mapping[Why, frozenset[str]] = {
    Why.MISSPELT: _NAMES | {"long-text", "number", "rupiah", "date"},
    Why.CHANGED: _NAMES,
    Why.LOST: frozenset(),
}
"""Kinds of questions (core/forms.py) whose answers a reason may change."""


def changeable(form: FormSpec, answers: Mapping[str, Value], why: Why) -> list[Question]:
    """The questions of these answers that this reason may change, in the order of the form."""
    return [question for question in asked(form, answers) if question.kind in MAY_CHANGE[why]]


def changes(
    form: FormSpec, answers: Mapping[str, Value], why: Why, raw: Mapping[str, str]
) -> dict[str, Value]:
    """What differs from the answers so far, read by the same rules as the application itself.

    raw: field name -> what was typed; fields the reason does not allow are not looked at. A reason that allows changes
    demands one. Raises Refusal `permits.replacement-form` (problems: FormProblem), `permits.nothing-changed` (422).
    """
    found, problems = dict[str, Value](), list[FormProblem]()
    for question in changeable(form, answers, why):
        try:
            value = clean(question, raw)
        except FormProblem as problem:
            problems.append(problem)
            continue
        if (value or None) != (answers.get(question.id) or None):
            found[question.id] = value
    if problems:
        raise Refusal("permits.replacement-form", status=422, problems=tuple(problems))
    if MAY_CHANGE[why] and not found:
        raise Refusal("permits.nothing-changed", status=422)
    return found
