# SPDX-License-Identifier: Apache-2.0
"""A person before a browser: what he presses and types by the words he reads; every page he meets is judged."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import FilePayload, Locator, Page, Response

ENGLISH = re.compile(
    r"\b(Submit|Sign in|Sign up|Log in|Logout|Password|Required|This field|Please|Error|Save|Cancel|Next|Back|"
    r"Upload|Download|Choose|Delete|Edit|Search|Not found|Forbidden|Server|Invalid|Loading|None|True|False)\b"
)
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SEEN = f"""({{title: document.title, lang: document.documentElement.lang, wide: {TOO_WIDE},
  heads: Array.from(document.querySelectorAll('h1'), h => h.innerText), text: document.body.innerText}})"""


def house_rules(page: Page) -> None:
    """What holds on every page: a title, Indonesian, one first heading, no English left over, no scrolling sideways."""
    seen = page.evaluate(SEEN)
    assert len(seen["title"]) > len(" – Satu Pintu"), page.url
    assert seen["lang"] == "id", page.url
    assert len(seen["heads"]) == 1, (page.url, seen["heads"])
    english = ENGLISH.findall(seen["text"])
    assert not english, (page.url, english)
    assert seen["wide"] <= 0, f"{page.url} is wider than its window"


@dataclass
class Person:
    """Somebody at work. judge: called with each page that comes up; typed: boxes filled so far."""

    page: Page
    judge: Callable[[Page], None]
    typed: int = 0

    # coming to a page ---------------------------------------------------------------------------------------------

    def go(self, address: str) -> Response:
        answer = self.page.goto(address)
        assert answer is not None
        self.judge(self.page)
        return answer

    def press(self, words: str, *, within: Locator | None = None) -> Response:
        """Press a button; words: how its name begins. Gives the answer to what was sent."""
        name = re.compile(rf"^\s*{re.escape(words)}")
        return self._leave((within or self.page.locator("body")).get_by_role("button", name=name).first)

    def follow(self, words: str, *, within: Locator | None = None) -> Response:
        """Follow a link whose name begins with these words."""
        name = re.compile(rf"^\s*{re.escape(words)}")
        return self._leave((within or self.page.locator("body")).get_by_role("link", name=name).first)

    def _leave(self, what: Locator) -> Response:
        with self.page.expect_navigation() as left:
            what.click()
        self.judge(self.page)
        return left.value

    # filling in ---------------------------------------------------------------------------------------------------

    def write(self, label: str, text: str) -> None:
        self.page.get_by_label(re.compile(rf"^\s*{re.escape(label)}")).first.fill(text)
        self.typed += 1

    def choose(self, label: str) -> None:
        self.page.get_by_role("radio", name=re.compile(rf"^\s*{re.escape(label)}")).first.check()

    def tick(self, label: str) -> None:
        self.page.get_by_role("checkbox", name=re.compile(rf"^\s*{re.escape(label)}")).first.check()

    def attach(self, file: Path | FilePayload, *, label: str = "") -> None:
        """Choose a file for a document. label: which one, where a page asks for several."""
        box: Any = self.page.locator("input[type=file]:not([capture])")
        (box.and_(self.page.get_by_label(label)) if label else box).first.set_input_files(file)

    # reading ------------------------------------------------------------------------------------------------------

    @property
    def h1(self) -> str:
        return self.page.locator("h1").inner_text().strip()

    @property
    def text(self) -> str:
        """What stands in the middle of the page, white space as one space."""
        return " ".join(self.page.locator("main").inner_text().split())

    @property
    def path(self) -> str:
        return str(self.page.evaluate("location.pathname"))

    def mistakes(self) -> list[str]:
        """What is written at the fields that were refused."""
        return [" ".join(text.split()) for text in self.page.locator(".err").all_inner_texts()]
