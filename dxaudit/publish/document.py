"""A report as a Word document that staff can go on editing: headings, sentences, pictures, tables.

A city's own template (`TEMPLATE` in the folder of its files) gives styles, margins, headers and logo; styles that it
lacks (Word stores a heading style only once it was used) are added in our look. Ours is the library's plain one,
dressed in the look of the other formats.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from dxaudit.publish.blocks import Heading, Picture, Rows, Sentence, blocks
from dxaudit.publish.columns import widths
from dxaudit.publish.marks import MARK
from dxaudit.publish.own_template import own_template
from dxaudit.publish.workbook import clean
from dxaudit.show import numbers
from dxaudit.vocabulary import load, text

TEMPLATE = "dxaudit.docx"
FONT = "Yu Gothic"
DEEPEST = 4
"""Levels of headings."""
GRID = "Table Grid"
CELL_PT = 8.5


def write(notebook: Any, path: Path, department: str, lang: str, templates: Path | None = None) -> None:
    """Write an executed notebook as a document on the city's template, on ours where it has none."""
    document = opened(templates)
    if document is None:
        document = Document()
        _dress(document, text("publish.page.foot", lang))
    else:
        _complete(document)
    # Empty paragraphs of a template stay; its sample text is the city's to leave out.
    width, height = _text_area(document)
    title = ""
    for block in blocks(notebook):
        if isinstance(block, Heading):
            title = title or block.text
            document.add_heading(clean(block.text), min(block.level, DEEPEST))
        elif isinstance(block, Sentence):
            paragraph = document.add_paragraph()
            # The finding stays on the page of the figure or table that proves it.
            paragraph.paragraph_format.keep_with_next = block.first
            paragraph.add_run(clean(block.text)).bold = block.first or None
        elif isinstance(block, Picture):
            # A picture higher than the page would be cut off at its foot.
            document.add_picture(io.BytesIO(block.png), width=min(width, int(height / block.proportion)))
            _describe(document.inline_shapes[-1], block.alt)
        elif isinstance(block, Rows) and not block.data:
            _table(document, block, width)
    about = document.core_properties
    about.title, about.subject, about.author = title[:255], department[:255], "dxaudit"
    about.keywords = json.dumps(notebook.metadata[MARK]["facts"])
    document.save(str(path))


def opened(templates: Path | None) -> Any | None:
    """The city's template in the folder ``templates``, None where it has none.

    Raises
    ------
    DxauditError
        The file is no Word document.
    """
    return own_template(templates, TEMPLATE, "Word", Document, PackageNotFoundError)


def _text_area(document: Any) -> tuple[int, int]:
    """Width and height of a page's text; of its height what a heading and a caption leave."""
    section = document.sections[-1]
    high = section.page_height - section.top_margin - section.bottom_margin
    return section.page_width - section.left_margin - section.right_margin, int(high * 0.92)


def _dress(document: Any, foot: str) -> None:
    """A4 and the look of the other formats, on the library's plain template."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin, section.bottom_margin = Mm(18), Mm(20)
    look = load("look")
    _font(document.styles["Normal"], look["type"]["body_pt"], look["ink"]["text"])
    for name, size, colour in _styles():
        _font(document.styles[name], size, colour)
    line = section.footer.paragraphs[0]
    line.text = foot
    line.runs[0].font.size = Pt(8)
    number = section.footer.add_paragraph()
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    number._p.append(field)


def _styles() -> list[tuple[str, float, str]]:
    """Paragraph styles that a report is written in, beside the normal one: name, points, colour."""
    look = load("look")
    sizes = look["type"]["heading_pt"]
    headings = [(f"Heading {n}", sizes[min(n, len(sizes)) - 1], look["ink"]["key"]) for n in range(1, DEEPEST + 1)]
    return [*headings, ("Caption", 9, look["ink"]["muted"])]


def _complete(document: Any) -> None:
    """Add to a city's template the styles of ours that it lacks."""
    known = {style.name for style in document.styles}
    for name, size, colour in _styles():
        if name in known:
            continue
        added = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=True)
        _font(added, size, colour)
        added.paragraph_format.keep_with_next = True
        if name.startswith("Heading"):
            added.font.bold = True
            added.paragraph_format.space_before = Pt(size * 0.8)
            # What makes it a heading to the outline and to a table of contents.
            level = OxmlElement("w:outlineLvl")
            level.set(qn("w:val"), str(int(name[-1]) - 1))
            added.element.get_or_add_pPr().append(level)
    if GRID not in known:
        grid = document.styles.add_style(GRID, WD_STYLE_TYPE.TABLE, builtin=True)
        borders = OxmlElement("w:tblBorders")
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV"):
            line = OxmlElement(f"w:{edge}")
            for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "auto")):
                line.set(qn(f"w:{key}"), value)
            borders.append(line)
        properties = OxmlElement("w:tblPr")
        properties.append(borders)
        grid.element.append(properties)


def _font(named: Any, size: float, colour: str) -> None:
    named.font.name = FONT
    named.font.size = Pt(size)
    named.font.color.rgb = RGBColor.from_string(colour.lstrip("#").upper())
    fonts = named.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), FONT)
    language = OxmlElement("w:lang")
    # Without it, shared Chinese characters and full stops take another country's shapes.
    language.set(qn("w:eastAsia"), "ja-JP")
    named.element.get_or_add_rPr().append(language)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        # A theme's font would win over the one named.
        fonts.attrib.pop(qn(f"w:{theme}"), None)


def _describe(shape: Any, alt: str) -> None:
    shape._inline.docPr.set("descr", clean(alt))


def _table(document: Any, block: Rows, width: int) -> None:
    if block.caption:
        caption = document.add_paragraph(clean(block.caption), style="Caption")
        caption.paragraph_format.keep_with_next = True
    table = document.add_table(rows=1 + len(block.rows), cols=len(block.columns), style=GRID)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    # The library looks cells up anew at every access; asked once, a long table takes a tenth of the time.
    cells = table._cells
    count = len(block.columns)
    panel = load("look")["ink"]["panel"].lstrip("#")
    for column, head in enumerate(block.columns):
        cell = cells[column]
        _fill(cell, clean(head), bold=True)
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), panel)
        cell._tc.get_or_add_tcPr().append(shade)
    repeated = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for number, row in enumerate(block.rows, start=1):
        for column, value in enumerate(row):
            words, is_number = shown(value, block, column)
            _fill(cells[number * count + column], words, right=is_number)
    for column, share in enumerate(shares(block, width / Pt(CELL_PT))):
        # Word goes by the cells, LibreOffice by the columns.
        table.columns[column].width = int(width * share)
        for number in range(len(block.rows) + 1):
            cells[number * count + column].width = int(width * share)
    document.add_paragraph()


def _fill(cell: Any, words: str, bold: bool = False, right: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(words)
    run.font.size = Pt(CELL_PT)
    run.bold = bold or None
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def shown(value: Any, block: Rows, column: int) -> tuple[str, bool]:
    """A value as a page shows it, and whether it is a number."""
    if value is None:
        return block.missing, False
    if isinstance(value, int | float) and not isinstance(value, bool):
        return numbers.number(value, block.digits.get(block.columns[column], 0)), True
    return clean(str(value)), False


def shares(block: Rows, room: float) -> list[float]:
    """Widths of the columns as shares of the width of a table with room for so many full-width letters."""
    cells = [[shown(row[column], block, column)[0] for row in block.rows] for column in range(len(block.columns))]
    return widths(block.columns, cells, room)[0]
