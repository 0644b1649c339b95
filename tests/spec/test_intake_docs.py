"""What docs/intake.md promises about values holds."""

import re
from pathlib import Path

import pytest

from dxaudit.intake.dates import date
from dxaudit.intake.numbers import number
from dxaudit.intake.values import tri

PAGE = (Path(__file__).parents[2] / "docs" / "intake.md").read_text(encoding="utf-8")
TABLE = PAGE.split("| 書かれた値 |")[1].split("\n\n")[0].splitlines()[2:]
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TABLE]


@pytest.mark.parametrize(("written", "unit", "value", "issue"), ROWS)
def test_the_table_of_values(written, unit, value, issue):
    if unit == "日付":
        parsed = date(float(written) if written.isdecimal() and len(written) == 5 else written)
    else:
        parsed = tri(written) if unit == "有無" else number(written, unit)
    assert parsed.issue == issue
    if isinstance(parsed.value, float):
        assert parsed.value == float(value)
    else:
        assert (parsed.value or "") == value


def test_the_worked_example():
    written, day, hours = re.search(r"値が「約(\d+)」なら、\d+ × ([\d.]+) = (\d+)", PAGE).groups()
    parsed = number(f"約{written}", "時間/年", "人日")
    assert (parsed.value, parsed.issue) == (float(hours), "approximate")
    assert float(written) * float(day) == float(hours)
