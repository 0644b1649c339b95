"""Which rows of a region are its header, and what each column is called?

A header is found by how it differs from what stands beneath it: most of the columns that the body uses are named, the
names are short texts, distinct, often known to the dictionary; above it stand titles, dates and authors that fill few
columns. Levels of a header (merged cells, a group name over several columns, a row of units) are joined by ``_``. No
position is assumed.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from dxaudit.intake.numbers import unit
from dxaudit.intake.options import asked, is_answers
from dxaudit.intake.sheets import BLANKS, Cell, Sheet, folded, is_blank, shown
from dxaudit.intake.wording import header_key, is_answer, is_known, is_worded

SEARCHED = 60
"""Non-empty rows from the top of a region among which a header is sought."""
WIDE_ROWS = 8
"""Rows that fill most columns; beneath as many of them no header is sought."""
LEVELS = 3
BENEATH = 25
"""Rows beneath a supposed header that it is compared with."""


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
def rough_kind(value: Cell) -> str:
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


def best_header(sheet: Sheet, start: int, columns: tuple[int, ...]) -> tuple[int, int, list[str]] | None:
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
        # A line of text above the header is not a level of it: it stands over no group, or names begin below it.
        loose = not _over_several(merged.get(r, ()), r, columns) or _begins_below(merged, r, last, columns)
        if last > r and len(filled) <= 0.2 * len(columns) and loose:
            continue
        # Merged cells settle how many levels there are; elsewhere both readings compete.
        for end in range(last if _tied(r, last, columns, merged) else r, last + 1):
            names = _joined(sheet, r, end, columns, merged)
            # Titles fill few cells: a row under rows that fill most columns is hardly the header.
            placed = 0.25 * (end == last and last > r) - 0.02 * looked - 0.25 * min(above, 5)
            needed = best[0] - MOST_OF_COLUMNS - placed if best is not None else float("-inf")
            score = _wording_score(sheet, r, end, columns, names, needed)
            if score <= needed:
                continue
            score += placed + _columns_score(sheet, end, columns, names)
            if best is None or score > best[0]:
                best = (score, r, end, names)
    if best is None or best[0] < 1.2:
        return None
    return best[1], best[2], best[3]


def _over_several(spans: Sequence[tuple[int, int, int, int]], row: int, columns: tuple[int, ...]) -> bool:
    """Whether a merged range of a row stands over several columns, as a group's name does."""
    return any(s[0] == row and s[3] > s[1] and s[1] in columns for s in spans)


def _begins_below(merged, first: int, last: int, columns: tuple[int, ...]) -> bool:
    """Whether a name merged down begins in the second row under nothing: then the first row is above the header."""
    over = [s for s in merged.get(first, ()) if s[0] == first and s[3] > s[1]]
    return any(
        s[0] == first + 1 and last >= s[2] > s[0] and s[1] in columns and not any(o[1] <= s[1] <= o[3] for o in over)
        for s in merged.get(first + 1, ())
    )


def _wording_score(
    sheet: Sheet, first: int, last: int, columns: tuple[int, ...], names: list[str], needed: float
) -> float:
    """How much the texts of rows look like names of columns; below anything where they name fewer than two.

    Names are asked about only as long as the score can still be above ``needed``: rows of data are told early.
    """
    rows = sheet.rows
    given = [n for n in names if n]
    if len(given) < 2 and len(columns) > 1:
        return -MOST_OF_COLUMNS
    cells = [rows[r][c] for r in range(first, last + 1) for c in columns if not is_blank(rows[r][c])]
    labels = sum(is_label(v) or (isinstance(v, str) and is_answers(v)) for v in cells) / len(cells)
    short = sum(len(shown(v)) <= 30 for v in cells) / len(cells)
    distinct = len({folded(n) for n in given}) / len(given)
    score = 1.2 * labels + 0.3 * short + 0.6 * distinct + 1.6
    for name in given:
        if score <= needed:
            break
        score -= 1.6 * (1.0 - max(named_so(name), named_so(asked(name).name))) / len(given)
    return score


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
    held = [[k for k in (rough_kind(rows[r][c]) for r in beneath) if k] for c in columns]
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
def is_named(name: str) -> bool:
    """Whether a dictionary knows a text, or its lowest level, as the name of a column."""
    return is_known(name) or is_known(header_key(name)[0].rsplit("_", 1)[-1])


def named_so(name: str) -> float:
    """How surely a text names a column: 1 by the dictionary, less by the wording, negative where it is an answer."""
    if is_named(name):
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
    """Whether a row says hardly anything but units, and what may be answered."""
    if row >= len(sheet.rows):
        return False
    cells = [sheet.rows[row][c] for c in columns if not is_blank(sheet.rows[row][c])]
    if not cells or not all(isinstance(v, str) for v in cells):
        return False
    told = [unit(v) is not None or is_answers(v) for v in cells]
    # Beside several of these a further remark on what to write (4桁, A～C) makes it no record.
    return all(told) or (sum(told) >= 3 and sum(told) >= 0.6 * len(told))


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
    if not all(is_label(v) or (isinstance(v, str) and (unit(v) is not None or is_answers(v))) for _, v in cells):
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
