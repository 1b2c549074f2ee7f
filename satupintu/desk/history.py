# SPDX-License-Identifier: Apache-2.0
"""The record of a file in plain words: one table says every kind of event, the movement follows from its data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from satupintu.cases.models import Remark
from satupintu.core.sop import Sop
from satupintu.desk.queries import Desk, File
from satupintu.door.read import Line
from satupintu.ui import formats
from satupintu.ui.lane import step_label
from satupintu.ui.parts import HistoryRow
from satupintu.ui.words import answer_words, channel_words, delivery_words, role_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

SENTENCES: Mapping[str, Text] = {
    "application.sent": gettext_lazy("%(who)s mengirim permohonan."),
    "application.assisted": gettext_lazy("%(who)s mendampingi pemohon."),
    "application.checked": gettext_lazy("%(who)s memeriksa %(n)s dokumen."),
    "application.returned": gettext_lazy("%(who)s mengembalikan %(n)s hal untuk diperbaiki."),
    "application.corrected": gettext_lazy("%(who)s mengirim perbaikan."),
    "application.document": gettext_lazy("%(who)s membuat %(document)s nomor %(number)s."),
    "application.archived": gettext_lazy("%(who)s mencatat data arsip, kode %(code)s."),
    "case.take": gettext_lazy("%(who)s: %(outcome)s."),
    "case.open": gettext_lazy("%(who)s meminta %(wait)s."),
    "case.answer": gettext_lazy("%(who)s, %(wait)s: %(answer)s."),
    "case.tick": gettext_lazy("Batas waktu lewat."),
    "case.withdraw": gettext_lazy("%(who)s menarik permohonan."),
    "case.claimed": gettext_lazy("%(who)s mengambil berkas."),
    "case.handed-over": gettext_lazy("%(who)s menyerahkan berkas kepada %(to)s."),
    "case.released": gettext_lazy("Berkas bebas diambil: pemegangnya tidak bertugas lagi."),
    "case.undone": gettext_lazy("%(who)s membatalkan langkah terakhirnya."),
    "permit.drafted": gettext_lazy("%(who)s menyusun draf surat."),
    "permit.number-taken": gettext_lazy("%(who)s menandatangani; nomor %(number)s diambil."),
    "permit.issued": gettext_lazy("Surat nomor %(number)s terbit dan tersimpan."),
    "permit.downloaded": gettext_lazy("%(who)s mengunduh surat."),
    "permit.replacement-asked": gettext_lazy("%(who)s mengusulkan penggantian surat %(number)s."),
    "permit.replacement-withdrawn": gettext_lazy("%(who)s menarik usul penggantian."),
    "permit.replacement-declined": gettext_lazy("%(who)s menolak usul penggantian."),
    "permit.replacement-confirmed": gettext_lazy(
        "%(who)s menandatangani versi %(version)s surat %(number)s."
    ),
    "permit.replaced": gettext_lazy("Versi %(by)s menggantikan versi %(version)s surat %(number)s."),
    "permit.revocation-asked": gettext_lazy("%(who)s mengusulkan pencabutan surat %(number)s."),
    "permit.revoked": gettext_lazy("%(who)s mencabut surat %(number)s."),
}
"""What each kind of event says. A mark of work (`case.mark`) only speaks through what moved by it."""

CLOCK: Mapping[str, Text] = {
    "start": gettext_lazy("Jam mulai."),
    "pause": gettext_lazy("Jam berhenti."),
    "resume": gettext_lazy("Jam jalan lagi."),
    "reset": gettext_lazy("Jam dikembalikan ke nol."),
    "restart": gettext_lazy("Jam mulai dari nol."),
    "stop": gettext_lazy("Jam selesai."),
}
QUIET = frozenset({"case.mark", "case.unmark", "case.progress"})
UNSAID = "case.begun"  # the same commit as the sending, which says it


def rows(
    file: Desk,
    lines: Iterable[Line],
    names: Mapping[str, str],
    remarks: Mapping[int, Sequence[Remark]] | None = None,
) -> list[HistoryRow]:
    """The lines in words, newest first; checks of several documents in a row are one line."""
    said = [row for line, n in _together(lines) if (row := _row(file, line, n, names, remarks or {}))]
    return list(reversed(said))


def of_file(file: File) -> list[HistoryRow]:
    """The whole history of a file's page."""
    return rows(file, file.lines, file.names, file.remarks)


def _together(lines: Iterable[Line]) -> list[tuple[Line, int]]:
    """Each line with how many like it stood in a row; marks between two checks do not part them."""
    found: list[tuple[Line, int]] = []
    for line in lines:
        if line.kind == UNSAID or (line.kind in QUIET and not _moved(line.data)):
            continue
        last = found[-1] if found else None
        if last and line.kind == "application.checked" == last[0].kind and _same_hand(last[0], line):
            found[-1] = (line, last[1] + 1)
        else:
            found.append((line, 1))
    return found


def _same_hand(one: Line, other: Line) -> bool:
    return one.person == other.person and one.data.get("step") == other.data.get("step")


def _moved(data: Mapping[str, Any]) -> bool:
    return any(data.get(what) for what in ("left", "entered", "end", "clock", "opened"))


def _row(
    file: Desk, line: Line, n: int, names: Mapping[str, str], remarks: Mapping[int, Sequence[Remark]]
) -> HistoryRow | None:
    parts = [*_sentence(file, line, n, names), *_movement(file.sop, line)]
    if not parts:
        return None
    text = " ".join(parts)
    html = format_html("{}", text)
    for remark in remarks.get(line.number, ()):
        html += format_html('<br><q class="soft">{}</q>', _words_of(file, remark))
    when = formats.near_moment(line.at, file.calendar.zone, file.today)
    return HistoryRow(when, SafeString(html), paused="pause" in line.data.get("clock", ()))


def _sentence(file: Desk, line: Line, n: int, names: Mapping[str, str]) -> list[str]:
    text = SENTENCES.get(line.kind)
    if text is None:
        return []
    data, sop = line.data, file.sop
    form = file.package.form
    document = form.documents.get(str(data.get("template"))) if form else None
    values = {
        "who": who(line, names),
        "n": len(data["items"]) if line.kind == "application.returned" else n,
        "number": data.get("number", ""),
        "code": data.get("code", ""),
        "version": data.get("version", ""),
        "by": data.get("by", ""),
        "document": document.label if document else "",
        "outcome": _outcome(sop, data),
        "wait": sop.waits[data["wait"]].label if data.get("wait") in sop.waits else "",
        "answer": answer_words(str(data.get("answer", ""))),
        "to": names.get(str(data.get("to")), ""),
    }
    printed = (
        _("Dicetak dengan koreksi %(id)s.") % {"id": str(data.get("release"))[:8]}
        if "release" in data
        else ""
    )
    return [str(text) % values, *filter(None, [printed])]


def who(line: Line, names: Mapping[str, str]) -> str:
    """Who acted, with the role he used: "Galih Prakoso, tim teknis"."""
    name = names.get(line.person)
    if name is None:
        return _("Sistem")
    role = role_words(line.role) if line.role else ""
    if line.data.get("acting"):
        role = f"{line.data['acting'].capitalize()}. {role}"
    behalf = names.get(str(line.data.get("behalf", "")))
    role += _(" atas nama %(owner)s") % {"owner": behalf} if behalf else ""
    return f"{name}, {role}" if role else name


def _outcome(sop: Sop, data: Mapping[str, Any]) -> str:
    """The label of the way that was taken by hand."""
    wanted = str(data.get("outcome", ""))
    for left in data.get("left", ()):
        step, _dot, outcome = left.partition(".")
        if outcome == wanted and step in sop.steps:
            return sop.steps[step].outcomes[outcome].label
    return next((s.outcomes[wanted].label for s in sop.steps.values() if wanted in s.outcomes), wanted)


def _movement(sop: Sop, line: Line) -> list[str]:
    """Where the file went by it, which waits opened, and what the clock did."""
    data, said = line.data, []
    for step in data.get("entered", ()):
        row = sop.steps[step]
        said.append(
            _("Langkah %(n)s, %(step)s, di %(actor)s.")
            % {"n": row.number, "step": step_label(step), "actor": sop.actors[row.actor].label}
        )
    if data.get("end"):
        said.append(_("Berkas berakhir: %(end)s.") % {"end": sop.ends[data["end"]].label})
    opened = [sop.waits[wait].label for wait in data.get("opened", ()) if wait in sop.waits]
    if opened:
        said.append(_("Ditunggu: %(waits)s.") % {"waits": ", ".join(opened)})
    said += [str(CLOCK[tick]) for tick in data.get("clock", ()) if tick in CLOCK]
    return said


def _words_of(file: Desk, remark: Remark) -> str:
    """The words of a remark; a list of returned documents gets their labels."""
    if remark.kind != "returned" or file.package.service is None:
        return remark.text
    known, said = file.package.service.requirements, []
    for text in remark.text.splitlines():
        key, colon, note = text.partition(": ")
        said.append(f"{known[key].label}: {note}" if colon and key in known else text)
    return "; ".join(said)


def told(file: File) -> list[str]:
    """Who was told what, and how it travelled: "Pemohon: Permohonan … sudah kami terima (surel, terkirim)"."""
    texts, found = file.spoken.texts["id"], dict[str, list[str]]()
    for source, channel, state in file.told:
        on, _colon, text = source.partition(":")[2].partition(":")[2].rpartition(":")
        to = next((row.to for row in file.sop.notices if row.on == on and row.text == text), ())
        people = ", ".join(file.sop.actors[actor].label for actor in to)
        subject = texts.get(f"notice.{text}.subject", text)
        subject = subject.replace("{resi}", file.case.receipt).replace("{layanan}", file.package.name)
        ways = found.setdefault(f"{people}: {subject}", [])
        ways.append(f"{channel_words(channel)}, {delivery_words(state)[1]}")
    return [f"{line} ({_counted(ways)})" for line, ways in found.items()]


def _counted(ways: list[str]) -> str:
    """Each way with how often, where several people were told."""
    once = dict.fromkeys(ways)
    return "; ".join(
        way
        if ways.count(way) == 1
        else ngettext("%(way)s, %(n)d orang", "%(way)s, %(n)d orang", ways.count(way))
        % {"way": way, "n": ways.count(way)}
        for way in once
    )
