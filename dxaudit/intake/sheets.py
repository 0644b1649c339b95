"""A file → sheets of raw cells, each with its address.

xlsx, xlsm, xls and ods go through python-calamine; csv and tsv through the standard library. Values stay as
the file holds them: text as text, numbers as float, dates and times as such, empty as ``""``.

python-calamine gives merged ranges for xlsx and xls but none for ods (read here from ``content.xml``), gives a
sheet's visibility but neither hidden rows nor cell formats nor comments, and turns an error cell (``#N/A``)
into an empty one. Where those matter (readability rules), openpyxl reads the file once more.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import python_calamine

from dxaudit.errors import DxauditError
from dxaudit.intake.files import SourceFile
from dxaudit.intake.stray import scattered, set_apart

Cell = Any
"""A raw cell: str, float, int, bool, date, datetime, time, timedelta, or "" where empty."""

MOST_COLUMNS = 2_000
MOST_ROWS = 2_000_000
MOST_DENSE = 100_000
"""Rows up to which a sheet is taken over as the reader lays it out."""


@dataclass(frozen=True)
class Sheet:
    """One sheet as the file holds it.

    Attributes
    ----------
    file : str
        Path as the user knows it (below the folder given).
    name : str
        Sheet name; "" for csv.
    rows : list of list
        Raw cells, 0-based, all rows of one length; ``rows[r][c]`` stands at row r+1, column c+1.
    merged : tuple of (first row, first column, last row, last column)
        0-based, inclusive.
    visible : bool
    kind : str
        ``xlsx``, ``xls``, ``ods`` or ``csv``.
    encoding : str
        Of csv; "" otherwise.
    path : Path
        Where it was read from.
    cut : str
        What was not read, where the sheet passes the bounds of what is read; "" normally.
    torn : bool
        A csv with a quotation mark that nothing closes; it was read line by line.
    stray : tuple of (row, column, value)
        0-based; cells far from all others, which are not among ``rows``.
    """

    file: str
    name: str
    rows: list[list[Cell]]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    visible: bool = True
    kind: str = "csv"
    encoding: str = ""
    path: Path = Path()
    cut: str = ""
    torn: bool = False
    stray: tuple[tuple[int, int, Cell], ...] = ()

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0

    def turned(self) -> Sheet:
        """The sheet with rows and columns exchanged, for tables whose records are columns."""
        return Sheet(
            self.file,
            self.name,
            [list(column) for column in zip(*self.rows, strict=True)],
            tuple((c0, r0, c1, r1) for r0, c0, r1, c1 in self.merged),
            self.visible,
            self.kind,
            self.encoding,
            self.path,
            self.cut,
        )


def read_sheets(source: SourceFile) -> list[Sheet]:
    """All sheets of a file, hidden ones included.

    Raises
    ------
    DxauditError
        The file cannot be read as what it is (encrypted, truncated, broken); names the file.
    """
    if source.kind == "csv":
        return [_read_text(source)]
    return _read_workbook(source)


def _read_workbook(source: SourceFile) -> list[Sheet]:
    if source.scattered:
        return [
            Sheet(source.name, name, _trimmed(rows), merged, visible, source.kind, "", source.path, stray=stray)
            for name, visible, rows, merged, stray in scattered(source.path)
        ]
    try:
        # By path the reader believes the suffix; from bytes it looks at what the file is.
        told = source.path.suffix.lower().lstrip(".")
        honest = told == source.kind or (told, source.kind) == ("xlsm", "xlsx")
        opened = str(source.path) if honest else io.BytesIO(source.path.read_bytes())
        workbook = python_calamine.CalamineWorkbook.from_object(opened)
    except python_calamine.PasswordError:
        raise _unreadable(source, "パスワードで保護されています", "パスワードを外して保存し直してください") from None
    except Exception:
        # The reader raises many kinds; whichever it is, the file is not a workbook we can open.
        raise _unreadable(source, "表計算ファイルとして開けません") from None
    spans = _ods_merged(source.path) if source.kind == "ods" else {}
    sheets = []
    for meta in workbook.sheets_metadata:
        if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        try:
            held = workbook.get_sheet_by_name(meta.name)
            rows, cut = _bounded(held)
            merged = spans.get(meta.name) if source.kind == "ods" else held.merged_cell_ranges
        except Exception:
            raise _unreadable(source, f"シート「{meta.name}」を読めません") from None
        # calamine gives ((row, column), (row, column)).
        ranges = tuple((a[0], a[1], b[0], b[1]) for a, b in (merged or ()))
        visible = meta.visible == python_calamine.SheetVisibleEnum.Visible
        rows, stray = set_apart(rows)
        sheets.append(
            Sheet(source.name, meta.name, rows, ranges, visible, source.kind, "", source.path, cut, stray=stray)
        )
    return sheets


def _bounded(held: Any) -> tuple[list[list[Cell]], str]:
    """Rows of a calamine sheet from row 1 on, without empty rows and columns behind the last value."""
    if held.end is None:
        return [], ""
    height, width = held.end[0] + 1, held.end[1] + 1
    if height <= MOST_DENSE and width <= MOST_COLUMNS:
        return _trimmed(held.to_python(skip_empty_area=False)), ""
    kept = min(width, MOST_COLUMNS)
    blank: list[Cell] = [""] * kept
    # One blank row stands for all: a value far down costs no memory for the emptiness above it.
    rows: list[list[Cell]] = [blank] * held.start[0]
    left = [""] * held.start[1]
    for row in held.iter_rows():
        whole = row if len(row) == width else left + row
        rows.append(whole[:kept] if any(value != "" for value in whole) else blank)
    return _trimmed(rows), f"{MOST_COLUMNS:,}列" if width > MOST_COLUMNS else ""


def _trimmed(rows: list[list[Cell]]) -> list[list[Cell]]:
    while rows and not any(value != "" for value in rows[-1]):
        rows.pop()
    if not rows:
        return rows
    width = max(len(row) for row in rows)
    while width and not any(len(row) >= width and row[width - 1] != "" for row in rows):
        width -= 1
    if all(len(row) == width for row in rows):
        return rows
    blank = [""] * width
    return [row[:width] if len(row) >= width else (row + [""] * (width - len(row)) if row else blank) for row in rows]


_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def _ods_merged(path: Path) -> dict[str, list[tuple[tuple[int, int], tuple[int, int]]]]:
    """Merged ranges of an ods by sheet, from the spans in ``content.xml``."""
    found: dict[str, list] = {}
    sheet, row, column = "", 0, 0
    with ZipFile(path) as archive, archive.open("content.xml") as content:
        for event, node in ElementTree.iterparse(content, events=("start", "end")):
            if event == "start":
                if node.tag == f"{_TABLE}table":
                    sheet, row = node.get(f"{_TABLE}name", ""), 0
                elif node.tag == f"{_TABLE}table-row":
                    column = 0
                continue
            if node.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                down = int(node.get(f"{_TABLE}number-rows-spanned", 1))
                right = int(node.get(f"{_TABLE}number-columns-spanned", 1))
                if down > 1 or right > 1:
                    found.setdefault(sheet, []).append(((row, column), (row + down - 1, column + right - 1)))
                column += int(node.get(f"{_TABLE}number-columns-repeated", 1))
            elif node.tag == f"{_TABLE}table-row":
                row += int(node.get(f"{_TABLE}number-rows-repeated", 1))
                node.clear()
    return found


def _read_text(source: SourceFile) -> Sheet:
    text = source.path.read_bytes().decode(source.encoding, errors="replace").replace("\x00", "")
    delimiter = _delimiter(text, source.path.suffix.lower())
    cut = ""
    rows: list[list[Cell]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    limit = csv.field_size_limit(10_000_000)
    try:
        for record in reader:
            rows.append([_clean(value) for value in record[:MOST_COLUMNS]])
            if len(record) > MOST_COLUMNS:
                cut = f"{MOST_COLUMNS:,}列"
            if len(rows) >= MOST_ROWS:
                cut = f"{MOST_ROWS:,}行"
                break
    except csv.Error as error:
        raise _unreadable(source, f"CSVとして読めません ({error}、{reader.line_num}行目)") from None
    finally:
        csv.field_size_limit(limit)
    torn = text.count('"') % 2 == 1 and bool(rows) and any("\n" in value or "\r" in value for value in rows[-1])
    if torn:
        # The open mark has swallowed the lines behind it: a line is a record again, marks around a cell are taken off.
        lines = [line.split(delimiter)[:MOST_COLUMNS] for line in text.splitlines()[:MOST_ROWS]]
        rows = [[_clean(value.removeprefix('"').removesuffix('"')) for value in line] for line in lines]
    return Sheet(source.name, "", _trimmed(rows), (), True, "csv", source.encoding, source.path, cut, torn)


def _clean(value: str) -> str:
    return "" if not value or value.isspace() else value


def _delimiter(text: str, suffix: str) -> str:
    """Comma, tab or semicolon: whichever divides the first lines most evenly."""
    lines = [line for line in text[:20_000].splitlines()[:30] if line.strip()]
    if suffix == ".tsv":
        return "\t"
    counts = {mark: sum(line.count(mark) for line in lines) for mark in (",", "\t", ";")}
    best = max(counts, key=lambda mark: counts[mark])
    return best if counts[best] > 2 * counts[","] else ","


def _unreadable(
    source: SourceFile, what: str, remedy: str = "Excelで開けるか確かめ、保存し直してください"
) -> DxauditError:
    return DxauditError(what, where=source.name, remedy=remedy)


def picking(columns: Sequence[int]) -> Callable[[Sequence[Cell]], tuple[Cell, ...]]:
    """What takes the cells of some columns out of a row."""
    pick = itemgetter(*columns) if columns else lambda row: ()
    return pick if len(columns) != 1 else lambda row: (pick(row),)


BLANKS: frozenset[Cell] = frozenset(["", None, *(sign * n for sign in " \u3000\u200b\xa0\n\t" for n in range(1, 9))])
"""Blank cells as they usually are, for the inner loops; `is_blank` knows all."""


def is_blank(value: Cell) -> bool:
    """Whether a cell holds nothing that can be seen."""
    return value in BLANKS or (value.__class__ is str and not value.strip(" \u3000\u200b\ufeff\xa0\r\n\t"))


def shown(value: Cell) -> str:
    """A cell as people would read it: whole numbers without ``.0``, dates as ISO text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else str(value)


@lru_cache(maxsize=1 << 17)
def folded(text: str) -> str:
    """A key for comparing: NFKC, no spaces or line breaks, lower case. Never shown to anyone."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
