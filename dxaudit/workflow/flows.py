"""Flow: who does what after whom in one business, with which share of the cases."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import networkx as nx
import pandas as pd

END = "end"
"""The target of an arc that finishes the case; no step's key."""

STEP_COLUMNS = (
    "actor", "unit", "external", "action", "medium", "carrier", "system", "work_minutes", "wait_hours", "rework_rate",
    "entry", "row",
)  # fmt: skip
ARC_COLUMNS = ("source", "target", "share", "kind", "label")


class Arc(NamedTuple):
    """One way from a step to the next; the columns of ``Flow.arcs``."""

    source: str
    target: str
    share: float
    kind: str
    label: str


@dataclass(frozen=True)
class Flow:
    """One business's flow.

    Attributes
    ----------
    key : str
        Unique among the flows of a state.
    business_id, business, department : str
        As the sheet names them, ``""`` where it does not.
    business_row : int or None
        Index label in ``state.businesses``; None where the inventory has no such business.
    steps : DataFrame
        Index: the step's key, in order. actor, unit (the department that acts, as far as the actor's name tells),
        external (outside of the house), action, medium (code), carrier (paper, digital, both, spoken), system,
        work_minutes, wait_hours (per visit; working hours before the step), rework_rate (0 to 1), entry (data are
        typed in), row (index label in ``state.workflow``).
    arcs : DataFrame
        source, target (a step's key or `END`), share of the visits of the source (0 to 1; 1 each where the branches
        run side by side), kind (``next``, ``branch``, ``rework``, ``parallel``), label (the condition).
    joins : mapping
        Step from which branches run side by side → the step where they meet (or `END`).
    assumptions, faults : tuple of str
        What was assumed, and why no expectation can be computed (empty where it can); keys of
        ``labels/workflow.toml``.
    """

    key: str
    business_id: str
    business: str
    department: str
    business_row: int | None
    steps: pd.DataFrame
    arcs: pd.DataFrame
    joins: dict[str, str]
    assumptions: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def start(self) -> str:
        """Key of the first step."""
        return self.steps.index[0]

    @cached_property
    def moves(self) -> tuple[Arc, ...]:
        """The arcs as plain values; a city's flows are walked through many times."""
        return tuple(Arc(*values) for values in zip(*(self.arcs[c].tolist() for c in ARC_COLUMNS), strict=True))

    @cached_property
    def step(self) -> dict[str, dict[str, object]]:
        """The steps as plain values, by key."""
        columns = [self.steps[c].tolist() for c in STEP_COLUMNS]
        rows = zip(*columns, strict=True)
        return {key: dict(zip(STEP_COLUMNS, row, strict=True)) for key, row in zip(self.steps.index, rows, strict=True)}

    def graph(self) -> nx.DiGraph:
        """Steps and `END` as nodes, arcs that may be taken with their kind."""
        graph = nx.DiGraph()
        graph.add_nodes_from([*self.steps.index, END])
        graph.add_edges_from((arc.source, arc.target, {"kind": arc.kind}) for arc in self.moves if arc.share > 0)
        return graph


def branches(graph: nx.DiGraph, split: str) -> list[str]:
    """The first steps of what runs side by side from a split."""
    return [target for _, target, kind in graph.out_edges(split, data="kind") if kind == "parallel"]


def block(graph: nx.DiGraph, split: str, join: str) -> set[str]:
    """The steps between a split and its join, without both."""
    rest = graph.subgraph(set(graph) - {join})
    inside: set[str] = set()
    for target in branches(graph, split):
        if target != join:
            inside |= nx.descendants(rest, target) | {target}
    return inside


def joins_of(keys: Iterable[str], arcs: Iterable[Mapping[str, object]]) -> dict[str, str | None]:
    """Where the branches of each split meet: the nearest step that every way from it to the end must pass.

    That is the split's immediate post-dominator; None where a way from it never ends.
    """
    arcs = list(arcs)
    splits = list(dict.fromkeys(arc["source"] for arc in arcs if arc["kind"] == "parallel"))
    if not splits:
        return {}
    backward = nx.DiGraph()
    backward.add_nodes_from([*keys, END])
    backward.add_edges_from((arc["target"], arc["source"]) for arc in arcs if arc["kind"] != "rework")
    nearest = nx.immediate_dominators(backward, END)
    return {split: nearest.get(split) if nearest.get(split) != split else None for split in splits}


def folded(name: object) -> str:
    """A name for comparing: width and case folded, without spaces."""
    return "".join(unicodedata.normalize("NFKC", str(name)).casefold().split())
