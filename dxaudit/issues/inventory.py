"""What do the rows of one scope (the city, one department) hold?

Every indicator sees the inventories through a `Scope`: only its own department's rows, so that no other
department can move its figures. Columns are kept as arrays and cut by row numbers, which keeps a hundred
departments × fifty issues well under a second.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd

from dxaudit.settings import Settings
from dxaudit.state import CurrentState, letters
from dxaudit.systems import map_systems
from dxaudit.vocabulary import load

DEPARTMENT_COLUMN = {
    "businesses": "department",
    "systems": "owner_department",
    "survey": "department",
    "organization": "department",
    "workflow": "department",
}
NUMBERS = (
    "annual_cases", "online_cases", "minutes_per_case", "annual_hours", "regular_staff_hours",
    "fixed_term_staff_hours", "budget", "assigned_staff", "annual_cost", "old_annual_cost", "headcount",
    "overtime_hours",
)  # fmt: skip


@cache
def folded(text: object) -> str:
    """A key for comparing names: NFKC, lower case, no spaces. Never shown."""
    if not isinstance(text, str):
        return ""
    return re.sub(r"[\s・･、，,.。/／()（）「」\[\]_\-‐－―]", "", unicodedata.normalize("NFKC", text).lower())


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(load("issues")["words"][name])


def says(word: str, text: object) -> bool:
    """Whether a text holds the words ``vocabulary/issues.toml`` lists under ``word``."""
    return isinstance(text, str) and bool(_pattern(word).search(_flat(text)))


def _parts(names: object) -> Iterator[str]:
    """The single names of a list, those that one name joins (Word・Excel) apart; none where there is no list."""
    for name in names if isinstance(names, tuple) else ():
        # What stands in brackets says how the thing was made.
        yield from filter(None, re.split(r"[・/+&]", re.sub(r"\(.*?\)", "", _flat(name))))


@cache
def _flat(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text).lower())


class Inventory:
    """The columns of one state as arrays, with the rows of each department. Made once per assessment."""

    def __init__(self, state: CurrentState) -> None:
        self.state = state
        self._columns: dict[tuple[str, str], np.ndarray] = {}
        self._places: dict[str, list[tuple[str, str, int]]] = {}
        self._resolution: dict[str, tuple[list[bool | None], list[str]]] = {}
        self._cells: dict[tuple[str, str | None], list[str]] = {}
        self._filled: dict[tuple[str, str], np.ndarray] = {}
        self._plain: dict[tuple[str, str], np.ndarray] = {}
        self._carried: dict[tuple[str, str], np.ndarray] = {}
        self._rows: dict[str, dict[str, np.ndarray]] = {}
        self._addresses: dict[tuple[str, str | None], np.ndarray] = {}

    @property
    def settings(self) -> Settings:
        """The city's settings."""
        return self.state.settings

    def column(self, table: str, name: str) -> np.ndarray:
        """A column: floats for numbers, objects (NaN where missing) for everything else."""
        key = (table, name)
        if key not in self._columns:
            series = self.state.table(table)[name]
            self._columns[key] = series.to_numpy(float if name in NUMBERS else object)
        return self._columns[key]

    def filled(self, table: str, name: str) -> np.ndarray:
        """Which rows have a value in the column (an empty list counts: "none" was said)."""
        key = (table, name)
        if key not in self._filled:
            self._filled[key] = self.state.table(table)[name].notna().to_numpy()
        return self._filled[key]

    def plain(self, table: str, name: str) -> np.ndarray:
        """A column of numbers with 0 where missing, for adding up."""
        key = (table, name)
        if key not in self._plain:
            self._plain[key] = np.nan_to_num(self.hours if name == "hours" else self.column(table, name))
        return self._plain[key]

    def carried(self, table: str, name: str) -> np.ndarray:
        """Which rows stand in a sheet that has the column at all, filled or not."""
        key = (table, name)
        if key not in self._carried:
            columns = self.state.columns
            found = columns[(columns["table"] == table) & (columns["column"] == name)]
            places = set(zip(found["file"], found["sheet"], found["block"], strict=True))
            has = np.array([place in places for place in self.places(table)], dtype=bool)
            self._carried[key] = has | self.filled(table, name)
        return self._carried[key]

    def rows(self, table: str, department: str | None) -> np.ndarray:
        """Row numbers of a department (of the city where None); a system that two lists name counts once."""
        rows = self.lines(table, department)
        return rows[self._counted[rows]] if table == "systems" else rows

    def lines(self, table: str, department: str | None) -> np.ndarray:
        """Row numbers as `rows`, but every line of the files: what the files say, not what the city has."""
        if department is None:
            return np.arange(len(self.state.table(table)))
        if table not in self._rows:
            column = DEPARTMENT_COLUMN.get(table)
            grouped = {} if column is None else self.state.table(table).groupby(column, sort=False).indices
            self._rows[table] = dict(grouped)
        return self._rows[table].get(department, np.empty(0, dtype=int))

    @cached_property
    def _counted(self) -> np.ndarray:
        return map_systems(self.state).counted

    def addresses(self, table: str, column: str | None) -> np.ndarray:
        """Where each row's value stood (``file › sheet!D4``); without column, or where it has none, the row."""
        key = (table, column)
        if key not in self._addresses:
            cells = self.cells(table, column)
            frame = self.state.table(table)
            places = zip(frame["source_file"].tolist(), frame["source_sheet"].tolist(), cells, strict=True)
            shown = [f"{CurrentState.place(file, sheet)}!{cell}" for file, sheet, cell in places]
            self._addresses[key] = np.array(shown, dtype=object)
        return self._addresses[key]

    def cells(self, table: str, column: str | None) -> list[str]:
        """The A1 address of each row's value; the row number where the column has no cell."""
        key = (table, column)
        if key not in self._cells:
            self._cells[key] = self._addressed(table, column)
        return self._cells[key]

    def _addressed(self, table: str, column: str | None) -> list[str]:
        numbers = self.state.table(table)["source_row"].astype(int).tolist()
        if column is None:
            return [str(number) for number in numbers]
        known: dict[tuple, tuple[str, bool] | None] = {}
        found = []
        for place, number in zip(self.places(table), numbers, strict=True):
            if place not in known:
                known[place] = self._cell_of(place, column)
            where = known[place]
            if where is None:
                found.append(str(number))
            else:
                found.append(f"{letters(number)}{where[0]}" if where[1] else f"{where[0]}{number}")
        return found

    def places(self, table: str) -> list[tuple[str, str, int]]:
        """File, sheet and block of each row."""
        if table not in self._places:
            frame = self.state.table(table)
            columns = (frame[c].tolist() for c in ("source_file", "source_sheet", "source_block"))
            self._places[table] = list(zip(*columns, strict=True))
        return self._places[table]

    def resolution(self, table: str) -> tuple[list[bool | None], list[str]]:
        """Whether the organisation list knows each row's department (None without a list), and what was written."""
        if table not in self._resolution:
            frame = self.state.table(table)
            empty = pd.Series(None, index=frame.index, dtype=object)
            known = frame.get("department_resolved", empty)
            written = frame.get("department_written", empty)
            self._resolution[table] = ([None if pd.isna(k) else bool(k) for k in known], [str(w) for w in written])
        return self._resolution[table]

    def _cell_of(self, place: tuple, column: str) -> tuple[str, bool] | None:
        """The fixed part of a column's addresses in one sheet, and whether that sheet is transposed."""
        line = dict(zip(("source_file", "source_sheet", "source_block"), place, strict=True))
        first, second = (self.state.cell({**line, "source_row": n}, column) for n in (1, 2))
        if first is None:
            return None
        # Transposed, a row's number moves the letters: A4, B4; else the digits: D1, D2.
        turned = first[-1] == second[-1]
        return (first[1:] if turned else first[:-1]), turned

    @cached_property
    def survey_files(self) -> tuple[str, str]:
        """All files and all sheets of the survey, each as one text: which answers stand where is not told."""
        frame = self.state.survey
        files = "、".join(dict.fromkeys(str(f) for f in frame["source_file"]))
        return files, "、".join(dict.fromkeys(str(s) for s in frame["source_sheet"] if isinstance(s, str) and s))

    @cached_property
    def hours(self) -> np.ndarray:
        """Hours per year of each business; NaN where neither given nor plain from other columns.

        ``annual_hours``, else regular plus fixed-term hours, else cases × minutes ÷ 60.
        """
        hours = self.column("businesses", "annual_hours").copy()
        regular = self.column("businesses", "regular_staff_hours")
        fixed = self.column("businesses", "fixed_term_staff_hours")
        both = np.where(np.isnan(regular), np.nan, regular + np.nan_to_num(fixed))
        hours = np.where(np.isnan(hours), both, hours)
        product = self.column("businesses", "annual_cases") * self.column("businesses", "minutes_per_case") / 60.0
        return np.where(np.isnan(hours), product, hours)

    @cached_property
    def width(self) -> np.ndarray:
        """Half-width of the band of each business's hours, as a share, by how they were measured."""
        widths = load("issues")["measurement"]
        methods = self.column("businesses", "measurement_method")
        found = [widths.get(m, widths["unknown"]) if isinstance(m, str) else widths["unknown"] for m in methods]
        return np.array(found, dtype=float)

    @cached_property
    def business_keys(self) -> np.ndarray:
        """Folded name of each business; empty where it has none."""
        return np.array([folded(name) for name in self.column("businesses", "business")], dtype=object)

    @cached_property
    def common_work(self) -> np.ndarray:
        """Which businesses are work common to all departments, by their major category."""
        return self.words("common_work", "businesses", "category_major")

    @cached_property
    def spreadsheet_only(self) -> np.ndarray:
        """Which businesses run on Excel or Access and on no system."""
        used = [[*_parts(names)] for names in self.column("businesses", "systems_used")]
        return self.spreadsheets & np.array(
            [all(says("desk_tool", part) for part in parts) for parts in used], dtype=bool
        )

    @cached_property
    def spreadsheets(self) -> np.ndarray:
        """Which businesses name Excel or Access: as a tool, or among the systems they use (Excel, Word・エクセル)."""
        tools = [
            any(says("spreadsheet", word) for word in _parts(t)) for t in self.column("businesses", "office_tools")
        ]
        named = [
            any(says("spreadsheet", part) and says("desk_tool", part) for part in _parts(names))
            for names in self.column("businesses", "systems_used")
        ]
        return np.array(tools, dtype=bool) | np.array(named, dtype=bool)

    def words(self, word: str, table: str, column: str) -> np.ndarray:
        """Which rows hold the words of the vocabulary in a column of texts."""
        return np.array([says(word, text) for text in self.column(table, column)], dtype=bool)

    @cached_property
    def zones_of_business(self) -> list[tuple[str, ...]]:
        """The network zones of the systems that each business uses, as far as the names are known.

        A name that stands for systems in different zones counts only where one of them is owned or used by
        the business's department; else it is left open.
        """
        zones = self.column("systems", "network_zone")
        found: list[set[str]] = [set() for _ in self.column("businesses", "business")]
        for use in map_systems(self.state).references.uses:
            meant = use.rows or (use.near if use.several else ())
            here = {zones[row] for row in meant if isinstance(zones[row], str)}
            if len(here) == 1:
                found[use.row] |= here
        return [tuple(sorted(seen)) for seen in found]


@dataclass(frozen=True)
class Scope:
    """One scope looked at: a department, or the city where ``department`` is None."""

    inventory: Inventory
    department: str | None = None

    @property
    def kind(self) -> str:
        """``"city"`` or ``"department"``, as catalogue entries name their scopes."""
        return "city" if self.department is None else "department"

    @property
    def settings(self) -> Settings:
        """The city's settings."""
        return self.inventory.settings

    def rows(self, table: str) -> np.ndarray:
        """Row numbers of this scope in a table."""
        return self.inventory.rows(table, self.department)

    def lines(self, table: str) -> np.ndarray:
        """Row numbers of this scope's lines in the files, those that name a system again among them."""
        return self.inventory.lines(table, self.department)

    def column(self, table: str, name: str) -> np.ndarray:
        """A column, this scope's rows."""
        return self.inventory.column(table, name)[self.rows(table)]

    def filled(self, table: str, name: str) -> np.ndarray:
        """Which of this scope's rows have a value."""
        return self.inventory.filled(table, name)[self.rows(table)]

    def carried(self, table: str, name: str) -> np.ndarray:
        """Which of this scope's rows stand in a sheet that has the column."""
        return self.inventory.carried(table, name)[self.rows(table)]

    @property
    def hours(self) -> np.ndarray:
        """Hours of this scope's businesses."""
        return self.inventory.hours[self.rows("businesses")]

    @property
    def width(self) -> np.ndarray:
        """Half-widths of the bands of these hours."""
        return self.inventory.width[self.rows("businesses")]

    def coverage(self, table: str, covered: np.ndarray) -> float:
        """Share of this scope's rows that are ``covered``: by hours for businesses, by count elsewhere.

        A business without hours weighs as the mean of those that have them.
        """
        if len(covered) == 0:
            return math.nan
        if table == "businesses":
            hours = self.hours
            known = hours[~np.isnan(hours)]
            mean = math.fsum(known) / len(known) if len(known) else 0.0
            if mean > 0:
                weights = np.where(np.isnan(hours), mean, hours)
                return math.fsum(weights[covered]) / math.fsum(weights)
        return float(np.count_nonzero(covered)) / len(covered)

    def share(self, table: str, column: str, affected: np.ndarray) -> float:
        """Share of a column's total that the rows with these index labels hold; NaN without a total."""
        numbers = self.inventory.plain(table, column)
        whole = math.fsum(numbers[self.rows(table)].tolist())
        return math.fsum(numbers[affected].tolist()) / whole if whole > 0 else math.nan


def flagged(column: np.ndarray) -> np.ndarray:
    """Which cells of a list or text column say something (neither missing nor an empty list)."""
    return np.array([bool(len(v)) if isinstance(v, (tuple, str)) else False for v in column], dtype=bool)


def equals(column: np.ndarray, *codes: str) -> np.ndarray:
    """Which cells hold one of the codes."""
    return np.array([v in codes if isinstance(v, str) else False for v in column], dtype=bool)


def is_number(column: np.ndarray) -> np.ndarray:
    """Which numbers are there."""
    return ~pd.isna(column)
