"""Which system is meant, in this folder and in next year's: ids that rest on what a row says, and finding it again.

A number that only one row carries is its id. Every other row is known by what people call it, ``課/名称``; a number by
order would pass to another system as soon as a file is added. Even a number may change its bearer, so that whoever
keeps an id keeps name, department and vendor beside it, and looks the system up by these.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

FACTS = {"system": "system", "department": "owner_department", "vendor": "vendor"}
"""What a system is known by, and the column that says it."""


def system_ids(systems: pd.DataFrame) -> list[str]:
    """An id of its own for every row of a systems table, in its order.

    The written ``system_id`` where no other row has it; else ``課/名称``, with the vendor behind it where such rows
    name several, and ``#2``, ``#3`` behind the second and third that agree in all. Of these only the last depends on
    where in the folder a row stands, and rows that agree in all are mostly one system in two lists.

    Examples
    --------
    >>> rows = {"system_id": ["7", "1", "1"], "owner_department": ["税務課", "教育課", "図書館"],
    ...         "system": ["町税", "予約", "貸出"], "vendor": ["", "", ""], "source_file": "一覧.csv", "source_row": 2}
    >>> system_ids(pd.DataFrame(rows))
    ['7', '教育課/予約', '図書館/貸出']
    """
    given = _plain_column(systems["system_id"])
    times = Counter(given)
    unnumbered = [row for row, number in enumerate(given) if not number or times[number] > 1]
    if not unnumbered:
        return given
    rest = systems.iloc[unnumbered]
    departments, names, vendors = (_plain_column(rest[column]) for column in ("owner_department", "system", "vendor"))
    places = zip(rest["source_file"], rest["source_row"], strict=True)
    called = [
        "/".join(filter(None, (department, name))) or f"{file}!{row}"
        for department, name, (file, row) in zip(departments, names, places, strict=True)
    ]
    vendors_of: dict[str, set[str]] = {}
    for name, vendor in zip(called, vendors, strict=True):
        vendors_of.setdefault(name, set()).add(_key(vendor))
    ids = given.copy()
    used = set(given) - {given[row] for row in unnumbered}
    seen: Counter[str] = Counter()
    for row, name, vendor in zip(unnumbered, called, vendors, strict=True):
        if len(vendors_of[name] - {""}) > 1:
            name = "/".join(filter(None, (name, vendor)))
        made = name
        while made in used:
            seen[name] += 1
            made = f"{name}#{seen[name] + 1}"
        used.add(made)
        ids[row] = made
    return ids


def facts_of(systems: pd.DataFrame, row: int) -> dict[str, str]:
    """What the system in row number ``row`` is known by: the keys of `FACTS`, "" where the row does not say it."""
    line = systems.iloc[row]
    return {fact: _plain(line[column]) for fact, column in FACTS.items()}


class Roster:
    """The systems of one table, looked up by id and by what they are known by."""

    def __init__(self, systems: pd.DataFrame, ids: Sequence[str]) -> None:
        self._systems = systems
        self._row_of = {name: row for row, name in enumerate(ids)}
        self._facts = list(zip(*([_key(v) for v in systems[column]] for column in FACTS.values()), strict=True))
        self._rows_of: dict[tuple[str, ...], list[int]] = {}
        for row, facts in enumerate(self._facts):
            self._rows_of.setdefault(facts, []).append(row)

    def row(self, system: str, known_by: Mapping[str, object] | None) -> int | None:
        """Row number of the system once recorded as ``system``; None where it is gone or the id is another's now.

        Parameters
        ----------
        system : str
            The id.
        known_by : mapping, optional
            What was recorded beside it (`facts_of`). Without it, the id alone must do.

        Notes
        -----
        The row that is called, owned and supplied as recorded is it, whatever its id. Where there is none, or several,
        the row with the id is it if it still has the name, and the department or the vendor.
        """
        here = self._row_of.get(system)
        if known_by is None:
            return here
        wanted = tuple(_key(known_by.get(fact)) for fact in FACTS)
        same = self._rows_of.get(wanted, [])
        if len(same) == 1:
            return same[0]
        if here is None:
            return None
        name, department, vendor = (a == b for a, b in zip(self._facts[here], wanted, strict=True))
        return here if name and (department or vendor) else None

    def row_by_number(self, system: str) -> int | None:
        """Row number that an id of earlier versions points to today; None where it points to none or to several.

        They numbered rows without an id by order (``S0003``), and put the file's name before a number that another list
        uses as well (``b課-1``). A file added since may have moved the first, so that people have to look again.
        """
        if "system_id_written" not in self._systems:
            return None
        written = [_plain(value) for value in self._systems["system_id_written"]]
        place = re.fullmatch(r"S(\d{4,})", system)
        if place:
            row = int(place[1]) - 1
            return row if 0 <= row < len(written) and not written[row] else None
        files = self._systems["source_file"]
        named = [f"{Path(file).stem}-{number}" for file, number in zip(files, written, strict=True)]
        return named.index(system) if named.count(system) == 1 else None


def _plain(value: object) -> str:
    """A cell as part of an id: half-width, single spaces; "" where missing."""
    return " ".join(unicodedata.normalize("NFKC", value).split()) if isinstance(value, str) else ""


def _plain_column(column: pd.Series) -> list[str]:
    """`_plain` of every cell."""
    # The cells of a column of text are handed out one by one far more slowly than all at once.
    return [_plain(value) for value in column.to_numpy(dtype=object).tolist()]


def _key(value: object) -> str:
    return re.sub(r"\s", "", _plain(value)).casefold()
