"""Columns are as wide as what they hold; no number is broken, and no column is left with one letter."""

import pytest

from dxaudit.publish.columns import PADDING, letters, unbroken, widths

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


ISSUES = {
    "順位": ["1", "2"],
    "課題": ["担当者1名への属人化［組織］", "標準化対象の移行が遅れている［データ］"],
    "値": ["26.3%", "1,234時間/年"],
    "考えられる原因": ["1名しか担当していない", "移行の計画と経費の見通しが立たない"],
    "影響範囲": ["9業務、年間1,016時間、2,400件、庶務係・財政係・企画係・防災情報係・課税係・収納係の6係", "全庁"],
    "対策の例": ["マニュアルの整備と複数人の担当", "移行計画の見直し"],
}


def lines(shares, room):
    """Lines of the highest cell of each column."""
    return [
        max(-(-letters(cell) // (share * room - PADDING)) for cell in cells)
        for share, cells in zip(shares, ISSUES.values(), strict=True)
    ]


def test_no_text_stands_many_lines_high_beside_half_empty_cells():
    shares, tight = widths(list(ISSUES), list(ISSUES.values()), 60.0)
    assert tight and max(lines(shares, 60.0)) <= 5
    assert min(share * 60.0 - PADDING for share in shares[3:]) >= 4


def test_a_phrase_that_speaks_of_a_number_may_be_broken_and_a_number_may_not():
    assert not unbroken("担当者1名への属人化") and not unbroken("1名しか担当していない")
    assert unbroken("11,702時間/年") and unbroken("令和6年3月") and unbroken("360～1,800") and unbroken("3システム")
