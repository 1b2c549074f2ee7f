# SPDX-License-Identifier: Apache-2.0
"""Numbers people carry (NIK, NPWP, NIB, passport, phone) and numbers an office gives (receipt, code, permit).

Checking forgives what people type between the figures and refuses what no person types: control characters,
figures of other scripts. It looks at the form only; whether a number exists is for its register to say.

Source: domain sheet 2.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. normalised: the form to store ("" when not valid). message: how to mend it, Indonesian."""

    valid: bool
    normalised: str
    message: str


class _Unfit(Exception):
    """Carries the message for the person who typed."""


# Marks without a picture that come along when a number is copied from a chat, a contact or a table.
_INVISIBLE = frozenset(
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_DOTS = frozenset(".\u00b7\u2024\uff0e")
_MINUS = "\u2212"
_OUTER = " \t\r\n"
_FIGURES = frozenset("0123456789")


def _bare(value: str, also: str = "") -> str:
    """The value without separators. also: further characters to forgive. Raises _Unfit."""
    kept = []
    for character in value.strip(_OUTER):
        kind = unicodedata.category(character)
        if kind in ("Cc", "Cs") or (kind in ("Cf", "Zl", "Zp") and character not in _INVISIBLE):
            raise _Unfit("Ada tanda tersembunyi di dalamnya. Hapus isian ini, lalu ketik ulang.")
        if kind in ("Zs", "Pd") or character in _INVISIBLE or character in _DOTS or character == _MINUS:
            continue
        if character not in also:
            kept.append(character)
    return "".join(kept)


def _figures(value: str, name: str, *lengths: int, also: str = "") -> str:
    """The figures of a number that has one of these lengths. Raises _Unfit."""
    bare = _bare(value, also)
    wanted = " atau ".join(str(length) for length in lengths)
    if not bare:
        raise _Unfit(f"{name} belum diisi. Ketik {wanted} angka.")
    if not _FIGURES.issuperset(bare):
        raise _Unfit(f"{name} hanya berisi angka 0 sampai 9. Ketik ulang {wanted} angkanya.")
    if len(bare) not in lengths:
        raise _Unfit(
            f"{name} terdiri atas {wanted} angka, yang diketik {len(bare)}. Periksa lagi pada kartu atau surat."
        )
    return bare


def _answer(check: Callable[[str], str], value: str) -> Checked:
    try:
        return Checked(True, check(value), "")
    except _Unfit as problem:
        return Checked(False, "", str(problem))


def nik(value: str) -> Checked:
    """A NIK, by structure and date only: PPKKCC, DDMMYY (a woman's day + 40), four figures.

    No table of regions: people keep the code of their birth registration, and provinces were split or lost.
    The year has two figures, so any century in which the date exists will do.
    Source: PP 37/2007.
    """
    return _answer(_nik, value)


def _nik(value: str) -> str:
    figures = _figures(value, "NIK", 16)
    # Province codes have always begun at 11, regencies at 01: lower ones were never given to anybody.
    if int(figures[:2]) < 11 or figures[2:4] == "00":
        raise _Unfit("Empat angka pertama NIK bukan kode daerah. Periksa lagi pada KTP atau kartu keluarga.")
    day, month, year = int(figures[6:8]), int(figures[8:10]), int(figures[10:12])
    if not any(_exists(century + year, month, day - 40 if day > 40 else day) for century in (1900, 2000)):
        raise _Unfit(
            "Angka ke-7 sampai ke-12 NIK bukan tanggal lahir. Periksa lagi pada KTP; untuk perempuan tanggalnya ditambah 40."
        )
    return figures


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def npwp(value: str) -> Checked:
    """An NPWP: 15 figures, 0 and these 15, or the NIK of a resident.

    Luhn over the first nine of the 15 (python-stdnum). Kept in the length it was typed in.
    Source: PMK 112/2022.
    """
    return _answer(_npwp, value)


def _npwp(value: str) -> str:
    bare = _bare(value, "/")
    if len(bare) == 22 and _FIGURES.issuperset(bare):
        raise _Unfit("Ini NITKU dengan 22 angka. Ketik 16 angka pertamanya saja.")
    figures = _figures(value, "NPWP", 15, 16, also="/")
    if len(figures) == 16 and figures[0] != "0":
        found = nik(figures)
        if not found.valid:
            raise _Unfit(f"NPWP 16 angka untuk perorangan sama dengan NIK. {found.message}")
        return figures
    from stdnum import luhn  # loads half of the standard library

    head = figures[-15:-6]
    if not luhn.is_valid(head) or not int(head):
        raise _Unfit(
            "Angka NPWP tidak cocok satu sama lain. Periksa lagi sembilan angka pertama pada kartu NPWP."
        )
    return figures


def nib(value: str) -> Checked:
    """An NIB: 13 figures. There is no published check figure, and its beginning means nothing.

    Source: PP 24/2018.
    """
    return _answer(lambda text: _figures(text, "NIB", 13), value)


def passport(value: str) -> Checked:
    """A passport number of any country: 5 to 20 letters A-Z and figures, at least one figure; capitals kept."""
    return _answer(_passport, value)


def _passport(value: str) -> str:
    bare = _bare(value)
    if not bare:
        raise _Unfit("Nomor paspor belum diisi. Ketik huruf dan angkanya, misalnya A1234567.")
    if not re.fullmatch(r"[A-Za-z0-9]+", bare):
        raise _Unfit(
            "Nomor paspor hanya berisi huruf A sampai Z dan angka 0 sampai 9. Ketik ulang seperti pada paspor."
        )
    if not 5 <= len(bare) <= 20 or not re.search(r"[0-9]", bare):
        raise _Unfit("Nomor paspor berisi 5 sampai 20 huruf dan angka. Ketik ulang seperti pada paspor.")
    return bare.upper()


def phone(value: str) -> Checked:
    """A telephone number in any usual spelling, as +62… (or another country's +…).

    0812…, 62812…, +62 812…, 812…, +62 (0)812…, 0062812…, (0562) …; foreign numbers with + or 00.
    The numbering plans are those of phonenumbers.
    """
    return _answer(_phone, value)


def _phone(value: str) -> str:
    bare = _bare(value, "()/")
    if not bare:
        raise _Unfit("Nomor telepon belum diisi. Ketik misalnya 0812 3456 7890.")
    if not re.fullmatch(r"\+?[0-9]+", bare):
        raise _Unfit(
            "Nomor telepon hanya berisi angka dan tanda + di depan. Ketik satu nomor saja, tanpa kata."
        )
    whole = _international(bare)
    import phonenumbers  # 0.1 s, and only this check needs it

    try:
        valid = phonenumbers.is_valid_number(phonenumbers.parse(whole))
    except phonenumbers.NumberParseException:
        valid = False
    if not valid:
        raise _Unfit(
            "Nomor telepon ini kurang, lebih, atau salah angkanya. Ketik misalnya 0812 3456 7890 atau 0562 123456."
        )
    return whole


def _international(bare: str) -> str:
    """With + and country code; what has neither is read as a number inside Indonesia. Raises _Unfit."""
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    if bare.startswith("+") and not bare.startswith("+62"):
        return bare
    if bare.startswith("+62"):
        national = bare[3:]
    elif bare.startswith("62"):
        # No area code begins so without its zero: this is the country code with the plus left out.
        national = bare[2:]
    elif bare.startswith(("0", "8")):
        national = bare
    else:
        raise _Unfit("Nomor ini tanpa kode daerah. Ketik lengkap, misalnya 0562 123456 atau 0812 3456 7890.")
    return "+62" + national.removeprefix("0")


CHECKS: Mapping[str, Callable[[str], Checked]] = {
    "nik": nik, "npwp": npwp, "nib": nib, "phone": phone, "passport": passport,
}  # fmt: skip

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 12
_RECEIPT = re.compile(r"SP([0-9]{4})([0-9]{2})([0-9]{6,9})")
_MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
_PLACE = re.compile(r"\{(n|year|month|roman_month)(?::0([1-9])d)?\}")


def receipt(region: str, year: int, n: int) -> str:
    """The number of a receipt: SP-1401-26-000123. region: four figures; year: of sending; n: from 1.

    Raises ValueError.
    """
    if not re.fullmatch(r"[0-9]{4}", region) or n < 1:
        raise ValueError("a receipt needs a region code of four figures and a number from 1")
    return f"SP-{region}-{year % 100:02d}-{n:06d}"


def normal_receipt(text: str) -> str:
    """A receipt number as `receipt` writes it, from what a person typed; "" where it cannot be one."""
    found = _RECEIPT.fullmatch(_plain(text))
    return f"SP-{found[1]}-{found[2]}-{found[3]}" if found else ""


def check_code() -> str:
    """A new secret code of twelve characters without I, O, 0 and 1: 60 bits of chance."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def show_code(code: str) -> str:
    """In groups of four, to read aloud: ABCD-EFGH-JKLM."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def normal_code(text: str) -> str:
    """A check code as it is stored, from what a person typed; "" where it cannot be one."""
    plain = _plain(text)
    return plain if len(plain) == CODE_LENGTH and set(plain) <= set(CODE_LETTERS) else ""


def _plain(text: str) -> str:
    try:
        return _bare(text).upper()
    except _Unfit:
        return ""


def permit_number(format: str, n: int, day: date) -> str:
    """A permit's number from an office's format, e.g. "{n:04d}/DPMPTSP/{roman_month}/{year}".

    Places: {n} (must be there), {year}, {month}, {roman_month}; {n:04d} fills with zeros.
    n: number in the book, from 1. day: local day of signing. Raises ValueError, in Indonesian.
    """
    values = {"n": n, "year": day.year, "month": day.month}
    rest = _PLACE.sub("", format)
    if "{" in rest or "}" in rest or ("{n}" not in format and "{n:" not in format):
        raise ValueError(
            f"Format nomor “{format}” tidak terbaca. Pakai {{n:04d}}, {{roman_month}}, {{month}}, dan {{year}}; {{n}} wajib ada."
        )

    def fill(place: re.Match[str]) -> str:
        if place[1] == "roman_month":
            return _MONTHS[day.month - 1]
        return str(values[place[1]]).zfill(int(place[2] or 0))

    return _PLACE.sub(fill, format)
