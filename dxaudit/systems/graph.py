"""Who works with what: departments, businesses, systems and data as one networkx graph.

Nodes carry ``kind`` (department, business, system, data, outside) and ``label``; an outside system is one that a link
names and the list does not hold. Edges carry ``relation`` (owns, uses, performs, supports, holds, sends, links) and,
between systems, ``method``. A link whose direction nobody wrote is ``links``, from the system that wrote it. No survey
answer ever enters the graph.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx
import pandas as pd

from dxaudit.systems.links import Reference, several
from dxaudit.systems.names import fold

if TYPE_CHECKING:
    from dxaudit.systems.systemmap import SystemMap


def system_graph(found: SystemMap) -> nx.MultiDiGraph:
    """The graph of a `SystemMap`."""
    graph = nx.MultiDiGraph()
    systems, state = found.systems, found.state
    nodes = [f"system:{same or own}" for same, own in zip(systems["same_as"], systems["system_id"], strict=True)]
    for node, row in zip(nodes, systems.itertuples(index=False), strict=True):
        name = row.system if isinstance(row.system, str) else row.system_id
        # A system that two lists name is one node, with the links that either tells.
        if not row.same_as:
            graph.add_node(node, kind="system", label=name, function=row.function, area=row.area, product=row.product)
        if isinstance(row.owner_department, str):
            _link(graph, _node(graph, "department", row.owner_department), node, "owns")
    for node, row in zip(nodes, state.systems.itertuples(index=False), strict=True):
        for name in several(row.user_departments):
            _link(graph, _node(graph, "department", name), node, "uses")
        for name in several(row.data_held):
            _link(graph, node, _node(graph, "data", name), "holds")
        for name in several(row.businesses_supported):
            _link(graph, node, _node(graph, "business", name), "supports")
    _link_systems(graph, nodes, found.references.links)
    businesses = []
    for row in state.businesses.itertuples(index=False):
        business = _node(graph, "business", row.business) if isinstance(row.business, str) else ""
        businesses.append(business)
        if business and isinstance(row.department, str):
            _link(graph, _node(graph, "department", row.department), business, "performs")
    for use in found.references.uses:
        for row in use.rows if businesses[use.row] else ():
            _link(graph, nodes[row], businesses[use.row], "supports")
    return graph


def _link_systems(graph: nx.MultiDiGraph, nodes: list[str], links: tuple[Reference, ...]) -> None:
    # Directions first: what one side left open the other may have written.
    for link in sorted(links, key=lambda link: not link.direction):
        one = nodes[link.row]
        for other in [nodes[row] for row in link.rows] or [_node(graph, "outside", link.name)]:
            if link.direction in ("to", "both"):
                _link(graph, one, other, "sends", method=link.method)
            if link.direction in ("from", "both"):
                _link(graph, other, one, "sends", method=link.method)
            if link.direction:
                continue
            known = [
                data
                for pair in ((one, other), (other, one))
                for data in (graph.get_edge_data(*pair) or {}).values()
                if data["relation"] in BETWEEN_SYSTEMS
            ]
            for data in known:
                data["method"] = data["method"] or link.method
            if not known:
                _link(graph, one, other, "links", method=link.method)


def _node(graph: nx.MultiDiGraph, kind: str, name: str) -> str:
    node = f"{kind}:{fold(name)}"
    if node not in graph:
        graph.add_node(node, kind=kind, label=name)
    return node


def _link(graph: nx.MultiDiGraph, one: str, other: str, relation: str, **more: str) -> None:
    if not graph.has_edge(one, other, key=relation):
        graph.add_edge(one, other, key=relation, relation=relation, **more)


BETWEEN_SYSTEMS = ("sends", "links")
"""Relations between two systems: data go from one to the other; data go between them, nobody wrote which way."""

REKEYED = ("manual", "csv_manual", "paper", "media")
"""Ways of passing data on in which someone types or carries it again."""


def blast_radius(graph: nx.MultiDiGraph, system: str) -> pd.DataFrame:
    """Everything that stands still or loses its data when one system fails: kind, label, distance, certain.

    Downstream along ``sends`` and ``supports``, then the departments that use the systems or perform the businesses:
    ``certain``. A link whose direction nobody wrote may carry the failure either way: the system at its other end is
    named as not certain, and nothing behind that one is followed.

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
    perhaps: dict[str, int] = {}
    for node, far in reached.items():
        for department, _, relation in graph.in_edges(node, data="relation"):
            if relation in ("owns", "uses", "performs"):
                found[department] = min(found.get(department, far + 1), far + 1)
        for one, other, relation in (*graph.in_edges(node, data="relation"), *graph.out_edges(node, data="relation")):
            partner = other if one == node else one
            if relation == "links" and partner not in reached:
                perhaps[partner] = min(perhaps.get(partner, far + 1), far + 1)
    rows = [
        (graph.nodes[node]["kind"], graph.nodes[node]["label"], far, certain)
        for held, certain in ((found, True), (perhaps, False))
        for node, far in held.items()
    ]
    frame = pd.DataFrame(rows, columns=["kind", "label", "distance", "certain"])
    return frame.sort_values(["distance", "kind", "label"], ignore_index=True)


def single_points(graph: nx.MultiDiGraph) -> pd.DataFrame:
    """Systems without which a business has none: system_id, label, businesses (that have only it), departments.

    One product in several rows is one: a system that two lists hold is no way out of its own failure.
    """
    products: dict[str, set[int]] = {}
    for one, other, relation in graph.edges(data="relation"):
        if relation == "supports":
            products.setdefault(other, set()).add(graph.nodes[one]["product"])
    rows = []
    for node, data in graph.nodes(data=True):
        if data["kind"] != "system":
            continue
        served = [b for _, b, r in graph.out_edges(node, data="relation") if r == "supports"]
        only = [b for b in served if len(products[b]) == 1]
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
    """Links between systems over which people type or carry data again: source, target, method.

    Where nobody wrote which way data go, the source is the system that wrote the link.
    """
    rows = [
        (graph.nodes[a]["label"], graph.nodes[b]["label"], data["method"])
        for a, b, data in graph.edges(data=True)
        if data["relation"] in BETWEEN_SYSTEMS and data["method"] in REKEYED
    ]
    return pd.DataFrame(rows, columns=["source", "target", "method"])
