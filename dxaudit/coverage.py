"""Who answered, how completely, and how much of the staff's time do the inventories explain?

Completeness is weighted and comes in three grades (``vocabulary/coverage.toml``; LeanIX's weighted completeness,
Mercator's levels). Hours inventoried ÷ staff hours tells how far a department's answer carries (in a published case of
東海村 about 35 %). How many answered the survey is told as far as `dxaudit.privacy` lets it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxaudit.privacy import population, respondents
from dxaudit.vocabulary import load, text

if TYPE_CHECKING:
    from dxaudit.state import CurrentState

GRADES = (1, 2, 3)
MANY_DEPARTMENTS = 4
"""Departments from which a sheet is a list that somebody keeps for all, unless they are one bureau's (設計値)."""
INVENTORIES = {"businesses": "department", "systems": "owner_department"}
COLUMNS = (
    "department",
    "bureau",
    "headcount",
    "status",
    "missing",
    "businesses",
    "systems",
    "respondents",
    "respondents_shown",
    "completeness",
    "grade_1",
    "grade_2",
    "grade_3",
    "inventoried_hours",
    "staff_hours",
    "hours_share",
    "budget",
)


def coverage(state: CurrentState) -> pd.DataFrame:
    """The collection status of every department, and of the city in the last row.

    Parameters
    ----------
    state : CurrentState

    Returns
    -------
    DataFrame
        ``COLUMNS``, one row per department of the organisation list or of any inventory; the last row is the city
        (全庁). ``status`` is ``answered``, ``partly`` (something, but not all of ``missing``), ``listed`` (nothing of
        its own, but rows in a list that speaks for many departments), ``unread`` (a file came of which nothing could
        be read), ``none``, or ``suppressed`` where only the survey could tell and may not. ``missing`` is the tuple of
        inventories that others sent and this department did not (a department may well own no system, so that is
        never missing).
        ``businesses`` and ``systems`` count rows. ``respondents`` is NaN with ``respondents_shown`` False where the
        number may not be told (`dxaudit.privacy.respondents`: too few, none, or to be worked out from others).
        ``completeness`` and ``grade_1`` … ``grade_3`` in [0, 1]: Σ weights of filled columns ÷ Σ weights, over the
        department's rows in businesses and systems; NaN without rows, and where ``status`` is ``unread``: what a list
        says of a department is not what it answered. ``inventoried_hours`` (hours per year) is
        ``annual_hours``, or cases × minutes ÷ 60 where no hours were given; ``staff_hours`` = headcount ×
        ``settings.hours_per_year``; ``hours_share`` their quotient, NaN where either is unknown. ``budget`` in 千円.

    Examples
    --------
    >>> import pandas as pd
    >>> from dxaudit.state import from_tables
    >>> state = from_tables(
    ...     organization=pd.DataFrame({"department": ["市民課", "税務課"], "headcount": [2, 3]}),
    ...     businesses=pd.DataFrame({"department": ["市民課"], "business": ["住民票の交付"], "annual_hours": [1800]}),
    ... )
    >>> coverage(state)[["department", "status", "hours_share"]].to_dict("records")[0]
    {'department': '市民課', 'status': 'answered', 'hours_share': 0.5}
    """
    names = [name for name in state.departments() if name]
    found = pd.DataFrame(index=pd.Index(names, name="department"))
    found["bureau"] = _bureaus(state, names)
    organization = state.organization.groupby("department")
    found["headcount"] = organization["headcount"].sum(min_count=1)
    for table, column in INVENTORIES.items():
        counts = state.table(table)[column].value_counts()
        found[table] = counts.reindex(names).fillna(0).astype(int)
    told = respondents(state).set_index("department").reindex(names)
    found["respondents"] = told["respondents"].astype(float)
    found["respondents_shown"] = told["shown"].fillna(False).astype(bool)
    expected = ["businesses"] if state.was_sent("businesses") else []
    found["missing"] = [tuple(t for t in expected if not found.at[name, t]) for name in names]
    own, unread = _own(state, found["bureau"]), _unread(state)
    found["status"] = [_status(found.loc[name], expected, name in own, name in unread) for name in names]
    filled = _filled(state)
    for column, kept in {
        "completeness": filled,
        **{f"grade_{g}": filled[filled["grade"] == g] for g in GRADES},
    }.items():
        sums = kept.groupby("department")[["got", "weight"]].sum()
        found[column] = (sums["got"] / sums["weight"]).reindex(names).where(found["status"] != "unread")
    hours = hours_of(state.businesses)
    by_department = state.businesses["department"]
    found["inventoried_hours"] = hours.groupby(by_department).sum(min_count=1)
    found["staff_hours"] = found["headcount"] * state.settings.hours_per_year
    found["hours_share"] = _quotient(found["inventoried_hours"], found["staff_hours"])
    found["budget"] = state.businesses["budget"].groupby(by_department).sum(min_count=1)
    city = _city_row(state, found, filled, hours)
    return pd.concat([found.reset_index(), city], ignore_index=True)[list(COLUMNS)]


def hours_of(businesses: pd.DataFrame) -> pd.Series:
    """Hours per year of each business: as told, or cases × minutes ÷ 60 where they were not; NaN otherwise."""
    computed = businesses["annual_cases"] * businesses["minutes_per_case"] / 60
    return businesses["annual_hours"].fillna(computed)


def _bureaus(state: CurrentState, names: list[str]) -> list[object]:
    known: dict[str, str] = {}
    for frame, column in ((state.organization, "department"), (state.businesses, "department")):
        for name, bureau in frame[[column, "bureau"]].dropna().itertuples(index=False):
            known.setdefault(name, bureau)
    return [known.get(name, np.nan) for name in names]


def _own(state: CurrentState, bureaus: pd.Series) -> set[str]:
    """Departments with rows in a sheet of their own: not in a list of many departments that are of no one bureau."""
    found: set[str] = set()
    for table, column in INVENTORIES.items():
        for _, names in state.table(table).groupby(["source_file", "source_sheet"], sort=False)[column]:
            named = names.dropna().unique()
            over = bureaus.reindex(named)
            if len(named) < MANY_DEPARTMENTS or (over.notna().all() and over.nunique() == 1):
                found.update(named)
    return found


def _unread(state: CurrentState) -> set[str]:
    """Departments of whose files one could not be read at all."""
    findings = state.findings
    read = findings["file"].isin(state.sheets["file"])
    return set(findings.loc[~read & (findings["severity"] != "info") & (findings["file"] != ""), "department"])


def _status(line: pd.Series, expected: list[str], own: bool, unread: bool) -> str:
    if not own and unread:
        return "unread"
    listed = bool(line["businesses"] or line["systems"])
    sent = own or bool(line["respondents_shown"])
    if line["missing"]:
        return "partly" if sent else "listed" if listed else "none"
    if sent or listed:
        return "answered" if own or not listed else "listed"
    return "answered" if expected else "suppressed"


def _filled(state: CurrentState) -> pd.DataFrame:
    """Weights filled and weights asked, by department, table and grade."""
    parts = []
    for block in load("coverage")["columns"]:
        frame = state.table(block["table"])
        if not len(frame):
            continue
        got = pd.Series(0.0, index=frame.index)
        for name, weight in block["weights"].items():
            got += weight * frame[name.split("|")].notna().any(axis=1)
        parts.append(
            pd.DataFrame(
                {
                    "department": frame[INVENTORIES[block["table"]]],
                    "grade": block["grade"],
                    "got": got,
                    "weight": float(sum(block["weights"].values())),
                }
            )
        )
    return pd.concat(parts) if parts else pd.DataFrame(columns=["department", "grade", "got", "weight"], dtype=float)


def _quotient(above: pd.Series, below: pd.Series) -> pd.Series:
    return (above / below).where(below > 0)


def _city_row(state: CurrentState, found: pd.DataFrame, filled: pd.DataFrame, hours: pd.Series) -> pd.DataFrame:
    answered = (found["status"] == "answered").sum()
    some = (~found["status"].isin(["none", "unread"])).any()
    people = len(population(state.survey))
    shown = people >= state.settings.minimum_group
    line: dict[str, object] = {
        "department": text("common.city"),
        "bureau": np.nan,
        "headcount": found["headcount"].sum(min_count=1),
        "status": "answered" if len(found) and answered == len(found) else "partly" if some else "none",
        "missing": tuple(t for t in (*INVENTORIES, "survey") if not state.was_sent(t)),
        "businesses": len(state.businesses),
        "systems": len(state.systems),
        "respondents": float(people) if shown else np.nan,
        "respondents_shown": shown,
        "inventoried_hours": hours.sum(min_count=1),
        "budget": state.businesses["budget"].sum(min_count=1),
    }
    for column, kept in {
        "completeness": filled,
        **{f"grade_{g}": filled[filled["grade"] == g] for g in GRADES},
    }.items():
        line[column] = kept["got"].sum() / kept["weight"].sum() if len(kept) else np.nan
    line["staff_hours"] = line["headcount"] * state.settings.hours_per_year
    # Only departments whose headcount is known: hours without staff behind them would flatter the share.
    both = found[found["headcount"].notna()]
    whole = both["staff_hours"].sum()
    line["hours_share"] = both["inventoried_hours"].sum(min_count=1) / whole if whole > 0 else np.nan
    return pd.DataFrame([line])
