"""Are the records of a sheet its columns: names down the left side, one answer to the right of another?"""

from __future__ import annotations

from collections.abc import Sequence

from dxaudit.intake.columns import mapped, match
from dxaudit.intake.evidence import Profile, profile
from dxaudit.intake.header_rows import best_header, is_label, named_so, rough_kind
from dxaudit.intake.sheets import BLANKS, Cell, Sheet, folded, is_blank
from dxaudit.intake.wording import is_answer, is_known
from dxaudit.settings import Settings
from dxaudit.vocabulary import tables

MOST_ITEMS = 80
"""Rows up to which a sheet may be a card: items down, a record in each column."""


def records_are_columns(sheet: Sheet) -> bool:
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


def _names_stand_left(rows: Sequence[Sequence[Cell]], width: int, across: float) -> bool:
    """Whether one of the first columns holds mostly names of columns, and more than any row (``across``) does."""
    down, filled = 0, 0
    for c in range(min(3, width - 1)):
        # Names of columns are different ones; a column of answers (正職員, 正職員) may be called like some.
        held = {folded(v) if isinstance(v, str) else v: v for v in (row[c] for row in rows) if not is_blank(v)}
        named = sum(isinstance(v, str) and named_so(v) > 0 for v in held.values())
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
    header = best_header(sheet, 0, used) if len(used) > 1 else None
    if header is None:
        return 0
    beneath = sheet.rows[header[1] + 1 :]
    return _meant(header[2], [profile([row[c] for row in beneath]) for c in used])


def _meant(names: Sequence[str], shapes: Sequence[Profile]) -> int:
    """How many columns names mean in the table they fit best, among those whose key they name."""
    found = (match(table, names, shapes, Settings()) for table in tables())
    return max((mapped(f) for f in found if f.weight and all(m.evidence != "values" for m in f.matches)), default=0)


def _alike(lines: Sequence[Sequence[Cell]]) -> float:
    shares = []
    for line in lines:
        kinds = [k for k in (rough_kind(v) for v in line[2:400]) if k]
        if len(kinds) > 3:
            shares.append(max(kinds.count(k) for k in set(kinds)) / len(kinds))
    return sum(shares) / len(shares) if shares else 0.0
