"""An executed notebook as headings, sentences, pictures and tables, for formats that are not a web page.

Outputs of our sections say what they are in their metadata. Outputs of somebody's own notebook are taken as they are:
text cells, printed text, pictures, and the tables inside any HTML.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dxaudit.publish.marks import MARK, TABLE_TYPE


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the report's title."""

    text: str
    level: int


@dataclass(frozen=True)
class Sentence:
    """A paragraph; ``first`` where it is a section's finding."""

    text: str
    first: bool = False


@dataclass(frozen=True)
class Picture:
    """A PNG and what it shows."""

    png: bytes
    alt: str

    @property
    def proportion(self) -> float:
        """Height as a share of the width, from the PNG's header."""
        return int.from_bytes(self.png[20:24]) / int.from_bytes(self.png[16:20])


@dataclass(frozen=True)
class Rows:
    """A table: caption, column heads, decimals by column, rows of numbers, texts and None.

    ``data`` where the rows are for the workbook alone, being too many for a page; ``more`` rows of the same kind are
    not among them.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    digits: dict[str, int]
    missing: str = ""
    data: bool = False
    more: int = 0


Block = Heading | Sentence | Picture | Rows


@dataclass(frozen=True)
class Part:
    """A heading and all that stands under it."""

    heading: Heading
    blocks: tuple[Block, ...]

    def of(self, kind: type) -> list[Any]:
        """The blocks of one kind."""
        return [block for block in self.blocks if isinstance(block, kind)]


def parts(notebook: Any, title: str) -> list[Part]:
    """The notebook cut at its headings; what stands before the first one goes under ``title``."""
    found: list[tuple[Heading, list[Block]]] = []
    for block in blocks(notebook):
        if isinstance(block, Heading):
            found.append((block, []))
        else:
            if not found:
                found.append((Heading(title, 1), []))
            found[-1][1].append(block)
    return [Part(heading, tuple(under)) for heading, under in found]


def blocks(notebook: Any) -> Iterator[Block]:
    """All blocks in reading order; code, errors and notes to the analyst (cells tagged ``aside``) are none."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and "aside" not in cell.metadata.get("tags", ()):
            yield from _markdown(cell.source)
        for output in cell.get("outputs", ()):
            yield from _output(output)


def _output(output: Any) -> Iterator[Block]:
    mark = output.get("metadata", {}).get(MARK, {})
    data = output.get("data", {})
    if mark.get("part") == "aside":
        return
    if mark.get("part") == "text":
        yield Heading(mark["title"], mark["level"])
        for number, sentence in enumerate(mark["sentences"]):
            yield Sentence(sentence, number == 0)
    elif TABLE_TYPE in data:
        values = data[TABLE_TYPE]
        yield Rows(
            values["caption"],
            tuple(values["columns"]),
            tuple(tuple(row) for row in values["rows"]),
            dict(values["digits"]),
            values["missing"],
            mark.get("part") == "data",
            values["more"],
        )
    elif mark.get("part") == "line":
        yield Sentence(data["text/plain"])
    elif "image/png" in data:
        yield Picture(base64.b64decode(data["image/png"]), mark.get("alt") or data.get("text/plain", ""))
    elif "text/html" in data:
        yield from _html(data["text/html"])
    elif "text/markdown" in data:
        yield from _markdown(data["text/markdown"])
    elif "text/plain" in data:
        yield Sentence(data["text/plain"])
    elif output.get("output_type") == "stream" and output.get("name") == "stdout":
        yield Sentence(output["text"].rstrip())


def _markdown(source: str) -> Iterator[Block]:
    from nbconvert.filters import markdown2html

    yield from _html(markdown2html(source))


def _html(source: str) -> Iterator[Block]:
    from bs4 import BeautifulSoup

    page = BeautifulSoup(source, "html.parser")
    for tag in page.find_all(["style", "script"]):
        tag.decompose()
    known = [f"h{n}" for n in range(1, 7)]
    elements = page.find_all([*known, "p", "li", "pre", "table"])
    for element in elements:
        if element.find_parent("table"):
            continue
        if element.name in known:
            # Anchors that nbconvert adds to headings are no words of the author.
            for anchor in element.find_all("a", class_="anchor-link"):
                anchor.decompose()
            yield Heading(_words(element), int(element.name[1]))
        elif element.name == "table":
            yield _rows(element)
        elif not element.find(["p", "table"]):
            yield Sentence(_words(element))
    if not elements and _words(page):
        yield Sentence(_words(page))


def _rows(table: Any) -> Rows:
    """A table of somebody's HTML; cells that are numbers become numbers."""
    caption = table.find("caption")
    lines = [[_words(cell) for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]
    width = max((len(line) for line in lines), default=0)
    lines = [line + [""] * (width - len(line)) for line in lines]
    head, *body = lines or [[]]
    digits: dict[str, int] = {}
    for position, name in enumerate(head):
        written = [line[position] for line in body if "." in line[position] and _is_number(line[position])]
        if written:
            digits[name] = min(6, max(len(text.rpartition(".")[2]) for text in written))
    rows = tuple(tuple(_value(cell) for cell in line) for line in body)
    return Rows(_words(caption) if caption else "", tuple(head), rows, digits)


def _is_number(text: str) -> bool:
    # A code with leading zeros is a name and not a number.
    try:
        float(text)
    except ValueError:
        return False
    digits = text.lstrip("-")
    return digits[:1].isdigit() and not (len(digits) > 1 and digits[0] == "0" and digits[1] != ".")


def _value(text: str) -> Any:
    if not _is_number(text):
        return text or None
    return float(text) if "." in text or "e" in text.lower() else int(text)


def _words(element: Any) -> str:
    return " ".join(element.get_text(" ", strip=True).split())
