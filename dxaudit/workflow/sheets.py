"""Step tables → flows: who does what after whom, with which share of the cases, and what is broken in them.

A row of the ``workflow`` table is a step, or one branch of a step where several rows carry the same number. What a
sheet leaves open is filled by assumptions that every flow lists (`Flow.assumptions`), and what cannot be right is a
finding with its cell, never a crash:

- no next step: the step that follows in the sheet; after the last, the end.
- branches without shares: the rest to one hundred per cent, in equal parts.
- a rework rate without a branch back: the case returns to the step before (差戻し).
- branches that run side by side are named so (並行); their join is the step where all their ways meet again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import networkx as nx
import numpy as np
import pandas as pd

from dxaudit.state import CurrentState
from dxaudit.vocabulary import load, text
from dxaudit.workflow.actors import Departments
from dxaudit.workflow.cells import conditions, entries, is_entry, natural, split_entry, step_key
from dxaudit.workflow.flows import ARC_COLUMNS, END, STEP_COLUMNS, Flow, block, branches, folded, joins_of

TOLERANCE = 0.02
"""How far the shares of a step's branches may miss 1, as 33 % + 33 % + 33 % do."""


def read_flows(state: CurrentState) -> tuple[tuple[Flow, ...], pd.DataFrame]:
    """All flows of the workflow sheets, and the findings about them (columns of ``state.findings``)."""
    rows = state.workflow
    if rows.empty:
        return (), pd.DataFrame(columns=list(state.findings.columns))
    # Plain dictionaries: a frame's cell costs a hundred times a dictionary's, and a city has thousands of rows.
    lines = rows.to_dict("index")
    named = _inherited(rows)
    businesses = _BusinessIndex(state)
    departments = Departments(state.departments())
    flows: list[Flow] = []
    findings: list[dict[str, object]] = []
    taken: set[str] = set()
    for (department, business_id, business), labels in named.groupby(
        ["department", "business_id", "business"], sort=False, dropna=False
    ).groups.items():
        name = {"department": department, "business_id": business_id, "business": business}
        row = businesses.find(**name)
        if row is not None:
            # The sheet may name the business by its number alone.
            for column in name:
                known = state.businesses.at[row, column]
                name[column] = name[column] or (known if isinstance(known, str) else "")
        key = " ".join(part for part in (name["department"], name["business"] or name["business_id"]) if part)
        key = _unique(key or text("workflow.nameless"), taken)
        flow, found = _Sheet(state, {label: lines[label] for label in labels}, key, name, row, departments).read()
        if row is None:
            found.append(finding(state, labels[0], "business", "warning", "business_unknown", business=key))
        flows.append(flow)
        findings += found
    return tuple(flows), pd.DataFrame(findings, columns=list(state.findings.columns))


def _inherited(rows: pd.DataFrame) -> pd.DataFrame:
    """Names of every row; a step table often writes the business in its first row only."""
    named = rows[["department", "business_id", "business"]].astype(object)
    place = [rows["source_file"], rows["source_sheet"], rows["source_block"]]
    blank = named[["business_id", "business"]].isna().all(axis=1)
    filled = named.groupby(place, sort=False, dropna=False).ffill()
    named = named.where(~blank, filled)
    named["department"] = named["department"].where(named["department"].notna(), filled["department"])
    return named.where(named.notna(), "")


def _unique(key: str, taken: set[str]) -> str:
    found, count = key, 1
    while found in taken:
        count += 1
        found = f"{key} ({count})"
    taken.add(found)
    return found


class _BusinessIndex:
    """Which business of the inventory a step table means: number and name within the department, then anywhere."""

    def __init__(self, state: CurrentState) -> None:
        self._by: dict[tuple[str, ...], set[int]] = {}
        for row in state.businesses[["department", "business_id", "business"]].itertuples():
            department, number, name = (folded(v) if isinstance(v, str) else "" for v in row[1:])
            for key in {
                ("dn", department, number),
                ("db", department, name),
                ("n", number),
                ("b", name),
                ("nb", number, name),
            }:
                if all(key[1:]):
                    self._by.setdefault(key, set()).add(row.Index)

    def find(self, department: str, business_id: str, business: str) -> int | None:
        d, n, b = folded(department), folded(business_id), folded(business)
        for key in (("nb", n, b), ("dn", d, n), ("db", d, b), ("n", n), ("b", b)):
            found = self._by.get(key, set()) if all(key[1:]) else set()
            if len(found) == 1:
                return next(iter(found))
        return None


def finding(
    state: CurrentState, row: int, column: str | None, severity: str, rule: str, **values: object
) -> dict[str, object]:
    """One finding about a row of the step tables, as a line of ``state.findings``."""
    line = state.workflow.loc[row]
    cell = state.cell(line, column) if column else None
    return {
        "severity": severity,
        "rule": f"workflow.{rule}",
        "file": line["source_file"],
        "sheet": line["source_sheet"],
        "cell": cell or str(int(line["source_row"])),
        "message": text(f"workflow.finding.{rule}", **values),
        "table": "workflow",
        "department": line["department"],
    }


@dataclass
class _Arc:
    target: str
    share: float | None
    label: str
    parallel: bool
    row: int


class _Sheet:
    """The rows of one business, on their way to a Flow."""

    def __init__(
        self,
        state: CurrentState,
        lines: dict[int, dict[str, object]],
        key: str,
        name: dict[str, str],
        business_row: int | None,
        departments: Departments,
    ) -> None:
        self.state, self.key, self.name, self.business_row = state, key, name, business_row
        self.departments = departments
        self.findings: list[dict[str, object]] = []
        self.assumptions: dict[str, None] = {}
        self.faults: dict[str, None] = {}
        self.lines = lines

    def read(self) -> tuple[Flow, list[dict[str, object]]]:
        keys = self._keys()
        steps = self._steps(keys)
        arcs = self._arcs(keys, steps)
        joins = self._joins(steps, arcs)
        arcs = self._with_rework(steps, arcs, joins)
        flow = Flow(
            key=self.key,
            **self.name,
            business_row=self.business_row,
            steps=steps,
            arcs=pd.DataFrame(arcs, columns=list(ARC_COLUMNS)).astype({"share": float}),
            joins=joins,
        )
        self._check(flow)
        return replace(flow, assumptions=tuple(self.assumptions), faults=tuple(self.faults)), self.findings

    def _say(self, row: int, column: str | None, severity: str, rule: str, **values: object) -> None:
        self.findings.append(finding(self.state, row, column, severity, rule, business=self.key, **values))

    def _keys(self) -> dict[int, str]:
        """Row → key of its step. Rows of one number are branches, unless they are plainly different steps."""
        keys = {row: step_key(line["step"]) for row, line in self.lines.items()}
        if any(not key for key in keys.values()):
            first = next(row for row, key in keys.items() if not key)
            self._say(first, "step", "warning", "step_number_missing")
            previous = None
            for position, (row, key) in enumerate(keys.items(), start=1):
                # A row without number and action continues the step above it as a further branch.
                goes_on = previous is not None and not isinstance(self.lines[row]["action"], str)
                keys[row] = key or (previous if goes_on else f"({position})")
                previous = keys[row]
        same: dict[str, list[int]] = {}
        for row, key in keys.items():
            same.setdefault(key, []).append(row)
        for key, members in same.items():
            if len(members) > 1 and not any(self._branches(row) for row in members):
                self._say(members[1], "step", "warning", "step_number_twice", step=key)
                for count, row in enumerate(members[1:], start=2):
                    keys[row] = f"{key}({count})"
        order = list(dict.fromkeys(keys.values()))
        numbers = {key: natural(key) for key in order}
        if all(numbers.values()):
            order.sort(key=lambda key: numbers[key])
        return {row: key for key in order for row in keys if keys[row] == key}

    def _branches(self, row: int) -> bool:
        line = self.lines[row]
        said = bool(entries(line["next_step"])) or isinstance(line["branch"], str)
        return said or not np.isnan(line["probability"])

    def _steps(self, keys: dict[int, str]) -> pd.DataFrame:
        carriers = load("workflow")["medium"]
        lines: dict[str, dict[str, object]] = {}
        for row, key in keys.items():
            line = self.lines[row]
            known = lines.setdefault(key, dict.fromkeys(STEP_COLUMNS, np.nan) | {"row": row})
            for column in ("actor", "action", "medium", "system", "work_minutes", "wait_hours", "rework_rate"):
                if known[column] != known[column]:
                    known[column] = line[column]
        for key, known in lines.items():
            for column in ("work_minutes", "wait_hours"):
                if known[column] < 0:
                    self._say(known["row"], column, "error", "time_negative", step=key)
                    known[column] = np.nan
            rate = known["rework_rate"] / 100
            if 0 < known["rework_rate"] < 1:
                # A workbook gives a cell that shows 10 % as 0.1; nobody measures a rework of a tenth of a per cent.
                rate = known["rework_rate"]
                self._fraction(known["row"], "rework_rate", key, rate)
            if rate < 0 or rate > 1:
                self._fault(known["row"], "rework_rate", "share_out_of_range", step=key, percent=f"{100 * rate:g}")
                rate = np.nan
            known["rework_rate"] = rate
            known["unit"], known["external"] = self.departments.of(known["actor"], self.name["department"])
            known["carrier"] = carriers.get(known["medium"], np.nan)
            known["entry"] = is_entry(known["action"], known["carrier"], known["system"])
        columns = {column: [line[column] for line in lines.values()] for column in STEP_COLUMNS}
        return pd.DataFrame(columns, index=list(lines))

    def _fault(self, row: int, column: str | None, rule: str, **values: object) -> None:
        self._say(row, column, "error", rule, **values)
        self.faults[rule] = None

    def _arcs(self, keys: dict[int, str], steps: pd.DataFrame) -> list[dict[str, object]]:
        order = list(steps.index)
        following = dict(zip(order, [*order[1:], END], strict=True))
        said: dict[str, list[_Arc]] = {key: [] for key in order}
        self._fractions(keys)
        for row, key in keys.items():
            said[key] += self._row_arcs(row, key, following[key], steps)
        found = []
        for key, arcs in said.items():
            if any(arc.parallel for arc in arcs) and len({arc.target for arc in arcs}) > 1:
                found += [_line(key, arc, 1.0, "parallel") for arc in arcs]
                continue
            self._rework_of_branch(key, arcs, steps)
            shares = self._shares(key, arcs, following[key], steps)
            kind = "branch" if len(arcs) > 1 else "next"
            found += [_line(key, arc, share, kind) for arc, share in zip(arcs, shares, strict=True)]
        return found

    @staticmethod
    def _rework_of_branch(key: str, arcs: list[_Arc], steps: pd.DataFrame) -> None:
        """A branch back without a share of its own takes the step's rework rate: both say the same thing."""
        rate = steps.at[key, "rework_rate"]
        place = {step: i for i, step in enumerate(steps.index)}
        back = [arc for arc in arcs if arc.target != END and place[arc.target] <= place[key]]
        if rate > 0 and len(arcs) > 1 and len(back) == 1 and back[0].share is None:
            back[0].share = float(rate)

    def _fractions(self, keys: dict[int, str]) -> None:
        """Shares of 0.8 and 0.2 become per cent: a step's branches that together make up 1 are no percentages."""
        given: dict[str, list[int]] = {}
        for row, key in keys.items():
            if self.lines[row]["probability"] > 0:
                given.setdefault(key, []).append(row)
        for key, rows in given.items():
            total = sum(self.lines[row]["probability"] for row in rows)
            if total <= 1 + TOLERANCE:
                for row in rows:
                    self.lines[row] = {**self.lines[row], "probability": 100 * self.lines[row]["probability"]}
                self._fraction(rows[0], "probability", key, total)

    def _fraction(self, row: int, column: str, key: str, share: float) -> None:
        self._say(row, column, "info", "share_as_fraction", step=key, written=f"{share:g}", percent=f"{100 * share:g}")

    def _row_arcs(self, row: int, key: str, following: str, steps: pd.DataFrame) -> list[_Arc]:
        line = self.lines[row]
        label = line["branch"] if isinstance(line["branch"], str) else ""
        words = load("workflow")["words"]
        parallel = any(word in label for word in words["parallel"])
        if any(word in label for word in words["inclusive"]) and "inclusive_branch" not in self.faults:
            self._fault(row, "branch", "inclusive_branch", step=key)
        written = entries(line["next_step"])
        share = None if np.isnan(line["probability"]) else line["probability"] / 100
        if not written:
            return [_Arc(following, share, label, parallel, row)]
        found = []
        labels = [label] * len(written) if parallel else conditions(label, len(written))
        for entry, label in zip(written, labels, strict=True):
            target, own = split_entry(entry)
            own = own if own is not None else share if len(written) == 1 else None
            reached = self._target(target, key, following, steps)
            if reached is None:
                self._say(row, "next_step", "error", "next_step_unknown", step=key, target=entry)
                self.faults["next_step_unknown"] = None
                continue
            found.append(_Arc(reached, own, label, parallel, row))
        return found

    @staticmethod
    def _target(said: str, key: str, following: str, steps: pd.DataFrame) -> str | None:
        words = load("workflow")["words"]
        if said in words["end"]:
            return END
        if said in words["following"]:
            return following
        if (wanted := step_key(said)) in steps.index:
            return wanted
        named = [
            k for k, action in steps["action"].items() if isinstance(action, str) and folded(action) == folded(said)
        ]
        return named[0] if len(named) == 1 else None

    def _shares(self, key: str, arcs: list[_Arc], following: str, steps: pd.DataFrame) -> list[float]:
        given = [arc.share for arc in arcs]
        for arc in arcs:
            if arc.share is not None and not 0 <= arc.share <= 1:
                percent = f"{100 * arc.share:g}"
                self._fault(arc.row, "probability", "share_out_of_range", step=key, percent=percent)
        total = sum(share for share in given if share is not None)
        unknown = given.count(None)
        if total > 1 + TOLERANCE:
            self._fault(arcs[0].row, "probability", "shares_over_one", step=key, percent=f"{100 * total:g}")
        if unknown:
            rest = max(0.0, 1 - total)
            if unknown > 1:
                self.assumptions["equal_shares"] = None
                self._say(arcs[0].row, "probability", "info", "shares_assumed", step=key)
            return [rest / unknown if share is None else share for share in given]
        if arcs and total < 1 - TOLERANCE:
            back = [steps.index.get_loc(a.target) <= steps.index.get_loc(key) for a in arcs if a.target != END]
            if following not in {arc.target for arc in arcs} and (len(arcs) == 1 or all(back)):
                # "20 %: back to 2" says nothing of the other 80 %, which go on.
                self.assumptions["rest_goes_on"] = None
                arcs.append(_Arc(following, None, "", False, arcs[0].row))
                return [*given, 1 - total]
            self._fault(arcs[0].row, "probability", "shares_under_one", step=key, percent=f"{100 * total:g}")
        return [share / total if 0 < total <= 1 + TOLERANCE else share for share in given]

    def _joins(self, steps: pd.DataFrame, arcs: list[dict[str, object]]) -> dict[str, str]:
        found = joins_of(steps.index, [arc for arc in arcs if arc["share"] > 0])
        for split, join in found.items():
            if join is None:
                self._fault(int(steps.at[split, "row"]), "next_step", "parallel_without_join", step=split)
        return {split: join for split, join in found.items() if join is not None}

    def _with_rework(
        self, steps: pd.DataFrame, arcs: list[dict[str, object]], joins: dict[str, str]
    ) -> list[dict[str, object]]:
        place = {key: position for position, key in enumerate(steps.index)}
        onward = nx.DiGraph()
        onward.add_nodes_from(steps.index)
        onward.add_edges_from(
            (a["source"], a["target"]) for a in arcs if place.get(a["target"], -1) > place[a["source"]]
        )
        # Where several blocks meet at one step, sending back from it undoes the outermost.
        split_of = {join: split for split, join in sorted(joins.items(), key=lambda pair: -place[pair[0]])}
        found: list[dict[str, object]] = []
        for key in steps.index:
            own = [arc for arc in arcs if arc["source"] == key]
            rate = steps.at[key, "rework_rate"]
            # Only what closes a circle sends a case back; a side way may be numbered after the step that it rejoins.
            back = [a for a in own if a["target"] != END and nx.has_path(onward, a["target"], key)]
            for arc in back:
                arc["kind"] = "rework" if arc["kind"] != "parallel" else "parallel"
            if rate > 0 and not back:
                before = [a["source"] for a in arcs if a["target"] == key and place[a["source"]] < place[key]]
                target = split_of.get(key) or (min(before, key=place.get) if before else key)
                if target in joins and joins[target] != key:
                    # The first step of a branch cannot undo its split: the step itself is done again.
                    target = key
                # "Sent back where papers are missing" is said of what goes back, not of what goes on.
                label = own[0]["label"] if len(own) == 1 else ""
                for arc in own:
                    arc["share"] *= 1 - rate
                    arc["label"] = "" if label else arc["label"]
                own.append({"source": key, "target": target, "share": rate, "kind": "rework", "label": label})
                self.assumptions["rework_to_previous"] = None
            found += own
        return found

    def _check(self, flow: Flow) -> None:
        graph = flow.graph()
        row = flow.steps["row"]
        # A branch that never happens (0 %) still leads somewhere.
        ways = nx.DiGraph((arc.source, arc.target) for arc in flow.moves)
        reached = {flow.start} | (nx.descendants(ways, flow.start) if flow.start in ways else set())
        leaves = nx.ancestors(graph, END)
        for key in flow.steps.index:
            if key not in reached:
                self._say(int(row[key]), "step", "warning", "step_unreached", step=key)
            elif key not in leaves and "next_step_unknown" not in self.faults:
                self._fault(int(row[key]), "next_step", "no_exit", step=key)
                break
        missing = {
            column: [key for key, value in flow.steps[column].items() if np.isnan(value)]
            for column in ("work_minutes", "wait_hours")
        }
        total = len(flow.steps)
        if all(len(keys) == total for keys in missing.values()):
            self._say(int(row.iloc[0]), "work_minutes", "warning", "no_times")
            missing = {}
        for column, keys in missing.items():
            if keys:
                self._say(
                    int(row[keys[0]]), column, "info", f"{column}_missing",
                    count=len(keys), total=total, steps=", ".join(keys[:8]),
                )  # fmt: skip
        self._check_blocks(flow, graph)

    def _check_blocks(self, flow: Flow, graph: nx.DiGraph) -> None:
        """Branches side by side must be entered through their split alone, or no token can be counted."""
        for split, join in flow.joins.items():
            inside = block(graph, split, join)
            rest = graph.subgraph(set(graph) - {join})
            ways = [nx.descendants(rest, t) | {t} for t in branches(graph, split) if t in rest]
            if sum(map(len, ways)) > len(set().union(*ways)) and split not in inside:
                # Some branches meet before the others, or end early: which of them waits for which is not said.
                self._fault(int(flow.steps.at[split, "row"]), "next_step", "parallel_without_join", step=split)
                continue
            entered = [u for u, v in graph.edges if v in inside and u not in inside and u != split]
            if entered or split in inside:
                self._fault(int(flow.steps.at[split, "row"]), "next_step", "parallel_entered", step=split)


def _line(source: str, arc: _Arc, share: float, kind: str) -> dict[str, object]:
    return {"source": source, "target": arc.target, "share": share, "kind": kind, "label": arc.label}
