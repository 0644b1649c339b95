"""A figure on a page is the figure that a spreadsheet shows for the same value."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxaudit.show.numbers import number, percent


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [
        (1234.5, 0, "1,235"),
        (41524.5, 0, "41,525"),
        (-2.5, 0, "-3"),
        (-0.4, 0, "0"),
        (2.675, 2, "2.68"),
        (0.0, 1, "0.0"),
    ],
)
def test_halves_are_rounded_away_from_zero(value, digits, written):
    assert number(value, digits) == written


def test_shares_are_rounded_as_figures_are():
    assert (percent(0.285), percent(0.125, 1), percent(0.0)) == ("29%", "12.5%", "0%")


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 3))
def test_no_figure_is_further_away_than_half_a_step(value, digits):
    written = Fraction(number(value, digits).replace(",", ""))
    assert abs(written - Fraction(value)) <= Fraction(1, 2) / 10**digits + Fraction(1, 10**12)


def test_what_has_no_end_is_written_all_the_same():
    assert number(float("inf")) == "inf"
