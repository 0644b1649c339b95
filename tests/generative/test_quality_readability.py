"""Whatever stands on a sheet, it is judged; scores stay within bounds; a clean table is never faulted."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from dxaudit.intake.readability import COLUMNS, RULES, find_pages, judge_pages, scores
from dxaudit.intake.sheets import Sheet

cells = st.one_of(
    st.just(""),
    st.text(max_size=8),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.booleans(),
    st.dates(),
    st.sampled_from(
        ["計", "※注", "〃", "○", "約30", "▲5", "令和5年", "その他（別紙）", "市　民　課", "㈱", "=1+1", "同上", "－"]
    ),
)


def box(corners):
    return (
        min(corners[0], corners[2]),
        min(corners[1], corners[3]),
        max(corners[0], corners[2]),
        max(corners[1], corners[3]),
    )


merges = st.lists(st.tuples(*[st.integers(0, 7)] * 4).map(box), max_size=3)


@st.composite
def sheets(draw):
    width = draw(st.integers(1, 7))
    rows = draw(st.lists(st.lists(cells, min_size=width, max_size=width), max_size=12))
    kind = draw(st.sampled_from(["xlsx", "xls", "ods", "csv"]))
    return Sheet(
        "表.xlsx", "一", rows, tuple(draw(merges)), True, kind, draw(st.sampled_from(["", "cp932"])), Path("無い")
    )


@settings(max_examples=100, deadline=None)
@given(st.lists(sheets(), max_size=2))
def test_any_sheet_is_judged_and_scored_within_bounds(drawn):
    frame = judge_pages(find_pages(drawn))
    assert list(frame.columns) == list(COLUMNS)
    assert set(frame["verdict"]) <= {"ok", "ng", "na"}
    assert ((frame["verdict"] == "ng") == (frame["count"] > 0)).all()
    found = scores(frame)
    assert found["score"].dropna().between(0, 100).all()
    assert found.loc[found["judged"] == 0, "score"].isna().all()


names = st.lists(st.from_regex(r"[ぁ-ん]{2,5}", fullmatch=True), min_size=3, max_size=6, unique=True)


@settings(max_examples=100, deadline=None)
@given(names, st.integers(3, 30), st.randoms(use_true_random=False))
def test_a_clean_table_is_never_faulted(heads, length, random):
    """One header row, a full column of names, numbers that are numbers with their unit: nothing is wrong."""
    heads = [heads[0], *(f"{head}（件）" for head in heads[1:])]
    rows = [[f"第{i}事業", *(float(random.randint(3000, 9999)) for _ in heads[1:])] for i in range(length)]
    frame = judge_pages(find_pages([Sheet("表.xlsx", "一", [heads, *rows], (), True, "xlsx", "", Path("無い"))]))
    assert set(frame["rule"]) == {*RULES, "L3-07"}
    assert not len(frame[frame["verdict"] == "ng"])


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 12), st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_change_the_score(length, random):
    rows = [[f"G{i:03d}", f"第{i}課", float(random.randint(3000, 9999))] for i in range(length)]
    rows[random.randrange(length)][1] = "市　民　課"
    head = ["番号", "課名", "規模"]

    def score(order):
        frame = judge_pages(find_pages([Sheet("表.xlsx", "一", [head, *order], (), True, "xlsx", "", Path("無い"))]))
        return scores(frame)["score"].tolist()

    shuffled = list(rows)
    random.shuffle(shuffled)
    assert str(score(rows)) == str(score(shuffled))
