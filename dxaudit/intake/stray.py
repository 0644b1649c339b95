"""Which cells of a sheet stand far from everything else, so that they are no part of any table?

A space typed into the last cell of a sheet makes its used range billions of cells wide. Such a cell is set apart and
told; the table is read as if it were not there.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl

Place = tuple[int, int]

MOST_STRAY = 20
"""Cells behind a gap that are set apart; more of them are a table of their own."""
GAP_ROWS, GAP_COLUMNS = 1_000, 100
"""Empty rows or columns from which a cell behind them is far."""


def nearby(places: Iterable[Place]) -> tuple[int, int]:
    """Rows and columns (counts from the top left) that hold all cells but those far from the others."""
    held = list(places)
    return (
        _reach(Counter(row for row, _ in held), GAP_ROWS),
        _reach(Counter(column for _, column in held), GAP_COLUMNS),
    )


def _reach(counts: Counter[int], gap: int) -> int:
    used = sorted(counts)
    behind = 0
    for before, after in zip(reversed(used[:-1]), reversed(used[1:]), strict=True):
        behind += counts[after]
        if behind > MOST_STRAY:
            break
        if after - before > gap:
            return before + 1
    return used[-1] + 1 if used else 0


def set_apart(rows: list[list[Any]]) -> tuple[list[list[Any]], tuple[tuple[int, int, Any], ...]]:
    """Rows without cells far from the others, and those cells as (row, column, value), 0-based."""
    width = len(rows[0]) if rows else 0
    if len(rows) <= GAP_ROWS and width <= GAP_COLUMNS:
        return rows, ()
    places = [(r, c) for r, row in enumerate(rows) for c, value in enumerate(row) if value != ""]
    height, kept = nearby(places)
    if height == len(rows) and kept == width:
        return rows, ()
    far = tuple((r, c, rows[r][c]) for r, c in places if r >= height or c >= kept)
    return [row[:kept] for row in rows[:height]], far


_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref=\"([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)\"")


def scattered(path: Path) -> Iterator[tuple[str, bool, list[list[Any]], tuple, tuple]]:
    """Sheets of an xlsx whose outermost cells span more than any memory holds, cell by cell.

    python-calamine lays the whole span out; openpyxl goes through the rows that are there.

    Yields
    ------
    name, visible, rows, merged, stray
        As `dxaudit.intake.sheets.Sheet` has them.
    """
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        with ZipFile(path) as archive:
            for sheet in book.worksheets:
                sheet.reset_dimensions()
                cells = {
                    (r, c): _raw(value)
                    for r, row in enumerate(sheet.iter_rows(values_only=True))
                    for c, value in enumerate(row)
                    if value is not None and value != ""
                }
                height, width = nearby(cells)
                rows = [[cells.get((r, c), "") for c in range(width)] for r in range(height)]
                stray = tuple((r, c, v) for (r, c), v in cells.items() if r >= height or c >= width)
                merged = tuple(
                    (int(top) - 1, _column(left), int(bottom) - 1, _column(right))
                    for left, top, right, bottom in _MERGED.findall(archive.read(sheet._worksheet_path))
                )
                yield sheet.title, sheet.sheet_state == "visible", rows, merged, stray
    finally:
        book.close()


def _raw(value: Any) -> Any:
    """A value as python-calamine gives it: every number a float, a day without a time a date."""
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date()
    return value


def _column(name: bytes) -> int:
    number = 0
    for sign in name:
        number = number * 26 + sign - 64
    return number - 1
