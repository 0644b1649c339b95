"""Where do the cells of one table stand, for findings about them?"""

from __future__ import annotations

from dxaudit.intake.findings import Finding, finding
from dxaudit.intake.headers import Block
from dxaudit.intake.sheets import Cell, Sheet, shown
from dxaudit.intake.values import is_ditto
from dxaudit.state import letters
from dxaudit.vocabulary import text


class Place:
    """Where the cells of one block stand, for findings."""

    def __init__(self, sheet: Sheet, block: Block, table: str) -> None:
        self.file, self.sheet, self.table = sheet.file, sheet.name, table
        self.rows = sheet.rows
        self.transposed = block.transposed

    def cell(self, row: int, column: int) -> str:
        """A1 address of 0-based (row, column) of the sheet as it was turned."""
        if self.transposed:
            row, column = column, row
        return f"{letters(column + 1)}{row + 1}"

    def written(self, row: int, column: int, value: Cell) -> str:
        """A cell as its writer sees it: where 〃 was read as ``value``, the sign and what it stands for."""
        held = self.rows[row][column]
        if is_ditto(held) and held != value:
            return text("intake.cell.stands_for", written=held, value=shown(value))
        return shown(value)

    def finding(self, rule: str, row: int, at: int, /, **values: object) -> Finding:
        return finding(rule, self.file, self.sheet, self.cell(row, at), self.table, **values)
