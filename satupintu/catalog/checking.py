# SPDX-License-Identifier: Apache-2.0
"""Is a folder that was handed in fit to be published in this office? Everything wrong with it, at once."""

from __future__ import annotations

from collections.abc import Mapping

from satupintu.catalog.queries import known_sops
from satupintu.core.package import Package, Problem, links_of, understand
from satupintu.ui.prints import check_template, kit_names

LAYOUT = "permit.typ"


def check(office_slug: str, files: Mapping[str, bytes]) -> tuple[Package, tuple[Problem, ...]]:
    """What was understood, and every mistake; linked SOPs are looked for among the office's published ones.

    The layout is printed once with invented data, in a child process: an office must not find out at the first
    signature that it does not print. That takes some tenths of a second, so never inside a transaction.
    """
    links = links_of(files)
    sops = known_sops(office_slug, links)
    package, problems = understand(files, known_sops=sops, kit=kit_names())
    problems += tuple(
        Problem(
            "sop.toml", f"SOP tertaut “{link}”", "SOP ini belum terbit. Terbitkan dulu, atau hapus namanya."
        )
        for link in links
        if link not in sops
    )
    if package.kind == "layanan" and not any(problem.file == LAYOUT for problem in problems):
        words = check_template(files)
        if words:
            problems += (Problem(LAYOUT, "cetak", words),)
    return package, problems
