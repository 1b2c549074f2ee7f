# SPDX-License-Identifier: Apache-2.0
"""Addresses and names that every page of the desk uses."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from satupintu.desk.queries import Desk
from satupintu.ui.lane import step_label


def link(file: Desk, name: str, *args: Any) -> str:
    """The address of one of the file's pages."""
    return reverse(f"desk:{name}", args=[file.case.key, *args])


def step_name(number: int, step_id: str) -> str:
    """ "4 Validasi": how lists and the head of a file call a step."""
    return f"{number} {step_label(step_id)}"


def lower(text: str) -> str:
    """The same in mid-sentence: its first letter small."""
    return text[:1].lower() + text[1:]
