# SPDX-License-Identifier: Apache-2.0
"""Rooms are tested with the files a real server would have, and in offices that have people and files already.

What needs Django's models is imported inside: this file is read before Django is set up.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from satupintu.adapters.mail import simulator
from satupintu.adapters.whatsapp import simulator as whatsapp


class Choosy(simulator.Catcher):
    """A mail server that does not know the address."""

    reply = "550 5.1.1 no such user"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        return self.reply


@pytest.fixture(autouse=True, scope="session")
def gathered(static_files: Path) -> Path:
    """A page names its style sheet by hash, so the files must be there before a page is made."""
    return static_files


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any, request: pytest.FixtureRequest) -> None:
    """The demo's offices, and a case at every stage, made once; each test goes back to this when it ends.

    On a day of its own (--today) only the demo walks, which furnishes for itself.
    """
    if not request.config.getoption("--today"):
        with django_db_blocker.unblock():
            furnish()


def furnish() -> None:
    """Offices, people, and one case of each stage, with nothing left in the queue."""
    from django_tasks_db.models import DBTaskResult

    from satupintu.cli import demo
    from tests import factories

    demo.load(factories.AT)
    for build in factories.STAGES.values():
        build(factories.AT)
    factories.run_jobs(factories.AT + timedelta(hours=1))
    DBTaskResult.objects.all().delete()


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Forget what is kept in memory by row id: the ids of a test that was rolled back are given out again."""
    yield
    from satupintu.catalog.queries import package_by_id
    from satupintu.offices import queries

    for memory in (package_by_id, queries.office_as_of, queries._settings, queries._calendar):  # noqa: SLF001
        memory.cache_clear()


@pytest.fixture
def stage(db: None) -> Callable[[str], Any]:
    """Gives the case that stands at this stage of factories.STAGES."""
    from satupintu.cases.models import Case
    from satupintu.cases.queries import rows
    from tests import factories

    if not Case.objects.exists():  # a test that really committed came before, and swept everything away
        furnish()

    def at(name: str) -> Any:
        return rows().order_by("pk")[list(factories.STAGES).index(name)]

    return at


@pytest.fixture
def office(committed: None) -> Any:
    """One office with its people, really committed: for threads, other processes, and what lies on the disk."""
    from django.core.management import call_command
    from django.db import connection

    from satupintu.door import triggers
    from satupintu.offices.models import Office
    from tests import factories

    if Office.objects.exists():  # what the other tests share is still there: this one begins with nothing
        triggers.drop(connection)
        call_command("flush", interactive=False, verbosity=0)
        triggers.make(connection)
    return factories.small_office()


@pytest.fixture
def beside(office: Any, tmp_path: Path) -> dict[str, str]:
    """The environment in which another process works on the data of this test: its data base, keys and files."""
    from django.conf import settings
    from django.db import connection

    home = tmp_path / "home"
    home.mkdir()
    for name in ("keys", "files", "static"):
        (Path(settings.HOME) / name).mkdir(exist_ok=True)
        (home / name).symlink_to(Path(settings.HOME) / name)
    env = {**os.environ, "SATUPINTU_HOME": str(home)}
    data = connection.settings_dict
    if connection.vendor == "sqlite":
        (home / "satupintu.sqlite3").symlink_to(data["NAME"])
    else:
        server = f"{data['USER']}:{data['PASSWORD']}@{data['HOST']}:{data['PORT']}"
        env["DATABASE_URL"] = f"postgres://{server}/{data['NAME']}"
    return env


@pytest.fixture
def postbox(tmp_path: Path, settings: Any) -> Iterator[simulator.Catcher]:
    """A real mail server; what it took lies as *.eml in its folder."""
    controller, catcher = simulator.serve(tmp_path / "mail")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield catcher
    controller.stop()


@pytest.fixture
def phone(tmp_path: Path, settings: Any) -> Iterator[whatsapp.Phone]:
    """A Cloud API of our own on a real socket; what it took lies as *.json in its folder."""
    at_meta = whatsapp.Phone(tmp_path / "whatsapp", token="rahasia-token", secret="rahasia-app")
    server = whatsapp.serve(at_meta)
    settings.WHATSAPP_URL = f"http://127.0.0.1:{server.server_port}/v23.0"
    settings.WHATSAPP_PHONE_ID, settings.WHATSAPP_ACCOUNT_ID = at_meta.phone_id, at_meta.account_id
    settings.WHATSAPP_TOKEN, settings.WHATSAPP_SECRET = at_meta.token, at_meta.secret
    settings.WHATSAPP_VERIFY = "kata-jabat-tangan"
    yield at_meta
    server.shutdown()
    server.server_close()


@pytest.fixture
def own_data_base() -> Iterator[dict[str, str]]:
    """An empty data base of the kind under test, as the environment of another process names it."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        yield {}
        return
    name = f"empty_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        yield {"DATABASE_URL": f"{url.rpartition('/')[0]}/{name}"}
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def choosy(tmp_path: Path, postbox: simulator.Catcher, settings: Any) -> Iterator[Choosy]:
    from tests import factories

    catcher = Choosy(tmp_path / "choosy")
    controller = Controller(catcher, hostname="127.0.0.1", port=factories.free_port())
    controller.start()
    settings.EMAIL_PORT = controller.port
    yield catcher
    controller.stop()
