# SPDX-License-Identifier: Apache-2.0
"""The drawn signs, 24 by 24 units, one stroke; each goes with a word and never stands alone for a citizen."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.safestring import SafeString, mark_safe

_CIRCLE = '<circle cx="12" cy="12" r="9"/>'
_OCTAGON = '<path d="M8.3 3h7.4L21 8.3v7.4L15.7 21H8.3L3 15.7V8.3z"/>'

ICONS: Mapping[str, str] = {
    "archive": '<path d="M3 4h18v5H3zM5 9v11h14V9M10 13h4"/>',
    "arrow": '<path d="M4 12h15M13 6l6 6-6 6"/>',
    "back": '<path d="M15 5l-7 7 7 7"/>',
    "calendar": '<path d="M4 6h16v15H4zM4 10.5h16M8 3.5V7M16 3.5V7"/>',
    "camera": '<path d="M3 8h4l2-3h6l2 3h4v12H3z"/><circle cx="12" cy="13.5" r="3.7"/>',
    "clipboard": '<path d="M6 5h12v16H6z"/><path d="M9 3h6v4H9zM9 12l1.5 1.5L13 11M9 17h6"/>',
    "clock": f'{_CIRCLE}<path d="M12 7v5.5l3.5 2"/>',
    "coins": '<ellipse cx="12" cy="7" rx="8" ry="3.5"/>'
    '<path d="M4 7v10c0 2 3.6 3.5 8 3.5s8-1.5 8-3.5V7M4 12c0 2 3.6 3.5 8 3.5s8-1.5 8-3.5"/>',
    "door": '<path d="M5 21V10a7 7 0 0114 0v11"/><path d="M5 21l7-3V8.5L6.5 6M2 21h20"/>',
    "download": '<path d="M12 4v12M7 11l5 5 5-5M4 20h16"/>',
    "flag": '<path d="M5 21.5V3.5h13l-3 4.5 3 4.5H5"/>',
    "half": f'{_CIRCLE}<path d="M12 3v18"/><path d="M12 3a9 9 0 010 18z" fill="currentColor"/>',
    "info": f'{_CIRCLE}<path d="M12 11v5.5M12 7.6v.2"/>',
    "key": '<circle cx="8" cy="15.5" r="4"/><path d="M11 12.5L20 3.5M16 7.5l3 3"/>',
    "lens": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21"/>',
    "link": '<path d="M10 14a4 4 0 010-5.6l3-3a4 4 0 015.6 5.6l-1.5 1.5"/>'
    '<path d="M14 10a4 4 0 010 5.6l-3 3A4 4 0 015.4 13l1.5-1.5"/>',
    "menu": '<path d="M8 6h13M8 12h13M8 18h13M3.5 6v.1M3.5 12v.1M3.5 18v.1"/>',
    "next": '<path d="M9 5l7 7-7 7"/>',
    "ok": f'{_CIRCLE}<path d="M7.5 12.5l3 3 6-6.5"/>',
    "paper": '<path d="M6 3h8l5 5v13H6z"/><path d="M14 3v5h5M9.5 13h6M9.5 17h6"/>',
    "pause": '<rect x="4" y="4" width="16" height="16" rx="3"/><path d="M9.5 9v6M14.5 9v6"/>',
    "pencil": '<path d="M4 20l1-5L16 4l4 4L9 19z"/><path d="M13.5 6.5l4 4"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 21c.8-4.5 4-6.5 8-6.5s7.2 2 8 6.5"/>',
    "pin": '<path d="M12 21.5s7-6.3 7-11.7a7 7 0 10-14 0c0 5.4 7 11.7 7 11.7z"/><circle cx="12" cy="9.7" r="2.5"/>',
    "plane": '<path d="M3 11.5L21 3l-6 18-4-7.5z"/><path d="M11 13.5L21 3"/>',
    "play": f'{_CIRCLE}<path d="M10 8.5l5.5 3.5-5.5 3.5z"/>',
    "print": '<path d="M7 8V3h10v5M7 17H4V8h16v9h-3"/><path d="M7 14h10v7H7z"/>',
    "revoked": f'{_CIRCLE}<path d="M5.7 5.7l12.6 12.6"/>',
    "shield": '<path d="M12 3l8 3v6c0 5-3.5 8-8 9.5C7.5 20 4 17 4 12V6z"/><path d="M8.5 12l2.5 2.5 4.5-5"/>',
    "sign": '<path d="M3 17c3-8 5-11 7-10s-3 9-1 9 3-4 4.5-4 0 3 1.5 3 2-1 4-1"/><path d="M3 21h18"/>',
    "speech": '<path d="M4 4h16v12H10l-5 4.5V16H4z"/>',
    "stop": f'{_OCTAGON}<path d="M9 9l6 6M15 9l-6 6"/>',
    "tick": '<path d="M5 12.5l4.5 4.5L19 7"/>',
    "turning": '<path d="M4 12a8 8 0 0114-5l2 2M20 4v5h-5M20 12a8 8 0 01-14 5l-2-2M4 20v-5h5"/>',
    "undo": '<path d="M8 5L4 9l4 4"/><path d="M4 9h10a6 6 0 010 12H9"/>',
    "upload": '<path d="M12 16V4M7 9l5-5 5 5M4 16v4h16v-4"/>',
    "warn": '<path d="M12 3.5L22 20.5H2z"/><path d="M12 10v4.5M12 17.4v.2"/>',
}

MARK = (
    '<path class="mark-frame" d="M5 38V18a15 15 0 0130 0v20z"/><path class="mark-light" d="M10 38V18a10 10 0 0120 0v20z"/>'
    '<path class="mark-leaf" d="M10 38V18a10 10 0 014.6-8.4L22 14.5v19z"/><circle class="mark-frame" cx="19.3" cy="24.5" r="1.3"/>'
)

_OPEN_DOOR = '<path d="M7 53V27a22 22 0 0144 0v26z" fill="none" stroke="currentColor" stroke-width="4"/>'
VERDICTS: Mapping[str, str] = {
    "genuine": f'{_OPEN_DOOR}<path d="M18 31l8 8 15-17" fill="none" stroke="currentColor" stroke-width="5"/>',
    "altered": '<path d="M7 53V27a22 22 0 0144 0v26l-9-6-8 6-6-8-7 8-7-6z" fill="none" stroke="currentColor" stroke-width="4"/>'
    '<path d="M20 20l18 18M38 20L20 38" stroke="currentColor" stroke-width="5"/>',
    "revoked": '<circle cx="29" cy="29" r="24" fill="none" stroke="currentColor" stroke-width="4"/>'
    '<path d="M14 44L44 14" stroke="currentColor" stroke-width="5"/>',
    "replaced": '<path d="M6 6h30v36H6zM22 42v10h30V16H36" fill="none" stroke="currentColor" stroke-width="4"/>'
    '<path d="M14 24h14M22 17l7 7-7 7" fill="none" stroke="currentColor" stroke-width="5"/>',
    "not-ours": '<rect x="6" y="6" width="46" height="46" rx="8" fill="none" stroke="currentColor" stroke-width="4" stroke-dasharray="7 5"/>'
    '<path d="M22 23a7 7 0 1110 6.5c-2.5 1.2-3 2.5-3 5M29 41v.5" fill="none" stroke="currentColor" stroke-width="5"/>',
}


def icon(name: str, extra: str = "") -> SafeString:
    """The sign as inline SVG, hidden from screen readers because a word stands beside it.

    name: a key of `ICONS`; an unknown one raises KeyError, so a wrong name is seen in the first test.
    extra: more CSS classes, written by us and never by a user.
    """
    css = f"icon {extra}".strip()
    return mark_safe(  # noqa: S308 (constant drawings only)
        f'<svg class="{css}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{ICONS[name]}</svg>'
    )


def mark(css: str = "") -> SafeString:
    """The open door with light falling out: the sign of the product. css: one class of ours."""
    label = f' class="{css}"' if css else ""
    return mark_safe(  # noqa: S308 (constant drawing)
        f'<svg{label} viewBox="0 0 40 40" aria-hidden="true" focusable="false">{MARK}</svg>'
    )


def verdict_sign(name: str) -> SafeString:
    """The large sign of an answer of /cek; the five differ in shape, not only in colour."""
    return mark_safe(  # noqa: S308 (constant drawings only)
        '<svg viewBox="0 0 58 58" aria-hidden="true" focusable="false" stroke-linecap="round" stroke-linejoin="round">'
        f"{VERDICTS[name]}</svg>"
    )
