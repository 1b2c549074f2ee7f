# SPDX-License-Identifier: Apache-2.0
"""`soundness`: what must be true of an SOP before an office may run it, proved without running it.

References first: every id, role, fact and word exists. Then the graph: every step is reached and left, whatever is
answered; no outcome is dead; no two automatic ways, and no circle of them, open at once; the norms fit the promise.
Messages are Indonesian; they name the step and say what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations, product

from satupintu.core.clock import Span
from satupintu.core.sop.language import (
    DOCUMENT,
    EXTERNALS,
    PAIRS,
    PARTIES,
    PLAIN_FACTS,
    RESULTS,
    ROLES,
    STANDING,
    SYSTEM,
    WAIT_KINDS,
    WORK,
    Mistake,
    Outcome,
    Sop,
    Step,
    Wait,
)

DAY_MINUTES = 480
_BY_SYSTEM = frozenset({"notify-done", "publish-done", "hand-off-done"})
_MOST_WAYS = 200_000
_MOST_CASES = 4096

Links = Mapping[str, Sop]


def soundness(sop: Sop, linked: Links | None = None) -> list[Mistake]:
    """Everything that keeps this SOP from being run; empty when it is sound.

    linked: the SOPs it names, by the name it uses; None leaves the links unchecked.
    Of a Sop with wrong references the graph is still looked at, as far as it can be.
    """
    check = _References(sop, linked)
    check.all()
    graph = _Graph(sop, linked or {}, whole=check.whole)
    graph.all()
    return list(dict.fromkeys((*check.mistakes, *graph.mistakes)))


def answers_of(wait: Wait, linked: Links) -> tuple[str, ...] | None:
    """What this wait can hear, worst first; None where its SOP is not at hand."""
    fixed = WAIT_KINDS[wait.kind].answers if wait.kind in WAIT_KINDS else ()
    if fixed:
        return fixed
    found = linked.get(wait.sop or "")
    return found.answers if found else None


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "(belum ada)"


def _at(step: Step, outcome: Outcome | None = None) -> str:
    place = f"[[step]] {step.id}"
    return place if outcome is None else f"{place} → [[step.outcome]] {outcome.id}"


class _Check:
    """Collects mistakes."""

    def __init__(self, sop: Sop, linked: Links | None) -> None:
        self.sop, self.linked = sop, linked
        self.mistakes: list[Mistake] = []

    def wrong(self, where: str, message: str) -> None:
        self.mistakes.append(Mistake(where, message))

    @property
    def ways(self) -> Iterator[tuple[Step, Outcome]]:
        return ((step, outcome) for step in self.sop.steps.values() for outcome in step.outcomes.values())


class _References(_Check):
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
                    _at(step),
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
        where = _at(step)
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
        where = _at(step, outcome)
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


class _Graph(_Check):
    """What the steps and ways come to, taken together."""

    def __init__(self, sop: Sop, linked: Links, *, whole: bool) -> None:
        super().__init__(sop, linked)
        self.links, self.whole = linked, whole
        self.next = {
            step.id: {o.to for o in step.outcomes.values() if o.to in sop.steps}
            for step in sop.steps.values()
        }
        self.before = {id_: self.reach(id_, self.reversed()) for id_ in sop.steps} if sop.steps else {}

    def reversed(self) -> dict[str, set[str]]:
        back: dict[str, set[str]] = {id_: set() for id_ in self.sop.steps}
        for id_, targets in self.next.items():
            for target in targets:
                back[target].add(id_)
        return back

    @staticmethod
    def reach(start: str, edges: Mapping[str, set[str]]) -> set[str]:
        """Every step on the way from here, this one included."""
        seen, queue = {start}, [start]
        while queue:
            for step in edges[queue.pop()]:
                if step not in seen:
                    seen.add(step)
                    queue.append(step)
        return seen

    def all(self) -> None:
        if not self.sop.steps:
            return
        if self.whole:
            self.reached_and_left()
            self.nothing_unused()
        for step, outcome in self.ways:
            self.alive(step, outcome)
        for step in self.sop.steps.values():
            self.one_way_at_once(step)
            if self.whole and not self.mistakes:
                self.never_stuck(step)
        self.no_circle()
        self.norms_fit()

    def reached_and_left(self) -> None:
        reached = self.reach(self.sop.first.id, self.next)
        ends = {o.to for step in reached for o in self.sop.steps[step].outcomes.values()} & set(self.sop.ends)
        final = {step.id for step, outcome in self.ways if outcome.to in self.sop.ends}
        for step in self.sop.steps.values():
            if step.id not in reached:
                self.wrong(
                    _at(step),
                    f"Langkah {step.number} tidak pernah dicapai. Arahkan sebuah to ke “{step.id}”, atau hapus.",
                )
            if not self.reach(step.id, self.next) & final:
                self.wrong(
                    _at(step),
                    f"Dari langkah {step.number} tidak ada jalan ke akhir. Tambahkan keputusan dengan to.",
                )
        for end in self.sop.ends.values():
            if end.id not in ends and end.result != "withdrawn":
                self.wrong(
                    f"[[end]] {end.id}",
                    "Akhir ini tidak pernah dicapai. Arahkan sebuah to ke sini, atau hapus.",
                )

    def nothing_unused(self) -> None:
        opened = {wait for step in self.sop.steps.values() for wait in step.openings}
        for wait in self.sop.waits.values():
            if wait.id not in opened:
                self.wrong(
                    f"[[wait]] {wait.id}",
                    "Wait ini tidak pernah dibuka. Sebut di opens, may_open, atau wait; atau hapus.",
                )
        given = {outcome.klass for _, outcome in self.ways}
        for klass in self.sop.classes.values():
            if klass.id not in given:
                self.wrong(
                    f"[[class]] {klass.id}",
                    "Kelas ini tidak pernah dipilih. Tulis class pada sebuah keputusan; atau hapus.",
                )

    # No outcome is dead

    def alive(self, step: Step, outcome: Outcome) -> None:
        """Can its facts hold at all, and together?"""
        where, facts = _at(step, outcome), outcome.facts
        for one, two in combinations(facts, 2):
            if _exclude(one, two):
                self.wrong(where, f"“{one}” dan “{two}” tidak pernah berlaku bersama. Hapus salah satunya.")
        for fact in facts:
            left, _, right = fact.partition(":")
            if fact in PAIRS[0] and not self.earlier(step, lambda s: "checklist" in s.work):
                self.wrong(
                    where,
                    f"“{fact}” tidak mungkin: belum ada daftar periksa. Tambahkan “checklist” pada work.",
                )
            elif left == "class" and right in self.sop.classes:
                if not self.earlier(step, lambda s, c=right: any(o.klass == c for o in s.outcomes.values())):  # type: ignore[misc]
                    self.wrong(
                        where, f"Kelas “{right}” belum dipilih sebelum langkah ini. Pindahkan syarat ini."
                    )
            elif left in self.sop.waits:
                self.can_be_heard(where, step, outcome, left, right)
        always = next((o for o in step.outcomes.values() if o.facts == ("always",)), None)
        if always is not None and always is not outcome:
            self.wrong(
                where,
                f"Tidak pernah sempat diambil: “{always.id}” selalu berlaku. Ganti when pada “{always.id}”.",
            )

    def earlier(self, step: Step, has: Callable[[Step], bool]) -> bool:
        """Has this step, or one on the way to it, such a thing?"""
        return any(has(self.sop.steps[id_]) for id_ in self.before[step.id])

    def can_be_heard(self, where: str, step: Step, outcome: Outcome, wait: str, answer: str) -> None:
        if answer != "late":
            if self.whole and not self.earlier(step, lambda s: wait in s.openings):
                self.wrong(
                    where,
                    f"“{wait}:{answer}” tidak mungkin: wait itu belum dibuka di sini atau sebelumnya. Buka dahulu.",
                )
            return
        if wait not in step.openings:
            self.wrong(
                where, f"“{wait}:late” tidak mungkin: wait itu tidak terbuka di langkah ini. Buka di sini."
            )
        elif outcome.when is None and wait not in (*step.opens, *step.may_open):
            self.wrong(where, f"Selama “{wait}” terbuka, langkah ini berhenti. Tulis when = “{wait}:late”.")

    # Automatic ways

    def one_way_at_once(self, step: Step) -> None:
        """Two automatic ways that would open together, as far as it can be proved."""
        automatic = [outcome for outcome in step.outcomes.values() if outcome.when]
        for one, two in combinations(automatic, 2):
            if any(_exclude(a, b) for a, b in product(one.facts, two.facts)):
                continue
            # Facts that hold from the beginning hold together; of the others only equal ones are sure to.
            both = [fact for outcome in (one, two) for fact in outcome.facts if not _standing(fact)]
            if set(one.facts) == set(two.facts) or not both:
                self.wrong(
                    _at(step, two),
                    f"Dapat berlaku bersamaan dengan “{one.id}”. Beri syarat yang saling meniadakan.",
                )

    def no_circle(self) -> None:
        """A circle of ways that all open without anybody acting."""
        edges: dict[str, set[str]] = {id_: set() for id_ in self.sop.steps}
        for step, outcome in self.ways:
            if outcome.when and outcome.to in self.sop.steps and self.by_itself(step, outcome):
                edges[step.id].add(outcome.to)
            if outcome.when and outcome.wait and all(_standing(fact) for fact in outcome.facts):
                self.wrong(
                    _at(step, outcome), "Wait ini akan terbuka terus tanpa akhir. Pakai fakta lain pada when."
                )
        reported: set[str] = set()
        for id_, targets in edges.items():
            circle = {id_, *(t for t in targets)} if id_ in targets else set()
            for target in targets:
                onward = self.reach(target, edges)
                if id_ in onward:
                    circle = {s for s in onward if id_ in self.reach(s, edges)}
            if circle and not circle & reported:
                reported |= circle
                numbers = " → ".join(s for s in self.sop.steps if s in circle)
                self.wrong(
                    _at(self.sop.steps[id_]),
                    f"Jalan otomatis berputar tanpa ada yang bertindak: {numbers}. Jadikan salah satunya pilihan petugas.",
                )

    def by_itself(self, step: Step, outcome: Outcome) -> bool:
        """Do all its facts hold without a person acting in this step?"""
        for fact in outcome.facts:
            left, _, right = fact.partition(":")
            if _standing(fact) or fact == "late" or fact in _BY_SYSTEM or right == "late":
                continue
            if fact == "waits-answered" and not step.opens:
                continue
            if left in self.sop.waits and left not in step.opens:
                continue
            return False
        return True

    # Whatever is answered, there is a way on

    def never_stuck(self, step: Step) -> None:
        """Every combination of answers that cannot be asked again leaves some way to another step or end."""
        ways = [outcome for outcome in step.outcomes.values() if outcome.to]
        groups = {
            fact: group for outcome in ways for fact in outcome.facts if (group := self.group(step, fact))
        }
        values = {group: self.values(group) for group in groups.values()}
        count = 1
        for possible in values.values():
            count *= len(possible)
        if not values or count > _MOST_CASES:
            return
        for chosen in product(*values.values()):
            held = set(chosen)
            if not any(all(fact in held or fact not in groups for fact in way.facts) for way in ways):
                case = ", ".join(chosen)
                self.wrong(
                    _at(step),
                    f"Langkah {step.number} buntu bila {case}. Tambahkan keputusan untuk keadaan itu.",
                )
                return

    def group(self, step: Step, fact: str) -> str | None:
        """The question this fact answers once and for all; None where people can still bring it about here."""
        for pair in PAIRS[1:]:
            if fact in pair:
                return "/".join(pair)
        left, _, right = fact.partition(":")
        if left == "class" and right:
            return "class"
        wait = self.sop.waits.get(left)
        if wait is None or right == "late":
            return None
        again = left in step.may_open or any(o.wait == left for o in step.outcomes.values())
        return None if again and wait.rounds is None else f"wait {left}"

    def values(self, group: str) -> list[str]:
        if group == "class":
            return [f"class:{klass}" for klass in self.sop.classes]
        if group.startswith("wait "):
            wait = self.sop.waits[group.removeprefix("wait ")]
            return [f"{wait.id}:{answer}" for answer in answers_of(wait, self.links) or ("?",)]
        return group.split("/")

    # Time

    def norms_fit(self) -> None:
        """The office's norms on the longest way without repeats, while the clock runs, against the promise."""
        promises: dict[str | None, Span | None] = {
            None: self.sop.promise,
            **{c.id: c.promise for c in self.sop.classes.values()},
        }
        for klass, promise in promises.items():
            if promise is None:
                continue
            where = f"[[class]] {klass}" if klass else "promise"
            limit = promise.n * DAY_MINUTES
            if sum(self.norm(step) for step in self.sop.steps.values()) <= limit:
                continue
            longest, way = self.longest(klass)
            if longest > limit:
                self.wrong(
                    where,
                    f"Jumlah waktu baku {longest} menit (langkah {' → '.join(way)}) melebihi janji {promise} "
                    f"= {limit} menit. Perpendek norm atau perpanjang promise.",
                )

    def norm(self, step: Step) -> int:
        """Office minutes of a step; none where a party or an outside body acts."""
        actor = self.sop.actors.get(step.actor)
        return step.norm.minutes(DAY_MINUTES) if actor and actor.is_office else 0

    def longest(self, klass: str | None) -> tuple[int, list[str]]:
        """Minutes and steps of the longest way without repeats for cases of this class.

        Given up after a great many ways, with the worst found so far: no office's SOP comes near it.
        """
        best: tuple[int, list[str]] = (0, [])
        running = not self.sop.tables.starts_by_outcome
        stack: list[tuple[str, tuple[str, ...], int, bool, str | None]] = [
            (self.sop.first.id, (), 0, running, None)
        ]
        for _ in range(_MOST_WAYS):
            if not stack:
                break
            id_, way, minutes, runs, chosen = stack.pop()
            step, way = self.sop.steps[id_], (*way, id_)
            minutes += self.norm(step) if runs else 0
            for outcome in step.outcomes.values():
                now = outcome.klass or chosen
                if outcome.to is None or outcome.to in way or (now is not None and now != klass):
                    continue
                if outcome.to in self.sop.steps:
                    on = outcome.clock in ("start", "restart") or (runs and outcome.clock != "stop")
                    stack.append((outcome.to, way, 0 if outcome.clock == "restart" else minutes, on, now))
                elif now == klass and minutes > best[0]:
                    best = (minutes, list(way))
        return best


def _standing(fact: str) -> bool:
    """Does this fact, once true, stay true without anybody acting?"""
    return fact == "always" or fact in STANDING or fact.startswith("class:")


def _exclude(one: str, two: str) -> bool:
    """Can these two facts never hold together?"""
    if one == two:
        return False
    if any(one in pair and two in pair for pair in PAIRS):
        return True
    left, _, right = one.partition(":")
    other, _, answer = two.partition(":")
    if right and answer and left == other and left != "document":
        return True
    late = (right == "late", answer == "late")
    return (late[0] and two == "waits-answered") or (late[1] and one == "waits-answered")
