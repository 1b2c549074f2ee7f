# SPDX-License-Identifier: Apache-2.0
"""Rooms are tested with the files a real server would have."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True, scope="session")
def gathered(static_files: Path) -> Path:
    """A page names its style sheet by hash, so the files must be there before a page is made."""
    return static_files
