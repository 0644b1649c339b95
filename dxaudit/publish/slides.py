"""A report as slides: the city's in five to eight for the mayor, a department's on one.

Every slide says in its title what was found; the picture proves it. A city's own template (`TEMPLATE` in the folder of
its files) gives size, colours, fonts and logo.
"""

from __future__ import annotations

import io
import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import PP_ALIGN
from pptx.exc import PackageNotFoundError
from pptx.util import Mm, Pt

from dxaudit.publish.blocks import Part, Picture, Rows, Sentence, parts
from dxaudit.publish.columns import letters
from dxaudit.publish.document import FONT, shares, shown
from dxaudit.publish.marks import MARK
from dxaudit.publish.own_template import own_template
from dxaudit.publish.workbook import clean
from dxaudit.vocabulary import load, text

TEMPLATE = "dxaudit.pptx"
MOST = 8
TITLE_SIZES = (24, 20, 18, 16, 14, 12)


@dataclass(frozen=True)
class Paper:
    """A slide to write on; all lengths in millimetres, as drawn for one of 190.5 mm height (``unit`` 1).

    Attributes
    ----------
    wide, high : float
        Of the slide.
    unit : float
        By which lengths and letters are larger or smaller on this one.
    """

    wide: float = 338.7
    high: float = 190.5
    unit: float = 1.0

    @classmethod
    def of(cls, deck: Any) -> Paper:
        """The slides of a deck."""
        wide, high = deck.slide_width / 36_000, deck.slide_height / 36_000
        # A narrow slide (4:3, upright) takes smaller letters, so that a title keeps to its lines.
        return cls(wide, high, min(high / cls.high, 1.2 * wide / cls.wide))

    @property
    def edge(self) -> float:
        """The margin."""
        return 14 * self.unit

    @property
    def inner(self) -> float:
        """Width between the margins."""
        return self.wide - 2 * self.edge

    @property
    def top(self) -> float:
        """Where the body begins."""
        return 52 * self.unit

    @property
    def room(self) -> float:
        """Height of the body."""
        return self.high - self.top - 16 * self.unit


def write(notebook: Any, path: Path, department: str, lang: str, templates: Path | None = None) -> None:
    """Write an executed notebook as slides."""
    deck = opened(templates)
    if deck is None:
        deck = Presentation()
        deck.slide_width, deck.slide_height = Mm(Paper.wide), Mm(Paper.high)
    paper = Paper.of(deck)
    found = [part for part in parts(notebook, department) if part.blocks]
    if department:
        _department(deck, paper, found, lang)
    else:
        for part in found[:MOST]:
            _section(deck, paper, part, lang)
    about = deck.core_properties
    about.title = (found[0].heading.text if found else department)[:255]
    about.subject, about.author = department[:255], "dxaudit"
    about.keywords = json.dumps(notebook.metadata[MARK]["facts"])
    deck.save(str(path))


def opened(templates: Path | None) -> Any | None:
    """The city's template in the folder ``templates``, None where it has none.

    Raises
    ------
    DxauditError
        The file is no PowerPoint presentation.
    """
    return own_template(templates, TEMPLATE, "PowerPoint", Presentation, PackageNotFoundError)


def _section(deck: Any, paper: Paper, part: Part, lang: str) -> None:
    """One slide: the section's name small, its finding large, then the picture, or the head of its table."""
    slide = _slide(deck, paper, part.heading.text, _finding(part), lang)
    pictures, tables = part.of(Picture), [t for t in part.of(Rows) if not t.data]
    if pictures:
        notes = [s.text for s in part.of(Sentence) if not s.first]
        wide = paper.inner
        if tables:
            wide = 0.6 * wide
            gap = 6 * paper.unit
            _table(slide, paper, tables[0], paper.edge + wide + gap, paper.inner - wide - gap, rows=6, columns=3)
        _picture(slide, pictures[0], paper.edge, paper.top, wide, paper.room)
        if notes:
            slide.notes_slide.notes_text_frame.text = clean("\n".join(notes))
    elif tables:
        _table(slide, paper, tables[0], paper.edge, paper.inner, rows=12, columns=7)
    else:
        _words(slide, paper, [s.text for s in part.of(Sentence) if not s.first], paper.top)


def _department(deck: Any, paper: Paper, found: list[Part], lang: str) -> None:
    """The one slide of a department: its findings, its perspectives, its gravest issues."""
    heading, said = (found[0].heading.text, _finding(found[0])) if found else ("", "")
    slide = _slide(deck, paper, heading, said, lang)
    pictures = [picture for part in found[1:3] for picture in part.of(Picture)[:1]]
    gap = 6 * paper.unit
    half = (paper.inner - gap) / 2
    high = 0.62 * paper.room
    for number, picture in enumerate(pictures):
        _picture(slide, picture, paper.edge + number * (half + gap), paper.top, half, high)
    findings = [_finding(part) for part in found[1:7] if _finding(part)]
    taken = max((min(high, half * picture.proportion) for picture in pictures), default=0.0)
    _words(slide, paper, findings, paper.top + (taken + 4 * paper.unit if pictures else 0.0), 13 if pictures else 18)


def _finding(part: Part) -> str:
    return next((s.text for s in part.of(Sentence)), "")


def _slide(deck: Any, paper: Paper, name: str, finding: str, lang: str) -> Any:
    """A slide with the section's name, its finding as the title, and our foot line."""
    slide = deck.slides.add_slide(_layout(deck))
    ink = load("look")["ink"]
    title = slide.shapes.title
    for placeholder in list(slide.placeholders):
        # Empty ones would ask the reader to enter text.
        if title is None or placeholder.shape_id != title.shape_id:
            placeholder._element.getparent().remove(placeholder._element)
    if title is None:
        title = slide.shapes.add_textbox(0, 0, 0, 0)
    title.left, title.top, title.width, title.height = (
        Mm(paper.edge), Mm(20 * paper.unit), Mm(paper.inner), Mm(30 * paper.unit),
    )  # fmt: skip
    said = finding or name
    size = next((s for s in TITLE_SIZES if _lines(said, s * paper.unit, paper.inner) * s <= 52), TITLE_SIZES[-1])
    _write(title.text_frame, [said], size * paper.unit, ink["text"], bold=True)
    label = slide.shapes.add_textbox(Mm(paper.edge), Mm(9 * paper.unit), Mm(paper.inner), Mm(10 * paper.unit))
    _write(label.text_frame, [name], 14 * paper.unit, ink["key"], bold=True)
    low = paper.high - 13 * paper.unit
    foot = slide.shapes.add_textbox(Mm(paper.edge), Mm(low), Mm(paper.inner), Mm(8 * paper.unit))
    _write(foot.text_frame, [text("publish.page.foot", lang)], 9 * paper.unit, ink["muted"])
    return slide


def _layout(deck: Any) -> Any:
    """The deck's layout with nothing but a title, whatever it is called; else the one with the fewest fields."""
    layouts = list(deck.slide_layouts)
    bare = next((layout for layout in layouts if layout._element.get("type") == "titleOnly"), None)
    titled = [layout for layout in layouts if any(p.placeholder_format.idx == 0 for p in layout.placeholders)]
    return bare or min(titled or layouts, key=lambda layout: len(list(layout.placeholders)))


def _lines(said: str, points: float, wide: float) -> int:
    """Lines that a text of this size takes on a width in millimetres; a full-width letter is as wide as high."""
    return math.ceil(letters(said) * Pt(points).mm / (wide - 6))


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


def _words(slide: Any, paper: Paper, lines: list[str], top: float, size: float = 18) -> None:
    if lines:
        room = paper.high - top - 16 * paper.unit
        box = slide.shapes.add_textbox(Mm(paper.edge), Mm(top), Mm(paper.inner), Mm(room))
        _write(box.text_frame, [f"・{line}" for line in lines], size * paper.unit, load("look")["ink"]["text"])


def _picture(slide: Any, picture: Picture, left: float, top: float, wide: float, high: float) -> None:
    """A picture as large as it fits, its proportions kept."""
    width = min(wide, high / picture.proportion)
    at = Mm(left), Mm(top), Mm(width), Mm(width * picture.proportion)
    shape = slide.shapes.add_picture(io.BytesIO(picture.png), *at)
    shape._element._nvXxPr.cNvPr.set("descr", clean(picture.alt))


def _table(slide: Any, paper: Paper, block: Rows, left: float, wide: float, rows: int, columns: int) -> None:
    """The first rows and columns of a table; the whole stands in the other formats."""
    kept = block.rows[:rows]
    count = min(columns, len(block.columns))
    if not kept or not count:
        return
    high = 8 * paper.unit * (len(kept) + 1)
    shape = slide.shapes.add_table(len(kept) + 1, count, Mm(left), Mm(paper.top), Mm(wide), Mm(high))
    ink = load("look")["ink"]
    size = 11 * paper.unit
    shortened = replace(block, columns=block.columns[:count], rows=tuple(row[:count] for row in kept))
    widths = shares(shortened, Mm(wide) / Pt(size))
    for column in range(count):
        shape.table.columns[column].width = Mm(wide * widths[column])
        _cell(shape.table.cell(0, column), block.columns[column], size, "#ffffff", ink["key"], bold=True)
        for number, row in enumerate(kept, start=1):
            words, _ = shown(row[column], block, column)
            words = words if len(words) <= 40 else words[:39] + "…"
            _cell(shape.table.cell(number, column), words, size, ink["text"])


def _cell(cell: Any, words: str, size: float, colour: str, fill: str = "#ffffff", bold: bool = False) -> None:
    _write(cell.text_frame, [words], size, colour, bold)
    cell.margin_top = cell.margin_bottom = Mm(0.8)
    cell.fill.solid()
    cell.fill.fore_color.rgb = RGBColor.from_string(fill.lstrip("#").upper())
