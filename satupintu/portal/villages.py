# SPDX-License-Identifier: Apache-2.0
"""A village, looked for by its name and chosen from what was found; works by plain POST."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import gettext as _

from satupintu.catalog.queries import Village, village, villages_like
from satupintu.ui.fields import BEFORE, LOOK_UP, SEARCH, FieldView, Option

MOST = 6


def searching(typed: Mapping[str, str]) -> bool:
    """Whether the person is still looking for a village, so that the page comes again and nothing is kept.

    Enter in any box presses the first button of a form, which is that of the search: where there is nothing to look
    for, or what was looked for is chosen, he means to go on.
    """
    name = typed.get(LOOK_UP, "")
    words = typed.get(name + SEARCH, "").strip()
    chosen = typed.get(name) and words == typed.get(name + BEFORE, "")
    return bool(name and words and not chosen)


def offered(field: FieldView, typed: Mapping[str, str], *, near: str = "") -> FieldView:
    """The field of a region with what its words find; without words, with what is chosen.

    near: region code of the office, whose villages come first.
    """
    words = " ".join(typed.get(field.name + SEARCH, "").split())[:100]
    chosen = village(field.value) if field.value else None
    found = villages_like(words, MOST, near=near) if words else []
    if words and not found and not field.error:
        nothing = _("“%(words)s” tidak ketemu. Periksa ejaannya, atau tambahkan nama kecamatannya.")
        field = replace(field, error=nothing % {"words": words})
    if chosen and chosen not in found and (not found or not words):
        found = [chosen, *found]
    value = field.value if chosen in found else found[0].code if len(found) == 1 else ""
    return replace(field, words=words, value=value, options=tuple(map(_option, found)))


def _option(one: Village) -> Option:
    return Option(one.code, one.name, one.around)
