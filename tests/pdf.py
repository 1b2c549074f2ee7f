# SPDX-License-Identifier: Apache-2.0
"""What a person finds who selects all the text of one of our PDFs and copies it."""

from __future__ import annotations

import io
import re
from typing import Any

import pikepdf

_CHARS = re.compile(r"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGES = re.compile(r"beginbfrange(.*?)endbfrange", re.DOTALL)
_PAIR = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_TRIPLE = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")


def text_of(pdf: bytes, *, body_only: bool = False) -> str:
    """All text in the order in which it is drawn, every gap one space. For PDFs with two-byte codes, as ours are.

    body_only: without artifacts, that is the heads and feet of pages and repeated heads of tables.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return " ".join(" ".join(_page(page, body_only)) for page in document.pages).strip()


def _page(page: pikepdf.Page, body_only: bool) -> list[str]:
    fonts = {name: _letters(font) for name, font in (page.Resources.get("/Font") or {}).items()}  # type: ignore[union-attr]
    said, letters, marked = [""], dict[int, str](), list[bool]()
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "BDC" | "BMC":
                marked.append(str(operands[0]) == "/Artifact")
            case "EMC":
                marked.pop()
            case "Tf":
                letters = fonts[str(operands[0])]
            case "Tj" | "TJ" if not (body_only and any(marked)):
                said[-1] += "".join(_shown(piece, letters) for piece in _pieces(operands[0]))
            case "ET":
                said.append("")
    return " ".join(said).split()


def _pieces(operand: Any) -> list[bytes]:
    pieces = operand if isinstance(operand, pikepdf.Array) else [operand]
    return [bytes(piece) for piece in pieces if isinstance(piece, pikepdf.String)]


def _shown(codes: bytes, letters: dict[int, str]) -> str:
    return "".join(letters.get(int.from_bytes(codes[i : i + 2], "big"), "") for i in range(0, len(codes), 2))


def _letters(font: Any) -> dict[int, str]:
    """Code -> letters, from the font's ToUnicode map (PDF 1.7, 9.10.3)."""
    cmap = font.ToUnicode.read_bytes().decode("latin-1")
    found = {}
    for part in _RANGES.findall(cmap):
        for first, last, start in _TRIPLE.findall(part):
            for n in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + n] = chr(int(start, 16) + n)
    for part in _CHARS.findall(cmap):
        found |= {
            int(code, 16): bytes.fromhex(text).decode("utf-16-be") for code, text in _PAIR.findall(part)
        }
    return found
