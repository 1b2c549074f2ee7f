# SPDX-License-Identifier: Apache-2.0
"""What every test stands on: a home of its own, the data base it was asked to use, and a day one can choose.

SQLite unless DATABASE_URL says otherwise (`./satu test` makes a PostgreSQL cluster for that). Both data bases
really write: SQLite to a file, because threads and the live server must meet in it as real processes do.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import time_machine
from django.conf import settings

# Before anything reads the settings: keys, files and data base of a test never touch those of the office. Each
# process of a parallel run comes past here and gets its own; so the settings are not named in the environment, which
# it inherits, for pytest-django would read them there before this file.
if "DJANGO_SETTINGS_MODULE" in os.environ:
    raise pytest.UsageError("unset DJANGO_SETTINGS_MODULE: the tests choose their settings themselves")
HOME = Path(tempfile.mkdtemp(prefix="satupintu-test-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
(HOME / "static").mkdir()
for name in ("SATUPINTU_URL", "SATUPINTU_DEMO", "SATUPINTU_SMTP", "SATUPINTU_LOG"):
    os.environ.pop(name, None)
os.environ["SATUPINTU_HOME"] = str(HOME)
with pytest.MonkeyPatch.context() as patch:
    patch.setenv("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")
    database = settings.DATABASES["default"]
if database["ENGINE"].endswith("sqlite"):
    database["TEST"] = {"NAME": str(HOME / "test.sqlite3")}


MIGRATED = os.environ.get(
    "SATUPINTU_TEST_MIGRATED"
)  # ./satu test: where processes of one run leave it for the next


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_modify_db_settings: None) -> bool:
    """Begin with the SQLite data base that an earlier process of this run has migrated, if there is one."""
    if not database["ENGINE"].endswith("sqlite") or MIGRATED is None or not Path(MIGRATED).exists():
        return False
    shutil.copyfile(MIGRATED, database["TEST"]["NAME"])
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_keepdb: bool, django_db_blocker: Any) -> None:
    """Leave what was migrated here for the next process. On PostgreSQL each migrates for itself."""
    from django.db import connection

    if MIGRATED is None or django_db_keepdb or connection.vendor != "sqlite":
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        made = f"{MIGRATED}.{os.getpid()}"
        cursor.execute("VACUUM INTO %s", [made])
        Path(made).replace(MIGRATED)


# They start processes or walk at random, for seconds: of the faked dates they see 29 February only.
SLOW = {
    "test_bsre", "test_cli", "test_prints", "test_signing", "test_signing_levels", "test_sop_soundness", "test_sop_walks",
}  # fmt: skip
# Rooms that start other programs, restore backups, rewrite whole records: not for every day (`./satu test --fast`).
SLOW_ROOMS = {
    "test_batch", "test_cases_walks", "test_cut_off", "test_killed", "test_migrations", "test_public_record", "test_setup",
    "test_strength", "test_vault", "test_wheel",
}  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--today", metavar="ISO", help="let the machine's clock stand at this instant when the tests begin"
    )


def pytest_configure(config: pytest.Config) -> None:
    # never a timed test; on an odd day it is the day that is on trial, not the examples
    hypothesis.settings.register_profile("house", deadline=None)
    hypothesis.settings.register_profile("odd day", deadline=None, max_examples=5)
    hypothesis.settings.load_profile("odd day" if config.getoption("--today") else "house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent / "core"):
            item.add_marker(pytest.mark.anyday)
        if item.path.stem in SLOW | SLOW_ROOMS:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True, scope="session")
def chosen_day(request: pytest.FixtureRequest) -> Iterator[None]:
    """With --today the whole run happens on that day; the clock goes on from there."""
    at = request.config.getoption("--today")
    if at is None:
        yield
    else:
        with time_machine.travel(at, tick=True):
            yield


@pytest.fixture(autouse=True, scope="session")
def emptied_record() -> Iterator[None]:
    """Let Django empty the tables after a test that really committed.

    The record refuses to be deleted (append-only triggers), so they are taken away for just that moment. Every test,
    the next one too, runs with them in place.
    """
    from django.db import connection
    from django.test import TransactionTestCase

    from satupintu.door import triggers

    empty = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # noqa: SLF001

    def without_triggers(test: Any) -> None:
        triggers.drop(connection)
        try:
            empty(test)
        finally:
            triggers.make(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", without_triggers)
        yield


@pytest.fixture
def committed(transactional_db: None) -> None:
    """For tests of what is seen from outside a transaction: threads, jobs, a second connection, a killed process.

    Everything is really committed, and swept away afterwards. Slower than `db`: use it only where it matters.
    """


@pytest.fixture(scope="session")
def static_files() -> Path:
    """Style sheets, scripts and icons gathered as on a real server, under names with their hash."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    return HOME / "static"
