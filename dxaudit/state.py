"""CurrentState: one municipality's inventories as canonical tables, with where every cell came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dxaudit.settings import Settings
from dxaudit.vocabulary import columns as canonical_columns
from dxaudit.vocabulary import tables as canonical_tables

TABLES = ("businesses", "systems", "survey", "organization", "governance", "workflow")
SOURCE = ("source_file", "source_sheet", "source_row", "source_block")
"""Columns that every row carries: file and sheet as the user knows them, the 1-based row (the 1-based
column where the sheet is transposed), and which table of the sheet it was (1, 2, …)."""

FINDING_COLUMNS = ("severity", "rule", "file", "sheet", "cell", "message", "table", "department")
SHEET_COLUMNS = (
    "file", "sheet", "block", "table", "header_first", "header_last",
    "read", "accepted", "set_aside", "ignored", "transposed", "note",
)  # fmt: skip
COLUMN_COLUMNS = ("file", "sheet", "block", "table", "source", "column", "position", "unit", "evidence")


@dataclass(frozen=True)
class CurrentState:
    """One municipality's answers, typed and traceable. A value: nothing in it is changed in place.

    Attributes
    ----------
    businesses, systems, survey, organization, governance, workflow : DataFrame
        The canonical tables (``vocabulary/tables.toml``). All canonical columns are always present:
        numbers as float with NaN, words as str with NaN, tri-states as ``"true"``/``"partial"``/``"false"``,
        categories as their code, lists as tuples (NaN where missing, ``()`` where "none" was said),
        dates as ISO text as precise as the cell was. Index is 0…n−1; `SOURCE` columns tell where a row stood.
        ``department`` is the resolved name (the written one, cleaned, where nothing in the organisation
        list corresponds); ``department_written`` keeps what the file said and ``department_resolved`` says
        whether the organisation list knows it (NaN where the city sent no list).
    findings : DataFrame
        What was wrong in the files: `FINDING_COLUMNS`.
    sheets : DataFrame
        One row per table found in the files: `SHEET_COLUMNS`; read = accepted + set_aside + ignored.
    columns : DataFrame
        The header map, one row per source column: `COLUMN_COLUMNS`; ``column`` is None where nothing
        canonical corresponds, ``position`` is the 1-based column (row, where transposed).
    extras : mapping of table to DataFrame
        Source columns that map to nothing, on the same index as the table. Kept, never dropped.
    rows_outside : DataFrame
        Rows set aside or ignored, with file, sheet, row, kind (``set_aside``/``ignored``), reason and text.
    readability : DataFrame
        Verdicts of the official machine-readability rules, per file, sheet and rule.
    settings : Settings
    decisions : tuple of Decision
        The decisions laid over the files (``dxaudit.decisions``), those undone left out.
    folder : Path or None
        What was read.
    """

    businesses: pd.DataFrame
    systems: pd.DataFrame
    survey: pd.DataFrame
    organization: pd.DataFrame
    governance: pd.DataFrame
    workflow: pd.DataFrame
    findings: pd.DataFrame
    sheets: pd.DataFrame
    columns: pd.DataFrame
    extras: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    rows_outside: pd.DataFrame = field(default_factory=pd.DataFrame)
    readability: pd.DataFrame = field(default_factory=pd.DataFrame)
    settings: Settings = field(default_factory=Settings)
    decisions: tuple[Any, ...] = ()
    folder: Path | None = None

    def table(self, name: str) -> pd.DataFrame:
        """The canonical table ``name``; KeyError for any other name."""
        if name not in TABLES:
            raise KeyError(name)
        return getattr(self, name)

    def was_sent(self, table: str, column: str | None = None) -> bool:
        """Whether any file held this table (or this column of it). What was not sent is never scored."""
        if column is None:
            return len(self.table(table)) > 0
        return bool(self.table(table)[column].notna().any())

    def departments(self) -> list[str]:
        """Every department of the analysis, in the order first seen.

        Those of the organisation list, and owners of businesses or systems that it does not name. A name that stands
        only in answers to the survey (分館, 本庁), in step tables or among related departments makes a department only
        where no list was sent; otherwise it is a finding, and its answers count for the city.
        """
        return list(self.derived("departments", self._departments))

    def _departments(self) -> tuple[str, ...]:
        seen: dict[str, None] = {}
        for frame, column in (
            (self.organization, "department"),
            (self.businesses, "department"),
            (self.systems, "owner_department"),
        ):
            for name in frame[column].dropna():
                seen.setdefault(name)
        if len(self.organization) == 0:
            for name in pd.concat([self.survey["department"], self.workflow["department"]]).dropna():
                seen.setdefault(name)
            for names in self.businesses["related_departments"].dropna():
                for name in names:
                    seen.setdefault(name)
        return tuple(seen)

    def coverage(self) -> pd.DataFrame:
        """Who answered, how completely, and hours inventoried ÷ staff hours: see `dxaudit.coverage.coverage`."""
        # Imported here since the module that answers imports nothing but this value.
        from dxaudit.coverage import coverage

        return self.derived("coverage", lambda: coverage(self))

    def address(self, table: str, row: int, column: str | None = None) -> str:
        """Where a value stood: ``"民生部.xlsx › 業務一覧!D4"`` (``record 4`` for a csv).

        ``row`` is the index label in the canonical table. Without ``column``, the row.
        """
        line = self._origins(table)[row]
        return self.place(line["source_file"], line["source_sheet"]) + self._within(line, column)

    @staticmethod
    def place(file: str, sheet: str | None) -> str:
        """File and sheet as shown to people."""
        return f"{file} › {sheet}" if isinstance(sheet, str) and sheet else str(file)

    def _origins(self, table: str) -> dict[int, dict[str, Any]]:
        """Where each row of a table came from, by its index label: looked up thousands of times in a report."""
        known = self.__dict__.get("_origin_cache")
        if known is None:
            known = {}
            object.__setattr__(self, "_origin_cache", known)
        if table not in known:
            known[table] = self.table(table)[list(SOURCE)].to_dict("index")
        return known[table]

    def _within(self, line: Mapping[str, Any] | pd.Series, column: str | None) -> str:
        number = int(line["source_row"])
        if column is None:
            return f"!{number}"
        return f"!{self.cell(line, column) or number}"

    def cell(self, line: Mapping[str, Any] | pd.Series, column: str) -> str | None:
        """The A1 address of ``column`` in a canonical row, None where no source column was mapped to it."""
        position = self._positions().get((line["source_file"], line["source_sheet"], line["source_block"], column))
        if position is None:
            return None
        where, transposed = position
        number = int(line["source_row"])
        return f"{letters(number)}{where}" if transposed else f"{letters(where)}{number}"

    def _positions(self) -> dict[tuple, tuple[int, bool]]:
        cached = self.__dict__.get("_position_cache")
        if cached is None:
            turned = {(s.file, s.sheet, s.block): bool(s.transposed) for s in self.sheets.itertuples(index=False)}
            cached = {}
            for c in self.columns.itertuples(index=False):
                if isinstance(c.column, str):
                    key = (c.file, c.sheet, c.block)
                    cached.setdefault((*key, c.column), (int(c.position), turned.get(key, False)))
            # A frozen value may still remember what it computed about itself.
            object.__setattr__(self, "_position_cache", cached)
        return cached

    def derived(self, name: str, compute: Callable[[], Any]) -> Any:
        """What ``compute`` makes of this state, made once and remembered under ``name``.

        The analyses (`map_systems`, `profile_skills`, …) rest on it, so that a report that asks three times
        pays once, and a state handed to another process takes its analyses along.
        """
        known = self.__dict__.get("_derived")
        if known is None:
            known = {}
            object.__setattr__(self, "_derived", known)
        if name not in known:
            known[name] = compute()
        return known[name]

    def replace(self, **changes: Any) -> CurrentState:
        """A copy with some fields replaced; unknown fields raise TypeError."""
        return replace(self, **changes)

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k not in ("_position_cache", "_origin_cache")}

    def __setstate__(self, values: dict[str, Any]) -> None:
        for key, value in values.items():
            object.__setattr__(self, key, value)


@lru_cache(maxsize=20_000)
def letters(number: int) -> str:
    """A column's letters: 1 → A, 27 → AA."""
    found = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        found = chr(65 + rest) + found
    return found


def empty_table(table: str) -> pd.DataFrame:
    """A canonical table without rows."""
    return _empty(table).copy()


@cache
def _empty(table: str) -> pd.DataFrame:
    return complete(table, pd.DataFrame())


def complete(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with every canonical and source column of ``table``, in order, of the right dtype.

    Columns that are neither (``department_written``) stay behind the others.
    """
    spec = canonical_tables()[table]["columns"]
    frame = frame.reset_index(drop=True)
    found: dict[str, pd.Series] = {}
    absent = {dtype: pd.Series(np.nan, index=frame.index, dtype=dtype) for dtype in ("float", "object", "str")}
    for name in canonical_columns(table):
        dtype = {"num": "float", "likert": "float", "list": "object"}.get(spec[name]["type"], "str")
        found[name] = frame[name].astype(dtype) if name in frame else absent[dtype]
    defaults: dict[str, Any] = {
        "source_file": "(DataFrame)",
        "source_sheet": "",
        "source_row": np.arange(2, len(frame) + 2),
        "source_block": 1,
    }
    for name, default in defaults.items():
        found[name] = frame[name] if name in frame else pd.Series(default, index=frame.index)
    for name in frame.columns:
        if name not in found:
            found[name] = frame[name]
    return pd.DataFrame(found, index=frame.index)


def from_tables(settings: Settings | None = None, **frames: pd.DataFrame) -> CurrentState:
    """A CurrentState from DataFrames that already speak canonical column names.

    For analysts whose inventory is not in files. ``frames`` by table name; missing tables are empty,
    missing columns were not sent. Rows are addressed as ``(DataFrame)!row``.

    Raises
    ------
    KeyError
        A table name or a column that is not canonical.
    """
    tables: dict[str, pd.DataFrame] = {}
    sheets: list[dict[str, Any]] = []
    columns: list[dict[str, Any]] = []
    for name, frame in frames.items():
        allowed = {*canonical_columns(name), *SOURCE, "department_written", "department_resolved", "system_id_written"}
        unknown = [c for c in frame.columns if c not in allowed]
        if unknown:
            raise KeyError(f"{name}: not canonical columns: {', '.join(map(str, unknown))}")
        tables[name] = complete(name, frame)
        sheets.append(
            dict(
                file="(DataFrame)",
                sheet="",
                block=1,
                table=name,
                header_first=1,
                header_last=1,
                read=len(frame),
                accepted=len(frame),
                set_aside=0,
                ignored=0,
                transposed=False,
                note="",
            )
        )
        columns += [
            dict(
                file="(DataFrame)",
                sheet="",
                block=1,
                table=name,
                source=c,
                column=c,
                position=i + 1,
                unit="",
                evidence="canonical",
            )
            for i, c in enumerate(frame.columns)
            if c in canonical_columns(name)
        ]
    return CurrentState(
        **{name: tables[name] if name in tables else empty_table(name) for name in TABLES},
        findings=pd.DataFrame(columns=list(FINDING_COLUMNS)),
        sheets=pd.DataFrame(sheets, columns=list(SHEET_COLUMNS)),
        columns=pd.DataFrame(columns, columns=list(COLUMN_COLUMNS)),
        settings=settings or Settings(),
    )
