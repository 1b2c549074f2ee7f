# SPDX-License-Identifier: Apache-2.0
"""The wheel as an office gets it: built from this tree, installed where nothing else is.

Built offline with the hatchling of requirements/build.txt, which is the one in our own environment; installed with
the versions of requirements/app.txt, so the names come from the wheel itself and the versions from the lock.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = Path(sys.executable).with_name("uv")


def build(into: Path) -> Path:
    """Build the wheel into this folder and give its path."""
    _run(
        *(UV, "--quiet", "build", "--wheel", "--offline", "--no-build-isolation"),
        *("--python", sys.executable, "--out-dir", into, ROOT),
    )
    return next(into.glob("*.whl"))


def install(wheel: Path, into: Path) -> Path:
    """Install it into a new environment that has no other source; gives the folder of its programs."""
    _run(UV, "--quiet", "venv", "--python", sys.executable, into)
    _run(
        *(UV, "--quiet", "--system-certs", "pip", "install", "--python", into / "bin" / "python"),
        *("--constraints", ROOT / "requirements" / "app.txt", wheel),
    )
    return into / "bin"


def _run(*words: str | Path) -> None:
    """Run uv with our way to the registry, but with nothing that would lead it to this tree's environment."""
    environment = {k: v for k, v in os.environ.items() if k not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    subprocess.run([str(word) for word in words], env=environment, check=True)
