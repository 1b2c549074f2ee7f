# SPDX-License-Identifier: Apache-2.0
"""A sheet as one HTML file: its style inside it, nothing fetched, no script.

Made without Django's settings, so that the command line needs no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.template import Context, Engine

import satupintu.ui

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
STYLE = Path(satupintu.ui.__file__).parent / "static" / "ui" / "lembar.css"


def self_contained(name: str, data: Mapping[str, Any]) -> str:
    """The HTML file of the template `catalog/sheets/NAME.html`, filled from the data of the sheet."""
    template = _engine().get_template(f"catalog/sheets/{name}.html")
    # Numbers of rows must not be written the local way: that would ask Django's settings.
    return template.render(Context({"d": data, "style": STYLE.read_text("utf-8")}, use_l10n=False))


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(TEMPLATES)])
