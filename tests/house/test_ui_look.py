# SPDX-License-Identifier: Apache-2.0
"""The stylesheet and the script: small, legible, and nothing inline that a strict policy would refuse."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

import satupintu

pytestmark = pytest.mark.anyday

ROOT = Path(satupintu.__file__).parent
STATIC = ROOT / "ui" / "static" / "ui"
CSS = (STATIC / "satupintu.css").read_text()
TEMPLATES = sorted(path for path in ROOT.glob("*/templates/**/*.html"))


def tokens(selector: str) -> dict[str, str]:
    """The colours of one block of tokens, "--c-ink" -> "#1b242e"."""
    block = CSS[CSS.index(f"{selector} {{") :].partition("\n}")[0]
    found = dict(re.findall(r"(--c-[\w-]+): (#[0-9a-f]+);", block))
    return {
        name: value if len(value) == 7 else "#" + "".join(2 * part for part in value[1:])
        for name, value in found.items()
    }


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


LIGHT = tokens(":root")
HIGH = LIGHT | tokens(".contrast-high")
TEXT_ON_GROUND = [
    ("--c-ink", "--c-page"),
    ("--c-ink", "--c-surface"),
    ("--c-ink", "--c-light-tint"),
    ("--c-soft", "--c-page"),
    ("--c-soft", "--c-sunken"),
    ("--c-link", "--c-page"),
    ("--c-link", "--c-light-tint"),
    ("--c-on-brand", "--c-brand"),
    ("--c-on-brand", "--c-brand-deep"),
    ("--c-on-light", "--c-light"),
    ("--c-light-edge", "--c-page"),
    ("--c-ok", "--c-ok-tint"),
    ("--c-stop", "--c-stop-tint"),
    ("--c-wait", "--c-wait-tint"),
    ("--c-brand", "--c-brand-tint"),
]


@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_is_legible_on_its_ground(text, ground):
    assert contrast(LIGHT[text], LIGHT[ground]) >= 4.5
    assert contrast(HIGH[text], HIGH[ground]) >= 7


@pytest.mark.parametrize("edge", ["--c-edge", "--c-brand", "--c-stop", "--c-wait"])
def test_edges_of_controls_are_seen(edge):
    assert contrast(LIGHT[edge], LIGHT["--c-page"]) >= 3


def test_the_wish_of_the_system_gives_the_same_high_contrast():
    wish = CSS[CSS.index("@media (prefers-contrast: more)") :].partition("\n}\n")[0]
    found = dict(re.findall(r"(--c-[\w-]+): (#[0-9a-f]+);", wish))
    chosen = dict(
        re.findall(r"(--c-[\w-]+): (#[0-9a-f]+);", CSS[CSS.index(".contrast-high {") :].partition("\n}")[0])
    )
    assert found == chosen


@pytest.mark.parametrize(
    ("name", "limit_kib"),
    [("satupintu.css", 14), ("satupintu.js", 10), ("proof.js", 4), ("offline.js", 4), ("challenge.js", 2)],
)
def test_first_visit_stays_light(name, limit_kib):
    assert len(gzip.compress((STATIC / name).read_bytes(), 9)) <= limit_kib * 1024


def test_nothing_is_fetched_from_elsewhere():
    for path in STATIC.iterdir():
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert "://" not in text
        assert "@import" not in text
        assert "url(" not in text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_inline_style_or_script(path):
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text)
    assert "<style" not in text
    assert not re.search(r"\son[a-z]+\s*=", text)
    assert not re.search(r"\shx-on", text)
    assert "javascript:" not in text
    for script in re.findall(r"<script\b[^>]*>", text):
        assert " src=" in script


def test_classes_of_our_parts_are_styled():
    """A class in a part that no rule names is a slip of the pen."""
    named = set(re.findall(r"\.([a-zA-Z][\w-]*)", CSS)) | {"here", "work"}
    used: set[str] = set()
    for path in (ROOT / "ui" / "templates").rglob("*.html"):
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", path.read_text())
        for group in re.findall(r'class="([^"]*)"', text):
            used.update(group.split())
    assert used - named == set()
