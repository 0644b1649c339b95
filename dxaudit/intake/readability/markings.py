"""What does an xlsx hold beside its values: formulas, hidden rows, objects, formats?

python-calamine tells none of these, and openpyxl needs some twenty times as long for much that we do not ask. The
package is therefore searched for just these (ECMA-376 part 1: c/@s, c/f, row/@hidden, col/@hidden, xdr:from).
"""

from __future__ import annotations

import posixpath
import re
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

Place = tuple[int, int]

MOST_XML = 300_000_000
"""Bytes of one sheet's xml beyond which its markings are not looked at (rules on them are then not judged)."""

_CELL_STYLE = re.compile(rb"<c\b[^>]*?\bs=\"(\d+)\"")
_FORMULA_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*)<)")
_TAG_END = re.compile(rb"f[\s/>]")
"""What any tag of a formula holds; found or missed in a quarter of the time that its beginning takes."""
_ERROR_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*\bt=\"e\"[^>]*)>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]+)<", re.DOTALL)
_ADDRESS = re.compile(rb"\br=\"([A-Z]{1,3})(\d{1,7})\"")
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_TRUE = re.compile(rb"\bhidden=\"(?:1|true)\"")
_SUM = re.compile(rb"^\s*(SUM|SUBTOTAL)\s*\(", re.IGNORECASE)


@dataclass(frozen=True)
class Markings:
    """What was found on one sheet; places are 0-based (row, column).

    ``known`` is False where the file could not be searched (not an xlsx, or too large): rules that rest on markings
    are then not judged. ``formats`` gives the (font colour, fill, bold, italic) of cells whose format differs from the
    commonest one of the sheet; None each where it is the default.
    """

    known: bool = False
    formulas: frozenset[Place] = frozenset()
    sums: frozenset[Place] = frozenset()
    errors: Mapping[Place, str] = field(default_factory=dict)
    """Cells whose formula failed, with what they show (#REF!): the values of a workbook hold nothing there."""
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    objects: tuple[Place, ...] = ()
    formats: Mapping[Place, tuple] = field(default_factory=dict)
    common_format: tuple = (None, None, False, False)


def read_markings(path: Path) -> dict[str, Markings]:
    """Markings of every sheet of an xlsx by sheet name; empty where the file cannot be searched."""
    try:
        with ZipFile(path) as archive:
            names = set(archive.namelist())
            formats = _formats(archive) if "xl/styles.xml" in names else []
            return {
                sheet: _sheet(archive, part, names, formats)
                for sheet, part in _parts(archive, names).items()
                if part in names
            }
    except (BadZipFile, OSError, EOFError, KeyError, ValueError, RuntimeError, zlib.error, ElementTree.ParseError):
        # A package that is not as the standard says: what it holds beside its values is not known.
        return {}


def _parts(archive: ZipFile, names: set[str]) -> dict[str, str]:
    """Sheet name → part of the package."""
    targets = _relations(archive, "xl/workbook.xml", names)
    found: dict[str, str] = {}
    for node in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if _local(node.tag) != "sheet":
            continue
        relation = next((v for k, v in node.attrib.items() if _local(k) == "id" and k != "id"), None)
        if relation in targets:
            found[node.attrib["name"]] = targets[relation][1]
    return found


def _relations(archive: ZipFile, part: str, names: set[str]) -> dict[str, tuple[str, str]]:
    """Relation id → (type, part)."""
    folder, name = posixpath.split(part)
    file = f"{folder}/_rels/{name}.rels"
    if file not in names:
        return {}
    found = {}
    for node in ElementTree.fromstring(archive.read(file)):
        target = node.attrib.get("Target", "")
        whole = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[node.attrib.get("Id", "")] = (node.attrib.get("Type", ""), whole)
    return found


def _sheet(archive: ZipFile, part: str, names: set[str], formats: list[tuple]) -> Markings:
    if archive.getinfo(part).file_size > MOST_XML:
        return Markings()
    content = archive.read(part)
    formulas, sums = _formulas(content)
    common, differing = _differing(content, formats)
    rows = [int(m[2]) - 1 for m in _hidden(_ROW, content, rb"\br=\"((\d+))\"")]
    columns = [
        place
        for m in _hidden(_COLUMN, content, rb"\bmin=\"(\d+)\"[^>]*\bmax=\"(\d+)\"")
        for place in range(int(m[1]) - 1, min(int(m[2]), 16_384))
    ]
    return Markings(
        True,
        formulas,
        sums,
        _errors(content),
        tuple(rows),
        tuple(columns),
        _objects(archive, part, names),
        differing,
        common,
    )


def _hidden(kind: re.Pattern, content: bytes, numbers: bytes) -> list[re.Match]:
    if b"hidden=" not in content:
        return []
    found = (re.search(numbers, m[1]) for m in kind.finditer(content) if _TRUE.search(m[1]))
    return [m for m in found if m]


def _formulas(content: bytes) -> tuple[frozenset[Place], frozenset[Place]]:
    if not _TAG_END.search(content):
        return frozenset(), frozenset()
    formulas, sums = set(), set()
    for match in _FORMULA_CELL.finditer(content):
        place = _place(match[1])
        if place:
            formulas.add(place)
            if match[2] and _SUM.match(match[2]):
                sums.add(place)
    return frozenset(formulas), frozenset(sums)


def _errors(content: bytes) -> dict[Place, str]:
    if b't="e"' not in content:
        return {}
    found = ((_place(cell[1]), cell[2].decode("utf-8", "replace")) for cell in _ERROR_CELL.finditer(content))
    return {place: shown for place, shown in found if place}


def _differing(content: bytes, formats: list[tuple]) -> tuple[tuple, dict[Place, tuple]]:
    """The format most cells have, and the cells with another one."""
    plain = (None, None, False, False)
    if len(set(formats)) <= 1:
        return (formats[0] if formats else plain), {}
    styles = Counter(_CELL_STYLE.findall(content))
    if not styles:
        return plain, {}
    styles[b"0"] += max(0, content.count(b"<c ") - sum(styles.values()))
    counts: Counter[tuple] = Counter()
    for style, count in styles.items():
        counts[_format(formats, style)] += count
    common = max(counts, key=lambda looks: counts[looks])
    rare = [style for style in styles if _format(formats, style) != common]
    found: dict[Place, tuple] = {}
    if rare:
        # Excel, openpyxl, xlsxwriter and LibreOffice all write a cell's address before its style.
        cells = re.compile(rb"<c\b[^>]*?\br=\"([A-Z]{1,3})(\d{1,7})\"[^>]*?\bs=\"(" + b"|".join(rare) + rb")\"")
        for name, row, style in cells.findall(content):
            found[int(row) - 1, _number(name)] = _format(formats, style)
    return common, found


def _format(formats: list[tuple], style: bytes) -> tuple:
    number = int(style)
    return formats[number] if number < len(formats) else (None, None, False, False)


def _place(attributes: bytes) -> Place | None:
    match = _ADDRESS.search(attributes)
    if not match:
        return None
    return int(match[2]) - 1, _number(match[1])


def _number(name: bytes) -> int:
    column = 0
    for sign in name:
        column = column * 26 + sign - 64
    return column - 1


def _formats(archive: ZipFile) -> list[tuple]:
    """(font colour, fill, bold, italic) of every cell format; None for the default colour."""
    root = ElementTree.fromstring(archive.read("xl/styles.xml"))
    part = {_local(node.tag): node for node in root}
    fonts = [
        (
            _colour(_child(font, "color"), ("000000",), ("1",)),
            _switched(_child(font, "b")),
            _switched(_child(font, "i")),
        )
        for font in part.get("fonts", ())
    ]
    fills = [_fill(fill) for fill in part.get("fills", ())]
    found = []
    for xf in part.get("cellXfs", ()):
        font = int(xf.attrib.get("fontId", 0))
        fill = int(xf.attrib.get("fillId", 0))
        colour, bold, italic = fonts[font] if font < len(fonts) else (None, False, False)
        found.append((colour, fills[fill] if fill < len(fills) else None, bold, italic))
    return found


def _fill(node: ElementTree.Element) -> str | None:
    pattern = _child(node, "patternFill")
    if pattern is None:
        return "gradient" if len(node) else None
    if pattern.attrib.get("patternType", "none") in ("none", "gray125"):
        return None
    return _colour(_child(pattern, "fgColor"), ("FFFFFF",), ("0",))


def _colour(node: ElementTree.Element | None, plain: tuple[str, ...], plain_themes: tuple[str, ...]) -> str | None:
    if node is None or node.attrib.get("auto") in ("1", "true") or node.attrib.get("indexed") in ("8", "64", "65"):
        return None
    if "rgb" in node.attrib:
        rgb = node.attrib["rgb"][-6:].upper()
        return None if rgb in plain else rgb
    if "theme" in node.attrib:
        shade = float(node.attrib.get("tint", 0) or 0)
        return (
            None if node.attrib["theme"] in plain_themes and not shade else f"theme{node.attrib['theme']}{shade:+.2f}"
        )
    return f"indexed{node.attrib['indexed']}" if "indexed" in node.attrib else None


def _switched(node: ElementTree.Element | None) -> bool:
    return node is not None and node.attrib.get("val", "1") not in ("0", "false")


def _objects(archive: ZipFile, part: str, names: set[str]) -> tuple[Place, ...]:
    """Upper left cells of pictures, shapes and charts."""
    found: list[Place] = []
    for kind, target in _relations(archive, part, names).values():
        if not kind.endswith("/drawing") or target not in names:
            continue
        for anchor in ElementTree.fromstring(archive.read(target)):
            start = _child(anchor, "from")
            if start is None or not any(_local(n.tag) in _DRAWN for n in anchor):
                continue
            row, column = _child(start, "row"), _child(start, "col")
            if row is not None and column is not None:
                found.append((int(row.text or 0), int(column.text or 0)))
    return tuple(found)


_DRAWN = ("pic", "sp", "graphicFrame", "cxnSp", "grpSp")


def _child(node: ElementTree.Element, name: str) -> ElementTree.Element | None:
    return next((child for child in node if _local(child.tag) == name), None)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
