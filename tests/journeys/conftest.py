# SPDX-License-Identifier: Apache-2.0
"""A real browser before a real server: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.handlers import StaticFilesHandler
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, Route, sync_playwright

from satupintu.adapters.mail import simulator
from satupintu.adapters.whatsapp import simulator as chats
from tests.journeys.person import Person, house_rules

# Playwright keeps an event loop in this thread; Django would take our own queries for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
os.environ["DJANGO_LIVE_TEST_SERVER_ADDRESS"] = "127.0.0.1"

PHONE, DESKTOP = (360, 740), (1280, 900)
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",  # the browser itself asks nobody outside for anything
    "--disable-component-update",
    "--disable-sync",
]
OWN = ("chrome-extension://", "chrome://")  # the browser's own PDF viewer
PICTURES = Path(__file__).parents[2] / "test-results"
AXE_RULES = {"resultTypes": ["violations"]}
# What a page is built of: each kind of element once. Axe need not look again at a page of the same address and parts;
# whether scripts run shows in the parts: what stands in <noscript> is an element only without them.
BUILD = """[document.documentElement.className,
  location.pathname.replace(/[0-9a-f-]{36}/g, '*'), ...new Set(Array.from(document.querySelectorAll('body, body *'),
  e => [e.tagName, ...['class', 'role', 'aria-invalid', 'type', 'disabled'].map(n => e.getAttribute(n))].join('.')))
  ].sort().join(' ')"""
failed = pytest.StashKey[bool]()

OpenPage = Callable[..., Page]


@pytest.fixture(autouse=True, scope="session")
def gathered(static_files: Path) -> Iterator[Path]:
    """A page names its style sheet by hash, so the files must be there before a page is made.

    They are served as in the office, by WhiteNoise: Django's test server knows them only by their names without hash.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "_should_handle", lambda handler, path: False)
        yield static_files


EXPECTED = ("Failed to load resource", "htmx:sendError", "htmx:afterRequest")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
    report = yield
    item.stash[failed] = item.stash.get(failed, False) or report.failed
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once; each page has cookies and storage of its own.

    Debian has it without its windows too: the same engine, a third of the work for each page (docs/decisions/0008).
    """
    program = shutil.which("chromium-headless-shell")
    if program is None:
        pytest.fail("chromium-headless-shell is not installed; ./satu test installs it")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # chromium refuses its sandbox to root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS, *sandbox])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, live_server: Any, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Open a page for one more person: `open_page(PHONE, script=False)`; paths are relative to the server.

    At the end of the test nothing may have gone wrong unseen: no error in a script, no breach of the content security
    policy, no answer of 500 and above, no missing style or picture, no request to any other server.
    """
    pages: list[Page] = []
    troubles: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        # a refused form answers 4xx on purpose, which the browser reports as a failed load; a network that goes away on
        # purpose is reported by htmx
        if message.type == "error" and not message.text.startswith(EXPECTED):
            troubles.append(message.text)

    def on_request(asked: Request) -> None:
        ours = (live_server.url, live_server.url.replace("127.0.0.1", "localhost"))
        if not asked.url.startswith((*(f"{one}/" for one in ours), "blob:", "data:", *OWN)):
            troubles.append(f"asked outside: {asked.url}")

    def on_response(answer: Response) -> None:
        if answer.status >= 500 or (answer.status >= 400 and "/static/" in answer.url):
            troubles.append(f"{answer.status} {answer.url}")

    def open_one(size: tuple[int, int] = DESKTOP, *, script: bool = True) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": size[0], "height": size[1]},
            is_mobile=size == PHONE,
            has_touch=size == PHONE,
            java_script_enabled=script,
            locale="id-ID",
            timezone_id="Asia/Jakarta",
        )
        context.set_default_timeout(10_000)
        context.set_default_navigation_timeout(30_000)  # the first page also starts the server's parts
        page = context.new_page()
        page.on("console", on_console)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", on_request)
        page.on("response", on_response)
        pages.append(page)
        return page

    yield open_one
    for number, page in enumerate(pages, 1):
        if request.node.stash.get(failed, False):
            name = re.sub(r"\W+", "-", request.node.name)
            page.screenshot(path=PICTURES / f"{name}-{number}.png", full_page=True)
        page.context.close()
    assert not troubles


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    """A page 360 px wide, touched with a finger."""
    return open_page(PHONE)


@pytest.fixture
def desktop(open_page: OpenPage) -> Page:
    """A page 1280 px wide."""
    return open_page(DESKTOP)


@pytest.fixture
def phone_no_js(open_page: OpenPage) -> Page:
    """The phone with scripts switched off."""
    return open_page(PHONE, script=False)


@pytest.fixture
def desktop_no_js(open_page: OpenPage) -> Page:
    """The desktop with scripts switched off."""
    return open_page(DESKTOP, script=False)


@pytest.fixture(
    params=[(PHONE, True), (PHONE, False), (DESKTOP, True), (DESKTOP, False)],
    ids=["360px", "360px-no-js", "1280px", "1280px-no-js"],
)
def everywhere(open_page: OpenPage, request: pytest.FixtureRequest) -> Callable[[], Page]:
    """Run the journey four times: narrow and wide, with and without scripts. Call it for each person's page."""
    size, script = request.param
    return lambda: open_page(size, script=script)


@pytest.fixture(scope="session")
def axe(browser: Browser) -> Callable[[Page], None]:
    """Look for barriers on the page as it stands; any violation fails, in axe's own words.

    axe is itself a script and needs timers. A page without scripts is therefore shown to it as a copy: same address,
    same document and style, its <noscript> parts in view, its scripts left out.
    """

    copies: dict[str, Page] = {}

    def look(page: Page) -> None:
        if page.evaluate("matchMedia('(scripting: enabled)').matches"):
            judge(page)
        else:
            document = page.content().replace("<noscript", "<div").replace("</noscript>", "</div>")
            size = page.viewport_size
            copy = copies.get(str(size)) or browser.new_page(viewport=size, locale="id-ID")
            copies[str(size)] = copy
            copy.route("**/*", lambda route: show(route, document))
            copy.goto(page.url)
            judge(copy)
            copy.unroute_all(behavior="wait")

    def show(route: Route, document: str) -> None:
        if route.request.is_navigation_request():
            route.fulfill(body=document, content_type="text/html; charset=utf-8")
        elif route.request.resource_type == "script":
            route.abort()
        else:
            route.continue_()

    def judge(page: Page) -> None:
        found = Axe().run(page, options=AXE_RULES)
        assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"

    return look


# The office, its people, its clock -----------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def office(transactional_db: None, clock: Any) -> Any:
    """One office with its service and its people, on Wednesday 4 March 2026 at 10.00; swept away afterwards."""
    from django.core.cache import cache

    from satupintu.catalog.queries import package_by_id
    from satupintu.offices import queries
    from tests import factories

    cache.clear()  # counted tries
    # what is kept in memory by row id: the ids are given out again
    for memory in (package_by_id, queries.office_as_of, queries._settings, queries._calendar):  # noqa: SLF001
        memory.cache_clear()
    return factories.small_office()


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    """The clock of the test and of its server; `clock.shift(…)` lets time pass."""
    from tests import factories

    with time_machine.travel(factories.AT, tick=True) as clock:
        yield clock


@pytest.fixture(scope="session")
def judged(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """What axe has seen already, one empty file each, in a folder that all processes of this run share."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "judged"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def judge(axe: Callable[[Page], None], judged: Path) -> Callable[[Page], None]:
    """Hold a page to the house rules, and let axe look at it: once for each build and width."""

    def judge(page: Page) -> None:
        house_rules(page)
        build = f"{page.viewport_size} {page.evaluate(BUILD)}"
        seen = judged / hashlib.sha256(build.encode()).hexdigest()
        if not seen.exists():
            axe(page)
            seen.touch()

    return judge


@pytest.fixture
def person(open_page: OpenPage, live_server: Any, judge: Callable[[Page], None]) -> Callable[..., Person]:
    """One more person before a browser of his own: `person(PHONE, script=False, who="jf")`.

    who: as in factories.actor; he is logged in already. "": nobody in particular.
    """

    def come(size: tuple[int, int] = DESKTOP, *, script: bool = True, who: str = "") -> Person:
        page = open_page(size, script=script)
        if who:
            enter(page, live_server.url, who)
        return Person(page, judge)

    return come


def enter(page: Page, address: str, who: str) -> None:
    """Let this person be logged in, as after the form: for tests in which logging in is not the matter."""
    from django.conf import settings
    from django.contrib import auth
    from django.contrib.sessions.backends.db import SessionStore

    from satupintu.accounts.models import Account
    from tests import factories

    email = factories.APPLICANT if who == "pemohon" else who if "@" in who else f"{who}@mempawah.example"
    account = Account.objects.get(email=email)
    session = SessionStore()
    session[auth.SESSION_KEY] = str(account.pk)
    session[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[auth.HASH_SESSION_KEY] = account.get_session_auth_hash()
    factories.prove(session, account)
    session.create()
    assert session.session_key is not None
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": address}
    page.context.add_cookies([cookie])  # type: ignore[list-item]


@pytest.fixture
def deliver() -> Callable[[], None]:
    """Run the jobs that are due, as the worker does: in a thread of its own, for signing needs an event loop."""
    from django.db import connection

    from satupintu.door.worker import drain

    def work() -> None:
        try:
            drain()
        finally:
            connection.close()

    def deliver() -> None:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(work).result()

    return deliver


@pytest.fixture
def postbox(tmp_path: Path, settings: Any) -> Iterator[simulator.Catcher]:
    """A real mail server; what it took lies as *.eml in its folder."""
    controller, catcher = simulator.serve(tmp_path / "mail")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield catcher
    controller.stop()


@pytest.fixture
def whatsapp(tmp_path: Path, settings: Any) -> Iterator[chats.Phone]:
    """The demo's WhatsApp, which refuses what was not handed in; /surat-demo shows what it took."""
    from satupintu.cli.messages import hand_in, templates

    phone = chats.Phone(tmp_path / "whatsapp", token="rahasia-token", secret="rahasia-app", strict=True)
    server = chats.serve(phone)
    settings.DEMO, settings.HOME = True, tmp_path
    settings.WHATSAPP_URL = f"http://127.0.0.1:{server.server_port}/v23.0"
    settings.WHATSAPP_PHONE_ID, settings.WHATSAPP_ACCOUNT_ID = phone.phone_id, phone.account_id
    settings.WHATSAPP_TOKEN, settings.WHATSAPP_SECRET = phone.token, phone.secret
    for one in templates():
        hand_in(one)
    yield phone
    server.shutdown()
    server.server_close()
