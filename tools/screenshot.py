# SPDX-License-Identifier: Apache-2.0
"""Make the picture of the README: the file page of an officer, from a real server in a real browser.

    ./satu shot        writes docs/img/berkas.png

An application is walked to step 4 with the demo's own actions, served on a free port of loopback, and looked at by
the licensing officer. Needs Debian's chromium.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "img" / "berkas.png"
sys.path.insert(0, str(ROOT))
os.environ["SATUPINTU_HOME"] = tempfile.mkdtemp(prefix="satupintu-shot-")
os.environ["DJANGO_SETTINGS_MODULE"] = "satupintu.config.settings"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps an event loop in this thread

from satupintu.cli.office import demo_environment, prepare  # noqa: E402


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def file_at_step_four() -> tuple[str, str, str]:
    """Walk to step 4, half checked; gives the path of the file page and the officer's login."""
    import django

    django.setup()
    from django.conf import settings

    from satupintu.adapters.mail import simulator
    from satupintu.applications import actions, queries
    from satupintu.cases import queries as cases
    from satupintu.cli import demo
    from satupintu.door.moment import now

    prepare()
    catcher, _ = simulator.serve(Path(settings.HOME) / "mail", port=settings.EMAIL_PORT)
    logins = {row["email"]: row["password"] for row in demo.load(now())}
    walk = demo.Walk(now())
    walk.at = now() - timedelta(minutes=75)
    case = walk.apply()
    walk.verify(case)
    with walk.acting("jf@mempawah.example") as actor:
        application = queries.of_case(cases.rows().get(pk=case.pk))
        for item in queries.items(application)[:4]:
            actions.check(actor, case.pk, item=item.key, verdict="sesuai", asked=demo.asked())
    catcher.stop()
    return f"/berkas/{case.key}", "jf@mempawah.example", logins["jf@mempawah.example"]


def take(address: str, path: str, email: str, password: str) -> None:
    """Log in as the officer and photograph the page."""
    from playwright.sync_api import sync_playwright

    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell"), args=sandbox
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1000}, locale="id-ID")
        page.goto(f"{address}/masuk?next={path}")
        page.get_by_label("surel").or_(page.locator("input[type=email]")).first.fill(email)
        page.locator("input[type=password]").fill(password)
        page.get_by_role("button", name="Masuk").click()
        page.wait_for_url(f"**{path}")
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURE)
        browser.close()


def main() -> None:
    port = free_port()
    os.environ["SATUPINTU_URL"] = f"http://127.0.0.1:{port}"
    demo_environment()
    path, email, password = file_at_step_four()
    serve = [sys.executable, "-m", "satupintu.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(serve, cwd=ROOT)
    try:
        for _ in range(100):
            try:
                urlopen(f"http://127.0.0.1:{port}/masuk", timeout=2).close()
                break
            except OSError:
                time.sleep(0.2)
        take(f"http://127.0.0.1:{port}", path, email, password)
    finally:
        server.terminate()
        server.wait()
    print(PICTURE.relative_to(ROOT))


if __name__ == "__main__":
    main()
