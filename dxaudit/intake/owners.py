"""Whose are the rows of a table by what stands around it, and which level of an organisation list is the department?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import PurePosixPath
from typing import Any

from dxaudit.intake.columns import Mapping_
from dxaudit.intake.headers import Block
from dxaudit.intake.sheets import Sheet, folded, is_blank, shown
from dxaudit.intake.values import words
from dxaudit.vocabulary import load

OWNERS = {"businesses": "department", "systems": "owner_department", "survey": "department", "workflow": "department"}
"""The column of each table that says whose row it is."""


@dataclass(frozen=True)
class Around:
    """What stands around a row that may say whose it is.

    Attributes
    ----------
    names : tuple of (where, name)
        Departments named there, the surest first. ``where`` is ``heading`` (above a group of rows), ``stated``
        (課名：総務課), ``sheet``, ``file``, ``folder`` or ``title``.
    sections : bool
        The column of departments is headed 係, 班 or 担当: what stands in it is a section, however it ends.
    """

    names: tuple[tuple[str, str], ...] = ()
    sections: bool = False


def around(
    sheet: Sheet, block: Block, chosen: Mapping_, rows: Sequence[int], column_is_empty: bool, heading: str
) -> list[Around]:
    """What stands around each of a block's ``rows`` (0-based), one value a row.

    ``heading`` are the texts above the sheet's first table: they speak of the tables beneath it as well.
    """
    column = OWNERS[chosen.table]
    headers = [h for h, m in zip(block.headers, chosen.matches, strict=True) if m.column == column]
    sections = bool(headers) and all(_SECTION.match(folded(h)) for h in headers)
    names = _names(sheet, f"{block.above} {heading}")
    whole = Around(names, sections)
    groups = _headings(sheet, block) if column_is_empty else []
    if not groups:
        return [whole] * len(rows)
    grouped = {name: Around((("heading", name), *names), sections) for _, name in groups}
    found = []
    for r in rows:
        name = next((name for at, name in reversed(groups) if at < r), None)
        found.append(grouped[name] if name else whole)
    return found


@lru_cache(maxsize=1 << 12)
def unit_in(written: str) -> str:
    """The one department that a title, sheet or file name names (「04 税務課 業務調べ」); "" for none or several."""
    units = units_in(written)
    return units[0] if len(units) == 1 else ""


def units_in(written: str) -> list[str]:
    """The departments that a title, sheet or file name names, in their order."""
    normal = _asking().sub(" ", unicodedata.normalize("NFKC", written))
    found: list[str] = []
    for part in _DIVIDES.split(normal):
        pieces = [_unit_of(piece) for piece in part.split("・")]
        # 総務課・税務課 are two, DX・行革推進課 is one.
        found += pieces if all(pieces) else [_unit_of(part)]
    return list(dict.fromkeys(name for name in found if name))


def _names(sheet: Sheet, above: str) -> tuple[tuple[str, str], ...]:
    stated = _STATED.search(above)
    *folders, file = PurePosixPath(sheet.file).parts
    # Of a title the name comes last: a form that goes out to all departments bears the name of the one that asks.
    places = (
        ("stated", stated[1] if stated else ""),
        ("sheet", unit_in(sheet.name)),
        ("file", unit_in(re.sub(r"\.[A-Za-z0-9]{1,5}$", "", file))),
        *(("folder", unit_in(folder)) for folder in reversed(folders)),
        ("title", unit_in(above)),
    )
    return tuple((where, name) for where, name in places if name)


def _headings(sheet: Sheet, block: Block) -> list[tuple[int, str]]:
    found = []
    for row in block.outside:
        if row.reason == "heading":
            held = [v for v in (sheet.rows[row.row][c] for c in block.columns) if not is_blank(v)]
            name = unit_in(shown(held[0])) if held else ""
            if name:
                found.append((row.row, name))
    return found


def _unit_of(word: str) -> str:
    """The department that one word of a place names; "" where it names none."""
    named = _alone().match(_NUMBERED.sub("", word))
    name = next(filter(None, named.groups())) if named else ""
    return "" if _no_unit().fullmatch(name) else name


_UNIT_NAME = r"[^\s:：()（）「」、,]{1,20}?(?:課|室|局|センター|事務局|委員会|館|園|校|所|署|本部|支所|隊|会議)"
_STATED = re.compile(
    rf"(?:所属名?|課名|課室名|担当課名?|記入課|回答課|提出課|所管課|部署名?|作成課|主管課)\s*[:：】\]]?\s*({_UNIT_NAME})(?=$|[\s:：()（）、,])"
)
_DIVIDES = re.compile(r"[\s_()【】\[\]「」『』〔〕〈〉<>、,:/.。;■◆●○◇□▼★☆※~+‐–—―-]+")
_NUMBERED = re.compile(r"^(?:令和|平成|[RH])?\d+(?:年度?)?(?=\D)", re.IGNORECASE)


@cache
def _alone() -> re.Pattern[str]:
    """A department, perhaps its bureau in front, its section or a word of forms (税務課業務一覧) behind."""
    known = load("departments")
    forms, sections = ("|".join(map(re.escape, known[name])) for name in ("form_words", "sure_sections"))
    # 図書館システム一覧 lists systems of a kind, 税務課システム一覧 those of a department.
    with_more = rf"([^\s]{{1,20}}?(?:課|室|局|委員会))(?:(?:{forms}).*|.*(?:{sections}))"
    return re.compile(rf"^(?:.{{1,12}}?(?:部|局))?(?:({_UNIT_NAME})(?:分|回答|提出)?|{with_more})$")


@cache
def _no_unit() -> re.Pattern[str]:
    return re.compile(load("departments")["no_unit"])


@cache
def _asking() -> re.Pattern[str]:
    words_ = "|".join(map(re.escape, load("departments")["asked_by"]))
    return re.compile(rf"(?:{words_})\s*:?\s*\S+|[^\s_()【】]+(?:{words_})")


_SECTION = re.compile(r"^(?:unit|(?:担当|所管|所属)?係名?|班名?|担当|担当班|係・担当|グループ名?|チーム)$")
_LEVELS = (
    (1, re.compile(r"^(?:bureau|局|局名|部局|部局名|局部|局・部)$")),
    (2, re.compile(r"^(?:部|部名|部名称|部門)$")),
    (3, re.compile(r"^(?:division|課|課名|課名称|課等|課室|課・室|課等名)$")),
    (4, re.compile(r"^(?:office|室|室名|室・出先|所|施設|出先)$")),
    (5, _SECTION),
)


def levels_of(headers: Sequence[str]) -> dict[int, int]:
    """Which headers are levels of an organisation (局 1, 部 2, 課 3, 室 4, 係 5): position → level."""
    found: dict[int, int] = {}
    for i, header in enumerate(headers):
        for level, pattern in _LEVELS:
            if pattern.match(folded(header)):
                found[i] = level
    english = {folded(h): i for i, h in enumerate(headers)}
    if "division" in english and "department" in english:
        # Where 課 is called division, department is 部.
        found[english["department"]] = 2
    return found


def deepest(block: Block, chosen: Mapping_, raw, keep: Sequence[int], given: dict[str, list[Any]]) -> None:
    """In a list of levels, a row's department is its deepest named level down to 室; 係 belong to their 課."""
    levels = levels_of(block.headers)
    if len(levels) < 3:
        return
    order = sorted(levels, key=lambda i: levels[i])
    departments, bureaus = [], []
    for k in keep:
        named = [(levels[i], words(raw[i][k]).value) for i in order]
        named = [(level, name) for level, name in named if name]
        upper = [name for level, name in named if level <= 2]
        deep = [name for level, name in named if level in (3, 4)] or [name for level, name in named if level == 5]
        departments.append(deep[-1] if deep else (upper[-1] if upper else None))
        bureaus.append(upper[0] if upper else None)
    given["department"] = departments
    given["bureau"] = bureaus


def sections_of(block: Block, raw, keep: Sequence[int]) -> list[tuple[str, ...]]:
    """The 係 that each row of an organisation list names beside its department."""
    below = [i for i, level in levels_of(block.headers).items() if level == 5]
    return [tuple(name for i in below if (name := words(raw[i][k]).value)) for k in keep]
