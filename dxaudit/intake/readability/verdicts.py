"""What a rule says of one table: ok, ng with its cells, or that it could not be judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dxaudit.intake.readability.layout import Page, Table
from dxaudit.intake.sheets import Cell, shown
from dxaudit.state import letters

MOST_CELLS = 20
"""Cells that a verdict names; the count tells how many there were."""


@dataclass(frozen=True)
class Verdict:
    """``verdict`` is ``ok``, ``ng`` or ``na``; ``cells`` are A1 addresses (ranges, rows) of the first offences."""

    verdict: str
    count: int = 0
    cells: tuple[str, ...] = ()
    example: str = ""


Rule = Callable[[Page, Table], Verdict]

OK = Verdict("ok")
NOT_JUDGED = Verdict("na")


def against(page: Page, places: Iterable[tuple[int, int]]) -> Verdict:
    """ng for the cells at ``places`` (0-based), ok where there are none."""
    found = list(places)
    if not found:
        return OK
    row, column = found[0]
    return offence([cell(r, c) for r, c in found], shown(page.at(row, column)))


def offence(cells: list[str], example: object = "") -> Verdict:
    """ng for ``cells``, ok where there are none."""
    if not cells:
        return OK
    text = " ".join(str(example).split())
    return Verdict("ng", len(cells), tuple(cells[:MOST_CELLS]), text if len(text) <= 60 else text[:59] + "…")


def cell(row: int, column: int) -> str:
    """The A1 address of a 0-based place."""
    return f"{letters(column + 1)}{row + 1}"


def texts(page: Page, table: Table) -> dict[str, list[tuple[int, int]]]:
    """Every text of the table (header and body) with where it stands; rules look at each text once."""
    found: dict[str, list[tuple[int, int]]] = {}
    for row in range(table.top, table.bottom + 1):
        line = page.sheet.rows[row]
        for column in range(table.left, table.right + 1):
            value = line[column]
            if isinstance(value, str) and value:
                found.setdefault(value, []).append((row, column))
    return found


def is_text(value: Cell) -> bool:
    return isinstance(value, str) and bool(value.strip())
