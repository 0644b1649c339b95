"""What holds a flow up: its figures per case, the step that dominates, and which business of a department is worst.

Each factor is put on a scale of 0 to 1 by absolute anchors (``vocabulary/workflow.toml``); a business's bottleneck is
its worst factor, and businesses are ranked by **hours at stake** = hours per year × that severity. A business without
a flow is judged by what the inventory alone says (`dxaudit.workflow.inventory`); the column ``basis`` tells which.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from dxaudit.state import CurrentState
from dxaudit.vocabulary import load, text
from dxaudit.workflow.capacity import capacity
from dxaudit.workflow.chain import Expectation
from dxaudit.workflow.flows import END, Flow, folded
from dxaudit.workflow.inventory import answers, between, reason, sources

FLOW_FACTORS = ("capacity", "waiting", "rework", "handover", "media", "rekeying")
INVENTORY_FACTORS = ("paper", "peak", "single_person")

FLOW_COLUMNS = (
    "key", "department", "business_id", "business", "business_row", "steps", "actors", "touch_hours", "wait_hours",
    "throughput_hours", "throughput_days", "waiting_share", "work_coverage", "wait_coverage", "dominant_step",
    "dominant_action", "dominant_share", "rework_hours", "rework_share", "handovers", "actor_changes", "media_breaks",
    "rekeyings", "cases", "own_hours", "annual_hours", "inventory_hours", "utilisation", "utilisation_low",
    "utilisation_high", "in_progress", "assumptions", "faults",
)  # fmt: skip

BOTTLENECK_COLUMNS = (
    "rank", "department", "business_id", "business", "basis", "kind", "step", "action", "value", "unit", "severity",
    "hours", "stake_hours", "also", "reason", "flow", "sources",
)  # fmt: skip


def figures(state: CurrentState, flow: Flow, expected: Expectation | None) -> dict[str, object]:
    """One flow's figures per case and per year: a row of ``WorkflowMap.flows`` (`FLOW_COLUMNS`)."""
    found: dict[str, object] = dict.fromkeys(FLOW_COLUMNS, np.nan)
    row = flow.business_row
    found |= {
        "key": flow.key,
        "department": flow.department,
        "business_id": flow.business_id,
        "business": flow.business,
        "business_row": row,
        "steps": len(flow.steps),
        "actors": flow.steps["actor"].nunique(),
        "dominant_step": "",
        "dominant_action": "",
        "faults": flow.faults,
        "inventory_hours": np.nan if row is None else state.businesses.at[row, "annual_hours"],
    }
    held = capacity(state, flow, expected)
    found["assumptions"] = (*flow.assumptions, *held.pop("capacity_assumptions"))
    found |= held
    if expected is None:
        return found
    if flow.joins:
        found["assumptions"] = (*found["assumptions"], "parallel_longest")
    found |= {
        "touch_hours": expected.touch_hours,
        "wait_hours": expected.wait_hours,
        "throughput_hours": expected.throughput_hours,
        "throughput_days": expected.throughput_hours / state.settings.hours_per_day,
        "waiting_share": _ratio(expected.wait_hours, expected.wait_hours + expected.touch_hours),
        "work_coverage": expected.work_coverage,
        "wait_coverage": expected.wait_coverage,
        "rework_hours": expected.rework_hours,
        "rework_share": _ratio(expected.rework_hours, expected.touch_hours),
        "annual_hours": found["own_hours"] * found["cases"],
    }
    found |= _moves(flow, expected)
    held_up = expected.steps[["work_hours", "wait_hours"]].fillna(0).sum(axis=1)
    if held_up.sum() > 0 and not np.isnan(expected.throughput_hours):
        worst = held_up.idxmax()
        action = flow.steps.at[worst, "action"]
        found["dominant_step"] = worst
        found["dominant_action"] = action if isinstance(action, str) else ""
        found["dominant_share"] = held_up[worst] / held_up.sum()
    return found


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan


def _moves(flow: Flow, expected: Expectation) -> dict[str, float]:
    """Expected changes per case between departments, people and media, and data typed in again."""
    moves = [
        (arc, times)
        for arc, times in zip(flow.moves, expected.arcs["times"].tolist(), strict=True)
        if arc.target != END
    ]
    steps = flow.step
    changes = {}
    for column, name in (("unit", "handovers"), ("actor", "actor_changes"), ("carrier", "media_breaks")):
        if flow.steps[column].notna().mean() < 0.5:
            changes[name] = np.nan
            continue
        changed = (times for arc, times in moves if _changes(column, steps[arc.source], steps[arc.target]))
        changes[name] = float(sum(changed))
    again = rekeyed(flow)
    known = flow.steps["action"].notna().any()
    changes["rekeyings"] = float(expected.steps.loc[again, "visits"].sum()) if known else np.nan
    return changes


def _changes(column: str, one: dict[str, object], other: dict[str, object]) -> bool:
    """Whether a case passes to another department, another person, or from paper to electronic or back."""
    before, after = one[column], other[column]
    if not isinstance(before, str) or not isinstance(after, str) or before == after:
        return False
    if column == "unit":
        # What passes between the applicant and the house is no hand-over inside of it.
        return not (one["external"] or other["external"])
    return column != "carrier" or {before, after} == {"paper", "digital"}


def rekeyed(flow: Flow) -> list[str]:
    """Steps that type in what was already held electronically, in another system, further up the flow."""
    steps = flow.step
    place = {key: i for i, key in enumerate(steps)}
    entered = [key for key, step in steps.items() if step["entry"]]
    held = [key for key, step in steps.items() if step["carrier"] == "digital" or step["entry"]]
    if not entered:
        return []
    graph = nx.DiGraph((arc.source, arc.target) for arc in flow.moves if arc.kind != "rework")
    found = []
    for key in entered:
        above = nx.ancestors(graph, key) if key in graph else set()
        earlier = [other for other in held if other in above and place[other] < place[key]]
        if any(_other_system(steps[key]["system"], steps[other]["system"]) for other in earlier):
            found.append(key)
    return found


def _other_system(one: object, other: object) -> bool:
    """Whether two steps plainly use different systems; two that name none may use the same."""
    names = {folded(name) if isinstance(name, str) else "" for name in (one, other)}
    return len(names) == 2


_MEASURED = {
    "capacity": "utilisation", "waiting": "waiting_share", "rework": "rework_share", "handover": "handovers",
    "media": "media_breaks", "rekeying": "rekeyings",
}  # fmt: skip


def severities(line: pd.Series) -> dict[str, float]:
    """Severity of each factor of a flow's figures, 0 to 1; what was not measured is left out."""
    anchors = load("workflow")["flow_factors"]
    found = {kind: between(float(line[column]), anchors[kind]["anchors"]) for kind, column in _MEASURED.items()}
    return {kind: value for kind, value in found.items() if not np.isnan(value)}


def bottlenecks(
    state: CurrentState,
    flows: pd.DataFrame,
    parts: Mapping[str, Flow],
    expectations: Mapping[str, Expectation | None],
    burden: pd.DataFrame,
    department: str | None = None,
    lang: str = "ja",
) -> pd.DataFrame:
    """One row per business with a bottleneck, worst first.

    Returns
    -------
    DataFrame
        `BOTTLENECK_COLUMNS`. basis is ``flow`` or ``inventory``; kind a factor; value with unit what was measured;
        severity 0 to 1; hours and stake_hours h/year (stake = hours × severity; NaN, and last, where hours are not
        known); also the other factors at 0.5 or more; flow the key of the flow to draw, ``""`` where there is none.
    """
    lines = []
    scope = flows if department is None else flows[flows["department"] == department]
    seen = set()
    for _, line in scope.iterrows():
        if not pd.isna(line["business_row"]):
            seen.add(int(line["business_row"]))
        if found := severities(line):
            key = line["key"]
            lines.append(_of_flow(state, line, parts[key], expectations[key], found, lang))
        elif not pd.isna(line["business_row"]):
            seen.discard(int(line["business_row"]))
    drawn = {int(r): k for r, k in zip(flows["business_row"], flows["key"], strict=True) if not pd.isna(r)}
    rest = burden if department is None else burden[burden["department"] == department]
    total = rest["hours"].sum()
    told = answers(state, rest)
    for label, line in rest.to_dict("index").items():
        if label not in seen:
            lines += _of_inventory(state, label, line, told[label], total, drawn.get(label, ""), lang)
    found = pd.DataFrame([line for line in lines if line["severity"] > 0], columns=list(BOTTLENECK_COLUMNS))
    found = found.sort_values(["stake_hours", "severity"], ascending=False, kind="stable").reset_index(drop=True)
    found["rank"] = range(1, len(found) + 1)
    return found


def _of_flow(
    state: CurrentState, line: pd.Series, flow: Flow, expected: Expectation, found: dict[str, float], lang: str
) -> dict[str, object]:
    kind = max(found, key=found.get)
    hours = line["inventory_hours"] if not pd.isna(line["inventory_hours"]) else line["annual_hours"]
    step = _step_of(kind, line, flow, expected)
    return {
        "department": line["department"],
        "business_id": line["business_id"],
        "business": line["business"] or line["key"],
        "basis": "flow",
        "kind": kind,
        "step": step,
        "action": _said(flow.steps.at[step, "action"]) if step else "",
        "value": line[_MEASURED[kind]],
        "unit": text(f"workflow.unit.{kind}", lang),
        "severity": found[kind],
        "hours": hours,
        "stake_hours": hours * found[kind],
        "also": tuple(k for k, severity in found.items() if k != kind and severity >= 0.5),
        "reason": _flow_reason(kind, line, flow, step, lang),
        "flow": line["key"],
        "sources": tuple(state.address("workflow", int(row)) for row in flow.steps["row"]),
    }


def _said(value: object) -> str:
    return value if isinstance(value, str) else ""


def _step_of(kind: str, line: pd.Series, flow: Flow, expected: Expectation) -> str:
    """The step to point at: where the case waits longest, is sent back most, or is typed in again."""
    if kind == "waiting":
        return expected.steps["wait_hours"].idxmax()
    if kind == "rework":
        back = expected.arcs[expected.arcs["kind"] == "rework"]
        return back.loc[back["times"].idxmax(), "source"] if len(back) else ""
    if kind == "rekeying":
        again = rekeyed(flow)
        return again[-1] if again else ""
    if kind == "capacity":
        return expected.steps["work_hours"].idxmax()
    return line["dominant_step"]


def _flow_reason(kind: str, line: pd.Series, flow: Flow, step: str, lang: str) -> str:
    value = float(line[_MEASURED[kind]])
    words = {
        "step": step,
        "action": _said(flow.steps.at[step, "action"]) if step else "",
        # 99.6 % must not read as if no work were done at all.
        "percent": f"{100 * value:.0f}" if not 0.99 < value < 1 else f"{100 * value:.1f}",
        "count": f"{value:.1f}",
        "days": f"{line['throughput_days']:.1f}",
    }
    if kind == "capacity":
        words |= {column: f"{100 * line[f'utilisation_{column}']:.0f}" for column in ("low", "high")}
    elif kind == "waiting":
        words["wait"] = f"{flow.steps.at[step, 'wait_hours']:,.1f}" if step else ""
    return text(f"workflow.bottleneck.{kind}", lang, **words)


def _of_inventory(
    state: CurrentState,
    label: int,
    line: Mapping[str, Any],
    answered: Mapping[str, Any],
    total: float,
    flow: str,
    lang: str,
) -> list[dict[str, object]]:
    found = {factor: line[factor] for factor in INVENTORY_FACTORS if line[factor] > 0}
    if not found:
        return []
    kind = max(found, key=found.get)
    share = line["hours"] / total if total > 0 else np.nan
    said = reason(line, answered, share, lang)
    return [
        {
            "department": line["department"],
            "business_id": line["business_id"],
            "business": line["business"],
            "basis": "inventory",
            "kind": kind,
            "step": "",
            "action": "",
            "value": line["peak_index"] if kind == "peak" else line[kind],
            "unit": text(f"workflow.unit.{kind}", lang),
            "severity": found[kind],
            "hours": line["hours"],
            "stake_hours": line["hours"] * found[kind],
            "also": tuple(k for k, severity in found.items() if k != kind and severity >= 0.5),
            "reason": said,
            "flow": flow,
            "sources": sources(state, label, line),
        }
    ]
