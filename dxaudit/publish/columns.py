"""How wide the columns of a table are to be, on a page, in a document, on a slide.

Left to itself, a page gives Japanese text, which breaks anywhere, columns of one letter beside others of half the page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np

LONGEST_UNBROKEN, SHORT = 14, 6
PADDING = 1.4
"""Margins of a cell, in full-width letters."""
NARROWEST = 4.0
"""Letters of a line below which a text is read like a column of characters."""
ROWS_WEIGHED = 200
"""Of a table: more do not change how wide its columns should be."""
_UNBROKEN = re.compile(r"[0-9A-Za-z.,%+-]+")


def letters(words: str) -> float:
    """How many full-width letters a text is as wide as."""
    return sum(1.0 if ord(c) > 0x2E7F else 0.6 for c in words)


def unbroken(words: str) -> bool:
    """Whether a cell is a number with its unit, a date, a code: broken in the middle it would be misread."""
    if len(words) > LONGEST_UNBROKEN or not any(c.isdigit() for c in words):
        return False
    # A number that a phrase speaks of (担当者1名への属人化) does not make it one.
    return len(words) <= SHORT or sum(c.isascii() for c in unicodedata.normalize("NFKC", words)) >= 0.4 * len(words)


def widths(heads: Sequence[str], columns: Sequence[Sequence[str]], room: float) -> tuple[list[float], bool]:
    """Widths of columns, and whether they had to be fitted.

    Every column has room for its longest number or code; what is left goes, letter by letter, to the column that makes
    the table as a whole lower, so that no text stands ten lines high beside cells that are half empty.

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
    least, wanted, long = [], [], []
    for head, cells in zip(heads, columns, strict=True):
        whole = [letters(cell) for cell in cells if unbroken(cell)]
        parts = [min(letters(part), 8.0) for cell in cells for part in _UNBROKEN.findall(cell)]
        long.append([letters(head), *map(letters, cells)])
        least.append(max([*whole, *parts, min(letters(head), 3.0), min(max(long[-1][1:], default=0.0), NARROWEST)]))
        wanted.append(max(least[-1], max(long[-1][1:], default=0.0), min(letters(head), 6.0)))
    spare = room - sum(least) - PADDING * len(heads)
    tight = sum(wanted) - sum(least) > spare
    if tight:
        wanted = _lowest(np.array(least), np.array(wanted), np.array(long).T[: ROWS_WEIGHED + 1], spare)
    return [(PADDING + width) / (sum(wanted) + PADDING * len(heads)) for width in wanted], tight


def _lowest(width: np.ndarray, most: np.ndarray, long: np.ndarray, spare: float) -> list[float]:
    """``width`` of every column with ``spare`` letters spread so that rows × their highest cell comes out least.

    ``long`` are the letters of the cells, a row a line.
    """
    while spare > 0:
        step = min(1.0, spare)
        high = long / width
        top = high.argmax(axis=1)
        beside = np.where(np.arange(len(width)) == top[:, None], 0.0, high).max(axis=1)
        lower = np.maximum(beside, np.take_along_axis(long, top[:, None], 1)[:, 0] / (width[top] + step))
        gain = np.bincount(top, high.max(axis=1) - lower, minlength=len(width))
        gain[width >= most] = -1.0
        if gain.max() < 0:
            break
        width = width + step * (np.arange(len(width)) == gain.argmax())
        spare -= step
    return width.tolist()


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
