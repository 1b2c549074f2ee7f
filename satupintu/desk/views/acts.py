# SPDX-License-Identifier: Apache-2.0
"""What officers do: each view takes what was typed, calls one action, and goes back to the file.

An act that needs words has a page of its own (GET) with the same address; one that needs none is a button.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from satupintu.accounts.middleware import ActorRequest
from satupintu.accounts.queries import holders
from satupintu.applications import actions as applications
from satupintu.applications import queries as application_queries
from satupintu.applications.actions.work import correction_outcome
from satupintu.cases import actions as cases
from satupintu.cases.models import Case
from satupintu.core import clock
from satupintu.core.access import Permission
from satupintu.core.forms import DocumentSpec
from satupintu.core.refusal import Refusal
from satupintu.core.sop import WAIT_KINDS, Wait
from satupintu.desk import page
from satupintu.desk.decision import OPENED
from satupintu.desk.forms import Form, Hidden, asked, command, return_rows, together
from satupintu.desk.queries import Desk, desk
from satupintu.desk.queries import file as whole_file
from satupintu.desk.views.guard import officer, open_to_work
from satupintu.desk.views.pages import file_page
from satupintu.desk.words import link
from satupintu.licensing import actions as licensing
from satupintu.licensing.papers import duties_of
from satupintu.licensing.queries import activity_of, fulfilment
from satupintu.offices.queries import local_day
from satupintu.permits import actions as permits
from satupintu.permits import papers
from satupintu.permits import queries as permit_queries
from satupintu.permits.signers import BSRE, signer_of
from satupintu.ui import formats
from satupintu.ui.fields import FieldView, Option, field_of, texts_of
from satupintu.ui.parts import Problem
from satupintu.ui.words import answer_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def words_box(name: str, label: Text, hint: Text = "", *, required: bool = True, rows: int = 4) -> FieldView:
    """A box for some sentences."""
    return FieldView(f"q-{name}", name, label, "long-text", hint=hint, required=required, rows=rows)


def _line(name: str, label: Text, value: str = "", hint: Text = "") -> FieldView:
    return FieldView(f"q-{name}", name, label, value=value, hint=hint)


def ask(
    request: ActorRequest,
    found: Desk,
    form: Form,
    *,
    title: Text,
    button: Text,
    lead: Iterable[Text] = (),
    kind: str = "",
    warn: Text = "",
    hidden: Hidden = (),
    version: bool = False,
) -> HttpResponse:
    """The page of one act: why, the fields, one button. version: the act depends on what was seen."""
    seen = request.POST.get("version") or str(found.case.version)
    context = {
        "desk": found,
        "title": title,
        "lead": list(lead),
        "warn": warn,
        "fields": form.fields,
        "errors": form.wrong,
        "hidden": (*command(), *hidden, *((("version", seen),) if version else ())),
        "button": button,
        "kind": kind,
    }
    return render(request, "desk/act.html", context, status=422 if form.wrong else 200)


def _back(request: ActorRequest, key: uuid.UUID, said: Text, query: str = "") -> HttpResponse:
    """After an act: to the file while it still concerns this person, else to his worklist, with what was done."""
    after = desk(request.actor, key)
    address = link(after, "file")
    undo = cases.may_undo(after.case, request.actor)
    if after.concerns or after.signing:
        if said:
            messages.success(request, str(said))
        return HttpResponseRedirect(address + query)
    until = f" {_('Bisa dibatalkan sampai %(time)s.') % {'time': page.undo_until(after)}}" if undo else ""
    text = format_html('<a href="{}">{}</a>: {}{}', address, after.case.receipt, said, until)
    messages.success(request, text)
    return redirect("desk:worklist")


# Claim, hand over, undo ------------------------------------------------------------------------------------------


@officer
@get_or_post
def claim(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Take the file up."""
    found = open_to_work(request, key)
    if request.method == "POST":
        cases.claim(request.actor, found.case.pk, asked=asked(request.POST))
    return redirect("desk:file", key)


@officer
@get_or_post
def hand_over(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Give the file to a colleague of the same role, with a reason."""
    found = open_to_work(request, key)
    case = found.case
    others = [h for h in holders(case.office_id, case.role, found.at) if h.person != request.actor.person]
    options = tuple(Option(h.person, h.name, h.title) for h in others)
    who = FieldView("q-kepada", "kepada", _("Serahkan kepada siapa?"), "choice", options=options)
    form = Form(request.POST or None, who, words_box("alasan", _("Mengapa diserahkan?"), rows=3))
    if request.method == "POST" and form.complete():
        to, reason = form["kepada"], form["alasan"]
        cases.hand_over(
            request.actor, case.pk, to=to, reason=reason, asked=asked(request.POST, to=to, reason=reason)
        )
        return _back(request, key, _("Berkas sudah diserahkan."))
    if not others:
        return ask(
            request, found, Form(None), title=_("Serahkan berkas"), button="",
            lead=[_("Belum ada rekan dengan peran yang sama di kantor ini.")],
        )  # fmt: skip
    return ask(
        request, found, form, title=_("Serahkan berkas ke rekan"), button=_("Serahkan"),
        lead=[_("Rekan itu melanjutkan dari langkah ini. Alasan tercatat di riwayat.")],
    )  # fmt: skip


@officer
@get_or_post
def undo(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Take one's own last step back."""
    found = open_to_work(request, key)
    if request.method == "POST":
        cases.undo(request.actor, found.case.pk, asked=asked(request.POST))
        return _back(request, key, _("Langkah terakhir Anda dibatalkan."))
    return redirect("desk:file", key)


# Outcomes and waits ----------------------------------------------------------------------------------------------


@officer
@get_or_post
def outcome(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Leave the step by one of its outcomes; one that decides or needs a reason is confirmed on this page first."""
    found = open_to_work(request, key)
    wanted = request.POST.get("outcome") or request.GET.get("hasil", "")
    way = found.step.outcomes.get(wanted) if found.step else None
    if way is None or way.when is not None:
        if request.method == "POST":  # sent twice: the first answer; else the rule says why not
            said = request.POST.get("alasan", "").strip()
            command_given = asked(request.POST, outcome=wanted, reason=said)
            cases.take(request.actor, found.case.pk, outcome=wanted, reason=said, asked=command_given)
        return redirect("desk:file", key)
    label = _("Alasan, dalam kata yang dipahami pemohon")
    reason = (words_box("alasan", label, _("Pemohon membaca kalimat ini.")),) if way.needs_reason else ()
    form = Form(request.POST or None, *reason)
    if request.method == "POST" and form.complete():
        said = form["alasan"] if reason else ""
        command_given = asked(request.POST, outcome=wanted, reason=said)
        cases.take(request.actor, found.case.pk, outcome=wanted, reason=said, asked=command_given)
        return _back(request, key, _("%(outcome)s.") % {"outcome": way.label})
    end = found.sop.ends.get(way.to or "")
    lead = [_("Berkas berakhir: %(end)s.") % {"end": end.label}] if end else []
    if end and end.reopen:
        lead.append(_("Pemohon boleh mengajukan lagi setelah syarat terpenuhi."))
    return ask(
        request, found, form, title=way.label, button=way.label, lead=lead, version=True,
        kind="stop" if end and end.result != "issued" else "", hidden=(("outcome", wanted),),
        warn=_("Ini keputusan. Sesudah waktu pembatalan lewat, tidak bisa ditarik kembali.") if way.decides else "",
    )  # fmt: skip


@officer
@get_or_post
def send_back(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Return for correction: each document its own note, filled from the checklist."""
    found = open_to_work(request, key)
    way = correction_outcome(found.case) if found.step else None
    if way is None or found.step is None:
        return redirect("desk:file", key)
    wait = found.sop.waits[found.step.outcomes[way].wait or ""]
    items = application_queries.items(application_queries.of_case(found.case))
    wrong = {
        item.requirement.id: said.sentence
        for item in items
        if (said := item.verdicts.get(found.step.id)) and said.verdict in page.WRONG
    }
    rows = return_rows(items, wrong, request.POST or None)
    notes = {row.id: row.note for row in rows if row.chosen}
    problems = [Problem(f"#c-{row.id}", row.error) for row in rows if row.error]
    if request.POST and not notes:
        problems = [
            Problem(f"#h-{rows[0].id}", _("Belum ada yang dipilih. Centang dokumen yang harus diperbaiki."))
        ]
    if request.method == "POST" and not problems:
        applications.return_for_correction(
            request.actor, found.case.pk, notes=notes, asked=asked(request.POST, notes=notes)
        )
        return _back(request, key, _("%(n)s hal dikembalikan kepada pemohon.") % {"n": len(notes)})
    context = {
        "desk": found,
        "rows": rows,
        "errors": problems,
        "effect": page.effect(found, wait),
        "until": _until(found, wait),
        "hidden": (*command(), ("version", request.POST.get("version") or str(found.case.version))),
    }
    return render(request, "desk/return.html", context, status=422 if problems else 200)


def _until(found: Desk, wait: Wait) -> str:
    """The last day the other side has, if it is asked now."""
    if wait.limit is None:
        return ""
    over = clock.deadline(found.at, wait.limit, found.calendar) - timedelta(seconds=1)
    return formats.near_date(found.calendar.local_day(over), found.today)


@officer
@get_or_post
def open_wait(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Ask for a meeting, a visit, a new determination."""
    found = open_to_work(request, key)
    if request.method == "POST":
        wait = request.POST.get("wait", "")
        cases.open_wait(request.actor, found.case.pk, wait=wait, asked=asked(request.POST, wait=wait))
        return _back(request, key, _("Permintaan sudah dibuka."))
    return redirect("desk:file", key)


@officer
@get_or_post
def answer(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Answer a wait that my role owes; minutes and reasons in words."""
    found = open_to_work(request, key)
    wanted = request.POST.get("wait") or request.GET.get("tunggu", "")
    wait = found.sop.waits.get(wanted)
    if wait is None or not WAIT_KINDS[wait.kind].answers:
        raise Refusal("cases.no-such-wait", status=404)
    answers = WAIT_KINDS[wait.kind].answers
    form = Form(request.POST or None, *_answer_fields(wait, answers))
    if request.method == "POST":
        said, words = form["said"], form["words"]
        if said != answers[-1] and not words:
            form.refuse("words", _("Tulis alasannya. Jawaban ini tidak cukup tanpa alasan."))
        if form.complete() and said in answers:
            given = asked(request.POST, wait=wanted, said=said, words=words)
            cases.answer(request.actor, found.case.pk, wait=wanted, said=said, words=words, asked=given)
            return _back(
                request, key, _("%(wait)s: %(answer)s.") % {"wait": wait.label, "answer": answer_words(said)}
            )
    return ask(request, found, form, title=wait.label, button=_("Simpan jawaban"), hidden=(("wait", wanted),))


def _answer_fields(wait: Wait, answers: tuple[str, ...]) -> tuple[FieldView, ...]:
    """The answers, best first, and the words that go with them."""
    options = tuple(Option(a, answer_words(a)[:1].upper() + answer_words(a)[1:]) for a in reversed(answers))
    only = answers[0] if len(answers) == 1 else ""
    chosen = FieldView("q-said", "said", _("Jawaban"), "choice", value=only, options=options)
    if wait.kind == "meeting":
        words = words_box(
            "words", _("Catatan rapat"), _("Siapa yang hadir dan apa kesimpulannya."), required=False, rows=8
        )
    else:
        words = words_box(
            "words",
            _("Catatan atau alasan"),
            _("Wajib bila tidak disetujui atau tidak sesuai."),
            required=False,
        )
    return (chosen, words)


# The step's work -------------------------------------------------------------------------------------------------


@officer
@get_or_post
def check(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """One row of the checklist; then the next row that nobody has judged."""
    post = request.POST
    verdict, wanted = post.get("verdict", ""), post.get("requirement", "")
    sentence = together(post.get("sentence", ""), post.get("note", ""))
    found = open_to_work(request, key)
    if request.method == "POST":
        items = application_queries.items(application_queries.of_case(found.case))
        item = next((item for item in items if item.requirement.id == wanted), None)
        if item is None:
            raise Refusal("access.not-yours", status=404)
        given = asked(post, item=str(item.key), verdict=verdict, sentence=sentence)
        applications.check(
            request.actor, found.case.pk, item=item.key, verdict=verdict, sentence=sentence, asked=given
        )
        return _next_row(request, found, items.index(item) + 1)
    if not post:
        return redirect("desk:file", key)
    whole = whole_file(request.actor, key)  # refused: the row is shown again as it was typed
    row = next((n for n, item in enumerate(whole.items, 1) if item.requirement.id == wanted), 1)
    return file_page(request, whole, row=row, typed={"verdict": verdict, "note": sentence})


def _next_row(request: ActorRequest, found: Desk, row: int) -> HttpResponse:
    """The next row, also when it is judged already; after the last one the list as it is."""
    count = len(application_queries.requirements(application_queries.of_case(found.case)))
    address = link(found, "file")
    return HttpResponseRedirect(
        f"{address}?baris={row + 1}#baris-{row + 1}" if row < count else f"{address}#periksa"
    )


@officer
@get_or_post
def assist(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """How the applicant was helped (step 2)."""
    found = open_to_work(request, key)
    label = _("Apa yang dijelaskan atau dikerjakan bersama pemohon?")
    form = Form(request.POST or None, words_box("catatan", label))
    if request.method == "POST" and form.complete():
        note = form["catatan"]
        applications.assist(request.actor, found.case.pk, note=note, asked=asked(request.POST, note=note))
        return _back(request, key, _("Catatan pendampingan tersimpan."))
    lead = [f"{row.label} {row.value}" for row in _help_asked(found)]
    return ask(request, found, form, title=_("Catatan pendampingan"), button=_("Simpan"), lead=lead)


def _help_asked(found: Desk) -> list[application_queries.AnswerRow]:
    application = application_queries.of_case(found.case)
    rows = application_queries.answer_rows(application, masked=True)
    return [row for row in rows if row.question == "bantuan" and row.value]


@officer
@get_or_post
def make(request: ActorRequest, key: uuid.UUID, template: str) -> HttpResponse:
    """A document of this step from data: berita acara, pertimbangan teknis."""
    found = open_to_work(request, key)
    spec = found.package.form.documents.get(template) if found.package.form else None
    if spec is None:
        raise Refusal("access.not-yours", status=404)
    errors: dict[str, str] = {}
    if request.method == "POST":
        raw = {
            name: request.POST[name]
            for q in spec.questions.values()
            for name in q.parts
            if name in request.POST
        }
        try:
            applications.make_document(
                request.actor, found.case.pk, template=template, raw=raw, asked=asked(request.POST, raw=raw)
            )
        except Refusal as refusal:
            if refusal.code != "applications.form":
                raise
            errors = {problem.question_id: problem.message for problem in refusal.values["problems"]}
        else:
            return _back(request, key, _("%(label)s sudah dibuat.") % {"label": spec.label}, "#pekerjaan")
    form = Form(None, *_document_fields(request, found, spec, errors))
    lead = [_("Isian ini tercetak pada dokumen. Membuat ulang menggantikan yang lama.")]
    return ask(request, found, form, title=spec.label, button=_("Buat dokumen"), lead=lead)


def _document_fields(
    request: ActorRequest, found: Desk, spec: DocumentSpec, errors: dict[str, str]
) -> tuple[FieldView, ...]:
    """The questions as typed; else as the last document of this kind answered them."""
    texts = {name: request.POST[name] for name in request.POST}
    if not texts:
        made = {paper.template: paper for paper in application_queries.work_documents(found.case)}.get(
            spec.id
        )
        for question in spec.questions.values():
            texts |= texts_of(question, made.data.get(question.id) if made else None)
    return tuple(field_of(q, texts, errors.get(q.id, "")) for q in spec.questions.values())


@officer
@get_or_post
def draft(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """The draft permit: its duties, one a line; everything else comes from the file."""
    found = open_to_work(request, key)
    duties = request.POST.get("kewajiban", "")
    if request.method == "POST":
        lines = duties.splitlines()
        prepare = licensing.draft if fulfilment(found.case) else permits.save_draft
        prepare(request.actor, found.case.pk, duties=lines, asked=asked(request.POST, duties=duties))
        return _back(request, key, _("Draf tersimpan. Periksa pratinjaunya."), "?lihat=draf#lihat")
    kept = permit_queries.draft_of(found.case)
    if not request.POST:
        duties = "\n".join(kept.data["kewajiban"] if kept else _duties(found.case))
    hint = _("Satu kewajiban pada tiap baris. Syarat dari pertimbangan teknis sudah ikut.")
    form = Form(None, words_box("kewajiban", _("Kewajiban pemegang"), hint, rows=10))
    form = Form({"kewajiban": duties}, *form.fields)
    if request.POST:
        form.complete()
    context = {
        "desk": found,
        "fields": form.fields,
        "errors": form.wrong,
        "preview": link(found, "preview") if kept else "",
        "hidden": command(),
    }
    return render(request, "desk/draft.html", context)


def _duties(case: Case) -> list[str]:
    """What a draft starts from: of a pemenuhan the duties of its activity, and the conditions of the opinion in any case."""
    begun = fulfilment(case)
    if begun is None:
        return papers.standard_duties(case)
    return [*duties_of(activity_of(begun.product)), *papers.conditions(case)]


@officer
@get_or_post
def sign(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """The head's act of signing; only a draft that was opened can be signed."""
    found = open_to_work(request, key)
    if request.method != "POST":
        return redirect("desk:file", key)
    kept = permit_queries.draft_of(found.case)
    opened = request.session.get(OPENED, {})
    if kept is not None and opened.get(str(key)) != permit_queries.draft_seal(kept):
        raise Refusal("desk.draft-unopened", status=422)
    if kept is not None and signer_of(found.case.office, local_day(found.case.office, found.at)) == BSRE:
        return sign_by_bsre(request, found, permit_queries.draft_seal(kept))
    answered = permits.sign(request.actor, found.case.pk, asked=asked(request.POST))
    return _back(request, key, _("Nomor %(number)s diambil.") % {"number": answered.get("number", "")})


def sign_by_bsre(request: ActorRequest, found: Desk, seal: str) -> HttpResponse:
    """A batch of one draft, or of one replacement: BSrE asks for the passphrase, and there is one page where it is typed."""
    drafts = [(str(found.case.key), seal)]
    answered = permits.begin_batch(
        request.actor, found.case.office, drafts=drafts, asked=asked(request.POST, drafts=drafts)
    )
    return redirect("desk:batch", answered["batch"])


@officer
@get_or_post
def settle(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Say what those who run the signing service have answered: this document was not signed."""
    found = open_to_work(request, key, Permission.PERMIT_SETTLE)
    hint = _("Siapa yang menjawab, kapan, dan apa kata catatan layanannya.")
    form = Form(request.POST or None, words_box("alasan", _("Apa jawaban pengelola layanan BSrE?"), hint))
    if request.method == "POST" and form.complete():
        reason = form["alasan"]
        permits.settle_unsigned(
            request.actor, found.case.pk, reason=reason, asked=asked(request.POST, reason=reason)
        )
        return to_file(request, found, _("Tercatat. Kepala dinas boleh menandatangani lagi."))
    lead = [
        _("Hasil tanda tangan surat ini belum pasti. Tanyakan kepada pengelola layanan BSrE di kantor Anda."),
        _("Catat di sini hanya bila jawabannya: surat ini belum ditandatangani."),
    ]
    return ask(
        request,
        found,
        form,
        title=_("Pastikan hasil tanda tangan"),
        button=_("Belum ditandatangani"),
        lead=lead,
    )


@officer
@get_or_post
def archive(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Into the archive: classification and retention from the service, the place from the archivist."""
    found = open_to_work(request, key)
    rule = found.package.service.archive if found.package.service else None
    example = _("Contoh; ditetapkan kantor dalam jadwal retensi.") if rule and rule.assumed else ""
    form = Form(
        request.POST or None,
        _line("kode", _("Kode klasifikasi"), rule.code if rule else "", example),
        _line("retensi", _("Masa simpan"), rule.retention if rule else "", example),
        _line("tempat", _("Tempat simpan berkas fisik"), hint=_("Contoh: Rak 1, boks 001")),
        words_box("catatan", _("Catatan"), required=False, rows=2),
    )
    if request.method == "POST" and form.complete():
        typed = {
            "code": form["kode"],
            "retention": form["retensi"],
            "place": form["tempat"],
            "note": form["catatan"],
        }
        applications.archive(request.actor, found.case.pk, **typed, asked=asked(request.POST, **typed))
        return _back(request, key, _("Data arsip tersimpan."))
    return ask(request, found, form, title=_("Data arsip"), button=_("Simpan data arsip"))


# Revocation ------------------------------------------------------------------------------------------------------


@officer
@get_or_post
def ask_revocation(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Propose to revoke the permit; another person decides."""
    found = open_to_work(request, key)
    form = Form(request.POST or None, words_box("alasan", _("Mengapa surat ini harus dicabut?")))
    if request.method == "POST" and form.complete():
        reason = form["alasan"]
        permits.ask_revocation(
            request.actor, found.case.pk, reason=reason, asked=asked(request.POST, reason=reason)
        )
        return to_file(request, found, _("Usul pencabutan tercatat."))
    lead = [_("Kepala dinas memutuskan. Sampai saat itu surat tetap berlaku.")]
    return ask(request, found, form, title=_("Usulkan pencabutan"), button=_("Usulkan pencabutan"), lead=lead)


@officer
@get_or_post
def revoke(request: ActorRequest, key: uuid.UUID) -> HttpResponse:
    """Revoke a permit that somebody else has proposed to revoke."""
    found = open_to_work(request, key)
    if request.method == "POST":
        permits.revoke(request.actor, found.case.pk, asked=asked(request.POST))
        return to_file(request, found, _("Surat dicabut."))
    permit = permit_queries.of_case(found.case)
    if permit is None:
        raise Refusal("permits.none", status=404)
    lead = [
        _("Nomor %(number)s, %(holder)s.") % {"number": permit.number, "holder": permit.holder},
        _("Alasan pengusul: %(reason)s") % {"reason": permit.revoke_reason or formats.NOTHING},
    ]
    warn = _("Sejak saat ini halaman cek menyatakan surat dicabut.")
    return ask(
        request,
        found,
        Form(None),
        title=_("Cabut surat"),
        button=_("Cabut surat"),
        lead=lead,
        kind="stop",
        warn=warn,
        version=True,
    )


def to_file(request: ActorRequest, found: Desk, said: Text) -> HttpResponse:
    """Back to the file, with what was done."""
    messages.success(request, str(said))
    return redirect("desk:file", found.case.key)
