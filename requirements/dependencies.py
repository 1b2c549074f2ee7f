# SPDX-License-Identifier: Apache-2.0
"""Give a built wheel the direct dependencies of app.in, so that they are written in one place only."""

from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class AppIn(MetadataHookInterface):
    """Called by hatchling, as pyproject.toml says."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Fill in `dependencies`: every line of app.in that is not a comment."""
        lines = (Path(self.root) / "requirements" / "app.in").read_text("utf-8").splitlines()
        metadata["dependencies"] = [
            line.strip() for line in lines if line.strip() and not line.startswith("#")
        ]
