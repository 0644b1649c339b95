"""A copy of a source with the cells to mend marked and commented; and the rows set aside, to mend and send back.

openpyxl copies xlsx and xlsm with their formats (shapes and charts may be lost: the page says so). Other formats are
copied as values. Texts that look like formulas stay texts.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pandas as pd
from openpyxl.cell import Cell as BookCell
from openpyxl.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from dxaudit.errors import DxauditError
from dxaudit.intake.columns import KEY_COLUMNS
from dxaudit.intake.files import SourceFile, find_files
from dxaudit.intake.findings import for_department
from dxaudit.intake.owners import OWNERS
from dxaudit.intake.sheets import Sheet, is_blank, read_sheets, shown
from dxaudit.state import CurrentState, letters
from dxaudit.vocabulary import LANGUAGES, column_label, load, text
from dxaudit.writing import whole_file

MOST_BYTES = 60_000_000
"""Sources that unpack to more are not copied: openpyxl holds some ten times as much in memory."""
LIST_COLUMNS = ("severity", "sheet", "cell", "message")
"""Columns of the list of findings in a marked copy, by label."""
AUTHOR = "dxaudit"
"""Whose comments the marks are."""
MOST_COMMENTS = 2_000
MOST_COMMENT = 900
LINE_PT = 15
MOST_LINES = 20
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")


def mark_copy(state: CurrentState, file: str, path: Path, lang: str = "ja") -> str:
    """Write a marked copy of ``file`` to ``path``; returns what must be said of the copy.

    Cells with findings or broken readability rules are filled by severity and carry the sentences as a comment; a
    first sheet lists them all. Where no copy can be made (source gone, too large, unreadable) none is written.
    """
    path.unlink(missing_ok=True)
    source = _source(state, file)
    if source is None:
        why = "not_a_table" if (Path(state.folder or "") / file).is_file() else "source_changed"
        return text("sendback.not_marked", lang, why=text(f"sendback.{why}", lang))
    if _unpacked(source) > MOST_BYTES:
        return text("sendback.not_marked", lang, why=text("sendback.too_large", lang))
    try:
        book, said = _copied(source, lang)
    except DxauditError as error:
        return text("sendback.not_marked", lang, why=error.what)
    marks = _marks(state, file, lang)
    used: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for sheet, cell, severity, message in marks:
        used.setdefault((sheet, _first_cell(cell)), []).append((severity, message))
    for number, ((sheet, cell), notes) in enumerate(used.items()):
        held = _sheet(book, sheet)
        if held is not None and cell:
            _mark(held[cell], notes, comment=number < MOST_COMMENTS)
    _list_sheet(book, marks, lang)
    with whole_file(path) as part:
        book.save(part)
    return said


def write_mend(state: CurrentState, file: str, path: Path, lang: str = "ja") -> bool:
    """Write the rows of ``file`` that were set aside, under their own headings, with the reason behind; True if any.

    Once mended the workbook is read like any other: the headings are those of the source, and the columns with reason
    and place are no answers. The department stands in a column of its own where in the source only the place said it.
    The cells to fill are coloured.
    """
    path.unlink(missing_ok=True)
    outside = state.rows_outside
    if not len(outside):
        return False
    rows = outside[(outside["file"] == file) & (outside["kind"] == "set_aside")]
    source = _source(state, file) if len(rows) else None
    if source is None:
        return False
    try:
        held = {sheet.name: sheet for sheet in read_sheets(source)}
    except DxauditError:
        return False
    book = Workbook()
    book.remove(book.active)
    for (name, block), lines in _blocks(state, file, rows):
        if name in held:
            _mend_sheet(book, state, held[name], file, name, block, lines, lang)
    if not book.worksheets:
        return False
    with whole_file(path) as part:
        book.save(part)
    return True


def _source(state: CurrentState, file: str) -> SourceFile | None:
    if state.folder is None:
        return None
    path = Path(state.folder) / file
    if not path.is_file():
        return None
    found, _ = find_files(path)
    return found[0] if found else None


def _unpacked(source: SourceFile) -> int:
    if source.kind not in ("xlsx", "ods"):
        return source.path.stat().st_size
    with ZipFile(source.path) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def _copied(source: SourceFile, lang: str) -> tuple[Workbook, str]:
    if source.kind == "xlsx":
        try:
            book = openpyxl.load_workbook(source.path, keep_vba=False)
            _disarm(book)
            _unmark(book)
            return book, text("sendback.drawings_lost", lang)
        except Exception:
            # openpyxl raises many kinds on files that Excel and calamine open; the values are copied instead.
            pass
    book = Workbook()
    book.remove(book.active)
    for sheet in read_sheets(source):
        copy = book.create_sheet(_title(book, sheet.name or source.path.stem))
        for r, row in enumerate(sheet.rows, start=1):
            for c, value in enumerate(row, start=1):
                if value != "":
                    write_cell(copy.cell(r, c), value)
    return book, text("sendback.values_only", lang, kind=source.kind)


def _disarm(book: Workbook) -> None:
    """Formulas that reach out of the book (links, queries, other programs) become text; sums and the like stay."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f" and _REACHES_OUT.search(str(getattr(cell.value, "text", cell.value))):
                    write_cell(cell, str(getattr(cell.value, "text", cell.value)))


def _unmark(book: Workbook) -> None:
    """A marked copy that came back loses the marks of the last time: what was mended since must not look wrong."""
    lists = [[text(f"sendback.column.{name}", lang) for name in LIST_COLUMNS] for lang in LANGUAGES]
    ours = {fill.fgColor.rgb for fill in _fills().values()}
    for sheet in book.worksheets:
        if [cell.value for cell in sheet[1][: len(LIST_COLUMNS)]] in lists:
            book.remove(sheet)
            continue
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None and cell.comment.author == AUTHOR:
                    cell.comment = None
                    if cell.fill.fgColor.rgb in ours:
                        cell.fill = PatternFill()


_REACHES_OUT = re.compile(r"HYPERLINK|WEBSERVICE|IMAGE\s*\(|RTD\s*\(|CALL\s*\(|REGISTER|DDE|\||https?:|\\\\", re.I)


def write_cell(cell: BookCell, value: object) -> None:
    """A value into a cell; a text stays a text, whatever it begins with."""
    if isinstance(value, str):
        cell.value = _ILLEGAL.sub("", value)[:32_000]
        cell.data_type = "s"
        if value[:1] in "=+-@":
            # Excel then shows it as text when the cell is edited, too.
            cell.quotePrefix = True
    else:
        cell.value = value


def _title(book: Workbook, name: str) -> str:
    base = re.sub(r"[\[\]:*?/\\]", "_", _ILLEGAL.sub("", name)).strip("'")[:28] or "Sheet"
    title, number = base, 2
    while title.casefold() in {s.casefold() for s in book.sheetnames}:
        title, number = f"{base}_{number}", number + 1
    return title


def _marks(state: CurrentState, file: str, lang: str) -> list[tuple[str, str, str, str]]:
    """(sheet, cell, severity, sentence) of findings and of broken readability rules, the gravest first."""
    found = []
    for f in state.findings[state.findings["file"] == file].itertuples(index=False):
        sheet, cell = f.sheet if isinstance(f.sheet, str) else "", f.cell if isinstance(f.cell, str) else ""
        found.append((sheet, cell, f.severity, for_department(f.message)))
    verdicts = state.readability
    if len(verdicts):
        rules = load("readability")["rules"]
        for v in verdicts[(verdicts["file"] == file) & (verdicts["verdict"] == "ng")].itertuples(index=False):
            sentence = f"{v.rule} {rules[v.rule]['name']}"
            for cell in v.cells.split(" ") or [""]:
                found.append((v.sheet, cell, "readability", sentence))
    order = {"error": 0, "warning": 1, "readability": 2, "info": 3}
    return sorted(found, key=lambda mark: order[mark[2]])


def _first_cell(cell: str) -> str:
    """The A1 cell that a cell, a range, a row number or a row (``5:5``) begins with; "" for a column or none."""
    first = cell.split(":")[0].strip()
    if _CELL.fullmatch(first):
        return first
    return f"A{int(first)}" if first.isdecimal() and 0 < int(first) < 1_048_577 else ""


def _sheet(book: Workbook, name: str) -> Worksheet | None:
    if name in book.sheetnames:
        found = book[name]
    elif not name and book.worksheets:
        found = book.worksheets[0]
    else:
        return None
    return found if isinstance(found, Worksheet) else None


def _fills() -> dict[str, PatternFill]:
    look = load("look")
    colours = {
        "error": "FF8D44",
        "warning": "FFEEE2",
        "readability": look["coverage"]["scale"][1].lstrip("#"),
        "info": look["ink"]["panel"].lstrip("#"),
    }
    return {name: PatternFill("solid", fgColor=f"FF{colour.upper()}") for name, colour in colours.items()}


def _mark(cell: BookCell | MergedCell, notes: list[tuple[str, str]], *, comment: bool) -> None:
    if isinstance(cell, MergedCell):
        sheet = cell.parent
        owner = next((r for r in sheet.merged_cells.ranges if cell.coordinate in r), None)
        if owner is None:
            return
        cell = sheet.cell(owner.min_row, owner.min_col)
    worst = notes[0][0]
    if worst != "info":
        cell.fill = _fills()[worst]
    if comment:
        said = "\n".join(dict.fromkeys(message for _, message in notes))
        before = f"{cell.comment.text}\n" if cell.comment else ""
        cell.comment = Comment(_ILLEGAL.sub("", before + said)[:MOST_COMMENT], AUTHOR, width=320, height=120)


def _list_sheet(book: Workbook, marks: list[tuple[str, str, str, str]], lang: str) -> None:
    sheet = book.create_sheet(_title(book, text("sendback.sheet.list", lang)), 0)
    heads = [text(f"sendback.column.{name}", lang) for name in LIST_COLUMNS]
    sheet.append(heads)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for number, (name, cell, severity, message) in enumerate(marks, start=2):
        label = text("sendback.readability_mark" if severity == "readability" else f"common.severity.{severity}", lang)
        for column, value in enumerate((label, name, cell, message), start=1):
            write_cell(sheet.cell(number, column), value)
        sheet.cell(number, 1).fill = _fills()[severity]
        sheet.cell(number, 4).alignment = Alignment(wrap_text=True, vertical="top")
        target = _sheet(book, name)
        if _first_cell(cell) and target is not None and target is not sheet:
            quoted = target.title.replace("'", "''")
            sheet.cell(number, 3).hyperlink = f"#'{quoted}'!{_first_cell(cell)}"
            sheet.cell(number, 3).font = Font(color="FF0017C1", underline="single")
    for place, width in enumerate((14, 20, 10, 90), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    book.active = 0


def _blocks(state: CurrentState, file: str, rows: pd.DataFrame) -> list[tuple[tuple[str, int], pd.DataFrame]]:
    """Rows set aside by sheet and table of the sheet they belong to."""
    found: list[tuple[tuple[str, int], pd.DataFrame]] = []
    sheets = state.sheets[(state.sheets["file"] == file) & state.sheets["header_last"].notna()]
    for name, lines in rows.groupby("sheet", sort=False, dropna=False):
        own = sheets[sheets["sheet"] == name].sort_values("header_last")
        if own.empty:
            continue
        headers = list(zip(own["header_last"], own["block"], strict=True))
        # The table whose header stands last above the row.
        above = [[b for last, b in headers if last < row][-1:] or [headers[0][1]] for row in lines["row"].astype(int)]
        for block, part in lines.groupby(pd.Series([b[0] for b in above], index=lines.index), sort=False):
            found.append(((name, int(block)), part))
    return found


def _mend_sheet(
    book: Workbook, state: CurrentState, held: Sheet, file: str, name: str, block: int, lines: pd.DataFrame, lang: str
) -> None:
    columns = state.columns
    own = columns[(columns["file"] == file) & (columns["sheet"] == name) & (columns["block"] == block)]
    facts = state.sheets[
        (state.sheets["file"] == file) & (state.sheets["sheet"] == name) & (state.sheets["block"] == block)
    ]
    turned = bool(facts["transposed"].iloc[0]) if len(facts) else False
    if own.empty:
        return
    table = facts["table"].iloc[0]
    sheet = book.create_sheet(_title(book, name or Path(file).stem))
    department = _department_of(state, table, file, name, block)
    front = [column_label(table, OWNERS[table], lang)] if department else []
    heads = front + [_heading(c.source, c.unit) for c in own.itertuples(index=False)]
    heads += [text("sendback.mend.reason", lang), text("sendback.mend.place", lang)]
    for place, head in enumerate(heads, start=1):
        write_cell(sheet.cell(1, place), head)
        sheet.cell(1, place).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = 28 if place > len(heads) - 2 else 16
    rows = held.turned().rows if turned else held.rows
    to_fill = [c.column in KEY_COLUMNS.get(table, ()) for c in own.itertuples(index=False)]
    for number, line in enumerate(lines.itertuples(index=False), start=2):
        at = int(line.row) - 1
        source = rows[at] if at < len(rows) else []
        if front:
            write_cell(sheet.cell(number, 1), department)
        for place, (c, wanted) in enumerate(zip(own.itertuples(index=False), to_fill, strict=True), len(front) + 1):
            position = int(c.position) - 1
            value = source[position] if position < len(source) else ""
            if value != "":
                write_cell(sheet.cell(number, place), value)
            if wanted and is_blank(value):
                sheet.cell(number, place).fill = _fills()["error"]
        write_cell(sheet.cell(number, len(heads) - 1), shown(line.reason))
        where = letters(at + 1) if turned else str(at + 1)
        write_cell(sheet.cell(number, len(heads)), f"{state.place(file, name)}!{where}")
    for number, row in enumerate(sheet.iter_rows(), start=1):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        # Excel fits the height of wrapped rows by itself, other programs do not.
        sheet.row_dimensions[number].height = LINE_PT * max(map(_lines, row))
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _lines(cell: BookCell) -> int:
    """Lines that a cell's text takes in the width of its column; a kana or kanji is as wide as two letters."""
    said = "" if cell.value is None else str(cell.value)
    signs = sum(2 if ord(sign) > 0x2E80 else 1 for sign in said)
    return min(math.ceil((signs + 1) / cell.parent.column_dimensions[cell.column_letter].width), MOST_LINES)


def _department_of(state: CurrentState, table: str, file: str, sheet: str, block: int) -> str:
    """The one department of a table whose rows do not name it themselves; "" otherwise."""
    if table not in OWNERS:
        return ""
    frame = state.table(table)
    own = frame[(frame["source_file"] == file) & (frame["source_sheet"] == sheet) & (frame["source_block"] == block)]
    names = own[OWNERS[table]].dropna().unique()
    if len(names) != 1:
        return ""
    line = own.iloc[0]
    written = state.cell(line, OWNERS[table]) is not None and (own["department_written"] == names[0]).any()
    return "" if written else str(names[0])


def _heading(source: object, unit: object) -> str:
    head = " ".join(str(source).split())
    return f"{head}（{unit}）" if isinstance(unit, str) and unit and unit not in head else head
