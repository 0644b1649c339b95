"""A section of a report: what it found in a sentence, the figure, the table behind it.

A section shows itself in a notebook as ordinary outputs (text, picture, table). Each output carries in its
metadata which department it speaks of, and each table its values beside its HTML, so that every other format is
written from the executed notebook and nothing is drawn or computed twice.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from dxaudit.publish.columns import unbroken, widths
from dxaudit.publish.marks import MARK, TABLE_TYPE
from dxaudit.show import numbers, style
from dxaudit.show.fitting import fit
from dxaudit.vocabulary import load, text

PAGE_LETTERS = 60.0
"""Full-width letters of a table that stand side by side on an A4 page."""
COLOURS = 192


@dataclass(frozen=True)
class Table:
    """Rows that a reader may check, with how their numbers are written.

    Attributes
    ----------
    frame : DataFrame
        Columns carry the words a reader sees; values are numbers, texts, or missing.
    caption : str
        What the rows are, with unit and count.
    digits : mapping of column to int
        Decimals of number columns, 0 where not named.
    missing : str
        What stands in a cell without a value.
    data : bool
        Whether it is for the workbook alone, being too long for a page.
    more : int
        How many rows of the same kind there are beyond these.
    """

    frame: pd.DataFrame
    caption: str
    digits: Mapping[str, int] = field(default_factory=dict)
    missing: str = "－"
    data: bool = False
    more: int = 0

    def html(self) -> str:
        """The table as HTML; every text escaped, numbers to the right."""
        head = "".join(f'<th scope="col">{escape(str(c))}</th>' for c in self.frame.columns)
        rows = [[self._cell(c, v) for c, v in line] for line in self._lines()]
        body = "".join(
            f"<tr>{''.join(f'<td{kind}>{escape(words)}</td>' for words, kind in row)}</tr>\n" for row in rows
        )
        caption = f"<caption>{escape(self.caption)}</caption>{self._columns(rows)}"
        return f"<table>\n{caption}\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"

    def _columns(self, rows: list[list[tuple[str, str]]]) -> str:
        """Widths of the columns, where their texts do not stand side by side on a page."""
        cells = [[words for words, _ in column] for column in zip(*rows, strict=True)]
        shares, tight = widths([str(c) for c in self.frame.columns], cells, PAGE_LETTERS)
        if not tight:
            return ""
        columns = "".join(f'<col style="width:{100 * share:.0f}%">' for share in shares)
        return f"<colgroup>{columns}</colgroup>"

    def values(self) -> dict[str, Any]:
        """Caption, columns, digits and raw values, as JSON knows them."""
        return {
            "caption": self.caption,
            "columns": [str(c) for c in self.frame.columns],
            "digits": {str(k): v for k, v in self.digits.items()},
            "missing": self.missing,
            "more": self.more,
            "rows": [[_plain(value) for _, value in line] for line in self._lines()],
        }

    def _lines(self) -> Iterator[list[tuple[str, Any]]]:
        columns = list(self.frame.columns)
        for row in self.frame.itertuples(index=False, name=None):
            yield list(zip(columns, row, strict=True))

    def _cell(self, column: str, value: Any) -> tuple[str, str]:
        """What stands in a cell, and the attribute that tells the page what it is."""
        value = _plain(value)
        if value is None:
            return self.missing, ' class="missing"'
        if isinstance(value, int | float) and not isinstance(value, bool):
            return numbers.number(value, self.digits.get(column, 0)), ' class="number"'
        words = str(value)
        return words, ' class="short"' if unbroken(words) else ""


def _plain(value: Any) -> Any:
    """A value as JSON knows it: None where missing, numbers as int or float, everything else as text."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, int | float | str) else str(value)


@dataclass(frozen=True)
class Chart:
    """A figure that is drawn when it is shown.

    Attributes
    ----------
    draw : callable
        Takes an Axes and draws on it.
    height : float
        Inches; the width is that of a page's text.
    alt : str
        What the figure shows, for readers who do not see it.
    """

    draw: Callable[..., Any]
    height: float
    alt: str

    def drawn(self, department: str) -> bytes | str:
        """The picture as PNG, its metadata naming the department; where it has nothing to show, the words that say why.

        A page does not spend a picture's room on one line.
        """
        look = load("look")["page"]
        with style.applied():
            figure = Figure(figsize=(look["chart_width_in"], self.height), dpi=look["dpi"])
            canvas = FigureCanvasAgg(figure)
            # Where a chart without words around it ends up: flow charts scale their letters by the axes they are given.
            ax = figure.add_axes((0.02, 0.02, 0.94, 0.94))
            self.draw(ax)
            if why := style.why_empty(ax):
                return why
            fit(ax, canvas.get_renderer())
            canvas.draw()
        size = canvas.get_width_height(physical=True)
        drawn = Image.frombuffer("RGBA", size, canvas.buffer_rgba(), "raw", "RGBA", 0, 1).convert("RGB")
        # A chart has few colours: a palette makes the file a quarter as large, and is written faster.
        drawn = drawn.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        # The quick method mixes paper white with its neighbours, which would show against the page.
        palette = drawn.getpalette()
        paper = 3 * drawn.getpixel((0, 0))
        palette[paper : paper + 3] = (255, 255, 255)
        drawn.putpalette(palette)
        about = PngInfo()
        # PNG text is Latin-1; the department is written as ASCII with escapes.
        about.add_text("Subject", department.encode("unicode_escape").decode("ascii"))
        target = io.BytesIO()
        drawn.save(target, "png", pnginfo=about)
        return target.getvalue()


@dataclass(frozen=True)
class Section:
    """One question of a report and its answer.

    Attributes
    ----------
    key : str
        Which section it is, the same in every report.
    department : str
        Whom it speaks of; empty for the city.
    title : str
    sentences : tuple of str
        What was found, the first one alone enough for a reader in a hurry.
    charts, tables : tuple
    level : int
        1 for the report's own title, 2 for a section.
    facts : mapping of str to float
        Additive figures of the department; over all departments they sum to the city's.
    lang : str
    aside : bool
        Whether a notebook shows it and a report leaves it out, since an earlier section says the same.
    """

    key: str
    department: str
    title: str
    sentences: tuple[str, ...]
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    level: int = 2
    facts: Mapping[str, float] = field(default_factory=dict)
    lang: str = "ja"
    aside: bool = False

    def outputs(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Data and metadata of each Jupyter output, in reading order."""
        mark = {"department": self.department, "section": self.key}
        if self.facts:
            mark["facts"] = {k: float(v) for k, v in self.facts.items()}
        yield (
            {"text/html": self._text_html(), "text/plain": "\n".join((self.title, *self.sentences))},
            {
                MARK: {
                    **mark,
                    "part": "aside" if self.aside else "text",
                    "title": self.title,
                    "level": self.level,
                    "sentences": list(self.sentences),
                }
            },
        )
        mark.pop("facts", None)
        for chart in self.charts:
            drawn = chart.drawn(self.department)
            if isinstance(drawn, str):
                yield {"text/html": f"<p>{escape(drawn)}</p>", "text/plain": drawn}, {MARK: {**mark, "part": "line"}}
                continue
            picture = base64.b64encode(drawn).decode("ascii")
            yield {"image/png": picture, "text/plain": chart.alt}, {MARK: {**mark, "part": "chart", "alt": chart.alt}}
        for table in self.tables:
            if len(table.frame):
                data = {"text/plain": f"{table.caption} ({len(table.frame)})", TABLE_TYPE: table.values()}
                if not table.data:
                    data["text/html"] = table.html()
                yield data, {MARK: {**mark, "part": "data" if table.data else "table"}}

    def _text_html(self) -> str:
        first, *rest = (escape(s) for s in self.sentences)
        lines = [f'<p class="finding">{first}</p>', *(f"<p>{line}</p>" for line in rest)]
        return f"<h{self.level}>{escape(self.title)}</h{self.level}>\n" + "\n".join(lines)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for data, metadata in self.outputs():
            display(data, metadata=metadata, raw=True)


def nothing(key: str, department: str, lang: str, why: str, **values: object) -> Section:
    """A section that has nothing to show, and says why."""
    return Section(key, department, text(f"report.{key}.title", lang), (text(why, lang, **values),), lang=lang)


def unsent(key: str, department: str, lang: str) -> Section:
    """A section whose inventory nobody sent: the report's first section names all of them once."""
    return replace(nothing(key, department, lang, f"report.{key}.unsent"), aside=True)
