"""Which answers of one row cannot both be true?

The rules are data (``vocabulary/contradictions.toml``). Nothing is corrected here: a contradiction goes back to the
department that wrote it, and both values stay as they are.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from dxaudit.intake.dates import day
from dxaudit.intake.findings import Finding
from dxaudit.state import SOURCE, CurrentState
from dxaudit.vocabulary import columns as canonical_columns
from dxaudit.vocabulary import load, tables, text

NAMES = {"businesses": "business", "systems": "system", "organization": "department"}
OWNERS = {"businesses": "department", "systems": "owner_department", "organization": "department"}
MOST_OF_STAFF_HOURS = 1.2
"""Hours inventoried ÷ staff hours above which one of them must be wrong (設計値; overtime explains some excess)."""


def find(state: CurrentState) -> list[Finding]:
    """The contradictions of a state, each at the cell of the first column concerned.

    Parameters
    ----------
    state : CurrentState

    Returns
    -------
    list of Finding
        Rule ``contradiction_<name>``; severity ``warning`` unless the rule says otherwise. Rules on a day need
        ``settings.as_of`` (or ``fiscal_year``, whose last day is taken): without either they are not applied, since
        today's date would not reproduce.
    """
    found: list[Finding] = []
    today = _as_of(state)
    for name, rule in load("contradictions").items():
        frame = state.table(rule["table"])
        if not len(frame) or ("@as_of" in rule["when"] and today is None):
            continue
        view = _view(rule["table"], frame, rule)
        known = {"as_of": today, "hours_per_year": state.settings.hours_per_year}
        if "computed" in rule:
            view["computed"] = view.eval(rule["computed"], local_dict=known, engine="python")
        if "larger" in rule:
            view["larger"] = view[rule["larger"]].max(axis=1)
        broken = view.eval(rule["when"], local_dict=known, engine="python").fillna(False).astype(bool)
        if broken.any():
            found += _findings(state, name, rule, frame[broken], view[broken], today)
    return found + _over_staff(state)


def _findings(
    state: CurrentState, name: str, rule: dict[str, Any], rows: pd.DataFrame, view: pd.DataFrame, today: str | None
) -> list[Finding]:
    table = rule["table"]
    needed = dict.fromkeys([NAMES[table], OWNERS[table], *SOURCE, *rule["columns"]])
    computed = view["computed"] if "computed" in rule else pd.Series(np.nan, index=view.index)
    found = []
    held = zip(*(rows[column].tolist() for column in needed), strict=True)
    for values, value in zip(held, computed.tolist(), strict=True):
        line = dict(zip(needed, values, strict=True))
        what, owner = line[NAMES[table]], line[OWNERS[table]]
        if not isinstance(what, str):
            what = text("quality.contradiction.unnamed", row=int(line["source_row"]))
        said = {column: _written(line[column]) for column in rule["columns"]}
        cells = (state.cell(line, column) for column in rule["columns"])
        message = text(
            f"quality.contradiction.{name}", name=" ".join(what.split()), as_of=today, computed=_written(value), **said
        )
        found.append(
            Finding(
                rule.get("severity", "warning"),
                f"contradiction_{name}",
                line["source_file"],
                line["source_sheet"],
                next((c for c in cells if c), str(line["source_row"])),
                message,
                table,
                owner if isinstance(owner, str) else "",
            )
        )
    return found


def _view(table: str, frame: pd.DataFrame, rule: dict[str, Any]) -> pd.DataFrame:
    """The columns that a rule speaks of, with first and last days of its dates and lengths of its lists."""
    wanted = f"{rule['when']} {rule.get('computed', '')}"
    spec = tables()[table]["columns"]
    view = frame[[c for c in canonical_columns(table) if re.search(rf"\b{c}\b", wanted)]].copy()
    for column in canonical_columns(table):
        if spec[column]["type"] == "date":
            for end in ("first", "last"):
                if f"{column}_{end}" in wanted:
                    view[f"{column}_{end}"] = _days(frame[column], end)
        elif f"{column}_count" in wanted:
            view[f"{column}_count"] = frame[column].map(lambda v: len(v) if isinstance(v, tuple) else 0)
    return view


def _days(dates: pd.Series, end: str) -> pd.Series:
    held = dates.tolist()
    known = {date: day(date, end) for date in set(held)}
    return pd.Series([known[date] for date in held], index=dates.index, dtype="str")


def _as_of(state: CurrentState) -> str | None:
    if state.settings.as_of:
        last = day(state.settings.as_of, "last")
        return last if isinstance(last, str) else None
    return f"{state.settings.fiscal_year + 1}-03-31" if state.settings.fiscal_year else None


def _written(value: object) -> str:
    if isinstance(value, (float, int, np.number)) and not pd.isna(value):
        return f"{value:,.0f}" if abs(value) >= 100 or float(value).is_integer() else f"{value:,.1f}"
    return str(value) if isinstance(value, str) else ""


def _over_staff(state: CurrentState) -> list[Finding]:
    """Departments whose businesses take more hours than their staff has."""
    lines = state.coverage()
    much = lines[(lines["hours_share"] > MOST_OF_STAFF_HOURS) & (lines["department"] != text("common.city"))]
    found = []
    for line in much.itertuples(index=False):
        rows = state.businesses[state.businesses["department"] == line.department]
        first = rows.loc[rows["annual_hours"].idxmax() if rows["annual_hours"].notna().any() else rows.index[0]]
        message = text(
            "quality.contradiction.hours_over_staff",
            name=line.department,
            hours=_written(line.inventoried_hours),
            headcount=_written(line.headcount),
            staff_hours=_written(line.staff_hours),
        )
        place = state.cell(first, "annual_hours") or str(first["source_row"])
        found.append(
            Finding(
                "warning", "contradiction_hours_over_staff", first["source_file"], first["source_sheet"], place,
                message, "businesses", line.department,
            )
        )  # fmt: skip
    return found
