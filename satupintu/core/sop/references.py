# SPDX-License-Identifier: Apache-2.0
"""References of an SOP: every id that is used is there, every word is one of the language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from satupintu.core.sop.language import (
    DOCUMENT,
    EXTERNALS,
    PARTIES,
    PLAIN_FACTS,
    RESULTS,
    ROLES,
    SYSTEM,
    WAIT_KINDS,
    WORK,
    Mistake,
    Outcome,
    Sop,
    Step,
    Wait,
)

Links = Mapping[str, Sop]


def answers_of(wait: Wait, linked: Links) -> tuple[str, ...] | None:
    """What this wait can hear, worst first; None where its SOP is not at hand."""
    fixed = WAIT_KINDS[wait.kind].answers if wait.kind in WAIT_KINDS else ()
    if fixed:
        return fixed
    found = linked.get(wait.sop or "")
    return found.answers if found else None


def _names(names: Iterable[str]) -> str:
    """What could be meant; of very many, the first."""
    known = sorted(names)
    return ", ".join([*known[:30], *(["…"] if len(known) > 30 else [])]) or "(belum ada)"


def at(step: Step, outcome: Outcome | None = None) -> str:
    place = f"[[step]] {step.id}"
    return place if outcome is None else f"{place} → [[step.outcome]] {outcome.id}"


class Check:
    """Collects mistakes."""

    def __init__(self, sop: Sop, linked: Links | None) -> None:
        self.sop, self.linked = sop, linked
        self.mistakes: list[Mistake] = []

    def wrong(self, where: str, message: str) -> None:
        self.mistakes.append(Mistake(where, message))

    @property
    def ways(self) -> Iterator[tuple[Step, Outcome]]:
        return ((step, outcome) for step in self.sop.steps.values() for outcome in step.outcomes.values())


class References(Check):
    """Every id that is used is there, every word is one of the language."""

    whole = True
    """False once a way leads nowhere or a wait does not exist: then reachability proves nothing."""

    def all(self) -> None:
        self.ids()
        for actor in self.sop.actors.values():
            self.actor(actor.id, actor.is_, actor.column)
        for step in self.sop.steps.values():
            self.step(step)
        for step, outcome in self.ways:
            self.outcome(step, outcome)
        for wait in self.sop.waits.values():
            self.wait(wait)
        self.ends()
        self.words()
        self.links()

    def ids(self) -> None:
        """`to`, `not_same_person_as` and the record name steps, waits and ends alike: one id, one thing."""
        tables: dict[str, Iterable[str]] = {
            "step": self.sop.steps,
            "wait": self.sop.waits,
            "end": self.sop.ends,
        }
        for (one, first), (two, second) in combinations(tables.items(), 2):
            for id_ in sorted(set(first) & set(second)):
                self.wrong(f"[[{two}]] {id_}", f"Id “{id_}” sudah dipakai oleh [[{one}]]. Beri id lain.")
        if not self.sop.steps:
            self.whole = False
        for place, step in enumerate(self.sop.steps.values(), start=1):
            if step.number != place:
                self.wrong(
                    at(step),
                    f"Nomor langkah tertulis {step.number}, urutannya {place}. Tulis number = {place}.",
                )

    def known(self, where: str, what: str, id_: str, ids: Iterable[str]) -> bool:
        if id_ in ids:
            return True
        self.wrong(where, f"{what} “{id_}” tidak ada. Pilih salah satu: {_names(ids)}.")
        return False

    def actor(self, id_: str, is_: str, column: str) -> None:
        where = f"[[actor]] {id_}"
        word, _, name = is_.partition(":")
        kinds = {"role": ROLES, "party": PARTIES, "external": EXTERNALS}
        if is_ != SYSTEM and word not in kinds:
            self.wrong(where, f"is = “{is_}” tidak dikenal. Tulis role:…, party:…, external:…, atau sistem.")
        elif is_ != SYSTEM:
            self.known(where, "Peran", name, kinds[word])
        if (
            self.known(where, "Kolom: pelaksana", column, self.sop.actors)
            and self.sop.actors[column].column != column
        ):
            self.wrong(
                where, f"Pelaksana “{column}” sendiri digambar di kolom lain. Tunjuk pelaksana yang berkolom."
            )

    def step(self, step: Step) -> None:
        where = at(step)
        self.known(where, "Pelaksana", step.actor, self.sop.actors)
        for work in step.work:
            template = work.removeprefix(DOCUMENT)
            if work not in WORK and (template == work or not template.strip()):
                self.wrong(
                    where,
                    f"Pekerjaan “{work}” tidak dikenal. Pilih dari: {_names(WORK)}, atau {DOCUMENT}NAMA.",
                )
        for wait in (*step.opens, *step.may_open):
            self.whole &= self.known(where, "Wait", wait, self.sop.waits)
        for place in step.not_same_person_as:
            if place == step.id:
                self.wrong(
                    where,
                    "not_same_person_as menyebut langkah ini sendiri. Tulis langkah atau wait yang lain.",
                )
            else:
                self.known(where, "Langkah atau wait", place, {*self.sop.steps, *self.sop.waits})

    def outcome(self, step: Step, outcome: Outcome) -> None:
        where = at(step, outcome)
        if (outcome.to is None) == (outcome.wait is None):
            self.whole = False
            self.wrong(where, "Tulis tepat satu: to = “langkah atau akhir”, atau wait = “id wait”.")
        if outcome.to is not None:
            self.whole &= self.known(
                where, "Langkah atau akhir", outcome.to, {*self.sop.steps, *self.sop.ends}
            )
        if outcome.wait is not None:
            self.whole &= self.known(where, "Wait", outcome.wait, self.sop.waits)
        if outcome.klass is not None:
            self.known(where, "Kelas", outcome.klass, self.sop.classes)
        if outcome.when is not None and outcome.needs_reason:
            self.wrong(
                where,
                "Keputusan ini diambil sendiri, jadi tidak ada yang menulis alasan. Hapus when atau needs_reason.",
            )
        actor = self.sop.actors.get(step.actor)
        if actor and actor.is_system and outcome.when is None:
            self.wrong(where, "Langkah sistem tidak punya orang yang memilih. Tambahkan when = “fakta”.")
        for fact in outcome.facts:
            self.fact(where, step, fact)

    def fact(self, where: str, step: Step, fact: str) -> None:
        """A fact of the language, that this step can come to know."""
        if fact in PLAIN_FACTS:
            if fact == "late" and step.limit is None:
                self.wrong(
                    where, "“late” butuh batas waktu. Tambahkan limit pada langkah ini, misalnya “30 hari”."
                )
            return
        left, colon, right = fact.partition(":")
        if fact.endswith("-done") and (not colon or left == "document"):
            if fact.removesuffix("-done") not in step.work:
                self.wrong(
                    where,
                    f"“{fact}” tidak mungkin terjadi di sini. Tambahkan “{fact.removesuffix('-done')}” pada work langkah ini.",
                )
        elif not colon:
            self.wrong(
                where, f"Fakta “{fact}” tidak dikenal. Periksa ejaannya; misalnya {_names(PLAIN_FACTS)}."
            )
        elif left == "class":
            self.known(where, "Kelas", right, self.sop.classes)
        elif left not in self.sop.waits:
            self.wrong(
                where, f"Fakta “{fact}”: wait “{left}” tidak ada. Pilih salah satu: {_names(self.sop.waits)}."
            )
        else:
            self.heard(where, self.sop.waits[left], right)

    def heard(self, where: str, wait: Wait, answer: str) -> None:
        if answer == "late":
            if wait.limit is None:
                self.wrong(
                    where, f"“{wait.id}:late” butuh batas waktu. Tambahkan limit pada [[wait]] {wait.id}."
                )
            return
        answers = answers_of(wait, self.linked or {})
        if answers is not None:
            self.known(where, f"Jawaban untuk wait “{wait.id}”", answer, answers)

    def wait(self, wait: Wait) -> None:
        where = f"[[wait]] {wait.id}"
        self.known(where, "Jenis wait", wait.kind, WAIT_KINDS)
        self.known(where, "Pelaksana", wait.debtor, self.sop.actors)
        if wait.judge is not None:
            self.known(where, "Pelaksana", wait.judge, self.sop.actors)
        if wait.kind == "procedure" and wait.sop is None:
            self.wrong(where, "Wait jenis procedure dijawab oleh SOP lain. Tambahkan sop = “nama folder”.")

    def ends(self) -> None:
        withdrawn = [end.id for end in self.sop.ends.values() if end.result == "withdrawn"]
        if self.sop.kind == "layanan" and not withdrawn:
            self.wrong(
                "[[end]]",
                "Pemohon harus dapat menarik permohonan. Tambahkan satu [[end]] dengan result = “withdrawn”.",
            )
        for id_ in withdrawn[1:]:
            self.wrong(
                f"[[end]] {id_}",
                f"Akhir “withdrawn” hanya boleh satu, dan “{withdrawn[0]}” sudah ada. Hapus yang ini.",
            )
        for end in self.sop.ends.values():
            where = f"[[end]] {end.id}"
            self.known(where, "Hasil", end.result, RESULTS)
            if end.answer and self.sop.kind != "sop":
                self.wrong(where, "answer hanya untuk kind = “sop”. Hapus kunci ini.")

    def words(self) -> None:
        """Status and notice rows point at places that exist, notices at people who exist."""
        for at in self.sop.statuses:
            if not self.place(at, ("step", "wait", "end")):
                self.wrong(
                    f"[[status]] {at}",
                    f"Tempat “{at}” tidak ada. Tulis step:S, wait:W, wait:W:KEADAAN, atau end:E.",
                )
        for notice in self.sop.notices:
            where = f"[[notice]] {notice.on}"
            if not self.place(notice.on, ("step", "outcome", "wait:", "end")):
                self.wrong(
                    where,
                    f"Kejadian “{notice.on}” tidak ada. Tulis step:S, outcome:S.O, wait:W:opened, wait:W:late, "
                    "wait:W:KEADAAN, atau end:E.",
                )
            for actor in notice.to:
                self.known(where, "Pelaksana", actor, self.sop.actors)

    def place(self, text: str, kinds: tuple[str, ...]) -> bool:
        kind, _, id_ = text.partition(":")
        if kind == "wait":
            wait_id, colon, state = id_.partition(":")
            wait = self.sop.waits.get(wait_id)
            if wait is None or not colon:
                return wait is not None and "wait" in kinds
            if "wait:" in kinds and state in ("opened", "late"):
                return state == "opened" or wait.limit is not None
            answers = answers_of(wait, self.linked or {})
            states = WAIT_KINDS[wait.kind].states if wait.kind in WAIT_KINDS else ()
            return answers is None or state in answers or (len(states) > 1 and state in states)
        if kind == "outcome" and kind in kinds:
            step, _, outcome = id_.partition(".")
            return step in self.sop.steps and outcome in self.sop.steps[step].outcomes
        return kind in kinds and id_ in (
            self.sop.steps if kind == "step" else self.sop.ends if kind == "end" else ()
        )

    def links(self) -> None:
        if self.linked is None:
            return
        for wait in self.sop.waits.values():
            found = self.linked.get(wait.sop or "")
            answers = WAIT_KINDS[wait.kind].answers if wait.kind in WAIT_KINDS else ()
            if not found or wait.kind not in WAIT_KINDS:
                continue
            for end in found.ends.values():
                if end.result == "withdrawn":
                    continue
                if end.answer is None:
                    hint = f" Pilih: {', '.join(answers)}." if answers else ""
                    problem = f"akhir “{end.id}” pada SOP itu tidak punya answer.{hint}"
                elif answers and end.answer not in answers:
                    problem = f"ia menjawab “{end.answer}”. Pakai salah satu: {', '.join(answers)}."
                else:
                    continue
                self.wrong(
                    f"[[wait]] {wait.id}", f"SOP “{wait.sop}” tidak dapat menjawab wait ini: {problem}"
                )
