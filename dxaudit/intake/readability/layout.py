"""Where on a sheet does a table stand, and which of its rows are its header?

Readability is judged per table, as the published sample scorer does: non-empty cells form islands, titles above and
totals and remarks below are no part of them. This is deliberately stricter and simpler than the reading of inventories
(``intake.headers``): it asks what a program without our knowledge would meet.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import compress

from dxaudit.intake.readability.markings import Markings
from dxaudit.intake.rows import is_sample, is_total, telling
from dxaudit.intake.sheets import Cell, Sheet
from dxaudit.vocabulary import load

MOST_HEADER_ROWS = 5
MOST_TABLES = 50
"""Tables of one sheet that are judged: a sheet of more has failed L1-02 long before."""
NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
_YEAR = re.compile(r"(19|20)\d{2}")


@dataclass(frozen=True)
class Column:
    """A column of a table's body.

    Rules look at ``counts`` (what is filled, each value once) and ask for rows last: columns repeat themselves.

    Attributes
    ----------
    place : int
        0-based column of the sheet.
    kind : str
        ``number``, ``text`` or ``date`` where at least 80 % of what is filled is such, ``mixed`` otherwise, ``empty``
        where nothing is.
    values : tuple of raw cell
        From ``first_row`` (0-based) of the sheet down.
    counts : dict of raw cell to int
        How often each value that is not blank stands there.
    texts : dict of str to str
        Those of them that are text, each with its form without spaces around it.
    numbers : frozenset of str
        Those texts that are nothing but a number.
    """

    place: int
    kind: str
    values: tuple[Cell, ...]
    first_row: int
    counts: dict[Cell, int]
    texts: dict[str, str]
    numbers: frozenset[str]

    @property
    def filled(self) -> int:
        """How many cells hold something."""
        return sum(self.counts.values())

    @cached_property
    def signs(self) -> frozenset[str]:
        """Every character that stands in the column: what is not among them needs no search text by text."""
        return frozenset("".join(self.texts))

    @cached_property
    def figures(self) -> int:
        """How many of the different values are numbers, or texts that are nothing but a number."""
        return len(self.numbers) + sum(is_number(value) for value in self.counts if value.__class__ is not str)

    @cached_property
    def different(self) -> int:
        """How many different ``words`` there are."""
        others = (str(value).strip() for value in self.counts if value.__class__ is not str)
        return len({*self.texts.values(), *others})

    @cached_property
    def words(self) -> dict[str, int]:
        """The answers without spaces around them, with how often each was given."""
        found: dict[str, int] = {}
        for value, count in self.counts.items():
            word = self.texts.get(value) if value.__class__ is str else str(value).strip()
            found[word] = found.get(word, 0) + count
        return found

    def rows(self, wanted: Container[Cell]) -> list[int]:
        """0-based sheet rows of the cells whose value is ``wanted``."""
        rows = range(self.first_row, self.first_row + len(self.values))
        return list(compress(rows, map(wanted.__contains__, self.values)))


def _column(place: int, values: tuple[Cell, ...], first_row: int) -> Column:
    counts = {value: count for value, count in Counter(values).items() if not blank(value)}
    texts = {value: value.strip() for value in counts if value.__class__ is str}
    # A number ends in a figure: most texts need no pattern to be told from one.
    numbers = frozenset(value for value, text in texts.items() if text[-1].isdecimal() and NUMBER.fullmatch(text))
    return Column(place, _kind(counts, texts, numbers), values, first_row, counts, texts, numbers)


@dataclass(frozen=True)
class Table:
    """A table on a sheet, by 0-based inclusive bounds; ``body`` is its first row below the header."""

    top: int
    left: int
    bottom: int
    right: int
    header: tuple[int, ...]
    body: int
    repeated: tuple[int, ...] = ()
    """Rows where the header stands again."""

    def holds(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right


@dataclass(frozen=True)
class Page:
    """A sheet with its tables and what stands outside them; rules look at this."""

    sheet: Sheet
    marks: Markings
    tables: tuple[Table, ...]
    others: tuple[tuple[int, int, Cell], ...]
    _columns: dict[Table, list[Column]] = field(default_factory=dict, repr=False)
    _marked: dict[Table, frozenset[Cell]] = field(default_factory=dict, repr=False)

    def at(self, row: int, column: int) -> Cell:
        return self.sheet.rows[row][column]

    def columns(self, table: Table) -> list[Column]:
        """The body of ``table`` by columns; computed once."""
        if table not in self._columns:
            body = [row[table.left : table.right + 1] for row in self.sheet.rows[table.body : table.bottom + 1]]
            turned = zip(*body, strict=True) if body else [()] * (table.right - table.left + 1)
            self._columns[table] = [_column(table.left + i, values, table.body) for i, values in enumerate(turned)]
        return self._columns[table]

    def no_record(self, row: int, table: Table) -> bool:
        """Whether a row of the body adds up others or shows how to fill in the form."""
        if table not in self._marked:
            self._marked[table] = telling(set().union(*(column.texts for column in self.columns(table))))
        cells = self.sheet.rows[row][table.left : table.right + 1]
        if self._marked[table].isdisjoint(cells):
            return False
        filled = [v for v in cells if not blank(v)]
        return is_total(filled, len(cells)) or is_sample(filled)

    def header(self, table: Table, column: int) -> str:
        """The text of the last header row; "" where it is empty or there is no header."""
        return _text(self.at(table.header[-1], column)) if table.header else ""

    def headers(self, table: Table, column: int) -> str:
        """All header rows of a column in one text."""
        return " ".join(filter(None, (_text(self.at(row, column)) for row in table.header)))

    def merges(self, table: Table) -> list[tuple[int, int, int, int]]:
        """Merged ranges that touch ``table``."""
        return [
            m
            for m in self.sheet.merged
            if m[0] <= table.bottom and m[2] >= table.top and m[1] <= table.right and m[3] >= table.left
        ]


def find_page(sheet: Sheet, marks: Markings) -> Page:
    """The tables of a sheet, and the cells that belong to none."""
    grid = _Grid(sheet, marks)
    others: list[tuple[int, int]] = []
    found: list[Table] = []
    for first, last in _runs(grid.filled_rows()):
        for box in _side_by_side(grid, first, last, others):
            trimmed = _trim(grid, box, others)
            if trimmed is not None:
                found.append(grid.with_header(*trimmed))
    tables = _fragments_joined(grid, sorted(found, key=lambda t: (t.top, t.left)))[:MOST_TABLES]
    cells = tuple((r, c, sheet.rows[r][c]) for r, c in sorted(others))
    return Page(sheet, marks, tuple(tables), cells)


def blank(value: Cell) -> bool:
    return not value or value.isspace() if value.__class__ is str else value is None


def all_blank(cells: Sequence[Cell]) -> bool:
    """Whether none of the cells holds anything; most rows show it by their first one."""
    return all(map(blank, cells))


def is_number(value: Cell) -> bool:
    """A number, or a text that is nothing but a number."""
    if isinstance(value, str):
        return NUMBER.fullmatch(value.strip()) is not None
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@cache
def placeholders() -> frozenset[str]:
    return frozenset(load("readability")["layout"]["missing"])


def _text(value: Cell) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if blank(value) else str(value).strip()


def _is_data(value: Cell) -> bool:
    """Whether a cell can hardly stand in a header: a date, or a number that is neither a year nor a small ordinal."""
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        return True
    if isinstance(value, str):
        text = value.strip()
        return NUMBER.fullmatch(text) is not None and not _YEAR.fullmatch(text) and (len(text) > 2 or "." in text)
    return is_number(value) and not (float(value).is_integer() and 1900 <= value <= 2100)


def _kind(counts: dict[Cell, int], written: dict[str, str], plain: frozenset[str]) -> str:
    numbers = texts = dates = 0
    unused = placeholders()
    for value, count in counts.items():
        if value.__class__ is str:
            if value in plain:
                numbers += count
            elif written[value][-1].isdecimal() and _DATE.fullmatch(written[value]):
                dates += count
            elif written[value] not in unused:
                texts += count
        elif isinstance(value, (dt.date, dt.time, dt.timedelta)):
            dates += count
        else:
            numbers += count
    filled = numbers + texts + dates
    if not filled:
        return "empty"
    for kind, count in (("number", numbers), ("date", dates), ("text", texts)):
        if count >= 0.8 * filled:
            return kind
    return "mixed"


_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/]\d{1,2}[-/]\d{4}")


class _Grid:
    """Cells of a sheet with formulas counted as filled."""

    def __init__(self, sheet: Sheet, marks: Markings) -> None:
        self.rows = sheet.rows
        self.merged = sheet.merged
        self.formulas = marks.formulas
        self.sums = marks.sums

    def filled(self, row: int, column: int) -> bool:
        return not blank(self.rows[row][column]) or (row, column) in self.formulas

    def filled_rows(self) -> list[int]:
        extra = {row for row, _ in self.formulas if row < len(self.rows)}
        return [r for r, row in enumerate(self.rows) if r in extra or not all_blank(row)]

    def filled_columns(self, first: int, last: int) -> list[int]:
        extra = {column for row, column in self.formulas if first <= row <= last}
        width = len(self.rows[0]) if self.rows else 0
        part = self.rows[first : last + 1]
        return [c for c in range(width) if c in extra or any(row[c] != "" and not blank(row[c]) for row in part)]

    def cells(self, row: int, left: int, right: int) -> list[int]:
        return [c for c in range(left, right + 1) if self.filled(row, c)]

    def any_cell(self, row: int, left: int, right: int) -> bool:
        if not all_blank(self.rows[row][left : right + 1]):
            return True
        return any((row, c) in self.formulas for c in range(left, right + 1))

    def merge_at(self, row: int, column: int) -> tuple[int, int, int, int] | None:
        return next((m for m in self.merged if m[0] == row and m[1] == column), None)

    def with_header(self, top: int, left: int, bottom: int, right: int) -> Table:
        header = self._header_rows(top, left, bottom, right)
        return Table(top, left, bottom, right, header, header[-1] + 1 if header else top)

    def _header_rows(self, top: int, left: int, bottom: int, right: int) -> tuple[int, ...]:
        if top == bottom:
            return ()
        first = self.rows[top][left : right + 1]
        if any(_is_data(v) for v in first):
            below = self.rows[top + 1][left : right + 1]
            alike = [_sort(v) for v in first] == [_sort(v) for v in below]
            if alike and any(is_number(v) or not isinstance(v, str) for v in first):
                return ()
        header = [top]
        for row in range(top + 1, min(top + MOST_HEADER_ROWS, bottom)):
            if not self._continues_header(header, row, left, bottom, right):
                break
            header.append(row)
        return tuple(header)

    def _continues_header(self, header: list[int], row: int, left: int, bottom: int, right: int) -> bool:
        cells = self.rows[row][left : right + 1]
        if any(_is_data(v) for v in cells) or all(blank(v) for v in cells):
            return False
        for m in self.merged:
            inside = m[1] >= left and m[3] <= right
            # A merged cell that reaches down from the header, or one across columns that are named below it.
            if inside and m[0] in header and (m[2] >= row or (m[0] == m[2] == row - 1 and m[3] > m[1])):
                return True
        below = self.rows[row + 1 : min(row + 31, bottom + 1)]
        for offset, value in enumerate(cells):
            if not isinstance(value, str) or blank(value) or is_number(value):
                continue
            if value.strip() in placeholders() or _numberlike(value):
                continue
            under = [r[left + offset] for r in below if not blank(r[left + offset])]
            if under and sum(is_number(v) for v in under) > 0.5 * len(under):
                return True
        return False


def _numberlike(text: str) -> bool:
    return re.search(r"\d", text) is not None and re.search(r"(19|20)\d{2}|年|月|期", text) is None


def _sort(value: Cell) -> str:
    if blank(value):
        return ""
    return "n" if is_number(value) else "s" if isinstance(value, str) else "d"


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    """Runs of consecutive numbers as (first, last)."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _side_by_side(grid: _Grid, first: int, last: int, others: list[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    """Boxes (top, left, bottom, right) of one run of rows, which empty columns divide."""
    boxes: list[tuple[int, int, int, int]] = []
    for left, right in _runs(grid.filled_columns(first, last)):
        rows = [r for r in range(first, last + 1) if grid.any_cell(r, left, right)]
        box = (rows[0], left, rows[-1], right)
        before = boxes[-1] if boxes else None
        if before and left - before[3] == 2 and _same_rows(before, box) and not _same_first_header(grid, before, box):
            # One empty column inside one table.
            boxes[-1] = (min(before[0], box[0]), before[1], max(before[2], box[2]), right)
        elif left == right and not (first == rows[0] and len(rows) == last - first + 1 and len(rows) > 2 and not boxes):
            others += [(r, left) for r in rows]
        else:
            boxes.append(box)
    return boxes


def _same_rows(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return abs(one[0] - other[0]) <= 1 and abs(one[2] - other[2]) <= 1 and other[2] - other[0] >= 1


def _same_first_header(grid: _Grid, one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return _text(grid.rows[one[0]][one[1]]) == _text(grid.rows[other[0]][other[1]]) != ""


def _trim(
    grid: _Grid, box: tuple[int, int, int, int], others: list[tuple[int, int]]
) -> tuple[int, int, int, int] | None:
    """A box without title rows above and total, remark and source rows below; None where nothing of a table is left."""
    top, left, bottom, right = box
    width = right - left + 1
    while top < bottom and width >= 3 and _is_title(grid, top, left, right):
        others += [(top, c) for c in grid.cells(top, left, right)]
        top += 1
    while bottom > top and _is_footer(grid, bottom, left, right):
        others += [(bottom, c) for c in grid.cells(bottom, left, right)]
        bottom -= 1
    cells = grid.cells(top, left, right) if top == bottom else []
    lone = top == bottom and len(cells) <= 2 and (width > 2 or not _is_data(grid.rows[top][cells[-1]]))
    if lone or left == right or (top == bottom and _is_footer(grid, top, left, right)):
        others += [(r, c) for r in range(top, bottom + 1) for c in grid.cells(r, left, right)]
        return None
    columns = grid.filled_columns(top, bottom)
    columns = [c for c in columns if left <= c <= right]
    return (top, columns[0], bottom, columns[-1])


def _is_title(grid: _Grid, row: int, left: int, right: int) -> bool:
    cells = grid.cells(row, left, right)
    width = right - left + 1
    if not cells:
        return True
    head = _text(grid.rows[row][cells[0]])
    if re.search(load("readability")["layout"]["remarks"], head):
        return True
    merge = grid.merge_at(row, cells[0])
    if len(cells) == 1:
        if merge is None or merge[1] == merge[3]:
            return merge is None or width >= 4
        return width >= 4 and (merge[3] - merge[1] + 1 >= width - 1 or merge[1] == left)
    # "作成日 | 2024-04-01" above a wider table.
    following = grid.cells(row + 1, left, right)
    return (
        len(cells) == 2
        and width >= 4
        and merge is None
        and cells[0] == left
        and len(following) > 2
        and not any(m[0] <= row <= m[2] for m in grid.merged)
    )


def _is_footer(grid: _Grid, row: int, left: int, right: int) -> bool:
    cells = grid.cells(row, left, right)
    if not cells:
        return True
    words = load("readability")["layout"]
    if any((row, c) in grid.sums for c in cells):
        return True
    texts = [_text(grid.rows[row][c]) for c in cells if isinstance(grid.rows[row][c], str)]
    if any(re.fullmatch(p, text) for text in texts[:3] for p in (t.strip("^$") for t in words["totals"])):
        return True
    if not texts or not isinstance(grid.rows[row][cells[0]], str):
        return False
    if re.search(words["remarks"], texts[0]) or is_sample(texts[:1]):
        return True
    width = right - left + 1
    return len(cells) == 1 and width >= 4


def _fragments_joined(grid: _Grid, tables: list[Table]) -> list[Table]:
    """Tables with the parts joined that only an empty row (or a repeated header) divides."""
    joined: list[Table] = []
    for table in tables:
        above = next((t for t in reversed(joined[-MOST_TABLES:]) if _stands_above(t, table)), None)
        part = _part_of(grid, above, table) if above else None
        if part is None:
            joined.append(table)
        else:
            joined[joined.index(above)] = part
    return joined


def _stands_above(above: Table, table: Table) -> bool:
    return above.bottom < table.top and above.left <= table.left and table.right <= above.right


def _part_of(grid: _Grid, above: Table, table: Table) -> Table | None:
    """``above`` with ``table`` taken in, where the latter continues it; None where it is a table of its own."""
    whole = (above.top, above.left, table.bottom, above.right)
    is_header = above.bottom - above.top < MOST_HEADER_ROWS and not _has_data(grid, above)
    if is_header and table.top - above.bottom == 2 and (not table.header or _has_data_row(grid, table.top, table)):
        # A header, an empty row, the data.
        return Table(*whole, tuple(range(above.top, above.bottom + 1)), table.top)
    own = [_text(v) for v in grid.rows[table.top][above.left : above.right + 1]]
    if above.header and own == [_text(v) for v in grid.rows[above.header[-1]][above.left : above.right + 1]]:
        return Table(*whole, above.header, above.body, (*above.repeated, table.top))
    if not table.header or _has_data_row(grid, table.top, table) or _known_values(grid, above, table):
        return Table(*whole, above.header, above.body, above.repeated)
    return None


def _has_data(grid: _Grid, table: Table) -> bool:
    return any(_has_data_row(grid, row, table) for row in range(table.top, table.bottom + 1))


def _has_data_row(grid: _Grid, row: int, table: Table) -> bool:
    return any(_is_data(v) for v in grid.rows[row][table.left : table.right + 1])


def _known_values(grid: _Grid, above: Table, table: Table) -> bool:
    """Whether the first row of ``table`` holds values that columns of ``above`` hold too: then it is no header."""
    for column in range(table.left, table.right + 1):
        value = grid.rows[table.top][column]
        if not blank(value) and any(
            grid.rows[row][column] == value for row in range(above.body, min(above.bottom, above.body + 200) + 1)
        ):
            return True
    return False
