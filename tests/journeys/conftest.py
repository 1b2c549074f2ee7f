# SPDX-License-Identifier: Apache-2.0
"""A real browser before a real server: Debian's chromium, driven by Playwright."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, Route, sync_playwright

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
PICTURES = Path(__file__).parents[2] / "test-results"
AXE_RULES = {"resultTypes": ["violations"]}
failed = pytest.StashKey[bool]()

OpenPage = Callable[..., Page]


@pytest.fixture(autouse=True, scope="session")
def gathered(static_files: Path) -> Path:
    """A page names its style sheet by hash, so the files must be there before a page is made."""
    return static_files


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
    report = yield
    item.stash[failed] = item.stash.get(failed, False) or report.failed
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once; each page has cookies and storage of its own."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("chromium is not installed; ./satu test installs it")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # chromium refuses its sandbox to root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS, *sandbox])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, live_server: Any, request: pytest.FixtureRequest) -> Iterator[OpenPage]:
    """Open a page for one more person: `open_page(PHONE, script=False)`; paths are relative to the server.

    At the end of the test nothing may have gone wrong unseen: no error in a script, no breach of the content security
    policy, no answer of 500 and above, no request to any other server.
    """
    pages: list[Page] = []
    troubles: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        # a refused form answers 4xx on purpose, which the browser reports as a failed load
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            troubles.append(message.text)

    def on_request(asked: Request) -> None:
        if not asked.url.startswith((f"{live_server.url}/", "blob:", "data:")):
            troubles.append(f"asked outside: {asked.url}")

    def on_response(answer: Response) -> None:
        if answer.status >= 500:
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

    def look(page: Page) -> None:
        if page.evaluate("matchMedia('(scripting: enabled)').matches"):
            judge(page)
        else:
            document = page.content().replace("<noscript", "<div").replace("</noscript>", "</div>")
            copy = browser.new_page(viewport=page.viewport_size, locale="id-ID")
            copy.route("**/*", lambda route: show(route, document))
            copy.goto(page.url)
            judge(copy)
            copy.close()

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
