"""Whose rows are they, where no column says so, and which level of an organisation list is the department?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from dxaudit.intake.columns import Mapping_
from dxaudit.intake.headers import Block
from dxaudit.intake.places import Place
from dxaudit.intake.sheets import Sheet, folded, is_blank, shown
from dxaudit.intake.values import words

OWNERS = {"businesses": "department", "systems": "owner_department", "survey": "department", "workflow": "department"}
"""The column of each table that says whose row it is."""

_UNIT_NAME = r"[^\s:：()（）「」、,]{1,20}?(?:課|室|局|センター|事務局|委員会|館|園|校|所|署|本部|支所|隊|会議)"
_STATED = re.compile(
    rf"(?:所属名?|課名|課室名|担当課名?|記入課|回答課|提出課|所管課|部署名?|作成課|主管課)\s*[:：】\]]?\s*({_UNIT_NAME})(?=$|[\s:：()（）、,])"
)
_ALONE = re.compile(rf"^(?:[^\s]{{1,12}}(?:部|局)[\s\u3000_・-]*)?({_UNIT_NAME})(?:分|回答|提出|[\s_・(（-].*)?$")


def owner_of_place(
    sheet: Sheet, block: Block, table: str, rows: Sequence[int], given: dict[str, list[Any]], place: Place, found: list
) -> None:
    """Where no column says whose the rows are: the heading above a group of rows, the title, sheet or file says it."""
    column = OWNERS[table]
    if any(given.get(column, ())):
        return
    headings = []
    for row in block.outside:
        if row.reason == "heading":
            held = [v for v in (sheet.rows[row.row][c] for c in block.columns) if not is_blank(v)]
            name = _ALONE.match(shown(held[0]).strip().lstrip("■◆●○◇□▼【[(（<＜").rstrip("】])）>＞")) if held else None
            if name:
                headings.append((row.row, name[1]))
    if headings:
        owners = [next((name for at, name in reversed(headings) if at < r), None) for r in rows]
    else:
        name = _stated_owner(sheet, block)
        owners = [name] * len(rows)
    if any(owners):
        given[column] = owners
        names = "、".join(dict.fromkeys(name for name in owners if name))
        found.append(place.finding("department_from_place", block.last, block.columns[0], value=names))


def _stated_owner(sheet: Sheet, block: Block) -> str | None:
    stated = _STATED.search(block.above)
    if stated:
        return stated[1]
    for text_ in (sheet.name, sheet.file.rsplit("/", 1)[-1].rsplit(".", 1)[0]):
        alone = _ALONE.match(text_.strip())
        if alone:
            return alone[1]
    return None


_LEVELS = (
    (1, re.compile(r"^(?:bureau|局|局名|部局|部局名|局部|局・部)$")),
    (2, re.compile(r"^(?:部|部名|部名称|部門)$")),
    (3, re.compile(r"^(?:division|課|課名|課名称|課等|課室|課・室|課等名)$")),
    (4, re.compile(r"^(?:office|室|室名|室・出先|所|施設|出先)$")),
    (5, re.compile(r"^(?:unit|係|係名|班|担当|グループ)$")),
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
