"""What appeared, went, rose or fell since last year, like for like?

Departments that were merged, split or renamed are compared as units: the smallest sets of old and new departments
that succeed one another (connected components of the organisation list's predecessors). A unit of several
departments is assessed anew on both sides from its rows taken together. What cannot be compared is said, with the
reason; a difference within the error band of the hours is no change.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from dxaudit.issues.assessment import assess
from dxaudit.issues.catalogue import Entry
from dxaudit.issues.register import IssueRegister, Result
from dxaudit.state import CurrentState
from dxaudit.vocabulary import text

FLAG = 0.3
"""Severity from which an issue is one (the warn threshold)."""

COLUMNS = (
    "code", "perspective", "issue", "department", "before_departments", "after_departments", "unit",
    "value_before", "value_after", "severity_before", "severity_after", "change", "reason",
)  # fmt: skip
CHANGES = ("appeared", "went", "rose", "fell", "unchanged", "not_comparable")


@dataclass(frozen=True)
class Comparison:
    """Two years of one municipality.

    Attributes
    ----------
    frame : DataFrame
        One row per issue and unit, `COLUMNS`; ``change`` is one of `CHANGES`, ``reason`` says why something is not
        comparable.
    units : DataFrame
        unit, before (tuple of old departments), after (tuple of new ones).
    """

    frame: pd.DataFrame
    units: pd.DataFrame

    def summary(self, lang: str = "ja") -> pd.DataFrame:
        """How many issues appeared, went, rose, fell, stayed, could not be compared; by perspective."""
        counts = self.frame.groupby(["perspective", "change"], sort=False).size().unstack(fill_value=0)
        counts = counts.reindex(columns=list(CHANGES), fill_value=0)
        counts.index = [text(f"common.perspective.{p}", lang) for p in counts.index]
        counts.columns = [text(f"issues.change.{c}", lang) for c in counts.columns]
        return counts

    def _repr_html_(self) -> str:
        return self.summary().to_html(escape=True) + self.frame.to_html(index=False, escape=True, na_rep="")


def compare(before: CurrentState, after: CurrentState) -> Comparison:
    """The issues of two states of one municipality, like for like.

    Parameters
    ----------
    before, after : CurrentState
        Two readings; ``after``'s organisation list says which departments succeed which (``predecessor``).

    Notes
    -----
    An issue *appeared* where its severity crossed 0.3 upwards and *went* where it crossed downwards; otherwise it
    *rose* or *fell* with its severity, unless the two error bands of the value overlap (*unchanged*). Thresholds,
    weights and the minimum coverage of ``after`` judge both years, so that the yardstick is one.
    """
    before = before.replace(settings=_yardstick(before, after))
    units = like_for_like(before, after)
    old, new = _Year(before, units, 0), _Year(after, units, 1)
    lines = []
    for unit, (was, now) in {None: ((), ()), **units}.items():
        for entry in new.entries.values():
            if ("city" if unit is None else "department") not in entry.scopes:
                continue
            a, b = old.result(entry, unit), new.result(entry, unit)
            if entry.perspective == "people" and max(len(was), len(now)) > 1:
                change, reason = "not_comparable", text("issues.change_reason.survey_unit")
                a = b = None
            else:
                change, reason = _change(a, b, was, now, unit)
            lines.append(
                (
                    entry.code, entry.perspective, entry.label["ja"],
                    text("common.city") if unit is None else unit, was, now, text(f"issues.unit.{entry.unit}"),
                    _value(a), _value(b), _severity(a), _severity(b), change, reason,
                )
            )  # fmt: skip
    frame = pd.DataFrame(lines, columns=list(COLUMNS))
    table = pd.DataFrame([(u, o, n) for u, (o, n) in units.items()], columns=["unit", "before", "after"])
    return Comparison(frame, table)


def _yardstick(before: CurrentState, after: CurrentState):
    """``after``'s analysis settings, with what is a fact of the earlier year left as it was."""
    past = before.settings
    return replace(
        after.settings, population=past.population, fiscal_year=past.fiscal_year, as_of=past.as_of, path=past.path,
        minimum_group=max(past.minimum_group, after.settings.minimum_group),
    )  # fmt: skip


class _Year:
    """One year's results by unit.

    Units of several departments are assessed from their rows taken together, except what the survey says: a group
    put together beside its published parts would give the hidden ones away by subtraction.
    """

    def __init__(self, state: CurrentState, units: Mapping[str, tuple], side: int) -> None:
        alone = assess(state)
        names = {d: unit for unit, both in units.items() for d in both[side]}
        together = assess(_merged(state, {d: names[d] for d in state.departments()}))
        self.entries = alone.entries
        self._alone, self._together = _by_key(alone), _by_key(together)
        self._member = {unit: both[side][0] for unit, both in units.items() if len(both[side]) == 1}

    def result(self, entry: Entry, unit: str | None) -> Result | None:
        """The result of one issue for a unit (for the city where None); None where there is none."""
        if entry.perspective == "people":
            if unit is None:
                return self._alone.get((entry.code, None))
            return self._alone.get((entry.code, self._member[unit])) if unit in self._member else None
        return self._together.get((entry.code, unit))


def like_for_like(before: CurrentState, after: CurrentState) -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Units that can be compared: name → (old departments, new departments).

    A new department is linked to each predecessor its organisation row names; without one, to the old department of
    the same name. A unit of one and one is called by its new name, a larger one by all its new names.
    """
    olds, news = before.departments(), after.departments()
    neighbours: dict[tuple[str, str], set[tuple[str, str]]] = {("old", d): set() for d in olds}
    neighbours |= {("new", d): set() for d in news}
    succession = after.organization.set_index("department")["predecessor"]
    succession = succession[~succession.index.duplicated()].to_dict()
    for name in news:
        named = succession.get(name)
        origins = [p for p in named if p in olds] if isinstance(named, tuple) else []
        # A department that goes on under its name and also took over another keeps its own past.
        if name in olds and (not origins or not _passed_on(name, news, succession)):
            origins.append(name)
        for origin in origins:
            neighbours["new", name].add(("old", origin))
            neighbours["old", origin].add(("new", name))
    units: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    seen: set[tuple[str, str]] = set()
    for start in neighbours:
        if start in seen:
            continue
        part, todo = [], [start]
        while todo:
            node = todo.pop()
            if node in seen:
                continue
            seen.add(node)
            part.append(node)
            todo += neighbours[node]
        was = tuple(d for d in olds if ("old", d) in part)
        now = tuple(d for d in news if ("new", d) in part)
        units["・".join(now or was)] = (was, now)
    return units


def _passed_on(name: str, news: list[str], succession: Mapping[str, object]) -> bool:
    """Whether another new department names ``name`` as its predecessor."""
    return any(isinstance(succession.get(n), tuple) and name in succession[n] for n in news if n != name)


def _merged(state: CurrentState, names: Mapping[str, str]) -> CurrentState:
    """The state with departments called by their unit; headcounts of several are added up by the indicators."""
    if all(old == new for old, new in names.items()):
        return state
    changed = {}
    for table, column in (
        ("businesses", "department"),
        ("systems", "owner_department"),
        ("survey", "department"),
        ("organization", "department"),
        ("workflow", "department"),
    ):
        frame = state.table(table)
        changed[table] = frame.assign(**{column: frame[column].map(lambda d: names.get(d, d))})
    related = state.businesses["related_departments"].map(
        lambda d: tuple(dict.fromkeys(names.get(x, x) for x in d)) if isinstance(d, tuple) else d
    )
    changed["businesses"] = changed["businesses"].assign(related_departments=related)
    return state.replace(**changed)


def _by_key(register: IssueRegister) -> dict[tuple[str, str | None], Result]:
    return {(r.entry.code, r.department): r for r in register.results}


def _change(a: Result | None, b: Result | None, was: tuple, now: tuple, unit: str | None) -> tuple[str, str]:
    if unit is not None and (not was or not now):
        return "not_comparable", text("issues.change_reason.new" if not was else "issues.change_reason.gone")
    if a is None or not a.assessed or b is None or not b.assessed:
        missing = [y for y, r in (("before", a), ("after", b)) if r is None or not r.assessed]
        return "not_comparable", text(f"issues.change_reason.unassessed_{'both' if len(missing) == 2 else missing[0]}")
    if a.severity < FLAG <= b.severity:
        return "appeared", ""
    if b.severity < FLAG <= a.severity:
        return "went", ""
    if math.isclose(a.severity, b.severity, abs_tol=1e-9):
        return "unchanged", ""
    if a.low < a.high and b.low < b.high and a.low <= b.high and b.low <= a.high:
        return "unchanged", text("issues.change_reason.within_band")
    return ("rose" if b.severity > a.severity else "fell"), ""


def _value(result: Result | None) -> float:
    return math.nan if result is None else result.value


def _severity(result: Result | None) -> float:
    return math.nan if result is None else result.severity
