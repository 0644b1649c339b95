"""What a case meets on its way through a flow, in expectation: an absorbing Markov chain over the steps.

With transition matrix P between the steps (rows sum to less than 1 where the case may end), the expected visits from
the first step are ``v = e₁ᵀ (I − P)⁻¹`` (Kemeny & Snell, Finite Markov Chains, ch. 3 [R]); every expected amount per
case is then a sum over visits. Where branches run side by side all of them are visited, and of their elapsed times
only the longest counts (a lower bound, since the mean of a maximum is not below the maximum of the means).
All times are working hours, never calendar days. It needs no event log, and pretends to none.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd

from dxaudit.workflow.flows import END, Flow, block


@dataclass(frozen=True)
class Expectation:
    """Expected amounts per case of one flow.

    Attributes
    ----------
    steps : DataFrame
        On the flow's steps: visits (expected number), reached (probability of at least one), work_hours and
        wait_hours (visits × time; NaN where the step has no such time).
    arcs : DataFrame
        The flow's arcs with ``times``: how often a case takes each, expected.
    touch_hours, wait_hours : float
        Sums over the steps that have a time; NaN where too few have (below ``min_coverage`` of the visits).
    throughput_hours : float
        Elapsed working hours, longest branch only where branches run side by side; NaN where either part is.
    work_coverage, wait_coverage : float
        Share of the visits whose step has the time. Below 1 the sums are lower bounds.
    rework_hours : float
        Touch hours of every visit beyond the first.
    """

    steps: pd.DataFrame
    arcs: pd.DataFrame
    touch_hours: float
    wait_hours: float
    throughput_hours: float
    work_coverage: float
    wait_coverage: float
    rework_hours: float


def expect(flow: Flow, min_coverage: float = 0.5) -> Expectation | None:
    """The expectation of a flow; None where its sheet has faults (`Flow.faults`).

    Parameters
    ----------
    min_coverage
        Share of the visits that must have a time before a sum is given.
    """
    if flow.faults:
        return None
    keys = list(flow.steps.index)
    weights = _weights(flow)
    visits, reached = _visits(flow, keys, weights)
    work = flow.steps["work_minutes"].to_numpy() / 60
    wait = flow.steps["wait_hours"].to_numpy()
    steps = pd.DataFrame(
        {"visits": visits, "reached": reached, "work_hours": visits * work, "wait_hours": visits * wait},
        index=flow.steps.index,
    )
    place = {key: i for i, key in enumerate(keys)}
    arcs = flow.arcs.assign(times=[arc.share * visits[place[arc.source]] for arc in flow.moves])
    work_coverage = float(visits[~np.isnan(work)].sum() / visits.sum())
    wait_coverage = float(visits[~np.isnan(wait)].sum() / visits.sum())
    touch = float(np.nansum(steps["work_hours"])) if _enough(work_coverage, min_coverage) else np.nan
    waiting = float(np.nansum(steps["wait_hours"])) if _enough(wait_coverage, min_coverage) else np.nan
    elapsed = np.nan_to_num(work) + np.nan_to_num(wait)
    side_by_side = _time_saved(flow, weights, elapsed, visits)
    return Expectation(
        steps=steps,
        arcs=arcs,
        touch_hours=touch,
        wait_hours=waiting,
        throughput_hours=touch + waiting - side_by_side,
        work_coverage=work_coverage,
        wait_coverage=wait_coverage,
        rework_hours=float(np.nansum((visits - reached) * work)) if not np.isnan(touch) else np.nan,
    )


def _visits(flow: Flow, keys: list[str], weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Expected visits of each step, and the probability that a case sees it at all."""
    graph = flow.graph()
    known = nx.descendants(graph, flow.start) | {flow.start}
    # Steps that no case reaches may circle for ever: they take no part.
    live = [i for i, key in enumerate(keys) if key in known]
    inverse = np.linalg.inv(np.eye(len(live)) - weights[np.ix_(live, live)])
    visits, reached = np.zeros(len(keys)), np.zeros(len(keys))
    visits[live] = inverse[0]
    # A case returns to a step with probability 1 − 1/Nᵢᵢ, so it sees the step at all with probability Nᵢ ÷ Nᵢᵢ.
    reached[live] = inverse[0] / np.diag(inverse)
    return visits, reached


def _enough(coverage: float, needed: float) -> bool:
    return coverage > 0 and coverage >= needed


def _weights(flow: Flow) -> np.ndarray:
    """Expected moves from step to step per visit. Of k branches that meet, each brings 1/k of a case to the join."""
    place = {key: i for i, key in enumerate(flow.steps.index)}
    weights = np.zeros((len(place), len(place)))
    graph = flow.graph() if flow.joins else None
    inside = {split: block(graph, split, join) | {split} for split, join in flow.joins.items()}
    branches = Counter(arc.source for arc in flow.moves if arc.kind == "parallel")
    for arc in flow.moves:
        if arc.target == END:
            continue
        share = arc.share
        for split, join in flow.joins.items():
            if join == arc.target and arc.source in inside[split]:
                share /= branches[split]
        weights[place[arc.source], place[arc.target]] += share
    return weights


def _time_saved(flow: Flow, weights: np.ndarray, elapsed: np.ndarray, visits: np.ndarray) -> float:
    """Hours per case that running side by side saves against doing one branch after the other."""
    if not flow.joins:
        return 0.0
    graph = flow.graph()
    place = {key: i for i, key in enumerate(flow.steps.index)}
    inside = {split: block(graph, split, join) for split, join in flow.joins.items()}
    own = _Elapsed(flow, weights, elapsed, inside, place)
    # Savings inside of a block are counted where its own split is visited, so each split counts once.
    return float(sum(visits[place[s]] * own.saved(s) for s in flow.joins if visits[place[s]] > 0))


@dataclass
class _Elapsed:
    flow: Flow
    weights: np.ndarray
    elapsed: np.ndarray
    inside: dict[str, set[str]]
    place: dict[str, int]

    def saved(self, split: str) -> float:
        """Per visit of ``split``: the sum of its branches' times less the longest."""
        arcs = self.flow.arcs
        branches = arcs[(arcs["source"] == split) & (arcs["kind"] == "parallel")]
        times = [self._branch(target, split) for target in branches["target"]]
        share = branches["share"].iloc[0]
        return share * (sum(times) - max(times))

    def _branch(self, target: str, split: str) -> float:
        if target not in self.inside[split]:
            return 0.0
        within = [self.place[key] for key in self.flow.steps.index if key in self.inside[split]]
        visits = np.linalg.inv(np.eye(len(within)) - self.weights[np.ix_(within, within)])[
            within.index(self.place[target])
        ]
        total = float(visits @ self.elapsed[within])
        nested = [s for s in self.flow.joins if s in self.inside[split]]
        return total - sum(visits[within.index(self.place[s])] * self.saved(s) for s in nested)
