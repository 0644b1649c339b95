"""What if a step were left out, two were merged, one were put online or automated (ECRS: 排除・結合・交換・簡素化).

A change makes another flow out of a flow; both go through the same expectation, and their difference is the effect.
What a change leaves of a step's work, waiting and rework is a range of three values (cautious, middle, hopeful) from
``vocabulary/workflow.toml`` (``[changes]``, design values): so is every result. The table As-Is → Can-Be follows the
form of Tokyo's BPR handbook (hours before, hours after, rate of reduction).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import networkx as nx
import numpy as np
import pandas as pd

from dxaudit.errors import DxauditError
from dxaudit.state import CurrentState
from dxaudit.vocabulary import load, text
from dxaudit.workflow.bottlenecks import figures
from dxaudit.workflow.chain import expect
from dxaudit.workflow.flows import ARC_COLUMNS, END, Flow, joins_of

SCENARIOS = ("low", "middle", "high")
"""Effect assumed: cautious, middle, hopeful."""

KINDS = ("remove", "merge", "online", "rpa", "ai")
MEASURES = (
    "touch_hours", "wait_hours", "throughput_hours", "throughput_days", "rework_hours", "handovers", "media_breaks",
    "rekeyings", "annual_hours",
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One change of one step.

    Attributes
    ----------
    kind : str
        ``remove``, ``merge`` (with the step ``into``), ``online``, ``rpa`` or ``ai``.
    step : str
        Key of the step that is changed (of the second step, where two are merged).
    into : str
        The step that a merged one goes into.
    """

    kind: str
    step: str
    into: str = ""


@dataclass(frozen=True)
class WhatIf:
    """Before and after of one flow.

    Attributes
    ----------
    key : str
    changes : tuple of Change
    effect : DataFrame
        On the measure: before, after_low, after_middle, after_high (low is the cautious assumption), saved_low,
        saved_middle, saved_high and rate_low … rate_high (saved ÷ before). Hours and days per case, annual_hours per
        year (own touch hours × cases); NaN where not assessed.
    steps : DataFrame
        As-Is → Can-Be, one row per step: step, actor, as_is, as_is_minutes, as_is_wait, change, can_be,
        can_be_minutes_low/high, can_be_wait_low/high (low: cautious).
    flows : mapping of str to Flow
        The changed flow by scenario, to be drawn or written as BPMN.
    """

    key: str
    changes: tuple[Change, ...]
    effect: pd.DataFrame
    steps: pd.DataFrame
    flows: dict[str, Flow]


def what_if(state: CurrentState, flow: Flow, changes: Sequence[Change], lang: str = "ja") -> WhatIf:
    """The effect of ``changes`` on a flow.

    Raises
    ------
    DxauditError
        A step that is not there, or a change that leaves the flow without a clear way.
    """
    after = {scenario: _changed(flow, changes, i) for i, scenario in enumerate(SCENARIOS)}
    least = state.settings.min_coverage
    before = figures(state, flow, expect(flow, least))
    found = {"before": pd.Series({m: before[m] for m in MEASURES}, dtype=float)}
    for scenario, changed in after.items():
        measured = figures(state, changed, expect(changed, least))
        found[f"after_{scenario}"] = pd.Series({m: measured[m] for m in MEASURES}, dtype=float)
    effect = pd.DataFrame(found)
    for scenario in SCENARIOS:
        effect[f"saved_{scenario}"] = effect["before"] - effect[f"after_{scenario}"]
    for scenario in SCENARIOS:
        effect[f"rate_{scenario}"] = effect[f"saved_{scenario}"] / effect["before"].where(effect["before"] > 0)
    return WhatIf(flow.key, tuple(changes), effect, _can_be(flow, after, changes, lang), after)


def _changed(flow: Flow, changes: Sequence[Change], scenario: int) -> Flow:
    for change in changes:
        if change.kind not in KINDS:
            raise DxauditError(text("workflow.error.change", change=change.kind, known=", ".join(KINDS)))
        for key in (change.step, *([change.into] if change.kind == "merge" else [])):
            if key not in flow.steps.index:
                raise DxauditError(text("workflow.error.step", step=key, name=flow.key))
        if change.kind == "remove":
            flow = without(flow, change.step)
        elif change.kind == "merge":
            flow = merged(flow, change.step, change.into, load("workflow")["changes"]["merge"]["work"][scenario])
        else:
            flow = lighter(flow, change.step, change.kind, scenario)
    graph = flow.graph()
    known = nx.descendants(graph, flow.start) | {flow.start}
    if not flow.faults and not known <= nx.ancestors(graph, END) | {END}:
        raise DxauditError(text("workflow.error.no_exit", name=flow.key))
    return flow


def without(flow: Flow, key: str) -> Flow:
    """The flow without a step: what led to it leads on, and what it sent back it sends back no more."""
    onward = flow.arcs[(flow.arcs["source"] == key) & (flow.arcs["kind"] != "rework")]
    if len(flow.steps) == 1:
        raise DxauditError(text("workflow.error.last_step", step=key, name=flow.key))
    nowhere = not onward["share"].sum() > 0
    if nowhere or (onward["kind"] == "parallel").any() or (key == flow.start and len(onward) > 1):
        raise DxauditError(text("workflow.error.split_step", step=key, name=flow.key))
    shares = onward["share"] / onward["share"].sum()
    arcs = []
    for arc in flow.arcs[flow.arcs["source"] != key].to_dict("records"):
        if arc["target"] != key:
            arcs.append(arc)
            continue
        for (_, way), share in zip(onward.iterrows(), shares, strict=True):
            kind = arc["kind"] if arc["kind"] in ("parallel", "rework") or len(onward) == 1 else "branch"
            label = arc["label"] or way["label"]
            arcs.append({**arc, "target": way["target"], "share": arc["share"] * share, "kind": kind, "label": label})
    steps = flow.steps.drop(index=key)
    if key == flow.start and onward["target"].iloc[0] in steps.index:
        first = onward["target"].iloc[0]
        steps = steps.loc[[first, *[k for k in steps.index if k != first]]]
    return _rebuilt(flow, steps, arcs)


def merged(flow: Flow, second: str, first: str, remains: float) -> Flow:
    """``second`` done by whoever does ``first``, at once: its waiting and its hand-over go, part of its work stays."""
    between = flow.arcs[(flow.arcs["source"] == first) & (flow.arcs["target"] == second)]
    others = flow.arcs[
        (flow.arcs["target"] == second) & (flow.arcs["source"] != first) & (flow.arcs["kind"] != "rework")
    ]
    if len(between) != 1 or len(others) or between["kind"].iloc[0] in ("parallel", "rework"):
        raise DxauditError(text("workflow.error.merge", step=second, into=first, name=flow.key))
    share = between["share"].iloc[0]
    arcs = []
    for arc in flow.arcs.to_dict("records"):
        if arc["source"] == first and arc["target"] == second:
            continue
        if arc["source"] == second:
            arc = {**arc, "source": first, "share": arc["share"] * share}
        if arc["target"] == second:
            arc = {**arc, "target": first}
        arcs.append(arc)
    steps = flow.steps.drop(index=second).astype({"action": object})
    one, other = flow.steps.loc[first], flow.steps.loc[second]
    # Only the share of the cases that went on to the second step brings its work along.
    steps.at[first, "work_minutes"] = one["work_minutes"] + share * remains * other["work_minutes"]
    names = [step["action"] for step in (one, other) if isinstance(step["action"], str)]
    steps.at[first, "action"] = text("workflow.and").join(names) if names else np.nan
    return _rebuilt(flow, steps, arcs)


def lighter(flow: Flow, key: str, kind: str, scenario: int) -> Flow:
    """A step put online or automated: less work, waiting and rework, and electronic from here on."""
    left = load("workflow")["changes"][kind]
    # A column that no step had filled holds numbers (NaN) and takes no word.
    steps = flow.steps.astype({"medium": object, "carrier": object})
    steps.at[key, "work_minutes"] *= left["work"][scenario]
    steps.at[key, "wait_hours"] *= left["wait"][scenario]
    steps.at[key, "medium"] = steps.at[key, "carrier"] = "digital"
    # Nobody types in what arrives electronically or is typed by a machine.
    steps.at[key, "entry"] = False
    arcs = flow.arcs.copy()
    own = arcs["source"] == key
    back, on = own & (arcs["kind"] == "rework"), own & (arcs["kind"] != "rework")
    before = arcs.loc[back, "share"].sum()
    after = before * left["rework"][scenario]
    if 0 < before < 1:
        arcs.loc[back, "share"] *= left["rework"][scenario]
        arcs.loc[on, "share"] *= (1 - after) / (1 - before)
    return replace(flow, steps=steps, arcs=arcs)


def _rebuilt(flow: Flow, steps: pd.DataFrame, arcs: list[dict[str, object]]) -> Flow:
    """A flow of other steps; arcs that now run between the same two steps are one."""
    joined: dict[tuple[str, str, str], dict[str, object]] = {}
    for arc in arcs:
        same = joined.setdefault((arc["source"], arc["target"], arc["kind"]), {**arc, "share": 0.0})
        same["share"] = 1.0 if arc["kind"] == "parallel" and arc["share"] == 1 else same["share"] + arc["share"]
    table = pd.DataFrame(list(joined.values()), columns=list(ARC_COLUMNS)).astype({"share": float})
    joins = joins_of(steps.index, table[table["share"] > 0].to_dict("records"))
    known = {split: join for split, join in joins.items() if join is not None}
    return replace(flow, steps=steps, arcs=table, joins=known)


def _can_be(flow: Flow, after: dict[str, Flow], changes: Sequence[Change], lang: str) -> pd.DataFrame:
    """The table As-Is → Can-Be: each step with what becomes of it."""
    said = {change.step: change for change in changes}
    into = {change.into: change for change in changes if change.kind == "merge"}
    lines = []
    for key, step in flow.steps.iterrows():
        change = said.get(key) or into.get(key)
        gone = key not in after["middle"].steps.index
        line = {
            "step": key,
            "actor": step["actor"],
            "as_is": step["action"],
            "as_is_minutes": step["work_minutes"],
            "as_is_wait": step["wait_hours"],
            "change": text(f"workflow.change.{change.kind}", lang) if change else "",
            "can_be": "" if gone else after["middle"].steps.at[key, "action"],
        }
        for scenario in ("low", "high"):
            changed = after[scenario].steps
            line[f"can_be_minutes_{scenario}"] = 0.0 if gone else changed.at[key, "work_minutes"]
            line[f"can_be_wait_{scenario}"] = 0.0 if gone else changed.at[key, "wait_hours"]
        lines.append(line)
    return pd.DataFrame(lines)


def everywhere(
    state: CurrentState, done: WhatIf, parts: dict[str, Flow], burden: pd.DataFrame, alike: Sequence[int]
) -> pd.DataFrame:
    """The same change for every business of the same pattern over the departments.

    A business with a flow of its own is changed step by step where its steps bear the same names; every other takes
    the rate of reduction of the flow that was changed, on its own hours.

    Parameters
    ----------
    alike
        Index labels of the businesses (of ``state.businesses``) in the pattern.

    Returns
    -------
    DataFrame
        business_row, department, business, basis (``flow``, ``rate``), hours (h/year before), saved_low,
        saved_middle, saved_high (h/year), after_low, after_high, days_before, days_after_low, days_after_high (working
        days per case; NaN without a flow). Businesses without hours stay in, with NaN.
    """
    flow = parts[done.key]
    of_row = {f.business_row: f for f in parts.values() if f.business_row is not None}
    rates = done.effect.loc["annual_hours" if done.effect.at["annual_hours", "before"] > 0 else "touch_hours"]
    lines = []
    for row in alike:
        other = of_row.get(row)
        translated = _translated(flow, other, done.changes) if other is not None else None
        hours = burden.at[row, "hours"]
        effect = None
        if other is not None and other.key == flow.key:
            effect = done.effect
        elif translated:
            effect = what_if(state, other, translated).effect
        basis = "rate" if effect is None else "flow"
        measure = "annual_hours" if effect is not None and effect.at["annual_hours", "before"] > 0 else "touch_hours"
        rate = rates if effect is None else effect.loc[measure]
        days = pd.Series(dtype=float) if effect is None else effect.loc["throughput_days"]
        line = {
            "business_row": row,
            "department": burden.at[row, "department"],
            "business": burden.at[row, "business"],
            "basis": basis,
            "hours": hours,
        }
        line |= {f"saved_{scenario}": hours * rate[f"rate_{scenario}"] for scenario in SCENARIOS}
        line |= {f"days_{name}": days.get(name, np.nan) for name in ("before", "after_low", "after_high")}
        line |= {f"after_{scenario}": hours - line[f"saved_{scenario}"] for scenario in ("low", "high")}
        lines.append(line)
    columns = ["business_row", "department", "business", "basis", "hours", "saved_low", "saved_middle", "saved_high",
               "after_low", "after_high", "days_before", "days_after_low", "days_after_high"]  # fmt: skip
    return pd.DataFrame(lines, columns=columns)


def _translated(flow: Flow, other: Flow, changes: Sequence[Change]) -> list[Change] | None:
    """The changes in another flow's own step numbers, by the steps' names; None where a name is missing there."""
    names = {str(action): key for key, action in other.steps["action"].items()}
    found = []
    for change in changes:
        step = names.get(str(flow.steps.at[change.step, "action"]))
        into = names.get(str(flow.steps.at[change.into, "action"])) if change.into else ""
        if step is None or into is None:
            return None
        found.append(replace(change, step=step, into=into))
    return found
