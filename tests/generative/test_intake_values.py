"""Values: never an exception, reading what was written gives it back, and reading twice changes nothing."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from dxaudit.intake.dates import date, ends
from dxaudit.intake.evidence import fits, profile, spellings
from dxaudit.intake.numbers import number
from dxaudit.intake.values import category, is_ditto, is_missing, items, likert, tri, words
from dxaudit.vocabulary import load, tables

CELLS = st.one_of(
    st.text(max_size=40),
    st.text(
        alphabet="0123456789０１２三四十百千万億,.，．-－▲△約～~()（）円件人日時間分年月R令和平成元H/:％%〃○×※ 　",
        max_size=16,
    ),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.just(""),
)
UNITS = sorted({c["unit"] for t in tables().values() for c in t["columns"].values() if "unit" in c})
FULL = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")


@settings(max_examples=400, deadline=None)
@given(CELLS, st.sampled_from(UNITS), st.sampled_from(["", "千円", "人日", "件/月", "分", "年", "でたらめ"]))
def test_no_cell_raises(cell, unit, header):
    for parsed in (
        number(cell, unit, header),
        date(cell),
        date(cell, end=True),
        tri(cell),
        likert(cell),
        words(cell),
        items(cell),
    ):
        assert parsed.value is None or parsed.value == parsed.value
    names, marks = spellings("systems", "personal_information")
    assert category(cell, names, marks).value in {None, *names}
    assert isinstance(is_missing(cell), bool)
    assert isinstance(is_ditto(cell), bool)


@settings(max_examples=60, deadline=None)
@given(st.lists(CELLS, max_size=12))
def test_no_column_raises(cells):
    shape = profile(cells)
    for table, entry in tables().items():
        for column, spec in entry["columns"].items():
            assert 0 <= fits(shape, table, column, spec) <= 1


@given(st.integers(-(10**9), 10**9))
def test_whole_numbers_come_back_however_written(value):
    texts = [str(value), f"{value:,}", f"{value:,}".translate(FULL), f" {value} ", f"{value}件"]
    if value < 0:
        texts += [f"▲{-value:,}", f"△{-value}", f"({-value})", f"−{-value}"]
    for text in texts:
        assert number(text, "件/年").value == value, text


@given(st.decimals(0, 10**6, places=2, allow_nan=False))
def test_fractions_come_back(value):
    assert number(f"{value:,}").value == float(value)
    assert number(str(value).translate(FULL)).value == float(value)


@given(st.integers(1, 10**6))
def test_money_in_any_unit_is_the_same_money(thousands):
    for text in (f"{thousands}千円", f"{thousands * 1000:,}円", f"￥{thousands * 1000:,}"):
        assert number(text, "千円/年").value == thousands
    assert number(f"{thousands}万円", "千円/年").value == thousands * 10
    assert number(float(thousands), "千円/年", "円").value == thousands / 1000


@given(st.integers(0, 500), st.integers(0, 59))
def test_times_in_any_unit_are_the_same_time(hours, minutes):
    whole = hours * 60 + minutes
    assert number(f"{hours}:{minutes:02d}", "分/件").value == whole
    assert number(f"{whole}分", "分/件").value == whole
    assert number(dt.timedelta(minutes=whole), "分/件").value == whole
    if hours and minutes:
        assert number(f"{hours}時間{minutes}分", "分/件").value == whole


@given(st.integers(1, 999), st.integers(1, 999))
def test_spans_give_their_middle_and_say_so(low, more):
    parsed = number(f"{low}～{low + more}件", "件/年")
    assert parsed.value == low + more / 2
    assert parsed.issue == "range"


@given(
    st.integers(1, 999),
    st.integers(1, 999),
    st.sampled_from(["件", "人", "回", "校区", ""]),
    st.sampled_from(["～", "〜", "-", "から", "－"]),
    st.sampled_from(["年", "月", "週", "日", "半期", "四半期", "か月"]),
)
def test_a_period_beside_a_span_holds_for_both_ends(low, more, counter, mark, period):
    high = low + more
    ends = [number(f"{end}{counter}/{period}", "件/年").value for end in (low, high)]
    texts = [
        f"{low}{mark}{high}{counter}/{period}",
        f"{low}{counter}{mark}{high}{counter}/{period}",
        f"{low}{counter}/{period}{mark}{high}{counter}/{period}",
        f"約{low}{mark}{high}{counter}程度／{period}",
    ]
    if period in "年月週日":
        texts += [
            f"{period}{low}{mark}{high}{counter}",
            f"毎{period}{low}{mark}{high}{counter}",
            f"{period}平均{low}{counter}{mark}{high}{counter}",
            f"1{period}あたり{low}{mark}{high}{counter}",
            f"{low}{mark}{high}{counter}（{period}）",
        ]
    for text in texts:
        parsed = number(text, "件/年")
        assert parsed.issue == "range", text
        assert abs(parsed.value - sum(ends) / 2) < 1e-9 * parsed.value, text


@given(st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31)))
def test_dates_come_back_in_every_calendar(day):
    iso = day.isoformat()
    texts = [
        iso,
        f"{day:%Y/%m/%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        f"{day.year}.{day.month}.{day.day}",
    ]
    if day >= dt.date(2019, 5, 1):
        year = day.year - 2018
        texts += [
            f"R{year}.{day.month}.{day.day}",
            f"令{year}/{day.month}/{day.day}",
            f"㋿{year}年{day.month}月{day.day}日",
        ]
        if year == 1:
            texts.append(f"令和元年{day.month}月{day.day}日")
    elif day >= dt.date(1989, 1, 8):
        texts += [
            f"H{day.year - 1988:02d}.{day.month:02d}.{day.day:02d}",
            f"㍻{day.year - 1988}年{day.month}月{day.day}日",
        ]
    for text in texts:
        assert date(text).value == iso, text
    assert date(day).value == iso
    assert date(float((day - dt.date(1899, 12, 30)).days)).value == iso


@given(
    st.dates(dt.date(2019, 5, 1), dt.date(2060, 12, 31)),
    st.dates(dt.date(2019, 5, 1), dt.date(2060, 12, 31)),
    st.sampled_from(["～", "〜", "-", "－", "—", "から", "→", " ～ ", "\n～"]),
)
def test_both_ends_of_a_span_come_back(first, last, mark):
    def written(day):
        return (
            day.isoformat(),
            f"{day.year}/{day.month}/{day.day}",
            f"R{day.year - 2018}.{day.month}.{day.day}",
            f"{day.year}年{day.month}月{day.day}日",
        )

    for one, other in zip(written(first), written(last), strict=True):
        text = f"{one}{mark}{other}"
        assert all(ends(text)), text
        assert date(text).value == first.isoformat(), text
        assert date(text, end=True).value == last.isoformat(), text


@given(st.integers(2019, 2060), st.integers(1, 12))
def test_dates_are_no_more_precise_than_the_cell(year, month):
    assert date(f"令和{year - 2018}年度").value == f"FY{year}"
    assert date(f"{year}年").value == f"{year}"
    if (year, month) >= (2019, 5):
        assert date(f"R{year - 2018}.{month}").value == f"{year}-{month:02d}"


@given(CELLS)
def test_reading_twice_changes_nothing(cell):
    for parse in (date, tri, words):
        first = parse(cell).value
        if first is not None:
            assert parse(first).value == first


@given(st.lists(st.text(alphabet="住民税国保福祉図書館", min_size=1, max_size=6), min_size=1, max_size=5, unique=True))
def test_lists_come_back_whatever_divides_them(names):
    for mark in ("、", "，", ";", "\n", "／", ","):
        assert items(mark.join(names)).value == tuple(names)


def test_every_spelling_of_every_category_is_its_code():
    for table, columns in load("spellings").items():
        for column, entry in columns.items():
            names, marks = spellings(table, column)
            for code, spelled in entry.items():
                if code == "marks":
                    continue
                for word in spelled:
                    assert category(word, names, marks).value == code, (table, column, word)
