"""A sheet → its tables: header rows, body rows, and rows that are neither.

A header is found by how it differs from what stands beneath it: most of the columns that the body uses are
named, the names are short texts, distinct, often known to the dictionary; above it stand titles, dates and
authors that fill few columns. Levels of a header (merged cells, a group name over several columns, a row of units)
are joined by ``_``. No position is assumed.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from dxaudit.intake.columns import Mapping_, entitled, header_key, is_answer, is_known, is_worded, match, table_of
from dxaudit.intake.evidence import EMPTY, Profile, profile
from dxaudit.intake.numbers import unit
from dxaudit.intake.rows import Outside, classify, is_note, is_total
from dxaudit.intake.sheets import BLANKS, Cell, Sheet, folded, is_blank, shown
from dxaudit.settings import Settings
from dxaudit.vocabulary import tables

SEARCHED = 60
"""Non-empty rows from the top of a region among which a header is sought."""
WIDE_ROWS = 8
"""Rows that fill most columns; beneath as many of them no header is sought."""
LEVELS = 3
BENEATH = 25
"""Rows beneath a supposed header that it is compared with."""


@dataclass(frozen=True)
class Block:
    """One table of a sheet. Rows and columns are 0-based positions in the sheet (turned, where ``transposed``).

    Attributes
    ----------
    number : int
        1, 2, … within the sheet.
    first, last : int
        Header rows, inclusive; -1 where the region has no header.
    columns : tuple of int
        Columns that have a header or hold anything.
    headers : tuple of str
        Joined header text of each column, "" where it has none.
    body : tuple of int
        Rows that hold records.
    outside : tuple of Outside
        Rows that hold something else, with the reason.
    above : str
        Text above the header (title, unit, author).
    transposed : bool
        Records are columns; the sheet was turned before anything else.
    """

    number: int
    first: int
    last: int
    columns: tuple[int, ...]
    headers: tuple[str, ...]
    body: tuple[int, ...]
    outside: tuple[Outside, ...] = ()
    above: str = ""
    above_rows: tuple[int, ...] = ()
    transposed: bool = False


def find_blocks(sheet: Sheet) -> tuple[Sheet, list[Block]]:
    """The tables of a sheet, and the sheet itself, turned where its records are columns.

    Returns
    -------
    Sheet, list of Block
        No block where the sheet holds no table.
    """
    if not sheet.rows:
        return sheet, []
    if _records_are_columns(sheet):
        turned = sheet.turned()
        return turned, _blocks(turned, transposed=True)
    return sheet, _blocks(sheet, transposed=False)


# --------------------------------------------------------------------------------------------------- cells


_PERIOD_NAME = re.compile(r"\s*(?:[\d０-９]{1,2}月?\s*[-~〜～－]\s*)?[\d０-９]{1,2}月\s*|\s*[0-9０-９]{4}年度?\s*")


@lru_cache(maxsize=100_000)
def is_label(value: Cell) -> bool:
    """Whether a cell can be a header: a short text that is no number, date, address or sentence."""
    if not isinstance(value, str):
        return False
    text = value.strip()
    if not text or len(text) > 80:
        return False
    if re.fullmatch(r"[\d０-９.,，．%％\-−▲△/:年月日時分\s]+", text):
        return bool(_PERIOD_NAME.fullmatch(text))
    return not re.match(r"https?://|[\w.]+@", text)


@lru_cache(maxsize=100_000)
def _plain(value: Cell) -> str:
    """A rough kind of cell: number, date, text or "" where blank."""
    if is_blank(value):
        return ""
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        return "date"
    text = value.strip()
    if len(text) < 20 and re.fullmatch(r"[▲△\-−約]?[\d０-９][\d０-９.,，．%％:/\-年月日件円千万億人時間分hHRS]*", text):
        return "number"
    return "mark" if len(text) == 1 and text in "○〇◯×△●-－―" else "text"


# --------------------------------------------------------------------------------------------------- regions


def _blocks(sheet: Sheet, transposed: bool) -> list[Block]:
    found: list[Block] = []
    for columns in _side_by_side(sheet):
        row = 0
        while row < len(sheet.rows):
            block = _block(sheet, row, columns, len(found) + 1, transposed)
            if block is None:
                break
            found.append(block)
            row = max(block.body + tuple(o.row for o in block.outside), default=block.last) + 1
    return found


def _side_by_side(sheet: Sheet) -> list[tuple[int, ...]]:
    """Groups of columns that are tables of their own: divided by empty columns and headed by the same names."""
    used = [c for c in range(sheet.width) if any(row[c] not in BLANKS for row in sheet.rows)]
    groups: list[list[int]] = []
    for c in used:
        if groups and c == groups[-1][-1] + 1:
            groups[-1].append(c)
        else:
            groups.append([c])
    whole = [tuple(used)]
    wide = [g for g in groups if len(g) >= 2]
    if len(wide) < 2 or not used:
        return whole
    heads = []
    for group in wide:
        best = _best_header(sheet, 0, tuple(group))
        heads.append(best)
    if any(h is None for h in heads):
        return whole
    names = [
        {folded(str(sheet.rows[r][c])) for r in range(h[0], h[1] + 1) for c in g if is_label(sheet.rows[r][c])}
        for h, g in zip(heads, wide, strict=True)
    ]
    repeated = any(len(a & b) >= 2 for i, a in enumerate(names) for b in names[i + 1 :])
    apart = all(_stands_alone(h[2]) for h in heads)
    if not (repeated or apart):
        return whole
    narrow = [c for g in groups if len(g) < 2 for c in g]
    result = [tuple(g) for g in wide]
    return [tuple(sorted((*result[0], *(c for c in narrow if c < result[0][0])))), *result[1:]]


def _stands_alone(headers: Sequence[str]) -> bool:
    """Whether headers make a table of their own: a name and whose it is, or its number."""
    chosen = table_of(headers, [EMPTY] * len(headers), Settings())
    if chosen is None:
        return False
    columns = {m.column for m in chosen.matches}
    return bool(columns & {"department", "owner_department", "business_id", "system_id", "respondent_id", "step"})


def _block(sheet: Sheet, start: int, columns: tuple[int, ...], number: int, transposed: bool) -> Block | None:
    if len(columns) < 2:
        return None
    best = _best_header(sheet, start, columns)
    if best is None:
        return None
    first, last, headers = best
    above_rows = tuple(r for r in range(start, first) if any(not is_blank(sheet.rows[r][c]) for c in columns))
    above = " ".join(
        shown(sheet.rows[r][c]).strip() for r in above_rows[:12] for c in columns if not is_blank(sheet.rows[r][c])
    )
    named = [(c, h) for c, h in zip(columns, headers, strict=True)]
    end = _end_of_block(sheet, last + 1, columns, headers)
    body, outside = classify(sheet, range(last + 1, end), columns, headers, (first, last))
    kept = [(c, h) for c, h in named if h or any(not is_blank(sheet.rows[r][c]) for r in body)]
    return Block(
        number,
        first,
        last,
        tuple(c for c, _ in kept),
        tuple(h for _, h in kept),
        tuple(body),
        tuple(outside),
        above,
        above_rows,
        transposed,
    )


def _end_of_block(sheet: Sheet, start: int, columns: tuple[int, ...], headers: Sequence[str]) -> int:
    """The row where another table's header (or the title above it) begins; the end of the sheet otherwise."""
    own = {folded(part) for h in headers for part in (h, *h.split("_")) if part}
    blank_before = False
    for r in range(start, len(sheet.rows)):
        row = sheet.rows[r]
        filled = [row[c] for c in columns if row[c] not in BLANKS]
        if not filled:
            blank_before = True
            continue
        if len(filled) >= 3 and filled[0].__class__ is str and all(is_label(v) for v in filled):
            keys = [folded(v) for v in filled]
            new = [k for k in keys if k not in own]
            apart = blank_before or _titled(sheet, r, columns)
            if len(new) >= 0.5 * len(keys):
                named = sum(map(_is_named, filled))
                if named >= max(3, 0.6 * len(keys)):
                    return _title_above(sheet, r, columns, start)
                # What someone asks (電話番号) may be what another answers (personal data held): one word is no veto.
                if apart and sum(_named(v) < 0 for v in filled) <= 0.2 * len(keys):
                    worded = sum(_named(v) > 0 for v in filled) >= max(2, 0.4 * len(keys))
                    if worded or _heads_a_table(sheet, r, columns):
                        return _title_above(sheet, r, columns, start)
            if apart and len(new) < 0.3 * len(keys) and _titled(sheet, r, columns):
                return _title_above(sheet, r, columns, start)
        blank_before = False
    return len(sheet.rows)


def _heads_a_table(sheet: Sheet, row: int, columns: tuple[int, ...]) -> bool:
    """Whether a row's texts, different from each other, are headers of one table by wording and the title above."""
    named = [c for c in columns if not is_blank(sheet.rows[row][c])]
    texts = [shown(sheet.rows[row][c]) for c in named]
    if len({folded(t) for t in texts}) < len(texts):
        return False
    shapes = [profile([line[c] for line in sheet.rows[row + 1 : row + 1 + BENEATH]]) for c in named]
    above = range(_title_above(sheet, row, columns, 0), row)
    title = " ".join(shown(sheet.rows[r][c]) for r in above for c in columns if not is_blank(sheet.rows[r][c]))
    best = max((match(t, texts, shapes, Settings(), (title,)) for t in tables()), key=_mapped)
    share = 0.3 if entitled(best.table, title) else 0.5
    return _mapped(best) >= max(3, share * len(texts))


def _mapped(found: Mapping_) -> int:
    return sum(m.column is not None for m in found.matches)


def _titled(sheet: Sheet, row: int, columns: tuple[int, ...]) -> bool:
    """Whether the row directly above (past blanks) is a title standing alone after a gap."""
    above = _title_above(sheet, row, columns, 0)
    return above < row and above > 0 and not any(not is_blank(sheet.rows[above - 1][c]) for c in columns)


def _title_above(sheet: Sheet, row: int, columns: tuple[int, ...], floor: int) -> int:
    at = row
    while at - 1 >= floor:
        filled = [sheet.rows[at - 1][c] for c in columns if not is_blank(sheet.rows[at - 1][c])]
        if not filled or len(filled) > 2 or is_total(filled, len(columns)):
            break
        at -= 1
    # Remarks may stand between a title and its table; those that follow a table belong to that.
    while at < row and is_note([v for v in (sheet.rows[at][c] for c in columns) if not is_blank(v)]):
        at += 1
    return at


# --------------------------------------------------------------------------------------------------- the header


def _best_header(sheet: Sheet, start: int, columns: tuple[int, ...]) -> tuple[int, int, list[str]] | None:
    """(first row, last row, joined names) of the most header-like rows from ``start`` on."""
    rows = sheet.rows
    looked = wide = 0
    best: tuple[float, int, int, list[str]] | None = None
    merged = _merged_by_row(sheet)
    for r in range(start, len(rows)):
        cells = [rows[r][c] for c in columns]
        filled = [v for v in cells if not is_blank(v)]
        if not filled:
            continue
        looked += 1
        if looked > SEARCHED or wide > WIDE_ROWS:
            break
        above = wide
        wide += len(filled) >= 0.6 * len(columns)
        if not any(is_label(v) for v in filled) or (len(filled) < 2 and len(columns) > 1):
            continue
        if any(s[0] < r <= s[2] and s[1] in columns for s in merged.get(r, [])):
            continue  # the lower part of a merged cell begins nothing
        last = _last_level(sheet, r, columns, merged)
        if last > r and len(filled) <= 0.2 * len(columns) and not _over_several(merged.get(r, ()), r, columns):
            continue  # a line of text above the header, not a level of it
        # Merged cells settle how many levels there are; elsewhere both readings compete.
        for end in range(last if _tied(r, last, columns, merged) else r, last + 1):
            names = _joined(sheet, r, end, columns, merged)
            # Titles fill few cells: a row under rows that fill most columns is hardly the header.
            score = _wording_score(sheet, r, end, columns, names) - 0.02 * looked - 0.25 * min(above, 5)
            score += 0.25 * (end == last and last > r)
            if best is not None and score + MOST_OF_COLUMNS <= best[0]:
                continue
            score += _columns_score(sheet, end, columns, names)
            if best is None or score > best[0]:
                best = (score, r, end, names)
    if best is None or best[0] < 1.2:
        return None
    return best[1], best[2], best[3]


def _over_several(spans: Sequence[tuple[int, int, int, int]], row: int, columns: tuple[int, ...]) -> bool:
    """Whether a merged range of a row stands over several columns, as a group's name does."""
    return any(s[0] == row and s[3] > s[1] and s[1] in columns for s in spans)


def _wording_score(sheet: Sheet, first: int, last: int, columns: tuple[int, ...], names: list[str]) -> float:
    """How much the texts of rows look like names of columns; below anything where they name fewer than two."""
    rows = sheet.rows
    given = [n for n in names if n]
    if len(given) < 2 and len(columns) > 1:
        return -MOST_OF_COLUMNS
    cells = [rows[r][c] for r in range(first, last + 1) for c in columns if not is_blank(rows[r][c])]
    labels = sum(is_label(v) for v in cells) / len(cells)
    short = sum(len(shown(v)) <= 30 for v in cells) / len(cells)
    distinct = len({folded(n) for n in given}) / len(given)
    known = sum(_named(n) for n in given) / len(given)
    return 1.2 * labels + 0.3 * short + 0.6 * distinct + 1.6 * known


MOST_OF_COLUMNS = 2.2
"""The most that `_columns_score` gives."""


def _columns_score(sheet: Sheet, last: int, columns: tuple[int, ...], names: list[str]) -> float:
    """How well names fit what stands beneath them: most columns named, other kinds of cells, no name again."""
    rows = sheet.rows
    beneath = []
    for r in range(last + 1, min(len(rows), last + 60)):
        if any(rows[r][c] not in BLANKS for c in columns):
            beneath.append(r)
        if len(beneath) >= BENEATH:
            break
    held = [[k for k in (_plain(rows[r][c]) for r in beneath) if k] for c in columns]
    kinds = [(bool(name), below) for name, below in zip(names, held, strict=True)]
    if beneath:
        widest = sum(bool(below) for _, below in kinds)
        coverage = sum(named for named, below in kinds if below) / max(1, widest)
    else:
        coverage = 0.6 * sum(named for named, _ in kinds) / max(1, len(columns))
    differs = [
        (below.count("number") + below.count("date") + below.count("mark")) / len(below)
        for named, below in kinds
        if named and below
    ]
    contrast = sum(differs) / len(differs) if differs else 0.0
    return 1.6 * coverage + 0.6 * contrast - _repeats(sheet, last, columns, names, beneath)


@lru_cache(maxsize=1 << 16)
def _is_named(name: str) -> bool:
    """Whether a dictionary knows a text, or its lowest level, as the name of a column."""
    return is_known(name) or is_known(header_key(name)[0].rsplit("_", 1)[-1])


def _named(name: str) -> float:
    """How surely a text names a column: 1 by the dictionary, less by the wording, negative where it is an answer."""
    if _is_named(name):
        return 1.0
    last = header_key(name)[0].rsplit("_", 1)[-1]
    if is_answer(last):
        return -0.5
    return 0.7 if is_worded(last) else 0.0


def _repeats(sheet: Sheet, last: int, columns: tuple[int, ...], names: list[str], beneath: list[int]) -> float:
    """Penalty where the supposed names occur again as values of their own columns: then they are data."""
    if not beneath:
        return 0.0
    hits = 0
    given = 0
    for i, c in enumerate(columns):
        if not names[i]:
            continue
        given += 1
        own = folded(names[i])
        hits += any(isinstance(sheet.rows[r][c], str) and folded(sheet.rows[r][c]) == own for r in beneath[:12])
    share = hits / max(1, given)
    # A header printed again on each page repeats wholly; data repeat in some columns.
    return 0.9 * share if 0 < share < 0.8 else 0.0


def _merged_by_row(sheet: Sheet) -> dict[int, list[tuple[int, int, int, int]]]:
    found: dict[int, list[tuple[int, int, int, int]]] = {}
    for span in sheet.merged:
        for r in range(span[0], min(span[2], span[0] + 6) + 1):
            found.setdefault(r, []).append(span)
    return found


def _last_level(sheet: Sheet, first: int, columns: tuple[int, ...], merged) -> int:
    """The last row that can still belong to a header beginning at ``first``."""
    last = first
    while last - first + 1 < LEVELS and last + 1 < len(sheet.rows):
        if not _continues(sheet, first, last, columns, merged):
            break
        last += 1
    # Names merged down over further rows: the header reaches as far as they do.
    reach = [s[2] for r in range(first, last + 1) for s in merged.get(r, []) if s[0] == r and s[1] in columns]
    if reach and first < max(reach) <= first + LEVELS and sum(b == max(reach) for b in reach) >= 0.6 * len(columns):
        last = max(last, max(reach))
    # A row of units is no level of its own, nor is one that numbers the columns.
    if last - first + 1 == LEVELS and _units_only(sheet, last + 1, columns):
        last += 1
    return last + 1 if _numbers_only(sheet, last + 1, columns) else last


_ORDINAL = re.compile(r"[(（\[]?([0-9０-９]{1,2}|[A-Za-zＡ-Ｚａ-ｚ]|[ア-ン]|[①-⑳])[)）\]]?")


def _numbers_only(sheet: Sheet, row: int, columns: tuple[int, ...]) -> bool:
    """Whether a row does nothing but number the columns: ① ② ③ …, (1) (2) (3) …, A B C …"""
    if row >= len(sheet.rows):
        return False
    cells = [shown(sheet.rows[row][c]).strip() for c in columns if not is_blank(sheet.rows[row][c])]
    found = [_ORDINAL.fullmatch(text) for text in cells]
    if len(cells) < max(4, 0.6 * len(columns)) or not all(found):
        return False
    signs = [unicodedata.normalize("NFKC", hit[1]) for hit in found]
    numbers = [int(sign) if sign.isdecimal() else ord(sign) for sign in signs]
    return all(later - earlier == 1 for earlier, later in itertools.pairwise(numbers))


def _units_only(sheet: Sheet, row: int, columns: tuple[int, ...]) -> bool:
    if row >= len(sheet.rows):
        return False
    cells = [sheet.rows[row][c] for c in columns if not is_blank(sheet.rows[row][c])]
    return bool(cells) and all(isinstance(v, str) and unit(v) is not None for v in cells)


def _tied(first: int, last: int, columns: tuple[int, ...], merged) -> bool:
    """Whether merged ranges bind the rows of a header together."""
    for r in range(first, last):
        spans = [s for s in merged.get(r, []) if s[1] in columns]
        if not any(s[2] > r or s[3] > s[1] for s in spans):
            return False
    return last > first


def _continues(sheet: Sheet, first: int, last: int, columns: tuple[int, ...], merged) -> bool:
    below = sheet.rows[last + 1]
    cells = [(c, below[c]) for c in columns if not is_blank(below[c])]
    if not cells:
        return False
    if _units_only(sheet, last + 1, columns):
        return True
    if not all(is_label(v) for _, v in cells):
        return False
    above = [(c, sheet.rows[last][c]) for c in columns if not is_blank(sheet.rows[last][c])]
    if len(above) < 1:
        return False
    spans = merged.get(last, [])
    inside = [s for s in spans if s[3] > s[1] and s[2] == last and s[1] in columns]
    wide = [s for s in inside if not (s[1] <= columns[0] + 1 and s[3] - s[1] + 1 >= 0.7 * len(columns))]
    if any(s[0] <= last and s[2] > last and s[1] in columns for s in spans):
        return True
    if wide:
        under = [c for c, _ in cells if any(s[1] <= c <= s[3] for s in wide)]
        # A group name over several names; a merged title over the whole table is none.
        return len(under) >= 2
    if _tied(first, last, columns, merged):
        # Merged cells have bound the rows so far; they would bind this one too.
        return False
    # Without merged ranges: blanks in the upper row, names beneath exactly there.
    gaps = [c for c in columns if is_blank(sheet.rows[last][c])]
    filled_gaps = [c for c, _ in cells if c in gaps]
    doubled = [c for c, _ in cells if c not in gaps]
    if len(above) < 2 or not filled_gaps or len(filled_gaps) < 0.6 * len(gaps):
        return False
    lone = [c for c in doubled if c + 1 not in filled_gaps]
    if len(lone) > 0.34 * len(cells):
        return False
    deeper = range(last + 2, min(len(sheet.rows), last + 8))
    body = [c for c in columns if any(not is_blank(sheet.rows[r][c]) for r in deeper)]
    if len(cells) == len(columns) and not lone and len(doubled) >= 2 and columns[0] in doubled:
        # Names of groups, each at the left of its columns, over a full row of names.
        groups = [sheet.rows[last][c] for c in doubled]
        return all(is_label(g) and len(g) <= 12 and not re.search(r"[:：]|\d{4}|[票表]$|課$", g) for g in groups)
    # The gaps must be columns that the body uses, and the row beneath leaves blank what the upper row names.
    unnamed_body = [c for c in gaps if c in body]
    free = [c for c, _ in above if is_blank(below[c])]
    return len(unnamed_body) >= 1 and (len(free) >= 1 or len(doubled) < len(cells)) and len(cells) < len(columns)


def _joined(sheet: Sheet, first: int, last: int, columns: tuple[int, ...], merged) -> list[str]:
    """Header texts, levels joined by ``_``; a group's name holds for every column under it."""
    levels: list[list[str]] = []
    for r in range(first, last + 1):
        if r > first and _numbers_only(sheet, r, columns):
            continue
        texts = []
        spans = [s for s in merged.get(r, []) if s[0] <= r <= s[2]]
        for c in columns:
            value = sheet.rows[r][c]
            if is_blank(value):
                span = next((s for s in spans if s[1] <= c <= s[3]), None)
                value = sheet.rows[span[0]][span[1]] if span else ""
            texts.append("" if is_blank(value) else shown(value).strip())
        levels.append(texts)
    for depth in range(len(levels) - 1):
        # A group name stands over the first of its columns only where ranges are not known.
        current = ""
        for i, c in enumerate(columns):
            if levels[depth][i]:
                current = levels[depth][i]
                grouped = bool(levels[depth + 1][i]) and not _ends_here(merged, first + depth, c)
                current = current if grouped else ""
            elif current and levels[depth + 1][i] and not any(levels[d][i] for d in range(depth)):
                levels[depth][i] = current
            else:
                current = ""
    names = []
    for i in range(len(columns)):
        parts: list[str] = []
        for texts in levels:
            if texts[i] and (not parts or parts[-1] != texts[i]):
                parts.append(texts[i])
        names.append("_".join(parts))
    return names


def _ends_here(merged, row: int, column: int) -> bool:
    """Whether a merged range fixes how far the name at (row, column) reaches."""
    return any(s[1] <= column <= s[3] and s[3] > s[1] for s in merged.get(row, []))


# --------------------------------------------------------------------------------------------------- turned tables


def _records_are_columns(sheet: Sheet) -> bool:
    """Whether names stand down the left side and each further column is a record."""
    rows, width = sheet.rows, sheet.width
    height = len(rows)
    if height < 3 or width < 2:
        return False
    across = 0
    for row in rows[:30]:
        filled = [v for v in row if not is_blank(v)]
        names = {folded(v) for v in filled if isinstance(v, str) and is_known(v) and not is_answer(v)}
        if len(names) >= 3 and len(names) >= 0.6 * len(filled):
            return False
        across = max(across, len(names))
    if height <= 400 and _names_stand_left(rows, width, across):
        return True
    if 4 <= height <= MOST_ITEMS and width <= 60 and _meant_down(sheet) > max(across, _meant_across(sheet)):
        return True
    if width < 40 or width < 4 * height:
        return False
    # Very wide and flat: alike along the rows, mixed down the columns.
    return _alike(rows) > 0.85 and _alike([list(c) for c in zip(*rows[1:], strict=True)][2:200]) < 0.8


MOST_ITEMS = 80
"""Rows up to which a sheet may be a card: items down, a record in each column."""


def _names_stand_left(rows: Sequence[Sequence[Cell]], width: int, across: float) -> bool:
    """Whether one of the first columns holds mostly names of columns, and more than any row (``across``) does."""
    down, filled = 0, 0
    for c in range(min(3, width - 1)):
        held = [row[c] for row in rows if not is_blank(row[c])]
        named = sum(isinstance(v, str) and _named(v) > 0 for v in held)
        if named > down:
            down, filled = named, len(held)
    return down >= 4 and down > 1.5 * across and down >= 0.6 * filled


def _meant_down(sheet: Sheet) -> int:
    """How many columns of one table the texts of the first or second column mean, with what stands to their right."""
    best = 0
    for c in range(min(2, sheet.width - 1)):
        items = [row for row in sheet.rows if not is_blank(row[c]) and any(not is_blank(v) for v in row[c + 1 :])]
        names = [row[c] for row in items]
        if len(names) >= 4 and all(is_label(v) for v in names) and len({folded(v) for v in names}) == len(names):
            meant = _meant(names, [profile(row[c + 1 :]) for row in items])
            best = max(best, meant if meant >= max(4, 0.5 * len(names)) else 0)
    return best


def _meant_across(sheet: Sheet) -> int:
    """The same for the likeliest header row."""
    used = tuple(c for c in range(sheet.width) if any(row[c] not in BLANKS for row in sheet.rows))
    header = _best_header(sheet, 0, used) if len(used) > 1 else None
    if header is None:
        return 0
    beneath = sheet.rows[header[1] + 1 :]
    return _meant(header[2], [profile([row[c] for row in beneath]) for c in used])


def _meant(names: Sequence[str], shapes: Sequence[Profile]) -> int:
    """How many columns names mean in the table they fit best, among those whose key they name."""
    found = (match(table, names, shapes, Settings()) for table in tables())
    return max((_mapped(f) for f in found if f.weight and all(m.evidence != "values" for m in f.matches)), default=0)


def _alike(lines: Sequence[Sequence[Cell]]) -> float:
    shares = []
    for line in lines:
        kinds = [k for k in (_plain(v) for v in line[2:400]) if k]
        if len(kinds) > 3:
            shares.append(max(kinds.count(k) for k in set(kinds)) / len(kinds))
    return sum(shares) / len(shares) if shares else 0.0
