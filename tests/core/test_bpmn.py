# SPDX-License-Identifier: Apache-2.0
"""The BPMN of an SOP: valid by schema, run by somebody else's engine, drawn without a flaw."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, BpmnValidator
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.defaults import ServiceTask, UserTask
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import EscalationEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.util.task import TaskState

from satupintu.cli import main
from satupintu.core.clock import Span
from satupintu.core.sop import Outcome, Sop, Step, parse
from satupintu.core.sop.bpmn import bpmn
from satupintu.core.sop.bpmn_model import duration, process_id
from tests.core.fixtures.sops import HEAD, NAMES, load
from tests.core.test_sop_walks import sops

SERVICES = Path(__file__).parents[2] / "services"
FOLDERS = sorted(path.parent for path in SERVICES.glob("*/*/sop.toml"))
REAL = "mempawah/sertifikat-standar"
NS = {
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
}
NCNAME = re.compile(r"[A-Za-z_][A-Za-z0-9._-]*")
VALIDATOR = BpmnValidator()
"""The schema of the OMG, as SpiffWorkflow ships it."""


@cache
def of_folder(folder: str) -> Sop:
    sop, mistakes = parse(tomllib.loads((SERVICES / folder / "sop.toml").read_text("utf-8")))
    assert not mistakes
    return sop


def made(sop: Sop, folder: str = "kantor/uji") -> bytes:
    return bpmn(sop, name=sop.identity.name, folder=folder)


def tree(xml: bytes) -> Any:
    return etree.fromstring(xml)


OWN = [str(path.relative_to(SERVICES)) for path in FOLDERS]


@cache
def sop_named(name: str) -> Sop:
    """Of a service folder ("kantor/nama") or of the examples."""
    return of_folder(name) if "/" in name else load(name)


@cache
def root_of(name: str) -> Any:
    return tree(made(sop_named(name)))


every = pytest.mark.parametrize("name", [*OWN, *NAMES])


def check_schema(root: Any) -> None:
    assert VALIDATOR.validator.validate(root), VALIDATOR.validator.error_log.last_error


# The file


@every
def test_it_is_valid_by_schema_and_always_the_same(name):
    check_schema(root_of(name))
    assert made(sop_named(name)) == made(sop_named(name))


@every
def test_every_id_is_an_ncname_of_its_own(name):
    ids = root_of(name).xpath("//@id")
    assert len(set(ids)) == len(ids)
    assert not [id_ for id_ in ids if not NCNAME.fullmatch(id_)]


@every
def test_lanes_are_actors_and_hold_every_symbol_once(name):
    root, sop = root_of(name), sop_named(name)
    names = root.xpath("//bpmn:lane/@name", namespaces=NS)
    assert sorted(names) == sorted(actor.label for actor in sop.actors.values())
    held = root.xpath("//bpmn:flowNodeRef/text()", namespaces=NS)
    assert sorted(held) == sorted(node.get("id") for node in nodes(root) if not inner(node))
    for step in sop.steps.values():
        lane = root.xpath(f"//bpmn:lane[bpmn:flowNodeRef='langkah.{step.id}']/@id", namespaces=NS)
        assert lane == [f"lajur.{step.actor}"]


def test_actors_of_one_column_lie_side_by_side():
    labels = tree(made(of_folder(REAL))).xpath("//bpmn:lane/@id", namespaces=NS)
    assert labels == [
        f"lajur.{actor}"
        for actor in (
            "pemohon",
            "front-officer",
            "sistem",
            "arsiparis",
            "tim-teknis",
            "jf",
            "koordinator",
            "kadis",
        )
    ]


@every
def test_every_symbol_has_a_way_in_and_out(name):
    root = root_of(name)
    for node in nodes(root):
        kind, id_ = etree.QName(node).localname, node.get("id")
        if kind == "subProcess":
            continue  # it begins by its own event, whenever that comes
        goes_in = root.xpath(f"//bpmn:sequenceFlow[@targetRef='{id_}']", namespaces=NS)
        goes_out = root.xpath(f"//bpmn:sequenceFlow[@sourceRef='{id_}']", namespaces=NS)
        assert goes_in or kind in ("startEvent", "boundaryEvent"), id_
        assert goes_out or kind == "endEvent", id_
        assert len(goes_out) < 2 or kind == "exclusiveGateway", id_
        assert [e.get("id") for e in goes_in] == node.xpath("bpmn:incoming/text()", namespaces=NS)
        assert [e.get("id") for e in goes_out] == node.xpath("bpmn:outgoing/text()", namespaces=NS)


@every
def test_what_the_sheet_says_of_a_step_stands_in_its_documentation(name):
    root = root_of(name)
    for step in sop_named(name).steps.values():
        [doc] = root.xpath(f"//*[@id='langkah.{step.id}']/bpmn:documentation/text()", namespaces=NS)
        for word in (
            step.activity,
            *step.inputs,
            *step.outputs,
            f"Waktu baku: {step.norm} (waktu kerja kantor)",
        ):
            assert word in doc


@every
def test_norms_are_timers_that_interrupt_nothing(name):
    root = root_of(name)
    for step in sop_named(name).steps.values():
        [timer] = root.xpath(f"//bpmn:boundaryEvent[@id='waktu-baku.{step.id}']", namespaces=NS)
        assert timer.get("attachedToRef") == f"langkah.{step.id}"
        assert timer.get("cancelActivity") == "false"
        assert timer.xpath(".//bpmn:timeDuration/text()", namespaces=NS) == [duration(step.norm)]


@pytest.mark.parametrize(
    ("span", "iso"),
    [
        (Span(20, "menit"), "PT20M"),
        (Span(3, "jam"), "PT3H"),
        (Span(5, "hari kerja"), "P5D"),
        (Span(30, "hari"), "P30D"),
        (Span(6, "bulan"), "P6M"),
    ],
)
def test_a_span_in_iso_8601(span, iso):
    assert duration(span) == iso


def test_the_real_sop_has_the_events_of_its_limits_and_waits():
    root = tree(made(of_folder(REAL), REAL))

    def events(kind):
        return {
            (e.get("id"), e.get("cancelActivity"))
            for e in root.xpath(f"//bpmn:boundaryEvent[bpmn:{kind}EventDefinition]", namespaces=NS)
            if not e.get("id").startswith("waktu-baku.")
        }

    assert events("timer") == {
        ("batas.serta.verifikasi.kunjungan", "false"),
        ("lewat.tunggu.validasi.perbaikan.gugur", "true"),
        ("lewat.langkah.unduh.lewat", "true"),
    }
    assert events("conditional") == {
        ("buka.validasi.diketahui", "false"),
        ("buka.validasi.penetapan", "false"),
    }
    assert events("escalation") == {("buka.verifikasi.kunjungan", "false"), ("buka.validasi.rapat", "false")}
    called = root.xpath("//bpmn:callActivity/@calledElement", namespaces=NS)
    assert called == [process_id("mempawah/pemeriksaan-lapangan")]
    ends = root.xpath(
        "//bpmn:endEvent[starts-with(@id, 'akhir.') or @id='penarikan.selesai']/@name", namespaces=NS
    )
    assert sorted(ends) == ["Ditarik pemohon", "Ditolak", "Terbit dan diarsipkan"]


@pytest.mark.parametrize(
    ("link", "called"), [("cek", "proses.mempawah.cek"), ("kampar/cek", "proses.kampar.cek")]
)
def test_a_linked_sop_is_called_by_the_name_of_its_own_process(link, called):
    sop = of_folder(REAL)
    visit = replace(sop.waits["kunjungan"], sop=link)
    root = tree(made(replace(sop, waits={**sop.waits, "kunjungan": visit}), REAL))
    assert root.xpath("//bpmn:callActivity/@calledElement", namespaces=NS) == [called]
    assert called == process_id(link if "/" in link else f"mempawah/{link}")


# What an office may write, and a stranger too


def with_label(text: str) -> Sop:
    sop = of_folder("mempawah/konsultasi")
    step = sop.steps["jawab"]
    outcome = replace(step.outcomes["teruskan"], label=text)
    changed = replace(step, activity=text, outcomes={**step.outcomes, "teruskan": outcome})
    end = replace(sop.ends["selesai"], label=text)
    return replace(sop, steps={**sop.steps, "jawab": changed}, ends={"selesai": end})


@pytest.mark.parametrize(
    "text", ['<a b="c">&amp;\'"</a>', "]]><!-- -->", "&#0; %s {0}", "كتابة 漢字 \U0001f600"]
)
def test_hostile_words_come_out_as_they_went_in(text):
    root = tree(made(with_label(text)))
    check_schema(root)
    shown = " ".join(text.split())
    assert root.xpath("//*[@id='arus.jawab.teruskan']/@name") == [shown]
    assert root.xpath("//*[@id='langkah.jawab']/@name") == [f"2. {shown}"]
    assert root.xpath("//*[@id='akhir.selesai']/@name") == [shown]


@pytest.mark.parametrize("code", [0x00, 0x08, 0x0B, 0x1F, 0xD800, 0xFFFE, 0xFFFF])
def test_characters_that_xml_cannot_hold_are_refused(code):
    with pytest.raises(ValueError, match="XML cannot hold"):
        made(with_label(f"a{chr(code)}b"))


def test_words_without_end_make_no_drawing_without_end():
    root = tree(made(with_label("kata " * 1500 + "x" * 8000)))
    check_schema(root)
    check_drawing(root)
    [pool] = root.xpath("//bpmndi:BPMNShape[@bpmnElement='kolam']/dc:Bounds", namespaces=NS)
    assert float(pool.get("height")) < 3000


def test_a_folder_of_any_name_gives_an_ncname():
    assert process_id("kantor x/ü&b") == "proses.kantor-x.--b"
    assert process_id("1/2") == "proses.1.2"


def test_an_office_is_told_of_such_characters_when_it_writes_them():
    tables = tomllib.loads((SERVICES / "mempawah/konsultasi/sop.toml").read_text("utf-8"))
    tables["step"][1]["activity"] = "Menjawab\x07"
    tables["step"][1]["outputs"] = ["Jawaban", "\uffff"]
    assert [(m.where, m.message.split()[0]) for m in parse(tables)[1]] == [
        ("[[step]] jawab", "“activity”"),
        ("[[step]] jawab", "“outputs”"),
    ]


# The command


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A service folder to spoil, beside the SOPs it names."""
    monkeypatch.setenv("SATUPINTU_HOME", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    shutil.copytree(SERVICES / "mempawah", tmp_path / "services" / "mempawah")
    return tmp_path / "services" / "mempawah" / "sertifikat-standar"


def test_the_command_prints_the_xml(folder, capsys):
    assert main(["service", "bpmn", str(folder)]) == 0
    printed = capsys.readouterr().out
    assert printed.encode() == bpmn(of_folder(REAL), name="Sertifikat Standar (SS)", folder=REAL)
    assert main(["service", "bpmn", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"ok": True, "bpmn": printed}


def test_the_command_writes_a_file(folder, capsys, tmp_path):
    out = tmp_path / "ss.bpmn"
    assert main(["service", "bpmn", str(folder), "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"BPMN disimpan di {out}.\n"
    check_schema(tree(out.read_bytes()))
    assert main(["service", "bpmn", str(folder), "--out", str(tmp_path / "tidak-ada" / "x")]) == 2
    assert "Periksa letaknya" in capsys.readouterr().err


@pytest.mark.parametrize("spoil", ["sop", "link", "folder"])
def test_of_an_unsound_folder_the_command_says_what_check_service_says(folder, capsys, tmp_path, spoil):
    if spoil == "sop":
        text = (folder / "sop.toml").read_text("utf-8")
        (folder / "sop.toml").write_text(text.replace('to = "validasi"', 'to = "validassi"'), "utf-8")
    elif spoil == "link":
        shutil.rmtree(folder.parent / "skm")
    else:
        shutil.rmtree(folder)
    out = tmp_path / "ss.bpmn"
    answers = []
    for words in (["check", "service", str(folder)], ["service", "bpmn", str(folder), "--out", str(out)]):
        assert main([*words, "--json"]) == 1
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] == answers[1]
    assert answers[0]["ok"] is False
    assert answers[0]["problems"]
    assert not out.exists()


def test_the_command_answers_without_loading_the_application(folder):
    program = (
        "import sys; from satupintu.cli import main; code = main(sys.argv[1:]);"
        "heavy = {'django', 'typst', 'lxml', 'segno'} & set(sys.modules); sys.exit(code or len(heavy))"
    )
    words = [sys.executable, "-c", program, "service", "bpmn", str(folder)]
    runs = [
        subprocess.run(words, capture_output=True, check=False, env={**os.environ, "PYTHONHASHSEED": seed})
        for seed in ("1", "2")
    ]
    assert [run.returncode for run in runs] == [0, 0]
    assert runs[0].stdout == runs[1].stdout  # the order of a set has no part in it


# The drawing


Rectangle = tuple[float, float, float, float]
Point = tuple[float, float]


def nodes(root: Any) -> list[Any]:
    """Every flow node."""
    others = ("sequenceFlow", "documentation", "laneSet", "incoming", "outgoing")
    found = root.xpath("//bpmn:process/* | //bpmn:subProcess/*", namespaces=NS)
    return [node for node in found if etree.QName(node).localname not in others]


def inner(node: Any) -> bool:
    return etree.QName(node.getparent()).localname == "subProcess"


def bounds(shape: Any) -> Rectangle:
    [box] = shape.xpath("dc:Bounds", namespaces=NS)
    x, y, width, height = (float(box.get(key)) for key in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def shapes(root: Any) -> dict[str, Rectangle]:
    found = root.xpath("//bpmndi:BPMNShape", namespaces=NS)
    boxes = {shape.get("bpmnElement"): bounds(shape) for shape in found}
    assert len(boxes) == len(found)
    return boxes


def edges(root: Any) -> dict[str, list[Point]]:
    return {
        edge.get("bpmnElement"): [
            (float(p.get("x")), float(p.get("y"))) for p in edge.xpath("di:waypoint", namespaces=NS)
        ]
        for edge in root.xpath("//bpmndi:BPMNEdge", namespaces=NS)
    }


def on_border(point: Point, box: Rectangle, kind: str) -> bool:
    """On the border of the shape as it is drawn: a circle, a diamond, or a rectangle."""
    left, top, right, bottom = box
    x, y = point[0] - (left + right) / 2, point[1] - (top + bottom) / 2
    half = (right - left) / 2
    if kind.endswith("Event"):
        return x * x + y * y == half * half
    if kind == "exclusiveGateway":
        return abs(x) + abs(y) == half
    return (abs(x) == half and abs(y) <= (bottom - top) / 2) or (
        abs(y) == (bottom - top) / 2 and abs(x) <= half
    )


def overlap(one: Rectangle, two: Rectangle) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


def within(one: Rectangle, two: Rectangle) -> bool:
    return one[0] >= two[0] and one[1] >= two[1] and one[2] <= two[2] and one[3] <= two[3]


def shrunk(box: Rectangle) -> Rectangle:
    return box[0] + 1, box[1] + 1, box[2] - 1, box[3] - 1


def pieces(points: list[Point]) -> list[Rectangle]:
    """The straight pieces of an arrow, as rectangles without width or without height."""
    return [(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])) for a, b in pairwise(points)]


class Drawing:
    """The diagram of a file: its shapes, arrows and words, and which element each belongs to."""

    def __init__(self, root: Any) -> None:
        self.root, self.boxes, self.lines = root, shapes(root), edges(root)
        self.nodes = {node.get("id"): node for node in nodes(root)}
        self.kinds = {id_: etree.QName(node).localname for id_, node in self.nodes.items()}
        self.solid = {id_: self.boxes[id_] for id_, kind in self.kinds.items() if kind != "subProcess"}
        self.hosts = {id_: node.get("attachedToRef") for id_, node in self.nodes.items()}
        self.flows = {flow.get("id"): flow for flow in root.xpath("//bpmn:sequenceFlow", namespaces=NS)}
        self.lanes = [lane.get("id") for lane in root.xpath("//bpmn:lane", namespaces=NS)]
        self.pieces = {id_: pieces(points) for id_, points in self.lines.items()}

    def check(self) -> None:
        assert set(self.boxes) == {*self.nodes, *self.lanes, "kolam"}
        assert set(self.lines) == set(self.flows)
        self.check_boxes()
        for id_ in self.flows:
            self.check_arrow(id_)
        self.check_shared_lines()
        self.check_words()

    def check_boxes(self) -> None:
        """No symbol over another, but an event on its host; each in its lane, the lanes in the pool."""
        for (one, box), (two, other) in combinations(self.solid.items(), 2):
            if overlap(box, other):
                assert one == self.hosts[two] or two == self.hosts[one], f"{one} over {two}"
        for one, two in combinations(self.lanes, 2):
            assert not overlap(self.boxes[one], self.boxes[two])
        for lane in self.lanes:
            assert within(self.boxes[lane], self.boxes["kolam"])
            held = self.root.xpath(f"//bpmn:lane[@id='{lane}']/bpmn:flowNodeRef/text()", namespaces=NS)
            for id_ in held:
                host = self.hosts[id_]
                inside = host in held if host else within(self.boxes[id_], self.boxes[lane])
                assert inside, f"{id_} outside of {lane}"
        for id_, node in self.nodes.items():
            if inner(node):
                assert within(self.boxes[id_], self.boxes[node.getparent().get("id")])

    def check_arrow(self, id_: str) -> None:
        """From border to border, at right angles, through no symbol."""
        points, flow = self.lines[id_], self.flows[id_]
        source, target = flow.get("sourceRef"), flow.get("targetRef")
        assert on_border(points[0], self.boxes[source], self.kinds[source]), id_
        assert on_border(points[-1], self.boxes[target], self.kinds[target]), id_
        assert all((a[0] == b[0]) != (a[1] == b[1]) for a, b in pairwise(points)), (
            f"{id_}: not at right angles"
        )
        for piece in self.pieces[id_]:
            for other, box in self.solid.items():
                if overlap(piece, box) and other != self.hosts[source]:
                    assert other in (source, target), f"{id_} through {other}"
                    assert not overlap(piece, shrunk(box)), f"{id_} within {other}"

    def check_shared_lines(self) -> None:
        """Only arrows from the same symbol, or to the same one, may lie on each other."""
        tracks: dict[tuple[int, float], list[tuple[float, float, str]]] = {}
        for id_, found in self.pieces.items():
            for left, top, right, bottom in found:
                upright = left == right
                track = tracks.setdefault((int(upright), left if upright else top), [])
                track.append((top, bottom, id_) if upright else (left, right, id_))
        for track in tracks.values():
            for (low, high, one), (from_, to, two) in combinations(track, 2):
                if max(low, from_) < min(high, to):
                    same = any(
                        self.flows[one].get(e) == self.flows[two].get(e) for e in ("sourceRef", "targetRef")
                    )
                    assert same, f"{one} on {two}"

    def check_words(self) -> None:
        """No words on a symbol, on other words, or across a line."""
        labels = self.root.xpath("//bpmndi:BPMNLabel", namespaces=NS)
        words = {label.getparent().get("bpmnElement"): bounds(label) for label in labels}
        every_piece = [(id_, piece) for id_, found in self.pieces.items() for piece in found]
        for id_, box in words.items():
            for other, place in [*words.items(), *self.solid.items(), *every_piece]:
                if overlap(box, place):
                    assert other == id_, f"the words of {id_} on {other}"
                    assert place == box, f"the words of {id_} on itself"


def check_drawing(root: Any) -> None:
    Drawing(root).check()


@every
def test_the_drawing_is_whole_and_clean(name):
    check_drawing(root_of(name))


@every
def test_steps_run_from_left_to_right_to_the_ends_of_the_first_party(name):
    sop, boxes = sop_named(name), shapes(root_of(name))
    lefts = [boxes[f"langkah.{step}"][0] for step in sop.steps]
    ends = [box for id_, box in boxes.items() if re.fullmatch(r"akhir\.[^.]+", id_)]
    assert lefts == sorted(set(lefts))
    assert min(end[0] for end in ends) > max(boxes[f"langkah.{step}"][2] for step in sop.steps)
    first = next((actor for actor in sop.actors.values() if actor.is_.startswith("party:")), None)
    lane = boxes[f"lajur.{first.id if first else sop.first.actor}"]
    assert all(within(end, lane) for end in ends)


def tangled(seed: int, steps: int, actors: int) -> Sop:
    """An SOP as wild as the language allows: ways everywhere, waits of all sorts, words of any length."""
    chance = Random(seed)
    names = [f"w{n}" for n in range(5)]
    tables: dict[str, Any] = tomllib.loads(HEAD)
    tables["actor"] = [
        {"id": f"a{n}", "is": is_, "label": "pelaksana " * chance.randint(1, 6)}
        for n, is_ in enumerate(
            ("party:pemohon", "role:front-officer", "sistem", "role:kasir", "external:oss", "role:koordinator",
             "role:tim-teknis", "role:auditor")[:actors]
        )
    ]  # fmt: skip
    tables["wait"] = [
        {"id": name, "kind": "meeting", "debtor": f"a{chance.randrange(actors)}", "label": "rapat " * chance.randint(1, 9),
         "limit": "3 hari", "many": name == "w1", **({"sop": "lain"} if name == "w2" else {})}
        for name in names
    ]  # fmt: skip
    tables["step"] = [
        {
            "id": f"s{n}", "number": n + 1, "actor": f"a{chance.randrange(actors)}", "norm": "20 menit", "limit": "5 hari",
            "activity": "kerja " * chance.randint(1, 70), "opens": chance.sample(names, chance.choice((0, 0, 1, 2))),
            "may_open": chance.sample(names, chance.choice((0, 0, 1))),
            "outcome": [
                {"id": "maju", "label": "maju " * chance.randint(1, 20), "to": f"s{n + 1}" if n + 1 < steps else "selesai"},
                *tangled_ways(chance, steps, names),
            ],
        }
        for n in range(steps)
    ]  # fmt: skip
    sop, mistakes = parse(tables)
    assert not mistakes
    return sop


def tangled_ways(chance: Random, steps: int, names: list[str]) -> Iterator[dict[str, str]]:
    anywhere = [*(f"s{n}" for n in range(steps)), "selesai"]
    for n in range(chance.choice((0, 0, 1, 2, 4))):
        yield {"id": f"o{n}", "label": "lain " * chance.randint(1, 16), "to": chance.choice(anywhere)}
    if chance.random() < 0.5:
        wait = chance.choice(names)
        yield {"id": "tunggu", "label": "tunggu " * chance.randint(1, 9), "wait": wait}
        yield {"id": "gugur", "label": "gugur", "to": chance.choice(anywhere), "when": f"{wait}:late"}
    if chance.random() < 0.3:
        yield {"id": "lewat", "label": "lewat", "to": chance.choice(anywhere), "when": "late"}


@pytest.mark.parametrize(("seed", "steps", "actors"), [(1, 4, 3), (2, 9, 8), (3, 15, 5), (4, 40, 8)])
def test_a_tangled_sop_is_well_drawn_too(seed, steps, actors):
    root = tree(made(tangled(seed, steps, actors)))
    check_schema(root)
    check_drawing(root)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@given(sops())
def test_every_sound_sop_has_a_valid_file_that_is_read_and_well_drawn(sop: Sop) -> None:
    root = tree(made(sop))
    check_schema(root)
    check_drawing(root)
    parser = BpmnParser(validator=VALIDATOR)
    parser.add_bpmn_xml(root)
    assert parser.get_spec(process_id("kantor/uji"))


# Run by somebody else's engine


class Engine(PythonScriptEngine):
    """Python conditions as they stand; what ISO 8601 says stays text, which SpiffWorkflow then reads itself."""

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        if re.fullmatch(r"P[0-9TDHM]+", expression):
            return expression
        known = {"terlambat": (), "banyaknya": 1, **task.data}
        return eval(expression, {"__builtins__": {}}, known)  # our own file


@cache
def read_by_spiff(folder: str) -> tuple[Any, Any]:
    """The process of a folder and those it calls, as SpiffWorkflow understands them."""
    parser = BpmnParser(validator=VALIDATOR)
    for path in FOLDERS:
        name = str(path.relative_to(SERVICES))
        parser.add_bpmn_str(made(of_folder(name), name))
    return parser.get_spec(process_id(folder)), parser.get_subprocess_specs(process_id(folder))


class Run:
    """A case of one SOP, in SpiffWorkflow. clock: what its timers look at."""

    def __init__(self, folder: str, clock: Any) -> None:
        self.sop, self.clock = of_folder(folder), clock
        self.drawn = {node.get("id") for node in nodes(root_of(folder))}
        self.workflow = BpmnWorkflow(*read_by_spiff(folder), script_engine=Engine())
        self.settle()

    def settle(self) -> None:
        """Whatever moves by itself."""
        self.workflow.refresh_timers()
        self.workflow.do_engine_steps()

    def ready(self) -> dict[str, Any]:
        """What is there to be done, by people or by the system."""
        tasks = self.workflow.get_tasks(state=TaskState.READY | TaskState.STARTED)
        return {t.task_spec.name: t for t in tasks if isinstance(t.task_spec, UserTask | ServiceTask)}

    def finish(self, name: str, choice: str = "") -> None:
        """Somebody finishes a task that is there to be done, and chooses an outcome."""
        task = self.ready()[name]
        task.data["keputusan"] = choice
        (task.run if task.state == TaskState.READY else task.complete)()
        self.settle()

    def pass_time(self, span: Span) -> None:
        days = {"menit": 1 / 1440, "jam": 1 / 24, "hari kerja": 1, "hari": 1, "bulan": 31}[span.unit]
        self.clock.shift(timedelta(days=span.n * days, seconds=1))
        self.settle()

    def take(self, step: Step, outcome: Outcome) -> None:
        """Leave a step by an outcome, in whatever way the SOP gives."""
        wait = (outcome.when or "").removesuffix(":late")
        if outcome.when == "late":
            assert step.limit
            if f"lewat.langkah.{step.id}.{outcome.id}" not in self.workflow.spec.task_specs:
                self.finish(f"langkah.{step.id}")  # no event on the task: the time stands behind it
            self.pass_time(step.limit)
        elif wait in self.sop.waits and outcome.when == f"{wait}:late":
            opening = next(o for o in step.outcomes.values() if o.wait == wait)
            self.take(step, opening)
            assert f"tunggu.{step.id}.{wait}" in self.ready()
            self.pass_time(self.sop.waits[wait].limit or Span(1, "menit"))
        else:
            self.finish(f"langkah.{step.id}", outcome.id)

    def follow(self, way: list[tuple[Step, Outcome]]) -> None:
        for step, outcome in way:
            self.take(step, outcome)
            if outcome.wait:
                self.finish(f"tunggu.{step.id}.{outcome.wait}")
                assert f"langkah.{step.id}" in self.ready()

    def done(self, *beginnings: str) -> list[str]:
        tasks = self.workflow.get_tasks(state=TaskState.COMPLETED)
        tasks.sort(key=lambda task: task.last_state_change)
        names = [task.task_spec.name for task in tasks if task.task_spec.name in self.drawn]
        return [name for name in names if name.startswith(beginnings)]


Way = list[tuple[Step, Outcome]]


def onward(sop: Sop, start: str) -> dict[str, Way]:
    """The shortest way from a step to every other step and end."""
    found: dict[str, Way] = {start: []}
    queue = [start]
    for place in queue:
        for outcome in sop.steps[place].outcomes.values() if place in sop.steps else ():
            if outcome.to and outcome.to not in found:
                found[outcome.to] = [*found[place], (sop.steps[place], outcome)]
                queue.append(outcome.to)
    return found


def ways_through(sop: Sop) -> list[tuple[Way, str]]:
    """For every outcome a way from the start through it to the nearest end, and that end."""
    found = []
    for step in sop.steps.values():
        for outcome in step.outcomes.values():
            after = onward(sop, outcome.to or step.id)
            end = next(place for place in after if place in sop.ends)
            found.append(([*onward(sop, sop.first.id)[step.id], (step, outcome), *after[end]], end))
    return found


@pytest.fixture
def clock():
    with time_machine.travel("2026-03-02T02:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize(
    ("folder", "number"), [(folder, n) for folder in OWN for n in range(len(ways_through(of_folder(folder))))]
)
def test_another_engine_runs_every_outcome_to_its_end(folder, number, clock):
    way, end = ways_through(of_folder(folder))[number]
    run = Run(folder, clock)
    run.follow(way)
    assert run.workflow.completed
    assert run.done("akhir.") == [f"akhir.{end}"]


def test_the_happy_way_of_the_real_sop(clock):
    run = Run(REAL, clock)
    sop = of_folder(REAL)
    way = [(step, next(iter(step.outcomes.values()))) for step in sop.steps.values()]
    run.follow(way)
    assert run.done("langkah.") == [f"langkah.{step}" for step in sop.steps]
    assert run.done("akhir.") == ["akhir.selesai"]


def test_waits_open_at_entry_and_on_request_beside_their_step(clock):
    run = Run(REAL, clock)
    sop = of_folder(REAL)
    run.follow(onward(sop, "isi")["verifikasi"])
    assert set(run.ready()) == {"langkah.verifikasi"}
    run.workflow.send_event(BpmnEvent(EscalationEventDefinition("Pemeriksaan lapangan", "kunjungan"), None))
    run.settle()
    assert set(run.ready()) == {
        "langkah.verifikasi",
        "langkah.jadwalkan",
    }  # the first step of the SOP it calls
    run.finish("langkah.jadwalkan", "dijadwalkan")
    run.finish("langkah.periksa", "sesuai")
    assert run.done("serta.") == ["serta.verifikasi.kunjungan", "serta.verifikasi.kunjungan.akhir"]
    run.finish("langkah.verifikasi", "lengkap")
    assert set(run.ready()) == {"langkah.validasi", "serta.validasi.diketahui", "serta.validasi.penetapan"}
    run.finish("serta.validasi.penetapan")
    assert "langkah.validasi" in run.ready()


def test_a_norm_that_has_passed_is_noted_and_changes_nothing(clock):
    run = Run(REAL, clock)
    run.pass_time(of_folder(REAL).first.norm)
    assert run.done("waktu-baku.") == ["waktu-baku.isi", "waktu-baku.isi.akhir"]
    assert set(run.ready()) == {"langkah.isi"}


def test_it_can_be_withdrawn(clock):
    """SpiffWorkflow 3.2 runs the sub-process, but leaves its parent running, which BPMN says it interrupts."""
    root = tree(made(of_folder(REAL)))
    assert root.xpath("//bpmn:subProcess/@triggeredByEvent", namespaces=NS) == ["true"]
    assert root.xpath("//*[@id='penarikan.diminta']/@isInterrupting") == ["true"]
    run = Run(REAL, clock)
    run.follow(onward(of_folder(REAL), "isi")["validasi"])
    run.workflow.send_event(BpmnEvent(MessageEventDefinition("Permohonan ditarik"), {}))
    run.settle()
    assert run.done("penarikan.") == ["penarikan.diminta", "penarikan.selesai"]
