# SPDX-License-Identifier: Apache-2.0
"""A village, looked for by its name and chosen from what was found; works by plain POST."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.utils.translation import gettext as _

from satupintu.catalog.queries import Village, village, villages_like
from satupintu.ui.fields import SEARCH, FieldView, Option

MOST = 6


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
