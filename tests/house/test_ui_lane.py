# SPDX-License-Identifier: Apache-2.0
"""The drawn way of a file: always well-formed, never a style attribute, and its twins say the same."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satupintu.ui.lane import Lane, LaneActor, LanePause, LaneStep, doors_of, lane_svg, step_label, table_of

pytestmark = pytest.mark.anyday

ACTORS = (
    LaneActor("pemohon", "Pemohon"),
    LaneActor("jf", "JF Penata Perizinan"),
    LaneActor("kd", "Kepala Dinas"),
)
words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40)


@st.composite
def lanes(draw: st.DrawFn) -> Lane:
    count = draw(st.integers(1, 14))
    here = draw(st.integers(1, count + 1))
    steps = []
    for number in range(1, count + 1):
        state = (
            "done" if number < here else draw(st.sampled_from(["now", "late"])) if number == here else "todo"
        )
        used = None if state == "todo" else draw(st.integers(0, 9999))
        actor = draw(st.sampled_from(ACTORS)).id
        steps.append(LaneStep(number, actor, draw(words), state, draw(st.integers(1, 4800)), used))
    pause = LanePause(draw(st.integers(1, count)), draw(st.sampled_from(ACTORS)).id, draw(words))
    return Lane(ACTORS, tuple(steps), (pause,), draw(words))


@given(lanes())
def test_every_way_is_drawn_whole_and_safely(lane):
    drawn = ElementTree.fromstring(lane_svg(lane))
    inside = {element.tag for element in drawn.iter()}
    assert inside <= {"svg", "title", "desc", "defs", "pattern", "rect", "path", "text"}
    assert not any("style" in element.attrib for element in drawn.iter())
    boxes = [
        e
        for e in drawn.iter()
        if e.get("class") in ("b-used", "b-left", "b-now", "b-now late") and e.get("height") != "9"
    ]
    assert len(boxes) == len(lane.steps)
    for box in drawn.iter("rect"):
        assert float(box.get("x", "0")) + float(box.get("width", "0")) <= 1212


@given(lanes())
def test_doors_and_table_say_what_the_drawing_says(lane):
    doors, rows = doors_of(lane), table_of(lane)
    assert (
        [door.number for door in doors]
        == [row.number for row in rows]
        == [step.number for step in lane.steps]
    )
    for step, door, row in zip(lane.steps, doors, rows, strict=True):
        assert door.state == step.state
        assert row.here == (step.state in ("now", "late"))
        assert ("lewat norma" in row.word) == ("lewat norma" in door.meta) == step.over


def test_time_over_the_norm_is_admitted_with_a_shape_and_a_figure():
    late = LaneStep(1, "jf", "Validasi", "done", 30, 41)
    svg = lane_svg(Lane(ACTORS, (late,)))
    assert "▲ 41 dari 30 mnt" in svg
    assert 'class="b-late"' in svg
    assert "▲" not in lane_svg(Lane(ACTORS, (LaneStep(1, "jf", "Validasi", "done", 30, 30),)))


def test_the_present_step_stands_in_the_light_and_is_spoken():
    lane = Lane(
        ACTORS, (LaneStep(1, "pemohon", "Isi", "done", 20, 18), LaneStep(2, "jf", "Validasi", "now", 35, 22))
    )
    assert 'class="b-glow"' in lane_svg(lane)
    assert lane.spoken == "1 dari 2 langkah selesai. Sekarang langkah 2 di JF Penata Perizinan."


def test_a_cut_label_keeps_its_whole_text_for_who_asks():
    lane = Lane(
        ACTORS, tuple(LaneStep(n, "jf", "Pemberitahuan kepada pemohon", "todo", 10) for n in range(1, 9))
    )
    assert "<title>6 Pemberitahuan kepada pemohon</title>6 Pemberit" in lane_svg(lane)


def test_a_step_is_called_by_its_id():
    assert step_label("tanda-tangan") == "Tanda tangan"
    assert step_label("di-oss") == "Di OSS"
    assert step_label("kl-di-oss") == "KL di OSS"
