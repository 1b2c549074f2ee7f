# SPDX-License-Identifier: Apache-2.0
"""Templates for WhatsApp, from the texts of the published services, shown or handed in to Meta; mails that come back."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from satupintu.core.package import Package

MOST_BYTES = 2_000_000
Result = tuple[int, dict[str, Any], str]
EXAMPLES: Mapping[str, str] = {
    "layanan": "Pelayanan Sertifikat Standar",
    "resi": "SP-6102-26-000123",
    "tanggal": "Kamis, 5 Maret 2026",
    "jumlah": "2",
    "nama": "sitiaminah4821",
    "tautan": "https://izin.contoh.example/permohonan/1f755ab4",
}


@dataclass(frozen=True, slots=True)
class Template:
    """What Meta approves: name, body with {{1}}, {{2}} …, and an example for each of them.

    code: its words are Meta's own, and its button copies the code.
    """

    name: str
    body: str
    examples: tuple[str, ...]
    code: bool = False


def run(args: argparse.Namespace) -> Result:
    """Show the templates, hand them in (--kirim), or take in a mail that came back."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")
    import django

    django.setup()
    if args.command == "mail-bounced":
        return _bounced(sys.stdin.buffer.read(MOST_BYTES))
    found = templates()
    if args.hand_in:
        return _hand_in(found)
    answer = {"templates": [asdict(one) for one in found]}
    return 0, answer, "\n\n".join(f"{one.name}\n{one.body}" for one in found)


def templates() -> list[Template]:
    """One for every text of every published service, and those about the account itself, by name."""
    from satupintu.catalog.models import ServiceVersion
    from satupintu.catalog.queries import package_of, versions
    from satupintu.licensing.telling import TEXTS as OF_PRODUCTS
    from satupintu.offices.queries import offices
    from satupintu.permits.telling import TEXTS

    rows = versions(office.pk for office in offices())
    published = ServiceVersion.objects.filter(
        pk__in=[row.pk for row in rows if row.status == ServiceVersion.APPROVED]
    )
    found = {one.name: one for row in published for one in of_package(package_of(row))}
    found |= {
        one.name: one for one in (of_text(name, text) for name, text in {**TEXTS, **OF_PRODUCTS}.items())
    }
    return [*(found[name] for name in sorted(found)), *of_accounts()]


def of_accounts() -> list[Template]:
    """The templates of letters about the account: codes, warnings, the user name."""
    from satupintu.accounts import chats
    from satupintu.core import telling

    made = [Template(chats.CODE, "(kata-kata Meta untuk kode)", (), code=True)]
    for letter, text in chats.TEXTS.items():
        name, places = chats.template_of(letter)
        made.append(Template(name, telling.numbered(text), tuple(EXAMPLES[place] for place in places)))
    return made


def hand_in(one: Template) -> str:
    """Ask Meta to approve it; gives the state. Raises as the client."""
    from satupintu.adapters.whatsapp import client

    if one.code:
        return client.register_code(one.name, minutes=10)
    return client.register(one.name, one.body, one.examples, category="UTILITY")


def of_package(package: Package) -> list[Template]:
    """The templates of one service; a text that may not travel by WhatsApp has none."""
    from satupintu.core import telling

    made = []
    for name in dict.fromkeys(notice.text for notice in package.sop.notices):
        text = telling.short_form(package.texts["id"], name)
        if not any(telling.faults(text, service=package.name, to_applicant=False)):
            made.append(of_text(name, text))
    return made


def of_text(name: str, text: str) -> Template:
    """The template of one text."""
    from satupintu.core import telling

    examples = tuple(EXAMPLES[place] for place in telling.places(text))
    return Template(telling.template_name(name, text), telling.template_body(text), examples)


def _hand_in(found: list[Template]) -> Result:
    from satupintu.adapters.whatsapp import client

    if not client.switched_on():
        words = "WhatsApp belum diatur. Isi dulu SATUPINTU_WHATSAPP_PHONE_ID, _ACCOUNT_ID, dan _TOKEN."
        return 1, {"message": "off"}, words
    states: dict[str, str] = {}
    for one in found:
        try:
            states[one.name] = hand_in(one)
        except client.Refused as refused:
            states[one.name] = f"ditolak ({refused.code})"
        except (client.Unreachable, client.Unsure):
            words = "WhatsApp tidak menjawab. Yang sudah diajukan tetap tersimpan; jalankan lagi nanti."
            return 1, {"templates": states}, words
    return 0, {"templates": states}, "\n".join(f"{name}: {state}" for name, state in states.items())


def _bounced(raw: bytes) -> Result:
    """Always 0: a mail server would send a refused bounce round and round."""
    from satupintu.adapters.mail import bounces
    from satupintu.notices import actions

    found = bounces.read(raw)
    ours = found is not None and actions.bounced(found.key, reason=f"surel dikembalikan ({found.status})")
    return 0, {"bounced": ours}, "Tercatat gagal." if ours else "Bukan surat kami yang kembali."
