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
        node = f"system:{row.system_id}"
        graph.add_node(node, kind="system", label=name, function=row.function, area=row.area)
        by_name.setdefault(fold(name), []).append(node)
        if isinstance(row.owner_department, str):
            _link(graph, _node(graph, "department", row.owner_department), node, "owns")
    for line, row in zip(systems.itertuples(index=False), state.systems.itertuples(index=False), strict=True):
        node = f"system:{line.system_id}"
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
