"""One question asked as several columns, one for each answer, with a tick under the one that holds.

媒体 over 紙, 電子 and 併用 with ○ in one of them says no more than a column 媒体 with one of these words in it, and is
read so: taken by themselves, the ticks of 媒体_電子 would look like an answer to another question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dxaudit.intake.evidence import asks_so
from dxaudit.intake.headers import Block
from dxaudit.intake.options import MOST
from dxaudit.intake.sheets import Cell, Sheet, folded, is_blank
from dxaudit.intake.values import tri
from dxaudit.intake.wording import is_answer

ONE_FROM = 0.8
"""Share of the rows with a tick that have to have one alone."""


@dataclass(frozen=True)
class Ticked:
    """Columns that were read as one: the question, its answers, and the 0-based column that holds them now."""

    question: str
    answers: tuple[str, ...]
    column: int


def joined_ticks(sheet: Sheet, blocks: Sequence[Block]) -> tuple[Sheet, list[Block], list[Ticked]]:
    """A sheet and its tables with the columns of each question in its first one, the answers in words.

    Nothing is changed where no table has such columns. The sheet given stays as it is.
    """
    rows: list[list[Cell]] | None = None
    made: list[Block] = []
    found: list[Ticked] = []
    for block in blocks:
        gone: set[int] = set()
        headers = list(block.headers)
        for start, end in _questions(block):
            columns = block.columns[start:end]
            answers = [" ".join(block.headers[i].rsplit("_", 1)[-1].split()) for i in range(start, end)]
            if not _is_ticked(sheet, block, columns):
                continue
            rows = rows or [list(row) for row in sheet.rows]
            for r in block.body:
                said = [answer for c, answer in zip(columns, answers, strict=True) if not is_blank(sheet.rows[r][c])]
                for c in columns:
                    rows[r][c] = ""
                rows[r][columns[0]] = "・".join(said)
            question = block.headers[start].rsplit("_", 1)[0]
            headers[start] = f"{question}_{'・'.join(answers)}"
            gone |= set(range(start + 1, end))
            found.append(Ticked(question, tuple(answers), columns[0]))
        kept = [i for i in range(len(headers)) if i not in gone]
        made.append(
            replace(block, columns=tuple(block.columns[i] for i in kept), headers=tuple(headers[i] for i in kept))
            if gone
            else block
        )
    return (replace(sheet, rows=rows) if rows else sheet), made, found


def _questions(block: Block) -> Iterator[tuple[int, int]]:
    """Runs of neighbouring headers with one upper name whose lower ones are answers."""
    parts = [tuple(h.rsplit("_", 1)) if "_" in h else (h, "") for h in block.headers]
    start = 0
    while start < len(parts):
        end = start + 1
        while end < len(parts) and parts[end][0] == parts[start][0] and parts[end][1] and parts[start][1]:
            end += 1
        words = tuple(folded(own) for _, own in parts[start:end])
        several = 2 <= len(words) <= MOST and len(set(words)) == len(words)
        if several and (all(is_answer(word) for word in words) or asks_so(words)):
            yield start, end
        start = end


def _is_ticked(sheet: Sheet, block: Block, columns: Sequence[int]) -> bool:
    """Whether the cells of columns are ticks or nothing, most rows having one."""
    ticks = [[sheet.rows[r][c] for c in columns if not is_blank(sheet.rows[r][c])] for r in block.body]
    asked = [held for held in ticks if held]
    if not asked or any(len(str(v)) > 2 or tri(v).value != "true" for held in asked for v in held):
        return False
    return sum(len(held) == 1 for held in asked) >= ONE_FROM * len(asked)
