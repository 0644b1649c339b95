"""Level 1 of the machine-readability rules: can a program read the table at all?"""

from __future__ import annotations

import csv
import io
import re
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from dxaudit.intake.readability.layout import Column, Page, Table, all_blank, blank, is_number
from dxaudit.intake.readability.verdicts import NOT_JUDGED, OK, Rule, Verdict, against, cell, offence, offending
from dxaudit.intake.sheets import Sheet, shown
from dxaudit.state import letters
from dxaudit.vocabulary import load

READABLE_KINDS = ("xlsx", "ods", "csv")
LONGEST_FIELD = 10_000_000


def file_format(page: Page, table: Table) -> Verdict:
    """L1-01: xlsx, ods and csv are read by programs directly; xls is not."""
    return OK if page.sheet.kind in READABLE_KINDS else offence([page.sheet.kind], page.sheet.file)


def one_table(page: Page, table: Table) -> Verdict:
    """L1-02: told once a sheet, at its first table."""
    if table != page.tables[0]:
        return OK
    if len(page.tables) == 1:
        return OK
    return offence([f"{cell(t.top, t.left)}:{cell(t.bottom, t.right)}" for t in page.tables])


def not_divided(page: Page, table: Table) -> Verdict:
    """L1-03: no empty rows or columns inside, no header again."""
    if table.bottom - table.top < 2:
        return OK
    found = [f"{r + 1}:{r + 1}" for r in table.repeated]
    for row in range(table.top, table.bottom + 1):
        line = page.sheet.rows[row]
        if all_blank(line[table.left : table.right + 1]) and not any(
            (row, c) in page.marks.formulas for c in range(table.left, table.right + 1)
        ):
            found.append(f"{row + 1}:{row + 1}")
    covered = {c for m in page.merges(table) for c in range(m[1] + 1, m[3] + 1)}
    for column in page.columns(table):
        letter = letters(column.place + 1)
        unused = column.kind == "empty" and column.place not in covered and not page.headers(table, column.place)
        if unused and not any(c == column.place for _, c in page.marks.formulas):
            found.append(f"{letter}:{letter}")
    return offence(found)


def nothing_else(page: Page, table: Table) -> Verdict:
    """L1-04: nothing stands outside the tables."""
    if not page.others:
        return OK
    return offence([cell(r, c) for r, c, _ in page.others], shown(page.others[0][2]))


def named_columns(page: Page, table: Table) -> Verdict:
    """L1-05: every column with data has a name that says something."""
    header = table.header or (table.top,)
    named = {c for m in page.merges(table) if m[0] <= header[-1] and m[2] >= header[0] for c in range(m[1], m[3] + 1)}
    meaningless = re.compile(load("readability")["headers"]["meaningless"], re.IGNORECASE)
    found = []
    for column in page.columns(table):
        if not table.header:
            found.append(cell(table.top, column.place))
            continue
        name = page.headers(table, column.place)
        unnamed = not name and column.place not in named and bool(column.counts)
        if unnamed or meaningless.match(name):
            found.append(cell(header[-1], column.place))
    names = [page.header(table, c) for c in range(table.left, table.right + 1)]
    if not found and len(names) > 1 and all(n.isdecimal() for n in names):
        numbers = [int(n) for n in names]
        if all(b - a == 1 for a, b in pairwise(numbers)):
            found = [cell(header[-1], c) for c in range(table.left, table.right + 1)]
    return offence(found)


def no_layout_spaces(page: Page, table: Table) -> Verdict:
    """L1-06: no spaces or line breaks that only serve the eye."""
    address = re.compile(load("readability")["spaces"]["address"], re.IGNORECASE)
    addresses = {c for c in range(table.left, table.right + 1) if address.search(page.headers(table, c))}

    def has_layout(text: str, column: Column | None) -> bool:
        return _has_layout(text, in_address=column is not None and column.place in addresses)

    return against(page, offending(page, table, has_layout, _SPACES))


_SPACES = frozenset(chr(code) for code in range(0x3001) if chr(code).isspace())


@cache
def _meant() -> re.Pattern:
    return re.compile(load("readability")["spaces"]["meant"])


def _has_layout(text: str, *, in_address: bool) -> bool:
    body = text.rstrip("\n")
    if body != body.strip() and not _meant().search(text):
        return True
    if not in_address and ("\u3000" in text or re.search(r"[ \u3000]{2,}", text.strip())) and not _meant().search(text):
        return True
    inner = text.rstrip("\r\n")
    if "\n" in inner or "\r" in inner:
        return sum(sign.isspace() for sign in text) / len(text) > load("readability")["spaces"]["most_blank"]
    return False


_TWO_FIGURES = re.compile(r"\s*[\d,.]+\s*[（(]\s*[\d,.]+\s*[)）]\s*")
_LIST_COMMA = re.compile(r"(?<!\d)[,，]|[,，](?!\d)")
_THOUSANDS = re.compile(r"(?<![\d,])\d{1,3}(?:,\d{3})+(?![\d,])")


def one_datum(page: Page, table: Table) -> Verdict:
    """L1-07: one cell, one datum."""

    def several(text: str, column: Column | None) -> bool:
        return _several(text, numeric=column is not None and column.kind == "number")

    return against(page, offending(page, table, several, _LISTED))


_LISTED = frozenset("\n、・,，（(")


def _several(text: str, *, numeric: bool) -> bool:
    if "\n" in text and sum(bool(line.strip()) for line in text.split("\n")) >= 2:
        return True
    if _TWO_FIGURES.fullmatch(text) and not numeric:
        return True
    # A sentence may hold commas and points; a list does not end in a full stop.
    if "。" in text:
        return False
    if text.count("、") >= 2 or text.count("・") >= 2:
        return True
    if not ("," in text or "，" in text):
        return False
    if _LIST_COMMA.search(text):
        return True
    # A figure with commas is one datum wherever it stands in the text: 紙の申請が1,800件.
    bare = re.sub(r"（[^）]*）|\s+", "", text)
    return not numeric and "," in _THOUSANDS.sub("", bare)


def no_platform_characters(page: Page, table: Table) -> Verdict:
    """L1-08: no characters that depend on the machine. In UTF-8 text they are one character everywhere."""
    legacy = page.sheet.encoding == "cp932"
    if page.sheet.kind == "csv" and not legacy:
        return OK
    code = re.compile(load("readability")["characters"]["roman_code"])

    bound = _machine_bound() | frozenset("〜～") if legacy else _machine_bound()

    def machine_bound(text: str, column: Column | None) -> bool:
        return not code.match(text.strip()) or not bound.isdisjoint(re.sub(r"[Ⅰ-ⅿ]", "", text))

    return against(page, offending(page, table, machine_bound, bound))


@cache
def _machine_bound() -> frozenset[str]:
    """Circled and Roman numerals, bracketed and squared ideographs, era ligatures; units such as ㎡ excepted."""
    ranges = ("①⑳", "㉑㉟", "㊱㊿", "Ⅰⅿ", "㈠㉃", "㊀㋿", "㌀㏿", "\ufe30\ufe4f")
    signs = {chr(code) for first, last in ranges for code in range(ord(first), ord(last) + 1)}
    return frozenset(signs - set(load("readability")["characters"]["units"]))


def blank_is_not_zero(page: Page, table: Table) -> Verdict:
    """L1-09 (not scored): columns of numbers where both empty cells and zeros stand."""
    found = []
    for column in page.columns(table):
        if column.kind != "number" or len(column.values) < 3:
            continue
        if column.filled == len(column.values):
            continue
        zeros = sum(n for v, n in column.counts.items() if is_number(v) and float(str(v).replace(",", "")) == 0)
        if zeros >= 2:
            found.append(f"{letters(column.place + 1)}:{letters(column.place + 1)}")
    return offence(found)


def no_objects(page: Page, table: Table) -> Verdict:
    """L1-10: no picture, shape or chart over the table."""
    if not page.marks.known:
        return NOT_JUDGED
    return offence([cell(r, c) for r, c in page.marks.objects if table.holds(r, c)])


def no_meaning_in_format(page: Page, table: Table) -> Verdict:
    """L1-11: in a column neither several font colours nor several fills, nor some cells bold or italic."""
    if not page.marks.known:
        return NOT_JUDGED
    dressed: dict[int, dict[int, tuple]] = {}
    for (row, place), look in page.marks.formats.items():
        if table.body <= row <= table.bottom:
            dressed.setdefault(place, {})[row] = look
    found = []
    for column in page.columns(table):
        if column.place not in dressed:
            continue
        own, plain = dressed[column.place], page.marks.common_format
        looks = [own.get(table.body + i, plain) for i, v in enumerate(column.values) if not blank(v)]
        if len(looks) < 2 or len(set(looks)) == 1:
            continue
        colours, fills = {look[0] for look in looks}, {look[1] for look in looks}
        bold, italic = sum(look[2] for look in looks), sum(look[3] for look in looks)
        if (
            (len(colours) >= 2 and colours != {None})
            or len(fills - {None}) >= 2
            or 0 < bold < len(looks)
            or 0 < italic < len(looks)
        ):
            found.append(f"{letters(column.place + 1)}:{letters(column.place + 1)}")
    return offence(found)


def no_merged_cells(page: Page, table: Table) -> Verdict:
    """L1-12: no merged cells among the data; merged headers are judged by L2-03, as the published scorer does."""
    if page.sheet.kind == "csv":
        return NOT_JUDGED
    found = [m for m in page.merges(table) if not all(r in table.header for r in range(m[0], m[2] + 1))]
    return offence([f"{cell(m[0], m[1])}:{cell(m[2], m[3])}" for m in found])


def nothing_hidden(page: Page, table: Table) -> Verdict:
    """L1-13: no hidden rows or columns within what is used of the sheet."""
    if not page.marks.known:
        return NOT_JUDGED
    rows = [f"{r + 1}:{r + 1}" for r in page.marks.hidden_rows if r < len(page.sheet.rows)]
    columns = [letters(c + 1) for c in page.marks.hidden_columns if c < page.sheet.width]
    return offence(rows + [f"{c}:{c}" for c in columns])


def one_line_a_record(page: Page, table: Table) -> Verdict:
    """L1-14: a record of a csv is one line: no line breaks in fields, no record broken over several lines."""
    if page.sheet.kind != "csv" or not page.sheet.path.is_file():
        return NOT_JUDGED
    records = _records(page.sheet)
    expected = _expected(records, table)
    found = []
    for number in range(table.top, min(table.bottom + 1, len(records))):
        fields, lines = records[number]
        broken = number > table.top and expected > 1 and len(fields) == 1 and fields[0].strip()
        if lines > 1 or broken:
            found.append(f"{number + 1}:{number + 1}")
    return offence(found)


def commas_quoted(page: Page, table: Table) -> Verdict:
    """L1-15: every record has the number of fields of the header, so that no comma divided a value."""
    if page.sheet.kind != "csv" or not page.sheet.path.is_file():
        return NOT_JUDGED
    records = _records(page.sheet)
    expected = _expected(records, table)
    found = []
    for number in range(table.body, min(table.bottom + 1, len(records))):
        fields, _ = records[number]
        if fields and any(f.strip() for f in fields) and len(fields) != expected:
            found.append(f"{number + 1}:{number + 1}")
    return offence(found)


def _expected(records: list[tuple[list[str], int]], table: Table) -> int:
    row = table.header[-1] if table.header else table.top
    return len(records[row][0]) if row < len(records) else 0


def _records(sheet: Sheet) -> list[tuple[list[str], int]]:
    """Fields and number of lines of every record as the file holds them (the sheet has its rows made equally long)."""
    return _file_records(str(sheet.path), sheet.encoding, sheet.path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _file_records(path: str, encoding: str, changed: int) -> list[tuple[list[str], int]]:
    text = Path(path).read_bytes().decode(encoding, errors="replace").replace("\x00", "")
    tabs = path.lower().endswith(".tsv") or ("\t" in text[:2000] and "," not in text[:2000])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if tabs else ",")
    found, before = [], 0
    limit = csv.field_size_limit(LONGEST_FIELD)
    try:
        for fields in reader:
            found.append((fields, reader.line_num - before))
            before = reader.line_num
    except csv.Error:
        # A field without end: the records up to it are judged.
        pass
    finally:
        csv.field_size_limit(limit)
    return found


RULES: dict[str, Rule] = {
    "L1-01": file_format,
    "L1-02": one_table,
    "L1-03": not_divided,
    "L1-04": nothing_else,
    "L1-05": named_columns,
    "L1-06": no_layout_spaces,
    "L1-07": one_datum,
    "L1-08": no_platform_characters,
    "L1-09": blank_is_not_zero,
    "L1-10": no_objects,
    "L1-11": no_meaning_in_format,
    "L1-12": no_merged_cells,
    "L1-13": nothing_hidden,
    "L1-14": one_line_a_record,
    "L1-15": commas_quoted,
}
