"""Which name is read as a row's department: the one in its cell, or one that stands around the table?

A cell that is empty or names a section (課税係) leaves the department to the place: heading, title, sheet, file name.
The place is believed only where no row of the table names another department: a list that one department keeps for
all bears its keeper's name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from dxaudit.intake.owners import Around, unit_in
from dxaudit.intake.unit_names import Reader, ends, everyone, key

Meant = Callable[[str, str, str, bool], tuple[str, ...]]
"""(name, bureau, code, whether under a header 係) → the departments it may mean by itself; one where it is sure."""


class Read(NamedTuple):
    """What is read for each row, where that stood (key of `Around.names`, "" for its own cell), what its cell said."""

    names: list[str]
    places: list[str]
    written: list[str]


def by_list(reader: Reader) -> Meant:
    """What names mean to a city with an organisation list."""

    def meant(name: str, bureau: str, code: str, section: bool) -> tuple[str, ...]:
        reading = reader.read(name, bureau, code)
        if section and reading.how == "ending":
            # 福祉 under 係 is 福祉係, not 福祉課.
            return ()
        return (reading.units[0].display,) if reading.resolved else tuple(u.display for u in reading.candidates)

    return meant


def by_structure(name: str, bureau: str, code: str, section: bool) -> tuple[str, ...]:
    """What names mean to a city without a list: any name is a department but that of a section."""
    unit = unit_in(name) or ("" if section or ends(name, "sure_sections") else name)
    return (unit,) if unit else ()


def names_to_read(frame: pd.DataFrame, column: str, meant: Meant) -> Read:
    """The name to read as the department of every row of ``frame``."""
    columns = [texts(frame, name) for name in (column, "bureau", "department_code")]
    names, places = list(columns[0]), [""] * len(frame)
    if "around" not in frame:
        return Read(names, places, columns[0])
    said = list(frame["around"])
    asked = list(zip(*columns, (_is_around(near) and near.sections for near in said), strict=True))
    known = {row: meant(*row) if row[0] or row[2] else () for row in set(asked)}
    if all(len(meaning) == 1 for meaning in known.values()):
        return Read(names, places, columns[0])
    meanings = [known[row] for row in asked]
    parts = ("source_file", "source_sheet", "source_block")
    blocks = list(zip(*(frame[part].tolist() for part in parts), strict=True))
    open_blocks = {b for b, m, near in zip(blocks, meanings, said, strict=True) if len(m) != 1 and _is_around(near)}
    named: dict[tuple, set[str]] = {block: set() for block in open_blocks}
    for block, meaning in zip(blocks, meanings, strict=True):
        if block in open_blocks and len(meaning) == 1:
            named[block].add(meaning[0])
    for i, (block, meaning, near) in enumerate(zip(blocks, meanings, said, strict=True)):
        if block not in open_blocks or len(meaning) == 1 or not _is_around(near):
            continue
        where, name, unit = _owner(near, asked[i][1], meant)
        if name and named[block] <= {unit} and (unit in meaning or _left_open(names[i], near.sections)):
            names[i], places[i] = name, where
    return Read(names, places, columns[0])


def _is_around(value: object) -> bool:
    """Rows that came from no sheet (a flow, a DataFrame) have nothing around them."""
    return isinstance(value, Around)


def _owner(near: Around, bureau: str, meant: Meant) -> tuple[str, str, str]:
    """(where, name, department) of the first place that names a known one, else of the first but a title."""
    for where, name in near.names:
        meaning = meant(name, bureau, "", False)
        if len(meaning) == 1:
            return where, name, meaning[0]
    # A title may well name something else that ends like a department.
    return next(((where, name, name) for where, name in near.names if where != "title"), ("", "", ""))


def _left_open(name: str, section: bool) -> bool:
    return not name or section or (key(name) not in everyone() and ends(name, "section_endings"))


def texts(frame: pd.DataFrame, column: str) -> list[str]:
    """The texts of a column, "" where a row has none or nothing but blanks."""
    if column not in frame:
        return [""] * len(frame)
    return [value if value.__class__ is str and not value.isspace() else "" for value in frame[column].tolist()]
