"""Did two files or sheets bring the same rows: an answer and its correction, a list and the list it was taken from?

Rows are the same where one department has a business or system of one name in both, or one answer to the survey is
given in both word for word. Nothing is left out here: which of the two counts is for people to say (``left_out`` in
``dxaudit.toml``); the names of the files only tell which seems to be the later one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations

import pandas as pd

from dxaudit.intake.findings import Finding
from dxaudit.intake.owners import OWNERS
from dxaudit.intake.sheets import folded
from dxaudit.state import CurrentState
from dxaudit.vocabulary import columns, load, tables, text

NAMES = {"businesses": "business", "systems": "system"}
FEWEST_ANSWERS = 5
"""Answers that a row of the survey must hold to be known again."""

Place = tuple[str, str]
Row = tuple[str, object]
Rows = dict[Row, None]


def find(state: CurrentState) -> list[Finding]:
    """One finding for every two places (file, sheet) of which one has more than half of its rows in the other again.

    Only rows of departments that both speak of are compared. The finding stands at the place that seems to be the
    earlier one, and names both, how many rows are the same and how many the smaller one has.
    """
    found = []
    for table in (*NAMES, "survey"):
        rows = _rows(state, table)
        met: dict[Row, list[Place]] = {}
        for place, own in rows.items():
            for row in own:
                met.setdefault(row, []).append(place)
        owners = {place: Counter(department for department, _ in own) for place, own in rows.items()}
        shared = Counter(pair for places in met.values() if len(places) > 1 for pair in combinations(places, 2))
        for (one, other), same in shared.items():
            both = owners[one].keys() & owners[other].keys()
            fewest = min(sum(owners[place][department] for department in both) for place in (one, other))
            if 2 * same > fewest:
                found.append(_finding(state, table, one, other, same, fewest, rows))
    return found


def _rows(state: CurrentState, table: str) -> dict[Place, Rows]:
    """By place, its rows as (department, what makes it the same row); only places with a row that another has too."""
    frame = state.table(table)
    places = list(zip(frame["source_file"].tolist(), frame["source_sheet"].tolist(), strict=True))
    departments = [name if isinstance(name, str) else "" for name in frame[OWNERS[table]].tolist()]
    rows = list(zip(departments, _same(frame, table), strict=True))
    first: dict[Row, Place] = {}
    again = {row for row, place in zip(rows, places, strict=True) if row[1] and first.setdefault(row, place) != place}
    if not again:
        return {}
    concerned = {place for row, place in zip(rows, places, strict=True) if row in again}
    found: dict[Place, Rows] = {}
    for row, place in zip(rows, places, strict=True):
        if row[1] and place in concerned:
            found.setdefault(place, {})[row] = None
    return found


def _same(frame: pd.DataFrame, table: str) -> Iterable[object]:
    if table in NAMES:
        return [folded(name) if isinstance(name, str) else "" for name in frame[NAMES[table]].tolist()]
    # The number of a respondent begins anew in every file; all answers together do not repeat.
    answers = frame[[c for c in columns(table) if c not in ("respondent_id", OWNERS[table])]]
    return [
        tuple(map(str, row)) if sum(v == v for v in row) >= FEWEST_ANSWERS else ()
        for row in answers.itertuples(index=False, name=None)
    ]


def _finding(
    state: CurrentState, table: str, one: Place, other: Place, same: int, fewest: int, rows: Mapping[Place, Rows]
) -> Finding:
    departments = {place: {d for d, _ in rows[place]} for place in (one, other)}
    both = departments[one] & departments[other]
    # Of an answer and its correction the names tell which is later; a list of all and one department's answer are
    # no versions of each other.
    signs = {place: _seems_revised(place) if departments[one] == departments[other] else 0 for place in (one, other)}
    earlier, later = (other, one) if signs[one] > signs[other] else (one, other)
    hint = text("intake.twice.later", name=state.place(*later)) if signs[later] > signs[earlier] else ""
    # Named for leaving out is only what holds nothing beside the rows that are counted twice.
    spare = [p for p in (earlier, later) if departments[p] <= both and _tables_of(state, p) == {table}]
    leave = text("intake.twice.leave_out", name=state.place(*spare[0])) if spare else ""
    names = sorted(filter(None, both))
    message = text(
        "intake.finding.rows_twice",
        department=text("intake.twice.of", name="・".join(names[:3])) if names else "",
        label=tables()[table]["label"]["ja"],
        one=state.place(*earlier),
        other=state.place(*later),
        same=same,
        fewest=fewest,
        hint=hint,
    )
    severity = load("findings")["rows_twice"]["severity"]
    department = names[0] if len(names) == 1 else ""
    return Finding(severity, "rows_twice", *earlier, "", message + leave, table, department)


def _tables_of(state: CurrentState, place: Place) -> set[str]:
    sheets = state.sheets
    own = sheets[(sheets["file"] == place[0]) & (sheets["sheet"] == place[1]) & (sheets["accepted"] > 0)]
    return set(own["table"])


def _seems_revised(place: Place) -> int:
    """How many signs of a later version the names of file and sheet hold."""
    name = folded(" ".join(place))
    return sum(bool(re.search(sign, name)) for sign in load("files")["revised"])
