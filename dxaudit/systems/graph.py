"""Who works with what: departments, businesses, systems and data as one networkx graph.

Nodes carry ``kind`` (department, business, system, data) and ``label``; edges carry ``relation`` (owns, uses, performs,
supports, holds, sends) and, between systems, ``method``. No survey answer ever enters the graph.
"""

from __future__ import annotations

import networkx as nx
import pandas as pd

from dxaudit.state import CurrentState
from dxaudit.systems.names import fold


def system_graph(state: CurrentState, systems: pd.DataFrame) -> nx.MultiDiGraph:
    """The graph of a state; ``systems`` is ``SystemMap.systems``."""
    graph = nx.MultiDiGraph()
    by_name: dict[str, list[str]] = {}
    for row in systems.itertuples(index=False):
        name = row.system if isinstance(row.system, str) else row.system_id
        # A system that two lists name is one node, with the links that either tells.
        node = f"system:{row.same_as or row.system_id}"
        if not row.same_as:
            graph.add_node(node, kind="system", label=name, function=row.function, area=row.area)
        by_name.setdefault(fold(name), []).append(node)
        if isinstance(row.owner_department, str):
            _link(graph, _node(graph, "department", row.owner_department), node, "owns")
    for line, row in zip(systems.itertuples(index=False), state.systems.itertuples(index=False), strict=True):
        node = f"system:{line.same_as or line.system_id}"
        for name in _names(row.user_departments):
            _link(graph, _node(graph, "department", name), node, "uses")
        for name in _names(row.data_held):
            _link(graph, node, _node(graph, "data", name), "holds")
        for name in _names(row.businesses_supported):
            _link(graph, node, _node(graph, "business", name), "supports")
        method = row.link_method if isinstance(row.link_method, str) else ""
        for name in _names(row.linked_systems):
            for other in by_name.get(fold(name)) or [_node(graph, "system", name)]:
                if other != node:
                    _link(graph, node, other, "sends", method=method)
    for row in state.businesses.itertuples(index=False):
        if not isinstance(row.business, str):
            continue
        business = _node(graph, "business", row.business)
        if isinstance(row.department, str):
            _link(graph, _node(graph, "department", row.department), business, "performs")
        for name in _names(row.systems_used):
            for system in by_name.get(fold(name), []):
                _link(graph, system, business, "supports")
    return graph


def _names(value: object) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str) and v) if isinstance(value, (tuple, list)) else ()


def _node(graph: nx.MultiDiGraph, kind: str, name: str) -> str:
    node = f"{kind}:{fold(name)}"
    if node not in graph:
        graph.add_node(node, kind=kind, label=name)
    return node


def _link(graph: nx.MultiDiGraph, one: str, other: str, relation: str, **more: str) -> None:
    if not graph.has_edge(one, other, key=relation):
        graph.add_edge(one, other, key=relation, relation=relation, **more)


REKEYED = ("manual", "csv_manual", "paper", "media")
"""Ways of passing data on in which someone types or carries it again."""


def blast_radius(graph: nx.MultiDiGraph, system: str) -> pd.DataFrame:
    """Everything that stands still or loses its data when one system fails: kind, label, distance.

    Downstream along ``sends`` and ``supports``, then the departments that use the systems or perform the businesses.

    Parameters
    ----------
    graph
        `SystemMap.graph`.
    system
        A system's id (of a row that counts: `SystemMap.sources`).
    """
    start = f"system:{system}"
    flows = nx.MultiDiGraph((a, b) for a, b, r in graph.edges(data="relation") if r in ("sends", "supports"))
    reached = nx.single_source_shortest_path_length(flows, start) if start in flows else {start: 0}
    found = {node: far for node, far in reached.items() if node != start}
    for node, far in reached.items():
        for department, _, relation in graph.in_edges(node, data="relation"):
            if relation in ("owns", "uses", "performs"):
                found[department] = min(found.get(department, far + 1), far + 1)
    rows = [(graph.nodes[n]["kind"], graph.nodes[n]["label"], far) for n, far in found.items()]
    frame = pd.DataFrame(rows, columns=["kind", "label", "distance"])
    return frame.sort_values(["distance", "kind", "label"], ignore_index=True)


def single_points(graph: nx.MultiDiGraph) -> pd.DataFrame:
    """Systems without which a business has none: system_id, label, businesses (that have only it), departments."""
    rows = []
    for node, data in graph.nodes(data=True):
        if data["kind"] != "system":
            continue
        only = [
            b for _, b, r in graph.out_edges(node, data="relation")
            if r == "supports" and sum(x == "supports" for _, _, x in graph.in_edges(b, data="relation")) == 1
        ]  # fmt: skip
        users = {d for d, _, r in graph.in_edges(node, data="relation") if r in ("owns", "uses")}
        if only:
            names = tuple(sorted(graph.nodes[b]["label"] for b in only))
            rows.append((node.removeprefix("system:"), data["label"], names, len(users)))
    frame = pd.DataFrame(rows, columns=["system_id", "label", "businesses", "departments"])
    order = frame["businesses"].map(len).sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def orphans(graph: nx.MultiDiGraph) -> pd.DataFrame:
    """Systems that nobody owns or uses, that serve no business and pass nothing on: system_id, label."""
    rows = [
        (node.removeprefix("system:"), data["label"])
        for node, data in graph.nodes(data=True)
        if data["kind"] == "system" and not any(graph.nodes[o]["kind"] != "data" for o in nx.all_neighbors(graph, node))
    ]
    return pd.DataFrame(rows, columns=["system_id", "label"])


def rekeying(graph: nx.MultiDiGraph) -> pd.DataFrame:
    """Links between systems over which people type or carry data again: source, target, method."""
    rows = [
        (graph.nodes[a]["label"], graph.nodes[b]["label"], data["method"])
        for a, b, data in graph.edges(data=True)
        if data["relation"] == "sends" and data.get("method") in REKEYED
    ]
    return pd.DataFrame(rows, columns=["source", "target", "method"])
