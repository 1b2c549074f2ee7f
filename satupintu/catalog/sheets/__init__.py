# SPDX-License-Identifier: Apache-2.0
"""What an office hangs on its wall: the sheets made from a service folder, and the house that they name.

A sheet needs no database: the folder says what is done, the House who does it.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from satupintu.core.package import Unsound, load_folder, read_package

if TYPE_CHECKING:
    from satupintu.offices.models import Office

OFFICES = Path(__file__).resolve().parents[2] / "offices" / "data"
REPORT_BRIBES = "SP4N-LAPOR!"


@dataclass(frozen=True, slots=True)
class House:
    """The office as a sheet names it.

    kop: lines of the letterhead, the government first. region: the regency, city or province. contacts: website,
    e-mail, telephone, as far as known. emblem: the region's, as SVG; "" prints a neutral door, never the State emblem.
    example: an invented office; its sheets say CONTOH. sops: names of the office's SOPs by folder, for "Keterkaitan".
    """

    name: str
    kop: tuple[str, ...]
    region: str = ""
    address: str = ""
    contacts: tuple[str, ...] = ()
    emblem: str = ""
    example: bool = False
    sops: Mapping[str, str] = field(default_factory=dict, repr=False)

    def letterhead(self) -> dict[str, str]:
        """The `kantor` of the print kit's templates."""
        government, *others = self.kop
        return {
            "pemerintah": government if others else "",
            "nama": " ".join(others) or government,
            "singkatan": self.name,
            "alamat": self.address,
            "kontak": " · ".join(self.contacts),
            "lambang_svg": self.emblem,
            "lapor_pungli": REPORT_BRIBES,
        }


def house_of(office: Office) -> House:
    """The house of an office in the database, with the names of all SOPs it has published."""
    from satupintu.catalog.queries import sop_names  # a sheet from a folder alone does without Django

    facts = {name: str(getattr(office, name)) for name in _FACTS}
    return _house(facts, example=office.invented, sops=sop_names(office.pk))


def house_of_folder(folder: str | os.PathLike[str]) -> House:
    """The house of a service folder, which lies in its office's: `services/OFFICE/SERVICE`.

    An office of the demonstration is known by its shipped file; of any other nothing is known but its folder's name.
    """
    office = Path(os.path.abspath(folder)).parent  # noqa: PTH100 - resolve() would follow links
    sops = _names_beside(office)
    shipped = OFFICES / f"{office.name}.toml"
    if re.fullmatch(r"[a-z0-9-]+", office.name) and shipped.is_file():
        data = tomllib.loads(shipped.read_text("utf-8"))
        facts = {name: str(data.get(name, "")) for name in _FACTS}
        return _house(facts, example=bool(data.get("invented")), sops=sops)
    name = office.name.replace("-", " ").title()
    return House(name=name, kop=(name,), sops=sops)


_FACTS = ("name", "full_name", "government", "address", "website", "email", "phone")


def _house(facts: Mapping[str, str], *, example: bool, sops: Mapping[str, str]) -> House:
    region = facts["government"].removeprefix("Pemerintah ")
    return House(
        name=facts["name"],
        # The letterhead names the region once, in its first line.
        kop=(facts["government"], facts["full_name"].removesuffix(f" {region}")),
        region=region,
        address=facts["address"],
        contacts=tuple(facts[way] for way in ("website", "email", "phone") if facts[way]),
        example=example,
        sops=sops,
    )


def _names_beside(office: Path) -> dict[str, str]:
    """Names of the SOPs in an office's folder; one that cannot be read stays without a name."""
    names = {}
    for folder in sorted(office.iterdir()) if office.is_dir() else ():
        try:
            names[folder.name] = read_package(load_folder(folder)).sop.identity.name
        except Unsound:
            continue
    return names
