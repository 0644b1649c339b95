"""A report as slides: the city's in five to eight for the mayor, a department's on one.

Every slide says in its title what was found; the picture proves it. A city's own template (`TEMPLATE` in the folder of
its files) gives colours, fonts and logo.
"""

from __future__ import annotations

import io
import json
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import PP_ALIGN
from pptx.util import Mm, Pt

from dxaudit.publish.blocks import Part, Picture, Rows, Sentence, parts
from dxaudit.publish.document import FONT, shares, shown
from dxaudit.publish.marks import MARK
from dxaudit.publish.workbook import clean
from dxaudit.vocabulary import load, text

TEMPLATE = "dxaudit.pptx"
MOST = 8
WIDE, HIGH, EDGE = 338.7, 190.5, 14.0
"""Millimetres of a 16:9 slide and of its margin."""
BODY_TOP, BODY_HIGH = 52.0, 122.0


def write(notebook: Any, path: Path, department: str, lang: str, templates: Path | None = None) -> None:
    """Write an executed notebook as slides."""
    own = templates / TEMPLATE if templates and (templates / TEMPLATE).is_file() else None
    deck = Presentation(str(own)) if own else Presentation()
    if own is None:
        deck.slide_width, deck.slide_height = Mm(WIDE), Mm(HIGH)
    found = [part for part in parts(notebook, department) if part.blocks]
    if department:
        _department(deck, found, lang)
    else:
        for part in found[:MOST]:
            _section(deck, part, lang)
    about = deck.core_properties
    about.title = (found[0].heading.text if found else department)[:255]
    about.subject, about.author = department[:255], "dxaudit"
    about.keywords = json.dumps(notebook.metadata[MARK]["facts"])
    deck.save(str(path))


def _section(deck: Any, part: Part, lang: str) -> None:
    """One slide: the section's name small, its finding large, then the picture, or the head of its table."""
    slide = _slide(deck, part.heading.text, _finding(part), lang)
    pictures, tables = part.of(Picture), [t for t in part.of(Rows) if not t.data]
    if pictures:
        notes = [s.text for s in part.of(Sentence) if not s.first]
        wide = WIDE - 2 * EDGE
        if tables:
            wide = 0.6 * wide
            _table(slide, tables[0], EDGE + wide + 6, WIDE - 2 * EDGE - wide - 6, rows=6, columns=3)
        _picture(slide, pictures[0], EDGE, BODY_TOP, wide, BODY_HIGH)
        if notes:
            slide.notes_slide.notes_text_frame.text = clean("\n".join(notes))
    elif tables:
        _table(slide, tables[0], EDGE, WIDE - 2 * EDGE, rows=12, columns=7)
    else:
        _words(slide, [s.text for s in part.of(Sentence) if not s.first], BODY_TOP)


def _department(deck: Any, found: list[Part], lang: str) -> None:
    """The one slide of a department: its findings, its perspectives, its gravest issues."""
    slide = _slide(deck, found[0].heading.text, _finding(found[0]), lang)
    pictures = [picture for part in found[1:3] for picture in part.of(Picture)[:1]]
    half = (WIDE - 2 * EDGE - 6) / 2
    for number, picture in enumerate(pictures):
        _picture(slide, picture, EDGE + number * (half + 6), BODY_TOP, half, 78.0)
    findings = [_finding(part) for part in found[1:7] if _finding(part)]
    _words(slide, findings, BODY_TOP + (82.0 if pictures else 0.0), 13 if pictures else 18)


def _finding(part: Part) -> str:
    return next((s.text for s in part.of(Sentence)), "")


def _slide(deck: Any, name: str, finding: str, lang: str) -> Any:
    """A slide with the section's name, its finding as the title, and our foot line."""
    titled = [layout for layout in deck.slide_layouts if layout.placeholders and len(list(layout.placeholders)) <= 4]
    only_title = next((layout for layout in titled if layout.name == "Title Only"), deck.slide_layouts[0])
    slide = deck.slides.add_slide(only_title)
    ink = load("look")["ink"]
    title = slide.shapes.title
    title.left, title.top, title.width, title.height = Mm(EDGE), Mm(20), Mm(WIDE - 2 * EDGE), Mm(30)
    size = 24 if len(finding) <= 56 else 20 if len(finding) <= 90 else 16
    _write(title.text_frame, [finding or name], size, ink["text"], bold=True)
    label = slide.shapes.add_textbox(Mm(EDGE), Mm(9), Mm(WIDE - 2 * EDGE), Mm(10))
    _write(label.text_frame, [name], 14, ink["key"], bold=True)
    foot = slide.shapes.add_textbox(Mm(EDGE), Mm(HIGH - 13), Mm(WIDE - 2 * EDGE), Mm(8))
    _write(foot.text_frame, [text("publish.page.foot", lang)], 9, ink["muted"])
    return slide


def _write(frame: Any, lines: list[str], size: float, colour: str, bold: bool = False) -> None:
    frame.word_wrap = True
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        run = paragraph.add_run()
        run.text = clean(line)
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, FONT
        run.font.color.rgb = RGBColor.from_string(colour.lstrip("#").upper())
        paragraph.space_after = Pt(size / 3)


def _words(slide: Any, lines: list[str], top: float, size: float = 18) -> None:
    if lines:
        box = slide.shapes.add_textbox(Mm(EDGE), Mm(top), Mm(WIDE - 2 * EDGE), Mm(HIGH - top - 16))
        _write(box.text_frame, [f"・{line}" for line in lines], size, load("look")["ink"]["text"])


def _size(picture: Picture) -> tuple[int, int]:
    """Pixels of a PNG, from its header."""
    return struct.unpack(">II", picture.png[16:24])


def _picture(slide: Any, picture: Picture, left: float, top: float, wide: float, high: float) -> None:
    """A picture as large as it fits, its proportions kept."""
    width, height = _size(picture)
    scale = min(wide / width, high / height)
    shape = slide.shapes.add_picture(io.BytesIO(picture.png), Mm(left), Mm(top), Mm(width * scale), Mm(height * scale))
    shape._element._nvXxPr.cNvPr.set("descr", clean(picture.alt))


def _table(slide: Any, block: Rows, left: float, wide: float, rows: int, columns: int) -> None:
    """The first rows and columns of a table; the whole stands in the other formats."""
    kept = block.rows[:rows]
    count = min(columns, len(block.columns))
    if not kept or not count:
        return
    shape = slide.shapes.add_table(len(kept) + 1, count, Mm(left), Mm(BODY_TOP), Mm(wide), Mm(8 * (len(kept) + 1)))
    ink = load("look")["ink"]
    widths = shares(replace(block, columns=block.columns[:count], rows=tuple(row[:count] for row in kept)))
    for column in range(count):
        shape.table.columns[column].width = Mm(wide * widths[column])
        _cell(shape.table.cell(0, column), block.columns[column], "#ffffff", ink["key"], bold=True)
        for number, row in enumerate(kept, start=1):
            words, _ = shown(row[column], block, column)
            _cell(shape.table.cell(number, column), words if len(words) <= 40 else words[:39] + "…", ink["text"])


def _cell(cell: Any, words: str, colour: str, fill: str = "#ffffff", bold: bool = False) -> None:
    _write(cell.text_frame, [words], 11, colour, bold)
    cell.margin_top = cell.margin_bottom = Mm(0.8)
    cell.fill.solid()
    cell.fill.fore_color.rgb = RGBColor.from_string(fill.lstrip("#").upper())
