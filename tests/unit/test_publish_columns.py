"""Columns are as wide as what they hold; no number is broken, and no column is left with one letter."""

import pytest

from dxaudit.publish.columns import PADDING, letters, widths

LONG = "標準化対象業務を含み、標準準拠システムの利用義務があります。ネットワーク区分が異なります。"
HEADS = ["順位", "課題", "値", "根拠", "統合を妨げる事情"]
COLUMNS = [["1", "2"], ["紙が多い", "手作業"], ["11,702時間/年", "87.3%"], [LONG, LONG], [LONG * 4, LONG]]


@pytest.mark.parametrize("room", [40.0, 60.0, 400.0])
def test_numbers_and_headings_have_room(room):
    shares, tight = widths(HEADS, COLUMNS, room)
    assert sum(shares) == pytest.approx(1)
    assert tight is (room < 100)
    assert shares[2] * room >= letters("11,702時間/年")
    assert shares[0] * room >= letters("順位")


def test_what_is_left_goes_to_the_long_texts():
    shares, _ = widths(HEADS, COLUMNS, 60.0)
    assert shares[3] > shares[1] > shares[0]
    assert shares[3] > 0.2 and shares[4] > 0.2


def test_a_table_without_rows_goes_by_its_headings():
    shares, tight = widths(["所属", "業務"], [[], []], 60.0)
    assert shares == [0.5, 0.5] and not tight
    assert letters("所属") + PADDING < 60 / 2
