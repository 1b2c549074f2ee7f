# SPDX-License-Identifier: Apache-2.0
"""An office that has only the wheel: installed in an empty environment, the demo walks, on both data bases."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests import wheel


def test_the_installed_wheel_walks_the_demo(tmp_path: Path, own_data_base: dict[str, str]) -> None:
    programs = wheel.install(wheel.build(tmp_path), tmp_path / "environment")
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    elsewhere.mkdir()
    environment = {"PATH": "/usr/bin:/bin", "SATUPINTU_HOME": str(home), **own_data_base}

    def satupintu(*words: str) -> Any:
        """The installed command, away from the source, knowing nothing of our environment."""
        command = [str(programs / "satupintu"), *words, "--json"]
        done = subprocess.run(command, cwd=elsewhere, env=environment, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    permit = satupintu("demo", "--walk-only")["permits"][0]
    found = satupintu("permit", "verify", permit["file"])
    assert (found["verdict"], found["number"]) == ("genuine", permit["number"])
    record = satupintu("record", "verify")
    assert (record["ok"], record["flaws"]) == (True, [])
    assert record["events"] > 20
    assert (home / "satupintu.sqlite3").exists() is not bool(own_data_base)
