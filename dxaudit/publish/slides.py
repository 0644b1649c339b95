"""A report as slides: the city's in five to eight for the mayor, a department's on one.

Every slide says in its title what was found; the picture proves it. A city's own template (`TEMPLATE` in the folder of
its files) gives size, colours, fonts and logo.
"""

from __future__ import annotations

import io
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import PP_ALIGN
from pptx.exc import PackageNotFoundError
from pptx.util import Mm, Pt

from dxaudit.publish.blocks import Part, Picture, Rows, Sentence, parts
from dxaudit.publish.columns import PADDING, beside, letters, widths
from dxaudit.publish.document import FONT, shown
from dxaudit.publish.marks import MARK
from dxaudit.publish.own_template import own_template
from dxaudit.publish.workbook import clean
from dxaudit.vocabulary import load, text

TEMPLATE = "dxaudit.pptx"
MOST = 8
MOST_LINES = 3
"""Of a cell; a longer text is cut."""
BROKEN = 1.06
"""By how much a text over several lines is longer than its letters: no line is broken exactly at its end."""
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
        _sections(deck, paper, found, lang)
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


def _sections(deck: Any, paper: Paper, found: list[Part], lang: str) -> None:
    """A slide for every section; those that are one sentence share the last slide."""
    brief = [part for part in found[1:] if len(part.blocks) == 1 and part.of(Sentence)]
    whole = [part for part in found if part not in brief]
    for part in whole[: MOST - 1 if brief else MOST]:
        _section(deck, paper, part, lang)
    if brief:
        slide = _slide(deck, paper, "", text("publish.slides.brief", lang), lang)
        _words(slide, paper, [f"{part.heading.text}: {_finding(part)}" for part in brief], paper.top)


def _section(deck: Any, paper: Paper, part: Part, lang: str) -> None:
    """One slide: the section's name small, its finding large, then the picture, or the head of its table."""
    slide = _slide(deck, paper, part.heading.text, _finding(part), lang)
    pictures, tables = part.of(Picture), [t for t in part.of(Rows) if not t.data]
    notes = [s.text for s in part.of(Sentence) if not s.first]
    if pictures:
        wide = paper.inner
        if tables:
            wide = 0.6 * wide
            gap = 6 * paper.unit
            _table(slide, paper, tables[0], paper.edge + wide + gap, paper.inner - wide - gap, lang)
        _picture(slide, pictures[0], paper.edge, paper.top, wide, paper.room)
        if notes:
            slide.notes_slide.notes_text_frame.text = clean("\n".join(notes))
    elif tables:
        size = 13
        lines = sum(_lines(f"・{words}", size * paper.unit, paper.inner) for words in notes)
        _words(slide, paper, notes, paper.top, size)
        # Lines and the gap below each, in the letters' own size.
        under = Pt(size * paper.unit).mm * (1.35 * lines + 1.5 * bool(notes))
        _table(slide, paper, tables[0], paper.edge, paper.inner, lang, under)
    else:
        _words(slide, paper, notes, paper.top)


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
    also = [s.text for s in found[0].of(Sentence) if not s.first] if found else []
    findings = [*also, *(_finding(part) for part in found[1:7] if _finding(part))]
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
    if name:
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


def _table(slide: Any, paper: Paper, block: Rows, left: float, wide: float, lang: str, under: float = 0.0) -> None:
    """As much of the head of a table as the body has room for ``under`` its top, and how many rows more there are."""
    size = 11 * paper.unit
    letter = Pt(size).mm
    cells = [[shown(row[column], block, column)[0] for row in block.rows] for column in range(len(block.columns))]
    # A column without any value tells a listener nothing.
    told = [column for column in range(len(cells)) if any(row[column] is not None for row in block.rows)]
    if not told:
        return
    count = beside([block.columns[c] for c in told], [cells[c] for c in told], wide / letter)
    heads, cells = [block.columns[c] for c in told[:count]], [cells[c] for c in told[:count]]
    across = [wide * share for share in widths(heads, cells, wide / letter)[0]]
    lines = [[heads[c], *cells[c]] for c in range(count)]
    room = [max(1.0, width / letter - PADDING) for width in across]
    cut = [[_cut(words, MOST_LINES * room[c] / BROKEN) for words in lines[c]] for c in range(count)]
    heights = [
        1.6 * paper.unit + 1.35 * letter * max(_broken(cut[c][n], room[c]) for c in range(count))
        for n in range(len(block.rows) + 1)
    ]
    note = 8 * paper.unit
    kept = max(1, sum(sum(heights[: n + 1]) <= paper.room - under - note for n in range(1, len(heights))))
    at = Mm(left), Mm(paper.top + under), Mm(wide), Mm(sum(heights[: kept + 1]))
    table = slide.shapes.add_table(kept + 1, count, *at).table
    ink = load("look")["ink"]
    for column in range(count):
        table.columns[column].width = Mm(across[column])
        _cell(table.cell(0, column), cut[column][0], size, "#ffffff", ink["key"], bold=True)
        for number in range(1, kept + 1):
            _cell(table.cell(number, column), cut[column][number], size, ink["text"])
    for number in range(kept + 1):
        table.rows[number].height = Mm(heights[number])
    more = len(block.rows) - kept + block.more
    if more:
        low = paper.top + under + sum(heights[: kept + 1])
        box = slide.shapes.add_textbox(Mm(left), Mm(low), Mm(wide), Mm(note))
        _write(box.text_frame, [text("publish.slides.more", lang, count=more)], 0.9 * size, ink["muted"])


def _broken(words: str, room: float) -> int:
    """Lines of a cell with room for so many full-width letters a line."""
    wanted = letters(words) / room
    return 1 if wanted <= 1 else math.ceil(BROKEN * wanted)


def _cut(words: str, room: float) -> str:
    """The words that have room in so many full-width letters."""
    if letters(words) <= room:
        return words
    taken = 0
    while letters(words[: taken + 1]) <= room - 1:
        taken += 1
    return words[:taken] + "…"


def _cell(cell: Any, words: str, size: float, colour: str, fill: str = "#ffffff", bold: bool = False) -> None:
    _write(cell.text_frame, [words], size, colour, bold)
    cell.text_frame.paragraphs[0].space_after = Pt(0)
    cell.margin_top = cell.margin_bottom = Mm(0.8)
    cell.fill.solid()
    cell.fill.fore_color.rgb = RGBColor.from_string(fill.lstrip("#").upper())
