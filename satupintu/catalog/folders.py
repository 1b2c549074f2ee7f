# SPDX-License-Identifier: Apache-2.0
"""Where the service folders are: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def services_root() -> Path:
    """The tree of service folders, by office."""
    inside = PACKAGE / "_services"
    return inside if inside.is_dir() else PACKAGE.parent / "services"


def to_json(files: Mapping[str, bytes]) -> dict[str, str]:
    """Folder content for a JSON column; every byte is kept."""
    return {name: base64.b64encode(data).decode() for name, data in files.items()}


def from_json(files: Mapping[str, str]) -> dict[str, bytes]:
    return {name: base64.b64decode(data) for name, data in files.items()}
