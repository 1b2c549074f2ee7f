# SPDX-License-Identifier: Apache-2.0
"""`satupintu setup`: a real office in an empty home. No demo data, no default account, no password.

The first administrator gets a token that is shown once and opens /mulai/TOKEN, where he chooses his own password.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from satupintu.cli import FINE, NOT_FINE, Usage, home
from satupintu.cli.questions import QUESTIONS, fill

if TYPE_CHECKING:
    from datetime import datetime

    from satupintu.config.safety import Problem
    from satupintu.offices.models import Office

Result = tuple[int, dict[str, Any], str]
BASIS = "Nilai awal saat pemasangan; kantor menetapkan sendiri dasarnya"
IN_ENVIRONMENT = {"url": "SATUPINTU_URL", "smtp": "SATUPINTU_SMTP"}


def run(args: argparse.Namespace) -> Result:
    """Set up, give a new token (--new-token), or only look (--check)."""
    answers = {} if args.check else _answers(args)
    for name, variable in IN_ENVIRONMENT.items():
        if answers.get(name):
            os.environ.setdefault(variable, answers[name])
    if answers.get("email"):
        os.environ.setdefault("SATUPINTU_MAIL_FROM", f"{answers['short_name']} <{answers['email']}>")
    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "satupintu.config.settings")
    import django

    django.setup()
    from django.conf import settings

    from satupintu.config import safety
    from satupintu.door.moment import now

    found = safety.problems(safety.look(settings, os.environ, now()))
    if found:
        return refused(found)
    if args.check:
        return FINE, {"ok": True, "problems": []}, "Aman: tidak ada pengaturan yang berbahaya."
    return _set_up(answers, now(), new_token=args.new_token)


def refused(found: tuple[Problem, ...]) -> Result:
    """The answer to an unsafe installation."""
    told = [{"code": it.code, "what": it.what, "do": it.do} for it in found]
    lines = ["Belum aman, jadi tidak dijalankan:", *(f"- {it}" for it in found)]
    return NOT_FINE, {"ok": False, "problems": told}, "\n".join(lines)


def _answers(args: argparse.Namespace) -> dict[str, str]:
    """What is not given as an option is asked, where a person sits at a terminal; the file of an earlier setup counts."""
    given = {question.name: getattr(args, question.name) or "" for question in QUESTIONS}
    for name, variable in IN_ENVIRONMENT.items():
        given[name] = given[name] or os.environ.get(variable, "")
    ask = input if sys.stdin.isatty() and "json" not in args else None
    try:
        return fill(given, ask, print)
    except ValueError as wrong:
        raise Usage(f"{wrong} Lihat cara memakainya: satupintu setup --help") from None
    except (EOFError, KeyboardInterrupt):
        raise Usage("Dibatalkan. Belum ada yang dibuat.") from None


def _set_up(answers: dict[str, str], at: datetime, *, new_token: bool) -> Result:
    from satupintu.accounts.queries import office_has
    from satupintu.cli.office import migrate
    from satupintu.core.access import Role
    from satupintu.offices.models import Office

    slug = answers["office"]
    if slug in addresses():
        raise Usage(f"--office: “{slug}” sudah dipakai halaman lain. Pilih nama pendek yang lain.")
    migrate()
    if Office.objects.filter(invented=True).exists():
        return _no("demo-data", "Folder data ini berisi kantor contoh. Pakai SATUPINTU_HOME yang kosong.")
    office = Office.objects.filter(slug=slug).first()
    if office is not None and not new_token:
        answer = {"ok": True, "changed": False, "office": slug, "home": str(home.path().parent)}
        return FINE, answer, f"{office.name} sudah disiapkan. Tidak ada yang diubah.{_hint(office, at)}"
    if office is not None and office_has(office.pk, Role.ADMINISTRATOR, at):
        return _no("has-administrator", f"{office.name} sudah punya administrator. Tautan baru tidak dibuat.")
    return _welcome(office or _open(answers, at), answers, at)


def _hint(office: Office, at: datetime) -> str:
    from satupintu.accounts.queries import office_has
    from satupintu.core.access import Role

    if office_has(office.pk, Role.ADMINISTRATOR, at):
        return ""
    return "\nAdministrator belum masuk. Bila tautannya hilang atau lewat waktu, ulangi dengan --new-token."


def _open(answers: dict[str, str], at: datetime) -> Office:
    """The office with the national holidays and the national list of business fields, and nothing invented."""
    from satupintu.catalog import actions as catalog
    from satupintu.catalog.queries import KBLI_VERSION
    from satupintu.core.access import system
    from satupintu.core.clock import thaw
    from satupintu.offices import actions as offices
    from satupintu.offices.queries import DEFAULTS

    package = Path(offices.__file__).parent.parent
    same = ("name", "full_name", "short_name", "government", "region_code", "seat", "address", "phone", "email", "website", "head_title")  # fmt: skip
    data = {name: answers[name] for name in same} | {
        "slug": answers["office"],
        "time_zone": answers["timezone"],
    }
    days = thaw((package / "offices" / "data" / "holidays.csv").read_text("utf-8"))
    off = [(day.day, day.name, day.estimated) for day in days]
    catalog.load_kbli(package / "catalog" / "data" / "kbli-awal.csv", version=KBLI_VERSION)
    catalog.load_starter(at)
    return offices.open_office(system(at), data=data, days_off=off, settings=DEFAULTS, basis=BASIS)


def _welcome(office: Office, answers: dict[str, str], at: datetime) -> Result:
    """Invite the first administrator, and show the token this once."""
    from django.conf import settings
    from django.urls import reverse

    from satupintu.accounts import actions as accounts
    from satupintu.cli.office import words_of_refusal
    from satupintu.core.access import Role, system
    from satupintu.core.refusal import Refusal
    from satupintu.ui.formats import moment

    if not home.path().exists():
        home.keep()
    try:
        token = accounts.invite(
            system(at), office, Role.ADMINISTRATOR,
            email=answers["admin_email"], title="Administrator", letter=answers["letter"],
        )  # fmt: skip
    except Refusal as refusal:
        return _no(refusal.code, words_of_refusal(refusal))
    link = settings.PUBLIC_URL + reverse("account_invited", args=[token])
    until = at + accounts.INVITED_FOR
    answer = {
        "ok": True, "changed": True, "office": office.slug, "home": str(settings.HOME),
        "token": token, "link": link, "expires": until.isoformat(),
    }  # fmt: skip
    lines = (
        f"{office.name} siap. Datanya di {settings.HOME}",
        "",
        f"Administrator pertama, {answers['admin_email']}, membuka tautan ini satu kali,",
        f"paling lambat {moment(until, ZoneInfo(office.time_zone))}:",
        "",
        f"  {link}",
        "",
        "Tautan ini hanya tampil sekarang dan tidak kami simpan. Berikan hanya kepada orangnya.",
        "Lalu terbitkan layanan (satupintu service publish) dan jalankan: satupintu serve",
    )
    return FINE, answer, "\n".join(lines)


def _no(code: str, words: str) -> Result:
    return NOT_FINE, {"ok": False, "problems": [{"code": code, "what": words, "do": ""}]}, words


def addresses() -> set[str]:
    """First words of addresses that mean something else: an office of that name could not be reached."""
    from django.conf import settings
    from django.urls import URLPattern, URLResolver, get_resolver

    from satupintu.offices.queries import INSTALLATION

    def below(patterns: list[URLPattern | URLResolver]) -> list[str]:
        return [
            word
            for one in patterns
            for word in (below(one.url_patterns) if isinstance(one, URLResolver) else [str(one.pattern)])
        ]

    words = {address.split("/")[0] for address in below(get_resolver().url_patterns)}
    return words | {settings.STATIC_URL.strip("/"), INSTALLATION}
