# SPDX-License-Identifier: Apache-2.0
"""Write docs/permissions.md from the policy itself (core/access.py), so that the page cannot say anything else.

    python tools/permissions.py [--check]

--check writes nothing and ends with 1 when the page is old; tests/rooms/test_matrix.py asks for it.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from satupintu.core.access import FRESH, GRANTS, SECOND_FACTOR, SENSITIVE, Permission, Role  # noqa: E402 - run as a script

SETS = (
    ("Given by two persons", SENSITIVE),
    ("Held only by a session that has shown a second factor", SECOND_FACTOR),
    ("Asks for a proof of a short while ago", FRESH),
)
PAGE = ROOT / "docs" / "permissions.md"
HEAD = """# Who may do what

Written by `tools/permissions.py` from `satupintu/core/access.py`; change it there.

- A role comes from an assignment: a person, an office, a role, from–to, by a letter. It reaches the files of its own
  office only. `pemohon` is the person a file concerns, `kuasa` who holds his mandate, `sistem` the jobs. Rights are
  computed anew at each request; a deputy (Plh., Plt.) holds the role he stands in for, and the record says for whom.
- What is not ticked is refused. Somebody whom nothing connects with a file gets 404, as if it did not exist; somebody
  of the office without the permission gets 403.
- Beside this table the SOP says who acts: an outcome, an answer or a work is taken from the role of its actor only,
  and four eyes hold where the SOP says so.
- What each address answers to each person stands in `tests/rooms/matrix.csv`.
"""


def page() -> str:
    """The whole page: one line a permission, one column a role that holds any."""
    holders = [role for role in Role if GRANTS.get(role)]
    lines = [f"| | {' | '.join(role.value for role in holders)} |", f"|---|{':-:|' * len(holders)}"]
    for permission in Permission:
        marks = ("✓" if permission in GRANTS[role] else "" for role in holders)
        lines.append(f"| `{permission.value}` | {' | '.join(marks)} |")
    names = {
        what: ", ".join(f"`{one.value}`" for one in type(next(iter(found))) if one in found)
        for what, found in SETS
    }
    idle = ", ".join(f"`{role.value}`" for role in Role if role not in holders)
    return (
        f"{HEAD}\n"
        + "\n".join(lines)
        + f"\n\nRoles that hold nothing until their part is built: {idle}.\n\n"
        + "\n".join(f"- {what}: {names[what]}." for what, _found in SETS)
        + "\n"
    )


def main(arguments: list[str]) -> int:
    if "--check" in arguments:
        same = PAGE.exists() and PAGE.read_text("utf-8") == page()
        print(
            "docs/permissions.md: ok" if same else "docs/permissions.md is old: python tools/permissions.py"
        )
        return 0 if same else 1
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
