"""A sheet → its tables: header rows, body rows, and rows that are neither.

Regions divide at empty columns and where another header begins; which rows are a header is the question of
`dxaudit.intake.header_rows`, whether the sheet has to be turned first that of `dxaudit.intake.turned`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dxaudit.intake.columns import entitled, mapped, match, table_of
from dxaudit.intake.evidence import EMPTY, profile
from dxaudit.intake.header_rows import BENEATH, best_header, is_label, is_named, named_so
from dxaudit.intake.rows import Outside, classify, is_header_again, is_note, is_total
from dxaudit.intake.sheets import BLANKS, Cell, Sheet, folded, is_blank, picking, shown
from dxaudit.intake.turned import records_are_columns
from dxaudit.settings import Settings
from dxaudit.vocabulary import tables


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

    def values(self, sheet: Sheet) -> list[tuple[Cell, ...]]:
        """The raw cells of the records, by column."""
        pick = picking(self.columns)
        lines = [pick(sheet.rows[r]) for r in self.body]
        return list(zip(*lines, strict=True)) if lines else [()] * len(self.columns)


def find_blocks(sheet: Sheet) -> tuple[Sheet, list[Block]]:
    """The tables of a sheet, and the sheet itself, turned where its records are columns.

    Returns
    -------
    Sheet, list of Block
        No block where the sheet holds no table.
    """
    if not sheet.rows:
        return sheet, []
    if records_are_columns(sheet):
        turned = sheet.turned()
        return turned, _blocks(turned, transposed=True)
    return sheet, _blocks(sheet, transposed=False)


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
        best = best_header(sheet, 0, tuple(group))
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
    best = best_header(sheet, start, columns)
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
    held = {c for c in columns if any(not is_blank(sheet.rows[r][c]) for r in body)}
    kept = [(c, h) for c, h in named if h or c in held]
    if transposed:
        # Lines above a card's first item and remarks beneath it name nothing: no record answers to them.
        first_item = min(held, default=0)
        above = " ".join([*(h for c, h in kept if c < first_item), above]).strip()
        kept = [(c, h) for c, h in kept if c >= first_item and (c in held or not is_note([h]))]
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


_TEXTS = frozenset([str, type(None)])


def _end_of_block(sheet: Sheet, start: int, columns: tuple[int, ...], headers: Sequence[str]) -> int:
    """The row where another table's header (or the title above it) begins; the end of the sheet otherwise."""
    own = {folded(part) for h in headers for part in (h, *h.split("_")) if part}
    blank_before = False
    pick = picking(columns)
    for r in range(start, len(sheet.rows)):
        row = sheet.rows[r]
        cells = pick(row)
        if not _TEXTS.issuperset(map(type, cells)):
            # A number or a date stands in no header: most records are told by it.
            blank_before = False
            continue
        filled = [v for v in cells if v not in BLANKS]
        if not filled:
            blank_before = True
            continue
        if len(filled) >= 3 and filled[0].__class__ is str and all(is_label(v) for v in filled):
            keys = [folded(v) for v in filled]
            new = [k for k in keys if k not in own]
            apart = blank_before or _titled(sheet, r, columns)
            if len(new) >= 0.5 * len(keys):
                named = sum(map(is_named, filled))
                if named >= max(3, 0.6 * len(keys)):
                    return _title_above(sheet, r, columns, start)
                # What someone asks (電話番号) may be what another answers (personal data held): one word is no veto.
                if apart and sum(named_so(v) < 0 for v in filled) <= 0.2 * len(keys):
                    worded = sum(named_so(v) > 0 for v in filled) >= max(2, 0.4 * len(keys))
                    if worded or _heads_a_table(sheet, r, columns):
                        return _title_above(sheet, r, columns, start)
            if apart and len(new) < 0.3 * len(keys) and _titled(sheet, r, columns):
                return _title_above(sheet, r, columns, start)
            # Three of its names with others beside them, or elsewhere: a table like this one, not its header again.
            again = not new and is_header_again(row, columns, [folded(h) for h in headers])
            if apart and len(keys) - len(new) >= 3 and not again:
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
    best = max((match(t, texts, shapes, Settings(), (title,)) for t in tables()), key=mapped)
    share = 0.3 if entitled(best.table, title) else 0.5
    return mapped(best) >= max(3, share * len(texts))


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
