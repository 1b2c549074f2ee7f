# SPDX-License-Identifier: Apache-2.0
"""The SOP as BPMN 2.0 XML with its diagram, for whoever wants to look at it in another program.

`bpmn_model` says which symbols an SOP becomes, `bpmn_layout` where they are drawn; here they are written down.
Source: OMG BPMN 2.0.2 (formal/2013-12-09); docs/services.md.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping

from satupintu.core.sop.bpmn_layout import Box, Plan, lay_out
from satupintu.core.sop.bpmn_model import Event, Flow, Model, Symbol, joined, listed, process_id, short
from satupintu.core.sop.language import UNWRITABLE, Sop

_SPACES = {
    "xmlns:bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "xmlns:bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "xmlns:dc": "http://www.omg.org/spec/DD/20100524/DC",
    "xmlns:di": "http://www.omg.org/spec/DD/20100524/DI",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
_PYTHON = "https://docs.python.org/3/reference/expressions.html"
_ISO_8601 = "https://www.iso.org/iso-8601-date-and-time-format.html"


def bpmn(sop: Sop, *, name: str, folder: str) -> bytes:
    """The BPMN 2.0 XML (UTF-8) of a sound SOP. The same SOP gives the same bytes.

    name: what the pool is called, the service. folder: "kantor/nama", by which other SOPs call this one.
    Of an unsound SOP nothing is promised. Raises ValueError for characters that XML cannot hold.
    """
    model = Model(sop, folder)
    model.build()
    spots = [symbol.spot for symbol in model.symbols.values()]
    plan = lay_out(model.lanes, spots, [flow.arrow for flow in model.flows])
    root = _definitions(model, name, plan)
    _refuse_what_xml_cannot_hold(root)
    ET.indent(root)
    made: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return made + b"\n"


def _definitions(model: Model, name: str, plan: Plan) -> ET.Element:
    root = ET.Element(
        "bpmn:definitions",
        {
            **_SPACES,
            "id": "satu-pintu",
            "targetNamespace": "urn:satupintu:sop",
            "expressionLanguage": _PYTHON,
            "exporter": "Satu Pintu",
        },
    )
    for wait in dict.fromkeys(wait for step in model.sop.steps.values() for wait in step.may_open):
        label = short(model.sop.waits[wait].label)
        _sub(root, "bpmn:escalation", id=f"permintaan.{wait}", name=label, escalationCode=wait)
    if "penarikan" in model.symbols:
        _sub(root, "bpmn:message", id="pesan.penarikan", name="Permohonan ditarik")
    pool = _sub(root, "bpmn:collaboration", id="kolaborasi")
    own = process_id(model.folder)
    _sub(pool, "bpmn:participant", id="kolam", name=short(name), processRef=own)
    process = _sub(root, "bpmn:process", id=own, name=short(name), isExecutable="true")
    _document(process, _identity(model.sop))
    _lanes(process, model)
    homes = _flow_nodes(process, model)
    for flow in model.flows:
        _sequence_flow(homes[model.symbols[flow.arrow.source].spot.inside], flow)
    _diagram(root, model, plan)
    return root


def _identity(sop: Sop) -> str:
    block = sop.identity
    return joined(
        (
            f"SOP {block.number}: {block.name}.",
            f"Dibuat: {block.created}. Revisi: {block.revised}. Berlaku: {block.effective}.",
            f"Disahkan oleh: {block.approver}.",
            listed("Dasar hukum", block.legal_basis),
            listed("Keterkaitan", block.linked),
            f"Peringatan: {block.warning}" if block.warning else "",
            f"Janji: {sop.promise}." if sop.promise else "",
        )
    )


def _lanes(process: ET.Element, model: Model) -> None:
    lanes = _sub(process, "bpmn:laneSet", id="lajur")
    for id_, label in model.lanes.items():
        lane = _sub(lanes, "bpmn:lane", id=f"lajur.{id_}", name=label)
        for symbol in model.symbols.values():
            if symbol.spot.lane == id_ and not symbol.spot.inside:
                _sub(lane, "bpmn:flowNodeRef").text = symbol.spot.id


def _flow_nodes(process: ET.Element, model: Model) -> dict[str, ET.Element]:
    """Every symbol; gives the elements that hold symbols: the process by "", a sub-process by its id."""
    homes = {"": process}
    for symbol in model.symbols.values():
        made = _flow_node(homes[symbol.spot.inside], symbol, model.flows)
        if symbol.tag == "subProcess":
            homes[symbol.spot.id] = made
    return homes


def _flow_node(parent: ET.Element, symbol: Symbol, flows: Iterable[Flow]) -> ET.Element:
    node = _sub(parent, f"bpmn:{symbol.tag}", id=symbol.spot.id)
    if symbol.spot.name:
        node.set("name", symbol.spot.name)
    _document(node, symbol.doc)
    for flow in flows:
        if flow.arrow.target == symbol.spot.id:
            _sub(node, "bpmn:incoming").text = flow.arrow.id
    for flow in flows:
        if flow.arrow.source == symbol.spot.id:
            _sub(node, "bpmn:outgoing").text = flow.arrow.id
    if symbol.tag == "subProcess":
        node.set("triggeredByEvent", "true")
    if symbol.called:
        node.set("calledElement", symbol.called)
    if symbol.many:
        many = _sub(node, "bpmn:multiInstanceLoopCharacteristics", isSequential="false")
        _expression(many, "loopCardinality", "banyaknya")
    if symbol.spot.inside and symbol.tag == "startEvent":
        node.set("isInterrupting", "true")
    if symbol.spot.host and symbol.event:
        node.set("attachedToRef", symbol.spot.host)
        node.set("cancelActivity", str(symbol.event.interrupting).lower())
    if symbol.event:
        _event(node, symbol.event)
    return node


def _event(node: ET.Element, event: Event) -> None:
    definition = _sub(node, f"bpmn:{event.kind}EventDefinition", id=f"{node.get('id')}.jenis")
    if event.kind == "timer":
        _expression(definition, "timeDuration", event.value, _ISO_8601)
    elif event.kind == "conditional":
        _expression(definition, "condition", event.value)
    elif event.value:
        definition.set(f"{event.kind}Ref", event.value)


def _sequence_flow(parent: ET.Element, flow: Flow) -> None:
    arrow = flow.arrow
    made = _sub(parent, "bpmn:sequenceFlow", id=arrow.id, sourceRef=arrow.source, targetRef=arrow.target)
    if arrow.name:
        made.set("name", arrow.name)
    _document(made, flow.doc)
    if flow.choice:
        _expression(made, "conditionExpression", f'keputusan == "{flow.choice}"')


def _diagram(root: ET.Element, model: Model, plan: Plan) -> None:
    diagram = _sub(root, "bpmndi:BPMNDiagram", id="gambar")
    plane = _sub(diagram, "bpmndi:BPMNPlane", id="bidang", bpmnElement="kolaborasi")
    _shape(plane, "kolam", plan.pool, isHorizontal="true")
    for lane, box in plan.lanes.items():
        _shape(plane, f"lajur.{lane}", box, isHorizontal="true")
    for id_, symbol in model.symbols.items():
        more: Mapping[str, str] = {
            "exclusiveGateway": {"isMarkerVisible": "true"},
            "subProcess": {"isExpanded": "true"},
            "callActivity": {"isExpanded": "false"},
        }.get(symbol.tag, {})
        _label(_shape(plane, id_, plan.boxes[id_], **more), plan.labels.get(id_))
    for flow in model.flows:
        id_ = flow.arrow.id
        edge = _sub(plane, "bpmndi:BPMNEdge", id=f"gambar.{id_}", bpmnElement=id_)
        for x, y in plan.arrows[id_]:
            _sub(edge, "di:waypoint", x=str(x), y=str(y))
        _label(edge, plan.labels.get(id_))


def _shape(plane: ET.Element, element: str, box: Box, **more: str) -> ET.Element:
    shape = _sub(plane, "bpmndi:BPMNShape", id=f"gambar.{element}", bpmnElement=element, **more)
    _bounds(shape, box)
    return shape


def _bounds(parent: ET.Element, box: Box) -> None:
    _sub(parent, "dc:Bounds", x=str(box.x), y=str(box.y), width=str(box.w), height=str(box.h))


def _label(parent: ET.Element, box: Box | None) -> None:
    if box:
        _bounds(_sub(parent, "bpmndi:BPMNLabel"), box)


def _sub(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, tag, attributes)


def _document(parent: ET.Element, text: str) -> None:
    if text:
        _sub(parent, "bpmn:documentation").text = text


def _expression(parent: ET.Element, tag: str, text: str, language: str = "") -> None:
    made = _sub(parent, f"bpmn:{tag}", **{"xsi:type": "bpmn:tFormalExpression"})
    if language:
        made.set("language", language)
    made.text = text


def _refuse_what_xml_cannot_hold(root: ET.Element) -> None:
    for element in root.iter():
        for text in (element.text or "", *element.attrib.values()):
            found = UNWRITABLE.search(text)
            if found:
                raise ValueError(f"a character that XML cannot hold: {found[0]!r} in {text[:60]!r}")
