"""IssueRegister: every issue in every scope, with its figure, its reach and where it came from.

A value: the register never changes; other weights make another register.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dxaudit.errors import DxauditError
from dxaudit.issues.catalogue import Entry
from dxaudit.issues.evidence import Measured
from dxaudit.issues.explain import in_words
from dxaudit.issues.inventory import Inventory
from dxaudit.issues.scoring import band, perspective_score, perspective_weights
from dxaudit.settings import PERSPECTIVES, Settings
from dxaudit.state import TABLES, CurrentState
from dxaudit.vocabulary import column_label, load, text

if TYPE_CHECKING:
    from dxaudit.issues.explain import Explanation

COLUMNS = (
    "code", "perspective", "issue", "department", "value", "unit", "value_text", "severity", "reach", "priority",
    "assessed", "coverage", "reason", "cause", "scope", "remedy", "kpi", "low", "high", "sources", "decisions",
)  # fmt: skip
PERSPECTIVE_COLUMNS = ("department", "perspective", "score", "low", "high", "assessed", "total", "band")


@dataclass(frozen=True)
class Result:
    """One issue in one scope.

    ``value``, ``low``, ``high`` in the entry's unit; ``severity``, ``reach`` in [0, 1]; ``base`` is the priority
    before perspective weights. All NaN where not assessed. ``judged`` is the criterion that decided the severity.
    """

    entry: Entry
    department: str | None
    measured: Measured
    assessed: bool
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    severity: float = math.nan
    judged: str = "value"
    reach: float = math.nan
    shares: Mapping[str, float] | None = None
    base: float = math.nan


@dataclass(frozen=True)
class IssueRegister:
    """The issues of one municipality.

    Attributes
    ----------
    frame : DataFrame
        One row per issue and scope, `COLUMNS`, in Japanese (`frame_in` for another language): the city first
        (department "全庁"), then every department. ``value``, ``low``, ``high`` in ``unit``, ``value_text`` as people
        say it; ``severity``,
        ``reach``, ``coverage`` in [0, 1]; ``priority`` 100·√(severity·reach)·weight; figures are NaN and ``assessed``
        is False where nothing could be measured, with the ``reason``. ``sources`` is a list of cells,
        ``decisions`` a list of decision ids that touched these cells or this issue.
    state, entries, results
        What it was made from: the state, the catalogue as the city set it, and one `Result` per row of the frame.
    weights : mapping
        Weight of each perspective, mean 1.
    """

    frame: pd.DataFrame
    state: CurrentState
    entries: Mapping[str, Entry]
    results: tuple[Result, ...]
    inventory: Inventory
    weights: Mapping[str, float]

    @property
    def settings(self) -> Settings:
        """The city's settings."""
        return self.state.settings

    @cached_property
    def _at(self) -> dict[tuple[str, str | None], int]:
        return {(r.entry.code, r.department): row for row, r in enumerate(self.results)}

    def row(self, result: Result, lang: str = "ja") -> pd.Series:
        """The row of the frame that states a result."""
        at = self._at[result.entry.code, result.department]
        if lang == "ja":
            return self.frame.iloc[at]
        return build_frame((result,), self.state, self.inventory, self.weights, lang).iloc[0]

    def departments(self) -> list[str]:
        """The departments assessed, without the city."""
        city = text("common.city")
        return [name for name in self.frame["department"].drop_duplicates() if name != city]

    def frame_in(self, lang: str) -> pd.DataFrame:
        """`frame` with its texts in another language."""
        if lang == "ja":
            return self.frame
        if lang not in self._in_other_words:
            self._in_other_words[lang] = build_frame(self.results, self.state, self.inventory, self.weights, lang)
        return self._in_other_words[lang]

    @cached_property
    def _in_other_words(self) -> dict[str, pd.DataFrame]:
        return {}

    def top(self, n: int = 10, department: str | None = None, lang: str = "ja") -> pd.DataFrame:
        """The ``n`` assessed issues of highest priority, of the city or of one department.

        Issues of severity 0 are none and are left out.

        Raises
        ------
        DxauditError
            No such department.
        """
        frame = self.of(department, lang)
        frame = frame[frame["assessed"] & (frame["severity"] > 0)]
        order = ["priority", "severity", "code"]
        return frame.sort_values(order, ascending=[False, False, True], kind="stable").head(n).reset_index(drop=True)

    def of(self, department: str | None = None, lang: str = "ja") -> pd.DataFrame:
        """All rows of one department, of the city where None.

        Raises
        ------
        DxauditError
            No such department; the nearest names are said.
        """
        return self.frame_in(lang)[(self.frame["department"] == self._name(department)).to_numpy()]

    def _name(self, department: str | None) -> str:
        city = text("common.city")
        if department is None or department == city:
            return city
        known = self.frame["department"].unique()
        if department not in known:
            import difflib

            near = difflib.get_close_matches(department, [k for k in known if k != city], n=3, cutoff=0.0)
            raise DxauditError(f"所属「{department}」はありません", remedy=f"近い名前: {'、'.join(near)}")
        return department

    def perspectives(self, department: str | None = None) -> pd.DataFrame:
        """Department × perspective, long: score 0–100, the interval left open, and how many could be assessed.

        Parameters
        ----------
        department : str, optional
            One department or "全庁"; all of them, the city first, where None.

        Returns
        -------
        DataFrame
            `PERSPECTIVE_COLUMNS`. ``score`` = 100 × weighted mean severity of the assessed issues (NaN where there
            is none); ``low`` and ``high`` put every unassessed issue at 0 and at 1; ``band`` is none (below 30),
            caution (below 60), major, or not_assessed.
        """
        names = self._scopes if department is None else [self._name(department)]
        lines = []
        for name in names:
            parts: dict[str, tuple[list, list]] = {}
            for result in self._scopes[name]:
                done, left = parts.setdefault(result.entry.perspective, ([], []))
                if result.assessed:
                    done.append((result.severity, result.entry.weight))
                else:
                    left.append(result.entry.weight)
            for perspective in PERSPECTIVES:
                if perspective not in parts:
                    continue
                done, left = parts[perspective]
                score, low, high = perspective_score(done, math.fsum(left))
                lines.append((name, perspective, score, low, high, len(done), len(done) + len(left), band(score)))
        return pd.DataFrame(lines, columns=list(PERSPECTIVE_COLUMNS))

    @cached_property
    def _scopes(self) -> dict[str, list[Result]]:
        """The results of each department and of the city, in the order of the frame."""
        found: dict[str, list[Result]] = {}
        for result in self.results:
            found.setdefault(text("common.city") if result.department is None else result.department, []).append(result)
        return found

    def explain(self, code: str, department: str | None = None, lang: str = "ja") -> Explanation:
        """The rule, the arithmetic, the thresholds and the rows behind one figure.

        Raises
        ------
        DxauditError
            No such department, or the issue is not stated for it.
        """
        from dxaudit.issues.explain import explain

        return explain(self, code, department, lang)

    def result(self, code: str, department: str | None = None) -> Result:
        """The `Result` of one issue in one scope."""
        name = self._name(department)
        wanted = None if name == text("common.city") else name
        if (code, wanted) in self._at:
            return self.results[self._at[code, wanted]]
        if code not in self.entries:
            raise DxauditError(f"課題コード {code} はありません", remedy=f"使えるコード: {', '.join(self.entries)}")
        raise DxauditError(
            f"課題 {code} は「{name}」については判定しません", remedy="全庁か各課のどちらかで試してください"
        )

    def reweighted(self, weights: Mapping[str, float]) -> IssueRegister:
        """The register under other perspective weights; nothing is assessed anew.

        Raises
        ------
        DxauditError
            An unknown perspective, a negative weight, or all of them 0.
        """
        for name, weight in weights.items():
            if name not in PERSPECTIVES:
                raise DxauditError(f"知らない観点です: {name}", remedy=f"観点は {', '.join(PERSPECTIVES)} です")
            if not (math.isfinite(weight) and weight >= 0):
                raise DxauditError(f"重みは0以上の数にしてください: {name} = {weight}")
        whole = {**dict.fromkeys(PERSPECTIVES, 1.0), **weights}
        if sum(whole.values()) <= 0:
            raise DxauditError("重みがすべて0です", remedy="少なくとも一つを正の数にしてください")
        scaled = perspective_weights(whole)
        frame = self.frame.copy()
        base = np.array([r.base for r in self.results])
        frame["priority"] = base * self.frame["perspective"].map(scaled).to_numpy(float)
        return replace(self, frame=frame, weights=scaled)

    def robustness(self, department: str | None = None, samples: int = 10_000, seed: int = 20260401):
        """How stable the ranking is under other weights of the perspectives; see `robustness.acceptability`."""
        from dxaudit.issues.robustness import acceptability

        return acceptability(self, department, samples, seed)

    def changed(self) -> dict[str, object]:
        """Settings of the analysis that differ from the default; every report prints them."""
        return self.settings.changed()

    def write(self, path: Path | str, lang: str = "ja") -> None:
        """Write the register as ``.xlsx``, ``.csv`` or ``.json``, whole or not at all.

        In an existing xlsx the entries people made (status, owner, due, ease, note) are kept.

        Raises
        ------
        DxauditError
            Another suffix, or the file cannot be written.
        """
        from dxaudit.issues.workbook import write

        write(self, Path(path), lang)


def build_frame(
    results: tuple[Result, ...], state: CurrentState, inventory: Inventory, weights: Mapping[str, float], lang: str
) -> pd.DataFrame:
    """The register's rows with their texts in ``lang``."""
    touched = _touched(state)
    lines = []
    for result in results:
        entry = result.entry
        sources = _sources(result, inventory)
        name = text("common.city", lang) if result.department is None else result.department
        lines.append(
            (
                entry.code,
                entry.perspective,
                entry.label[lang],
                name,
                result.value,
                text(f"issues.unit.{entry.unit}", lang),
                in_words(result.value, entry.unit, lang),
                result.severity,
                result.reach,
                result.base * weights[entry.perspective],
                result.assessed,
                result.measured.coverage,
                "" if result.assessed else reason(result, inventory, lang),
                entry.cause[lang],
                impact(result, inventory, lang),
                entry.remedy[lang],
                entry.kpi[lang],
                result.low,
                result.high,
                sources,
                _ids(touched, result),
            )
        )
    return pd.DataFrame(lines, columns=list(COLUMNS))


def _sources(result: Result, inventory: Inventory) -> list[str]:
    """Cells of the rows that make the issue."""
    evidence = result.measured.evidence
    if not result.assessed or evidence is None:
        return []
    if evidence.table is not None:
        column = evidence.columns[0] if evidence.columns else None
        return inventory.addresses(evidence.table, column)[evidence.affected_rows].tolist()
    at = np.flatnonzero(evidence.affected)
    listed = evidence.listed
    if "places" in listed:
        return list(dict.fromkeys(place for i in at for place in listed["places"][i]))
    places = (
        CurrentState.place(listed["file"][i], listed["sheet"][i]) + (f"!{cell}" if (cell := listed["cell"][i]) else "")
        for i in at
    )
    return list(dict.fromkeys(places))


@dataclass(frozen=True)
class _Touched:
    """Decisions that bear on figures: accepted risks by (code, scope), corrected values by (table, column, row)."""

    risks: Mapping[tuple[str, str], str]
    values: tuple[tuple[str, str, int, str], ...]


def _touched(state: CurrentState) -> _Touched:
    city = text("common.city")
    risks, values = {}, []
    for decision in state.decisions:
        if decision.kind == "accept_risk":
            risks[decision.what.get("code"), decision.what.get("department") or city] = decision.id
        elif decision.kind == "value":
            values += [(*where, decision.id) for where in _cells_of(decision.what, state)]
    return _Touched(risks, tuple(values))


def _cells_of(what: Mapping, state: CurrentState) -> list[tuple[str, str, int]]:
    """Table, column and row of the cell that a correction names (`dxaudit.decisions`)."""
    table, column = what.get("table"), what.get("column")
    if table not in TABLES:
        return []
    frame = state.table(table)
    at = (
        (frame["source_file"] == what.get("file"))
        & (frame["source_sheet"] == what.get("sheet", ""))
        & (frame["source_block"] == what.get("block", 1))
        & (frame["source_row"] == what.get("row"))
    )
    return [(table, str(column), int(row)) for row in np.flatnonzero(at)]


def _ids(touched: _Touched, result: Result) -> list[str]:
    name = text("common.city") if result.department is None else result.department
    found = [touched.risks[result.entry.code, name]] if (result.entry.code, name) in touched.risks else []
    evidence = result.measured.evidence
    if evidence is not None and evidence.table is not None:
        for table, column, row, decision in touched.values:
            if table == evidence.table and column in evidence.columns and row in evidence.rows:
                found.append(decision)
    return list(dict.fromkeys(found))


def reason(result: Result, inventory: Inventory, lang: str) -> str:
    """Why an issue was not assessed, in words."""
    measured = result.measured
    values = dict(measured.reason_values)
    if "table" in values:
        values["table"] = load("tables")[values["table"]]["label"][lang]
    if "column" in values:
        table, _, column = str(values["column"]).partition(".")
        values["column"] = column_label(table, column, lang)
    if "question" in values:
        values["question"] = load("issues")["questions"][values["question"]]["text"][lang]
    if measured.reason == "coverage":
        values["share"] = f"{100 * measured.coverage:.0f}%"
        values["least"] = f"{100 * inventory.settings.min_coverage:.0f}%"
    return text(f"issues.reason.{measured.reason}", lang, **values)


def impact(result: Result, inventory: Inventory, lang: str) -> str:
    """Scope of impact: what the affected rows hold (departments, businesses, hours, cases, cost), and who feels it."""
    who = result.entry.impact[lang]
    evidence = result.measured.evidence
    if not result.assessed or evidence is None or evidence.table not in ("businesses", "systems"):
        return who
    rows = evidence.affected_rows
    if len(rows) == 0:
        return who
    parts = []
    table = evidence.table
    if result.department is None:
        column = "department" if table == "businesses" else "owner_department"
        owners = {d for d in inventory.column(table, column)[rows] if isinstance(d, str)}
        parts.append(text("issues.scope.departments", lang, count=f"{len(owners):,}"))
    parts.append(text(f"issues.scope.{table}", lang, count=f"{len(rows):,}"))
    sums = (
        [("hours", inventory.hours), ("cases", inventory.column(table, "annual_cases"))]
        if table == "businesses"
        else [("cost", inventory.column(table, "annual_cost"))]
    )
    for name, numbers in sums:
        total = math.fsum(n for n in numbers[rows] if not math.isnan(n))
        if total > 0:
            parts.append(text(f"issues.scope.{name}", lang, **{name: f"{total:,.0f}"}))
    joined = ("・" if lang == "ja" else ", ").join(parts)
    return text("issues.scope.who", lang, measured=joined, who=who)
