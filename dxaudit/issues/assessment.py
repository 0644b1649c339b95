"""Which issues does a state have? Every catalogue entry measured and judged in every scope."""

from __future__ import annotations

import math

from dxaudit.issues.catalogue import PRIMARY, Entry, with_settings
from dxaudit.issues.evidence import Measured, not_assessed
from dxaudit.issues.indicators import INDICATORS
from dxaudit.issues.inventory import Inventory, Scope
from dxaudit.issues.register import IssueRegister, Result, build_frame
from dxaudit.issues.scoring import perspective_weights, priority, reach, severity
from dxaudit.state import CurrentState


def assess(state: CurrentState) -> IssueRegister:
    """Judge every issue of the catalogue for the city and for every department; remembered on the state.

    Each figure comes from the scope's own rows and is judged by absolute anchors (`scoring`). What cannot be
    measured is not assessed and says why.

    Raises
    ------
    DxauditError
        The city's settings change the catalogue in a way that makes no sense.
    """
    return state.derived("issues", lambda: _assess(state))


def _assess(state: CurrentState) -> IssueRegister:
    entries = with_settings(state.settings)
    inventory = Inventory(state)
    missing = {code: _missing(inventory, entry) for code, entry in entries.items()}
    results = []
    for department in (None, *state.departments()):
        scope = Scope(inventory, department)
        for code, entry in entries.items():
            if scope.kind in entry.scopes:
                results.append(_result(scope, entry, missing[code]))
    weights = perspective_weights(state.settings.weights)
    frame = build_frame(tuple(results), state, inventory, weights, "ja")
    return IssueRegister(frame, state, entries, tuple(results), inventory, weights)


def _missing(inventory: Inventory, entry: Entry) -> Measured | None:
    """What the city did not send that the entry needs; None where all is there."""
    for need in entry.needs:
        table, _, column = need.partition(".")
        if not inventory.state.was_sent(table):
            return not_assessed("not_sent", table=table)
        # Hours may be had from other columns, so a missing hours column is for the indicator to judge.
        if column != "annual_hours" and not inventory.carried(table, column).any():
            return not_assessed("no_column", column=need)
    return None


def _result(scope: Scope, entry: Entry, missing: Measured | None) -> Result:
    measured = missing or _measure(scope, entry)
    evidence = measured.evidence
    value = math.nan if evidence is None else evidence.value
    if evidence is None or math.isnan(value):
        if measured.reason is None:
            measured = not_assessed("no_base", measured.coverage)
        return Result(entry, scope.department, measured, assessed=False)
    if measured.coverage < scope.settings.min_coverage:
        held_back = not_assessed("coverage", measured.coverage)
        return Result(entry, scope.department, held_back, assessed=False)
    grave, judged = _severity(entry, measured, value)
    shares = _shares(scope, entry, measured)
    low, high = evidence.interval()
    if "low" in measured.beside and "high" in measured.beside:
        low, high = float(measured.beside["low"]), float(measured.beside["high"])
    far = reach(shares)
    return Result(
        entry, scope.department, measured, assessed=True, value=value, low=low, high=high, severity=grave,
        judged=judged, reach=far, shares=shares, base=priority(grave, far, entry.weight),
    )  # fmt: skip


def _measure(scope: Scope, entry: Entry) -> Measured:
    table = entry.needs[0].partition(".")[0] if entry.needs else None
    # Survey groups and files speak for themselves: a department without rows there gets its own reason.
    if table not in (None, "survey") and len(scope.rows(table)) == 0:
        return not_assessed("no_rows", table=table)
    return INDICATORS[entry.code](scope, entry)


def _severity(entry: Entry, measured: Measured, value: float) -> tuple[float, str]:
    """The gravest of the entry's criteria, and which it was."""
    figures = {PRIMARY: value, **measured.figures}
    judged = {c.key: severity(figures[c.key], c) for c in entry.criteria if c.key in figures}
    if measured.severity is not None:
        judged[PRIMARY] = measured.severity
    known = {key: grave for key, grave in judged.items() if not math.isnan(grave)}
    worst = max(known, key=lambda key: (known[key], key == PRIMARY))
    return known[worst], worst


def _shares(scope: Scope, entry: Entry, measured: Measured) -> dict[str, float]:
    """The shares that make the reach; by the number of rows where none of those named can be had."""
    evidence = measured.evidence
    found: dict[str, float] = {}
    for name in entry.reach:
        if name in measured.shares:
            found[name] = measured.shares[name]
        elif name == "all":
            found[name] = 1.0
        elif evidence.table is not None:
            found[name] = _share_of(scope, evidence.table, name, evidence)
    found = {name: share for name, share in found.items() if not math.isnan(share)}
    if not found:
        found["rows"] = _share_of(scope, evidence.table, "rows", evidence)
    return found


def _share_of(scope: Scope, table: str | None, name: str, evidence) -> float:
    if table is None:
        return float(evidence.affected.mean())
    rows = evidence.affected_rows
    if name == "rows":
        return len(rows) / len(scope.rows(table))
    columns = {"hours": "hours", "cases": "annual_cases", "cost": "budget"}
    if table == "systems":
        columns = {"cost": "annual_cost"}
    return scope.share(table, columns[name], rows) if name in columns else math.nan
