# SPDX-License-Identifier: Apache-2.0
"""What `satupintu setup` was told about this machine, kept in SATUPINTU_HOME/satupintu.env for the other commands.

One NAME=value a line, as systemd's EnvironmentFile reads it too. What the environment says goes before the file.
"""

from __future__ import annotations

import os
from pathlib import Path

NAMES = ("SATUPINTU_URL", "SATUPINTU_SMTP", "SATUPINTU_MAIL_FROM", "DATABASE_URL")


def path() -> Path:
    """Where it is kept; it holds the password of the data base, so only its owner reads it."""
    return Path(os.environ.get("SATUPINTU_HOME", "var")).resolve() / "satupintu.env"


def recall() -> None:
    """Fill in what the environment does not say."""
    if path().is_file():
        for line in path().read_text("utf-8").splitlines():
            name, sign, value = line.partition("=")
            if sign and name in NAMES:
                os.environ.setdefault(name, value)


def keep() -> None:
    """Write down what the environment says now; raises FileExistsError rather than change what was kept."""
    lines = [f"{name}={os.environ[name]}\n" for name in NAMES if os.environ.get(name)]
    with os.fdopen(
        os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as out:
        out.writelines(lines)
