"""Where do the cells of one table stand, for findings about them?"""

from __future__ import annotations

from dxaudit.intake.findings import Finding, finding
from dxaudit.intake.headers import Block
from dxaudit.intake.sheets import Sheet
from dxaudit.state import letters


class Place:
    """Where the cells of one block stand, for findings."""

    def __init__(self, sheet: Sheet, block: Block, table: str) -> None:
        self.file, self.sheet, self.table = sheet.file, sheet.name, table
        self.transposed = block.transposed

    def cell(self, row: int, column: int) -> str:
        """A1 address of 0-based (row, column) of the sheet as it was turned."""
        if self.transposed:
            row, column = column, row
        return f"{letters(column + 1)}{row + 1}"

    def finding(self, rule: str, row: int, at: int, /, **values: object) -> Finding:
        return finding(rule, self.file, self.sheet, self.cell(row, at), self.table, **values)
