"""What a rule says of one table: ok, ng with its cells, or that it could not be judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dxaudit.intake.readability.layout import Column, Page, Table
from dxaudit.intake.sheets import shown
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


def offending(
    page: Page, table: Table, is_wrong: Callable[[str, Column | None], bool], signs: frozenset[str]
) -> list[tuple[int, int]]:
    """Places of the texts of a table that are wrong; every text of a column is looked at once.

    ``is_wrong`` gets a text and its column (None for a header cell). A wrong text holds one of ``signs``: columns
    without any of them are not searched.
    """
    found = [
        (row, column)
        for row in table.header
        for column in range(table.left, table.right + 1)
        if isinstance(value := page.at(row, column), str) and not signs.isdisjoint(value) and is_wrong(value, None)
    ]
    for column in page.columns(table):
        if column.signs.isdisjoint(signs):
            continue
        wrong = {text for text in column.texts if not signs.isdisjoint(text) and is_wrong(text, column)}
        if wrong:
            found += [(row, column.place) for row in column.rows(wrong)]
    return sorted(found)
