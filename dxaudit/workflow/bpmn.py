"""A flow → BPMN 2.0 XML with its drawing, that bpmn.io and Camunda Modeler open.

Steps become tasks in lanes by actor; branches and rework become exclusive gateways, branches side by side parallel
ones. What BPMN has no place for (minutes, waiting hours, medium, shares) goes into attributes of our own namespace,
which other tools keep or ignore and dxaudit reads back. Elements and their order as in the official schema
(OMG BPMN20.xsd, 2010-05-24).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pandas as pd

from dxaudit.vocabulary import load, text
from dxaudit.workflow.flows import END, Flow, block
from dxaudit.workflow.layout import ranked, routed
from dxaudit.writing import write_text

_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_DC = "http://www.omg.org/spec/DD/20100524/DC"
_DD = "http://www.omg.org/spec/DD/20100524/DI"
_SIZES = {"task": (100, 80), "gateway": (50, 50), "event": (36, 36)}
_COLUMN, _LANE, _HEAD, _MARGIN = 160, 130, 30, 60
# Signs that XML 1.0 cannot hold; a cell may.
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class _Node:
    tag: str
    kind: str
    name: str
    lane: str
    attributes: dict[str, str]


@dataclass
class _Arc:
    source: str
    target: str
    name: str
    share: float | None
    step: str
    """The step in whose place of the flow the arc lies: decides to which branch of a block it belongs."""


def to_bpmn(flow: Flow) -> str:
    """BPMN 2.0 XML of a flow, valid against the official schema, with a diagram.

    Raises
    ------
    DxauditError
        Graphviz, which lays the diagram out, is missing.
    """
    nodes, arcs = _Drawing(flow).made()
    names = load("workflow")["bpmn"]
    for prefix, space in (
        ("bpmn", names["model"]),
        ("bpmndi", _DI),
        ("dc", _DC),
        ("di", _DD),
        ("dxaudit", names["own"]),
    ):
        ElementTree.register_namespace(prefix, space)
    root = ElementTree.Element(
        _tag("definitions"), {"id": "definitions", "targetNamespace": names["own"], "exporter": "dxaudit"}
    )
    pool = ElementTree.SubElement(root, _tag("collaboration"), {"id": "collaboration"})
    title = flow.business or flow.key
    ElementTree.SubElement(pool, _tag("participant"), {"id": "pool", "name": _clean(title), "processRef": "process"})
    process = ElementTree.SubElement(
        root, _tag("process"), {"id": "process", "name": _clean(title), "isExecutable": "false"}
    )
    for attribute, value in (("businessId", flow.business_id), ("department", flow.department)):
        if value:
            process.set(_own(attribute), _clean(value))
    lanes = list(dict.fromkeys(node.lane for node in nodes.values()))
    _write_lanes(process, nodes, lanes)
    for identifier, node in nodes.items():
        element = ElementTree.SubElement(process, _tag(node.tag), {"id": identifier, **node.attributes})
        if node.name:
            element.set("name", _clean(node.name))
        for i, arc in enumerate(arcs):
            if arc.target == identifier:
                ElementTree.SubElement(element, _tag("incoming")).text = f"flow_{i}"
        for i, arc in enumerate(arcs):
            if arc.source == identifier:
                ElementTree.SubElement(element, _tag("outgoing")).text = f"flow_{i}"
    for i, arc in enumerate(arcs):
        element = ElementTree.SubElement(
            process, _tag("sequenceFlow"), {"id": f"flow_{i}", "sourceRef": arc.source, "targetRef": arc.target}
        )
        if arc.name:
            element.set("name", _clean(arc.name))
        if arc.share is not None:
            element.set(_own("share"), f"{arc.share:.6g}")
    _write_diagram(root, nodes, arcs, lanes)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def write_bpmn(flow: Flow, path: Path) -> Path:
    """Write `to_bpmn` to a file, whole or not at all; returns the path."""
    write_text(path, to_bpmn(flow))
    return path


def _tag(name: str) -> str:
    return f"{{{load('workflow')['bpmn']['model']}}}{name}"


def _own(name: str) -> str:
    return f"{{{load('workflow')['bpmn']['own']}}}{name}"


def _clean(said: str) -> str:
    return _FORBIDDEN.sub("", said)


class _Drawing:
    """Steps and arcs of a flow as BPMN nodes and sequence flows."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.nodes: dict[str, _Node] = {}
        self.arcs: list[_Arc] = []
        self.place = {key: f"step_{i}" for i, key in enumerate(flow.steps.index, start=1)}
        actors = flow.steps["actor"].where(flow.steps["actor"].notna(), flow.steps["unit"])
        self.lane = actors.where(actors != "", text("workflow.chart.no_actor")).to_dict()

    def made(self) -> tuple[dict[str, _Node], list[_Arc]]:
        flow = self.flow
        first = flow.start
        self.nodes["start"] = _Node("startEvent", "event", text("workflow.chart.start"), self.lane[first], {})
        self.arcs.append(_Arc("start", self.place[first], "", None, first))
        for key in flow.steps.index:
            self._step(key)
        graph = flow.graph()
        inside = {split: block(graph, split, join) for split, join in flow.joins.items()}
        # The innermost first: its own join is then one of the ways that meet at the outer one.
        for split in sorted(inside, key=lambda s: len(inside[s])):
            self._join(split, flow.joins[split], inside[split], graph)
        self._ends()
        return self.nodes, self.arcs

    def _step(self, key: str) -> None:
        step = self.flow.steps.loc[key]
        attributes = {}
        for column, name in (("medium", "medium"), ("system", "system")):
            if isinstance(step[column], str):
                attributes[_own(name)] = _clean(step[column])
        for column, name in (("work_minutes", "workMinutes"), ("wait_hours", "waitHours")):
            if step[column] == step[column]:
                attributes[_own(name)] = f"{step[column]:g}"
        tag = "userTask" if isinstance(step["system"], str) or step["carrier"] == "digital" else "manualTask"
        action = step["action"] if isinstance(step["action"], str) else ""
        self.nodes[self.place[key]] = _Node(tag, "task", action, self.lane[key], attributes)
        own = self.flow.arcs[self.flow.arcs["source"] == key]
        parallel = own[own["kind"] == "parallel"]
        choices = own[own["kind"] != "parallel"]
        source = self.place[key]
        if len(choices) + (len(parallel) > 0) > 1:
            source = self._gateway("exclusiveGateway", f"choice_{source}", source, key)
        for arc in choices.itertuples(index=False):
            self.arcs.append(_Arc(source, self._target(arc.target), *self._named(arc), key))
        if len(parallel):
            share = parallel["share"].iloc[0]
            name = "" if share == 1 else f"({100 * share:g}%)"
            gateway = f"split_{self.place[key]}"
            source = self._gateway("parallelGateway", gateway, source, key, name, None if share == 1 else share)
            for arc in parallel.itertuples(index=False):
                self.arcs.append(_Arc(source, self._target(arc.target), self._plain(arc.label), None, key))

    def _gateway(
        self, tag: str, identifier: str, source: str, key: str, name: str = "", share: float | None = None
    ) -> str:
        title = text("workflow.chart.choice") if tag == "exclusiveGateway" else ""
        self.nodes[identifier] = _Node(tag, "gateway", title, self.lane[key], {})
        self.arcs.append(_Arc(source, identifier, name, share, key))
        return identifier

    def _target(self, key: str) -> str:
        return END if key == END else self.place[key]

    @staticmethod
    def _plain(label: str) -> str:
        for word in load("workflow")["words"]["parallel"]:
            label = label.replace(word, "")
        return label.strip()

    def _named(self, arc) -> tuple[str, float | None]:
        if arc.share >= 0.99995:
            return arc.label, None
        name = arc.label or (text("workflow.chart.rework") if arc.kind == "rework" else "")
        return f"{name} ({100 * arc.share:g}%)".strip(), arc.share

    def _join(self, split: str, join: str, inside: set[str], graph: nx.DiGraph) -> None:
        target = self._target(join)
        gateway = f"join_{self.place[split]}"
        rest = graph.subgraph(set(graph) - {join})
        branches = list(
            self.flow.arcs[(self.flow.arcs["source"] == split) & (self.flow.arcs["kind"] == "parallel")]["target"]
        )
        ways = {b: nx.descendants(rest, b) | {b} for b in branches if b in rest and b != join}
        groups: dict[str, list[_Arc]] = {}
        for arc in self.arcs:
            if arc.target == target and (arc.step in inside or arc.source == f"split_{self.place[split]}"):
                branch = next((b for b, way in ways.items() if arc.step in way), arc.name)
                groups.setdefault(branch, []).append(arc)
        lane = self.lane[split if join == END else join]
        self.nodes[gateway] = _Node("parallelGateway", "gateway", "", lane, {})
        for i, arrived in enumerate(groups.values()):
            meeting = gateway
            if len(arrived) > 1:
                # Several ways out of one branch are alternatives: they merge before the branch waits for the others.
                meeting = f"merge_{i}_{self.place[split]}"
                self.nodes[meeting] = _Node("exclusiveGateway", "gateway", "", lane, {})
                self.arcs.append(_Arc(meeting, gateway, "", None, split))
            for arc in arrived:
                arc.target = meeting
        self.arcs.append(_Arc(gateway, target, "", None, split))

    def _ends(self) -> None:
        for arc in self.arcs:
            if arc.target == END:
                arc.target = f"end_{arc.source}"
                if arc.target not in self.nodes:
                    name = text("workflow.chart.end")
                    self.nodes[arc.target] = _Node("endEvent", "event", name, self.nodes[arc.source].lane, {})


def _write_lanes(process: ElementTree.Element, nodes: dict[str, _Node], lanes: list[str]) -> None:
    lane_set = ElementTree.SubElement(process, _tag("laneSet"), {"id": "lanes"})
    for i, lane in enumerate(lanes):
        element = ElementTree.SubElement(lane_set, _tag("lane"), {"id": f"lane_{i}", "name": _clean(lane)})
        for identifier, node in nodes.items():
            if node.lane == lane:
                ElementTree.SubElement(element, _tag("flowNodeRef")).text = identifier


def _write_diagram(root: ElementTree.Element, nodes: dict[str, _Node], arcs: list[_Arc], lanes: list[str]) -> None:
    """Lanes lie, time runs to the right: what bpmn.io shows best. Pixels, as the modellers use them."""
    boxes, heights = _placed(nodes, arcs, lanes)
    width = _HEAD + boxes["x"].max() + _COLUMN / 2
    diagram = ElementTree.SubElement(root, f"{{{_DI}}}BPMNDiagram", {"id": "diagram"})
    plane = ElementTree.SubElement(diagram, f"{{{_DI}}}BPMNPlane", {"id": "plane", "bpmnElement": "collaboration"})
    _shape(plane, "pool", 0, 0, width, sum(heights), horizontal=True)
    top = 0.0
    for i, height in enumerate(heights):
        _shape(plane, f"lane_{i}", _HEAD, top, width - _HEAD, height, horizontal=True)
        top += height
    for identifier, box in boxes.iterrows():
        left, upper = box["x"] - box["width"] / 2, box["y"] - box["height"] / 2
        shape = _shape(plane, str(identifier), left, upper, box["width"], box["height"])
        node = nodes[str(identifier)]
        if node.kind == "gateway" and node.name:
            # Arrows leave a gateway downwards and upwards; its name stands clear of them at the upper left.
            _bounds(ElementTree.SubElement(shape, f"{{{_DI}}}BPMNLabel"), left - 14, upper - 4, 24, 14)
    scaled = boxes[["x", "y", "width", "height"]].astype(float) / 72
    routes = routed(scaled, [(arc.source, arc.target) for arc in arcs])
    labels: list[tuple[float, float, float, float]] = []
    for i, points in enumerate(routes):
        edge = ElementTree.SubElement(plane, f"{{{_DI}}}BPMNEdge", {"id": f"edge_{i}", "bpmnElement": f"flow_{i}"})
        for x, y in points:
            ElementTree.SubElement(edge, f"{{{_DD}}}waypoint", {"x": f"{72 * x:.0f}", "y": f"{72 * y:.0f}"})
        if arcs[i].name:
            label = ElementTree.SubElement(edge, f"{{{_DI}}}BPMNLabel")
            _bounds(label, *_label(arcs[i].name, [(72 * x, 72 * y) for x, y in points], labels))


def _placed(nodes: dict[str, _Node], arcs: list[_Arc], lanes: list[str]) -> tuple[pd.DataFrame, list[float]]:
    graph = nx.DiGraph((arc.source, arc.target) for arc in arcs)
    order = ["start", *[n for n in nodes if n != "start"]]
    back = _backward(graph)
    # Ranks need every forward arc to lead to a later node of the list.
    forward = nx.DiGraph(edge for edge in graph.edges if edge not in back)
    forward.add_nodes_from(order)
    order = list(nx.lexicographical_topological_sort(forward, key=order.index))
    rank = ranked(order, list(forward.edges))
    taken: dict[tuple[str, int], int] = {}
    beside = {}
    for identifier in order:
        spot = (nodes[identifier].lane, rank[identifier])
        beside[identifier] = taken.get(spot, 0)
        taken[spot] = beside[identifier] + 1
    rows = {lane: max(count for (name, _), count in taken.items() if name == lane) for lane in lanes}
    tops, top = {}, 0.0
    for lane in lanes:
        tops[lane] = top
        top += rows[lane] * _LANE
    boxes = {}
    for identifier, node in nodes.items():
        width, height = _SIZES[node.kind]
        boxes[identifier] = {
            "x": _HEAD + _MARGIN + _COLUMN * rank[identifier] + _COLUMN / 4,
            "y": tops[node.lane] + _LANE * (beside[identifier] + 0.5),
            "width": width,
            "height": height,
        }
    return pd.DataFrame(boxes).T, [rows[lane] * _LANE for lane in lanes]


def _backward(graph: nx.DiGraph) -> set[tuple[str, str]]:
    """Arcs that close a cycle, met first on a walk from the start."""
    found: set[tuple[str, str]] = set()
    open_: set[str] = set()
    for source, target, kind in nx.dfs_labeled_edges(graph, "start"):
        if kind == "forward":
            open_.add(target)
        elif kind == "reverse":
            open_.discard(target)
        elif target in open_:
            found.add((source, target))
    for component in graph.nodes - nx.descendants(graph, "start") - {"start"}:
        # What the start never reaches is drawn too; its cycles are cut anywhere.
        found |= {(s, t) for s, t in graph.out_edges(component) if nx.has_path(graph, t, s)}
    return found


def _shape(
    plane: ElementTree.Element,
    element: str,
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    horizontal: bool = False,
) -> ElementTree.Element:
    attributes = {"id": f"shape_{element}", "bpmnElement": element}
    if horizontal:
        attributes["isHorizontal"] = "true"
    shape = ElementTree.SubElement(plane, f"{{{_DI}}}BPMNShape", attributes)
    _bounds(shape, x, y, width, height)
    return shape


def _bounds(element: ElementTree.Element, x: float, y: float, width: float, height: float) -> None:
    sizes = {"x": x, "y": y, "width": width, "height": height}
    ElementTree.SubElement(element, f"{{{_DC}}}Bounds", {name: f"{value:.0f}" for name, value in sizes.items()})


def _label(
    name: str, points: list[tuple[float, float]], taken: list[tuple[float, float, float, float]]
) -> tuple[float, float, float, float]:
    """Where an arrow's name stands: beside its first stretch, clear of the other names."""
    width = min(90.0, 6 + sum(11 if ord(sign) > 0x2E7F else 6 for sign in name))
    height = 14.0 * (1 + sum(11 if ord(sign) > 0x2E7F else 6 for sign in name) // 90)
    (x0, y0), (x1, y1) = points[0], points[1]
    if abs(x1 - x0) > abs(y1 - y0):
        along = [(min(x0, x1) + 4, y0 - height - 3), (min(x0, x1) + 4, y0 + 3)]
    else:
        down = 4 if y1 > y0 else -height - 4
        along = [(x0 + 4, y0 + down), (x0 - width - 4, y0 + down), (x0 + 4, y0 + 5 * down)]
    found = None
    for x, y in along:
        place = (x, y, width, height)
        found = found or place
        if not any(x < t[0] + t[2] and t[0] < x + width and y < t[1] + t[3] and t[1] < y + height for t in taken):
            found = place
            break
    taken.append(found)
    return found
