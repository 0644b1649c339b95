"""Where the boxes and arrows of a swim-lane chart go: Graphviz ranks the steps and routes the arrows.

One lane per actor, steps downwards. `dot` ranks the steps (an arrow points down, rework points up); the rank and the
lane of a step are its place; Graphviz's orthogonal router then leads every arrow around the boxes. pygraphviz brings
Graphviz in its own wheel for Windows, macOS and Linux, so that a PC on a closed network needs no installer.
All measures are inches on paper, the origin at the top left, y downwards.
"""

from __future__ import annotations

import math
import re
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx
import pandas as pd

from dxaudit.errors import DxauditError
from dxaudit.vocabulary import load, text
from dxaudit.workflow.flows import END, Flow

ROW = 0.9
"""Inches from one rank to the next."""
BOX_HEIGHT = 0.62
HEADER = 0.42
GAP = 0.34
"""Inches between the boxes of neighbouring lanes, where arrows run."""
PAGE_ROWS = 10
"""Ranks on one A4 page in portrait."""
MOST_LANES = 6
"""More actors than this make lanes too narrow to read; lanes are then departments."""


@dataclass(frozen=True)
class Layout:
    """A chart, or one page of it.

    Attributes
    ----------
    width, height : float
        Inches.
    lanes : DataFrame
        lane, left, right.
    boxes : DataFrame
        On the step's key: x, y (centre), width, height, lane.
    routes : list of tuple
        (row of ``flow.arcs``, [(x, y), …]) for each arrow drawn.
    leaving, entering : mapping of step to list
        Arcs that end the case or cross to another page: rows of ``flow.arcs``.
    """

    width: float
    height: float
    lanes: pd.DataFrame
    boxes: pd.DataFrame
    routes: list[tuple[int, list[tuple[float, float]]]]
    leaving: dict[str, list[int]]
    entering: dict[str, list[int]]


def lay_out(flow: Flow, page: int | None = None) -> Layout:
    """The layout of a whole flow, or of one A4 page of it (from 1).

    Raises
    ------
    DxauditError
        Graphviz is not there, or the flow has no such page.
    """
    ranks = _ranks(flow)
    if page is not None:
        if not 1 <= page <= page_count(flow):
            raise DxauditError(text("workflow.error.page", page=page, pages=page_count(flow)))
        first = (page - 1) * PAGE_ROWS
        ranks = {key: rank - first for key, rank in ranks.items() if first <= rank < first + PAGE_ROWS}
    names = lane_names(flow)
    # Every page shows the same lanes at the same places, so that pages can be laid side by side.
    order = list(dict.fromkeys(names))
    beside = _beside(flow, ranks, names)
    columns = {lane: max([1, *(n + 1 for key, n in beside.items() if names[key] == lane)]) for lane in order}
    pitch = max(1.25, min(2.3, 7.5 / sum(columns.values())))
    lanes, left = [], 0.0
    for lane in order:
        lanes.append({"lane": lane, "left": left, "right": left + pitch * columns[lane]})
        left += pitch * columns[lane]
    starts = {line["lane"]: line["left"] for line in lanes}
    boxes = pd.DataFrame(
        {
            key: {
                "x": starts[names[key]] + pitch * (beside[key] + 0.5),
                "y": HEADER + ROW * (rank + 0.5),
                "width": pitch - GAP,
                "height": BOX_HEIGHT,
                "lane": names[key],
            }
            for key, rank in ranks.items()
        }
    ).T
    inside, leaving, entering = _split_arcs(flow, set(ranks))
    ends = list(zip(flow.arcs["source"], flow.arcs["target"], strict=True))
    return Layout(
        width=left,
        height=HEADER + ROW * (max(ranks.values()) + 1),
        lanes=pd.DataFrame(lanes),
        boxes=boxes,
        routes=list(zip(inside, routed(boxes, [ends[row] for row in inside]), strict=True)),
        leaving=leaving,
        entering=entering,
    )


def paper(flow: Flow, page: int | None = None) -> tuple[float, float]:
    """Width and height in inches that a chart (or a page of it) takes with its title and key at full size."""
    layout = lay_out(flow, page)
    return layout.width + 0.3, layout.height + 0.85


def page_count(flow: Flow) -> int:
    """How many A4 pages a flow takes."""
    return math.ceil((max(_ranks(flow).values()) + 1) / PAGE_ROWS)


def lane_names(flow: Flow) -> pd.Series:
    """The lane of each step: its actor, or its department where there are more actors than a page holds."""
    actors = flow.steps["actor"].where(flow.steps["actor"].notna(), flow.steps["unit"])
    actors = actors.where(actors != "", text("workflow.chart.no_actor"))
    if actors.nunique() <= MOST_LANES:
        return actors
    units = flow.steps["unit"].where(flow.steps["unit"] != "", text("workflow.chart.no_actor"))
    return units if units.nunique() < actors.nunique() else actors


def _graphviz():
    try:
        import pygraphviz
    except ImportError:
        raise DxauditError(text("workflow.error.engine"), remedy=text("workflow.error.engine_remedy")) from None
    return pygraphviz


# Graphviz keeps its graphs in global tables: one thread at a time.
_ONE = threading.Lock()


def _ranks(flow: Flow) -> dict[str, int]:
    onward = flow.arcs[(flow.arcs["target"] != END) & (flow.arcs["kind"] != "rework")]
    graph = nx.DiGraph(list(zip(onward["source"], onward["target"], strict=True)))
    keys = list(flow.steps.index)
    graph.add_nodes_from(keys)
    if nx.is_directed_acyclic_graph(graph):
        keys = list(nx.lexicographical_topological_sort(graph, key=keys.index))
    return ranked(keys, list(graph.edges))


def ranked(keys: Sequence[str], arcs: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Rank of every node from the top, by `dot`; an arc that leads back to an earlier node does not count."""
    engine = _graphviz()
    with _ONE:
        height = _heights(engine, keys, arcs)
    levels = sorted(set(height.values()), reverse=True)
    return {key: levels.index(height[key]) for key in keys}


def _heights(engine, keys: Sequence[str], arcs: Sequence[tuple[str, str]]) -> dict[str, float]:
    graph = engine.AGraph(directed=True, strict=True)
    graph.node_attr.update(shape="box", label="", fixedsize="true", width="1", height="0.5")
    place = {key: i for i, key in enumerate(keys)}
    graph.add_nodes_from(place.values())
    graph.add_edges_from((place[s], place[t]) for s, t in arcs if place[t] > place[s])
    graph.layout(prog="dot")
    return {key: round(float(graph.get_node(i).attr["pos"].split(",")[1]), 1) for key, i in place.items()}


def _beside(flow: Flow, ranks: dict[str, int], names: pd.Series) -> dict[str, int]:
    """Position among the steps that share both lane and rank."""
    found: dict[str, int] = {}
    taken: dict[tuple[str, int], int] = {}
    for key in flow.steps.index:
        if key in ranks:
            place = (names[key], ranks[key])
            found[key] = taken.get(place, 0)
            taken[place] = found[key] + 1
    return found


def _split_arcs(flow: Flow, here: set[str]) -> tuple[list[int], dict[str, list[int]], dict[str, list[int]]]:
    inside: list[int] = []
    leaving: dict[str, list[int]] = {}
    entering: dict[str, list[int]] = {}
    for row, arc in enumerate(flow.arcs.itertuples(index=False)):
        if arc.source in here and arc.target in here:
            inside.append(row)
        elif arc.source in here:
            leaving.setdefault(arc.source, []).append(row)
        elif arc.target in here:
            entering.setdefault(arc.target, []).append(row)
    return inside, leaving, entering


def routed(boxes: pd.DataFrame, arcs: Sequence[tuple[str, str]]) -> list[list[tuple[float, float]]]:
    """The corners of each arc, led around the boxes by Graphviz's orthogonal router.

    Parameters
    ----------
    boxes
        On the node's key: x, y (centre, y downwards), width, height.
    """
    engine = _graphviz()
    with _ONE:
        return _led_around(engine, boxes, arcs)


def _led_around(engine, boxes: pd.DataFrame, arcs: Sequence[tuple[str, str]]) -> list[list[tuple[float, float]]]:
    graph = engine.AGraph(directed=True, strict=False, splines="ortho")
    graph.node_attr.update(shape="box", label="", fixedsize="true")
    place = {key: i for i, key in enumerate(boxes.index)}
    for box in boxes.itertuples():
        # Graphviz counts upwards, in points.
        graph.add_node(
            place[box.Index], pos=f"{72 * box.x:.2f},{-72 * box.y:.2f}",
            width=f"{box.width:.4f}", height=f"{box.height:.4f}",
        )  # fmt: skip
    for i, (source, target) in enumerate(arcs):
        if source != target:
            graph.add_edge(place[source], place[target], key=str(i))
    graph.layout(prog="nop")
    # Graphviz moves the drawing to an origin of its own; one box tells by how much.
    x, y = _inches(graph.get_node(0).attr["pos"])
    right, down = boxes["x"].iloc[0] - x, boxes["y"].iloc[0] - y
    found = []
    for i, (source, target) in enumerate(arcs):
        if source == target:
            found.append(_loop(boxes.loc[source]))
            continue
        edge = graph.get_edge(place[source], place[target], key=str(i))
        found.append([(x + right, y + down) for x, y in _points(edge.attr["pos"])])
    return found


def _points(spline: str) -> list[tuple[float, float]]:
    """The corners of an orthogonal spline as Graphviz writes it: ``e,x,y x,y x,y …``, the arrow's tip first."""
    tip = None
    points: list[tuple[float, float]] = []
    for part in spline.split():
        if part.startswith("e,"):
            tip = part[2:]
        elif not part.startswith("s,"):
            points.append(_inches(part))
    if tip:
        points.append(_inches(tip))
    corners: list[tuple[float, float]] = []
    for point in points:
        if corners and math.dist(corners[-1], point) < 1e-3:
            continue
        # The middle one of three points on a line is no corner.
        while len(corners) > 1 and _straight(corners[-2], corners[-1], point):
            corners.pop()
        corners.append(point)
    return corners


def _inches(pair: str) -> tuple[float, float]:
    x, y = pair.split(",")[:2]
    return float(x) / 72, -float(y) / 72


def _straight(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])) < 1e-4


def _loop(box: pd.Series) -> list[tuple[float, float]]:
    """A step that repeats itself: out at the right, back in at the top right."""
    right, top = box["x"] + box["width"] / 2, box["y"] - box["height"] / 2
    out = right + GAP / 4
    return [(right, box["y"]), (out, box["y"]), (out, top - 0.09), (right - 0.12, top - 0.09), (right - 0.12, top)]


def wrap(said: str, width: float, lines: int) -> list[str]:
    """``said`` in at most ``lines`` lines of ``width`` full-width characters; the last ends in … where it is cut.

    A closing sign never begins a line (行頭禁則), and a short Latin word or number is not broken.
    """
    never_first = load("workflow")["chart"]["never_first"]
    found, line, used = [], "", 0.0
    for sign in re.findall(r"[A-Za-z0-9]{2,12}|.", " ".join(said.split())):
        wide = sum(1.0 if unicodedata.east_asian_width(letter) in "WFA" else 0.55 for letter in sign)
        if used + wide > width and sign not in never_first:
            found.append(line)
            line, used = "", 0.0
        line += sign
        used += wide
    found.append(line)
    if len(found) > lines:
        kept = found[lines - 1]
        found = [*found[: lines - 1], (kept[:-1] if kept else "") + "…"]
    return [part for part in found if part]
