# SPDX-License-Identifier: Apache-2.0
"""`soundness`: what must be true of an SOP before an office may run it, proved without running it.

References first: every id, role, fact and word exists. Then the graph: every step is reached and left, whatever is
answered; no outcome is dead; no two automatic ways, and no circle of them, open at once; the norms fit the promise.
Messages are Indonesian; they name the step and say what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from itertools import combinations, product
from math import prod

from satupintu.core.clock import Span
from satupintu.core.sop.language import PAIRS, STANDING, Mistake, Outcome, Sop, Step
from satupintu.core.sop.references import Check, Links, References, answers_of, at

DAY_MINUTES = 480
_BY_SYSTEM = frozenset({"notify-done", "publish-done", "hand-off-done", "sign-done"})
_MOST_WAYS = 50_000
_MOST_CASES = 4096
_NONE = " "  # no fact ends so: a question without an answer


def soundness(sop: Sop, linked: Links | None = None) -> list[Mistake]:
    """Everything that keeps this SOP from being run; empty when it is sound.

    linked: the SOPs it names, by the name it uses; None leaves the links unchecked.
    Of a Sop with wrong references the graph is still looked at, as far as it can be.
    """
    check = References(sop, linked)
    check.all()
    graph = _Graph(sop, linked or {}, whole=check.whole)
    graph.all()
    return list(dict.fromkeys((*check.mistakes, *graph.mistakes)))


class _Graph(Check):
    """What the steps and ways come to, taken together."""

    def __init__(self, sop: Sop, linked: Links, *, whole: bool) -> None:
        super().__init__(sop, linked)
        self.links, self.whole = linked, whole
        self.arrivals: dict[str, dict[str, set[str]]] = {}
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
                    at(step),
                    f"Langkah {step.number} tidak pernah dicapai. Arahkan sebuah to ke “{step.id}”, atau hapus.",
                )
            if not self.reach(step.id, self.next) & final:
                self.wrong(
                    at(step),
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
        where, facts = at(step, outcome), outcome.facts
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
                    at(step, two),
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
                    at(step, outcome), "Wait ini akan terbuka terus tanpa akhir. Pakai fakta lain pada when."
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
                    at(self.sop.steps[id_]),
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
        """Every combination of answers that nobody can change here leaves some way to another step or end."""
        outcomes = step.outcomes.values()
        ways = [self.answers(outcome) for outcome in outcomes if outcome.to]
        unbounded = {wait.id for wait in self.sop.waits.values() if wait.rounds is None}
        again = [(o.wait, self.answers(o)) for o in outcomes if o.wait in unbounded]
        questions = dict.fromkeys(
            q for facts in (*ways, *(facts for _, facts in again)) for q in facts.values()
        )
        values = [sorted(self.here(step, question)) for question in questions]
        if not all(ways) or prod(len(possible) for possible in values) > _MOST_CASES:
            return
        for chosen in product(*values):
            free = set(step.may_open) & unbounded  # whatever can be asked again may yet be answered otherwise
            while more := {wait for wait, facts in again if wait not in free and _hold(facts, chosen, free)}:
                free |= more
            if not any(_hold(facts, chosen, free) for facts in ways):
                self.wrong(
                    at(step),
                    f"Langkah {step.number} buntu bila {_case(chosen)}. Tambahkan keputusan untuk keadaan itu.",
                )
                return

    def answers(self, outcome: Outcome) -> dict[str, str]:
        """Those facts of an outcome that answer a question, with the question."""
        return {fact: question for fact in outcome.facts if (question := _question(self.sop, fact))}

    def here(self, step: Step, question: str) -> set[str]:
        """The answers a question may have while the case waits in this step."""
        if question in step.opens:
            return self.possible(question) - {
                question + _NONE
            }  # asked at entry: sooner or later it is answered
        came = self.arriving(question)[step.id]
        return came | self.possible(question) if question in step.openings else came

    def possible(self, question: str) -> set[str]:
        """Every answer of a question, as facts; `_NONE` where it may be open or never asked."""
        if question in self.sop.waits:
            answers = answers_of(self.sop.waits[question], self.links) or ("?",)
            return {f"{question}:{answer}" for answer in answers} | {question + _NONE}
        if question == "class":
            return {f"class:{klass}" for klass in self.sop.classes} | {question + _NONE}
        return set(question.split("/"))

    def arriving(self, question: str) -> dict[str, set[str]]:
        """With which answers to this question the case can come to each step."""
        if question in self.arrivals:
            return self.arrivals[question]
        found: dict[str, set[str]] = {id_: set() for id_ in self.sop.steps}
        none = question + _NONE
        asked = question in self.sop.waits or question == "class"
        queue = [(self.sop.first.id, value) for value in ({none} if asked else self.possible(question))]
        while queue:
            id_, value = queue.pop()
            step = self.sop.steps[id_]
            value = none if question in step.opens else value
            if value in found[id_]:
                continue
            found[id_].add(value)
            leaving = self.possible(question) if question in step.openings else {value}
            if question == "class":
                leaving |= {f"class:{o.klass}" for o in step.outcomes.values() if o.klass and o.wait}
            for outcome in step.outcomes.values():
                if outcome.to not in self.sop.steps:
                    continue
                wanted = {fact for fact in outcome.facts if _question(self.sop, fact) == question}
                if question in step.opens and "waits-answered" in outcome.facts:
                    wanted = wanted or leaving - {none}
                passing = leaving & wanted if wanted else leaving
                if question == "class" and outcome.klass:
                    passing = {f"class:{outcome.klass}"} if passing else set()
                queue.extend((outcome.to, one) for one in passing)
        self.arrivals[question] = found
        return found

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


def _question(sop: Sop, fact: str) -> str | None:
    """What a fact is an answer to, where it can be fixed: a pair of standing facts, a wait, the class of the case."""
    for pair in PAIRS[1:]:
        if fact in pair:
            return "/".join(pair)
    left, _, right = fact.partition(":")
    if right and right != "late" and (left in sop.waits or left == "class"):
        return left
    return None


def _hold(facts: Mapping[str, str], chosen: Collection[str], free: Collection[str]) -> bool:
    """Do these facts hold among the chosen answers, or can they be brought about?"""
    return all(question in free or fact in chosen for fact, question in facts.items())


def _case(chosen: tuple[str, ...]) -> str:
    """A combination of answers in words."""
    given = [f"“{fact}”" for fact in chosen if not fact.endswith(_NONE)]
    none = [f"“{fact.removesuffix(_NONE)}” belum ada" for fact in chosen if fact.endswith(_NONE)]
    return " dan ".join((*given, *none))


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
