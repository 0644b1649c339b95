"""A report as an Excel workbook: what was found on the first sheet, the tables behind it on one sheet a section."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import xlsxwriter

from dxaudit.publish.blocks import Heading, Part, Rows, Sentence, parts
from dxaudit.publish.marks import MARK
from dxaudit.vocabulary import load, text

# Excel's own limits.
_SHEET_NAME = 31
_ROWS = 1_048_576
_CELL = 32_767
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
# Characters that XML 1.0 cannot carry; one of them would make the whole workbook unreadable.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
WIDEST = 60


def write(notebook: Any, path: Path, department: str, lang: str) -> None:
    """Write the tables of an executed notebook.

    Every text is written as text: what looks like a formula or a link in a department's file stays what it was.
    """
    found = parts(notebook, department)
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        facts = notebook.metadata[MARK]["facts"]
        book.set_properties(
            {"title": found[0].heading.text if found else department, "subject": department, "author": "dxaudit",
             "keywords": json.dumps(facts)}
        )  # fmt: skip
        looks = _looks(book)
        pages = [page for part in found for page in _pages(part)]
        names = _sheet_names([page.heading.text for page in pages], text("publish.workbook.summary", lang))
        _summary(book, found, {page.heading: name for page, name in zip(pages, names, strict=True)}, looks, lang)
        for page, name in zip(pages, names, strict=True):
            _tables(book.add_worksheet(name), page, looks)


def _pages(part: Part) -> Iterator[Part]:
    """The sheets of a section: one for the tables of its page, one for each table that is for the workbook alone."""
    tables = part.of(Rows)
    if any(not table.data for table in tables):
        shown = tuple(block for block in part.blocks if not (isinstance(block, Rows) and block.data))
        yield Part(part.heading, shown)
    for table in tables:
        if table.data:
            yield Part(Heading(table.caption, 2), (table,))


def _looks(book: xlsxwriter.Workbook) -> dict[str, Any]:
    look = load("look")
    base = {"font_name": "Yu Gothic", "font_size": 10, "valign": "top"}
    line = {"border": 1, "border_color": look["ink"]["line"]}
    return {
        "title": book.add_format({**base, "font_size": 16, "bold": True, "font_color": look["ink"]["key"]}),
        "heading": book.add_format({**base, "font_size": 12, "bold": True, "font_color": look["ink"]["key"]}),
        "link": book.add_format({**base, "font_color": look["ink"]["link"], "underline": 1}),
        "sentence": book.add_format({**base, "text_wrap": True}),
        "finding": book.add_format({**base, "text_wrap": True, "bold": True}),
        "caption": book.add_format({**base, "font_color": look["ink"]["muted"]}),
        "head": book.add_format({**base, **line, "bold": True, "bg_color": look["ink"]["panel"], "text_wrap": True}),
        "text": book.add_format({**base, **line, "text_wrap": True}),
        "missing": book.add_format({**base, **line, "font_color": look["ink"]["muted"]}),
        "number": [
            book.add_format({**base, **line, "num_format": "#,##0" + ("." + "0" * digits if digits else "")})
            for digits in range(7)
        ],
    }


def _summary(book: Any, found: list[Part], names: dict[Heading, str], looks: dict[str, Any], lang: str) -> None:
    """The first sheet: every section's sentences, and where its tables are."""
    sheet = book.add_worksheet(text("publish.workbook.summary", lang))
    sheet.set_column(0, 0, 96)
    sheet.set_column(1, 2, 24)
    line = 0
    for part in found:
        sheet.write_string(line, 0, clean(part.heading.text), looks["title" if part.heading.level == 1 else "heading"])
        for column, page in enumerate(_pages(part), start=1):
            sheet.write_url(line, column, f"internal:'{names[page.heading]}'!A1", looks["link"], names[page.heading])
        line += 1
        for sentence in part.of(Sentence):
            sheet.write_string(line, 0, clean(sentence.text), looks["finding" if sentence.first else "sentence"])
            line += 1
        line += 1
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _tables(sheet: Any, part: Part, looks: dict[str, Any]) -> None:
    sheet.write_string(0, 0, clean(part.heading.text), looks["heading"])
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    tables = part.of(Rows)
    line = 1
    for sentence in part.of(Sentence):
        sheet.write_string(line, 0, clean(sentence.text))
        line += 1
    line += 1
    widths: dict[int, float] = {}
    for table in tables:
        line = _table(sheet, table, line, looks, widths) + 1
    for column, width in widths.items():
        sheet.set_column(column, column, min(WIDEST, max(8, width)))
    if len(tables) == 1 and tables[0].rows:
        last = line - 2
        sheet.autofilter(last - len(tables[0].rows), 0, last, len(tables[0].columns) - 1)
        sheet.freeze_panes(last - len(tables[0].rows) + 1, 0)


def _table(sheet: Any, table: Rows, line: int, looks: dict[str, Any], widths: dict[int, float]) -> int:
    """Write one table from ``line`` on; returns the line after it."""
    if table.caption:
        sheet.write_string(line, 0, clean(table.caption), looks["caption"])
        line += 1
    for column, head in enumerate(table.columns):
        sheet.write_string(line, column, clean(head), looks["head"])
        widths[column] = max(widths.get(column, 0), _width(head))
    for row in table.rows[: _ROWS - line - 1]:
        line += 1
        for column, value in enumerate(row):
            if value is None:
                sheet.write_string(line, column, table.missing, looks["missing"])
                shown = table.missing
            elif isinstance(value, int | float) and not isinstance(value, bool):
                digits = min(6, table.digits.get(table.columns[column], 0))
                sheet.write_number(line, column, value, looks["number"][digits])
                shown = f"{value:,.{digits}f}"
            else:
                shown = clean(str(value))
                sheet.write_string(line, column, shown, looks["text"])
            widths[column] = max(widths.get(column, 0), _width(shown))
    return line + 1


def _width(text: str) -> float:
    """Columns that a text takes: two for a full-width character."""
    return 2 + max((sum(2 if ord(c) > 0x2E7F else 1.1 for c in part) for part in text.split("\n")), default=0)


def clean(text: str) -> str:
    """A text without what XML cannot carry, as long as a cell may be."""
    return _NOT_XML.sub("", text)[:_CELL]


def _sheet_names(titles: list[str], summary: str) -> list[str]:
    """Sheet names that Excel takes: 31 characters, none forbidden, none twice in any case."""
    used = {summary.casefold(), "history"}
    names = []
    for title in titles:
        plain = _NOT_XML.sub("", _FORBIDDEN.sub(" ", title)).strip().strip("'")[:_SHEET_NAME] or "1"
        name, number = plain, 1
        while name.casefold() in used:
            number += 1
            name = f"{plain[: _SHEET_NAME - len(str(number)) - 1]} {number}"
        used.add(name.casefold())
        names.append(name)
    return names
