"""How wide the columns of a table are to be, on a page, in a document, on a slide.

Left to itself, a page gives Japanese text, which breaks anywhere, columns of one letter beside others of half the page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_UNBROKEN = 14
PADDING = 1.4
"""Margins of a cell, in full-width letters."""
WIDEST = 26.0
_UNBROKEN = re.compile(r"[0-9A-Za-z.,%+-]+")


def letters(words: str) -> float:
    """How many full-width letters a text is as wide as."""
    return sum(1.0 if ord(c) > 0x2E7F else 0.6 for c in words)


def unbroken(words: str) -> bool:
    """Whether a cell is a number with its unit, a date, a code: broken in the middle it would be misread."""
    return len(words) <= LONGEST_UNBROKEN and any(c.isdigit() for c in words)


def widths(heads: Sequence[str], columns: Sequence[Sequence[str]], room: float) -> tuple[list[float], bool]:
    """Widths of columns, and whether they had to be fitted.

    Every column has room for its longest number or code; what is left goes to those whose texts are long: half the
    longest, half the mean of what they hold.

    Parameters
    ----------
    heads : sequence of str
    columns : sequence of sequences of str
        What stands in the cells, column by column.
    room : float
        Full-width letters that stand side by side in the whole table.

    Returns
    -------
    list of float
        As shares of the table's width.
    bool
        Whether everything wanted is more than there is room for.
    """
    least, wanted = [], []
    for head, cells in zip(heads, columns, strict=True):
        long = [letters(cell) for cell in cells] or [0.0]
        whole = [letters(cell) for cell in cells if unbroken(cell)]
        parts = [min(letters(part), 8.0) for cell in cells for part in _UNBROKEN.findall(cell)]
        least.append(PADDING + max([*whole, *parts, min(letters(head), 3.0)]))
        typical = min((max(long) + sum(long) / len(long)) / 2, WIDEST)
        wanted.append(max(least[-1], PADDING + typical, PADDING + min(letters(head), 6.0)))
    spare, more = room - sum(least), sum(wanted) - sum(least)
    tight = more > spare
    if more > spare > 0:
        wanted = [few + (many - few) * spare / more for few, many in zip(least, wanted, strict=True)]
    return [width / sum(wanted) for width in wanted], tight


def beside(heads: Sequence[str], columns: Sequence[Sequence[str]], room: float) -> int:
    """How many of the first columns can be read side by side; at least one.

    Parameters
    ----------
    heads, columns, room
        As of `widths`.
    """
    taken = 0.0
    for number, (head, cells) in enumerate(zip(heads, columns, strict=True)):
        whole = [letters(cell) for cell in cells if unbroken(cell)]
        longest = max(map(letters, cells), default=0.0)
        taken += PADDING + max([*whole, min(longest, 8.0), min(letters(head), 4.0)])
        if taken > room and number:
            return number
    return len(heads)
