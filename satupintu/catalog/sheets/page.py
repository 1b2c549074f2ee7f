# SPDX-License-Identifier: Apache-2.0
"""A sheet as one HTML file: its style inside it, nothing fetched, no script.

Made without Django's settings, so that the command line needs no database. Its frame, lembar.html, lies here and not
among the templates: those are pages under our content security policy, which lets no style stand in a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.template import Context, Engine

import satupintu.ui

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE.parent / "templates"
STYLE = Path(satupintu.ui.__file__).parent / "static" / "ui" / "lembar.css"


def self_contained(name: str, title: str, data: Mapping[str, Any]) -> str:
    """The HTML file of a sheet: its frame around the template `catalog/sheets/NAME_isi.html`, filled from its data."""
    content = f"catalog/sheets/{name}_isi.html"
    context = {"title": title, "content": content, "d": data, "style": STYLE.read_text("utf-8")}
    # Numbers of rows must not be written the local way: that would ask Django's settings.
    return _engine().get_template("lembar.html").render(Context(context, use_l10n=False))


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(HERE), str(TEMPLATES)])
