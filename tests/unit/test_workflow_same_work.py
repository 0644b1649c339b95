"""The same work in many departments, and who could be helped by a robot or by AI."""

import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.vocabulary import load
from dxaudit.workflow.same_work import by_pattern, pattern_of


def state(*rows):
    return dx.from_tables(businesses=pd.DataFrame(list(rows)))


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("浄化槽設置補助金の交付", "subsidy"), ("各課照会への回答", "inquiry"), ("請求書の支払", "payment"),
        ("市民会館の使用許可", "facility"), ("転入届", "name:転入届"),
        ("総合計画の策定", "plan"),
        ("国庫補助の受入", "name:国庫補助の受入"),
        ("コミュニティバス運行事業", "name:コミュニティバス運行事業"), (float("nan"), ""),
    ],
)  # fmt: skip
def test_a_pattern_is_told_by_the_words_of_a_name(name, pattern):
    assert pattern_of(name) == pattern


def subsidies():
    return state(
        {"department": "環境課", "business": "浄化槽補助金", "annual_cases": 100.0, "minutes_per_case": 30.0},
        {"department": "文化課", "business": "文化助成金", "annual_cases": 100.0, "annual_hours": 100.0},
        {"department": "農政課", "business": "農業補助金", "annual_cases": 5.0, "minutes_per_case": 20.0},
        {"department": "福祉課", "business": "福祉助成金", "annual_cases": 100.0, "minutes_per_case": 4000.0},
        {"department": "市民課", "business": "転入届", "annual_cases": 900.0, "minutes_per_case": 15.0},
    )


def test_unit_times_stand_side_by_side_and_the_best_is_a_real_department():
    work = dx.map_workflows(subsidies()).same_work().set_index("department")
    assert "市民課" not in work.index
    assert work.at["文化課", "minutes"] == pytest.approx(60) and work.at["文化課", "minutes_from"] == "hours_and_cases"
    # The shortest has five cases only and is no example; the longest counts something else.
    assert work.index[work["best"]].tolist() == ["環境課"]
    assert not work.at["福祉課", "comparable"]
    assert work.at["文化課", "hours_at_best"] == pytest.approx(50)


def test_a_pattern_is_summed_up_without_what_cannot_be_compared():
    line = by_pattern(dx.map_workflows(subsidies()).same_work()).iloc[0]
    assert (line["departments"], line["compared"]) == (4, 3)
    assert line["longest"] == pytest.approx(60) and line["best_department"] == "環境課"


def test_one_department_alone_is_no_pattern_and_one_unit_time_no_example():
    alone = dx.map_workflows(state({"department": "環境課", "business": "補助金", "minutes_per_case": 9.0}))
    assert alone.same_work().empty
    pair = dx.map_workflows(
        state(
            {"department": "環境課", "business": "補助金", "annual_cases": 50.0, "minutes_per_case": 9.0},
            {"department": "文化課", "business": "補助金"},
        )
    )
    assert not pair.same_work()["best"].any()


BIG = {"department": "税務課", "annual_hours": 500.0}


@pytest.mark.parametrize(
    ("row", "kind", "phase"),
    [
        ({"business": "納付データの入力", "routine": "routine", "medium": "both"}, "rpa", "use"),
        ({"business": "申告書の転記", "routine": "routine", "medium": "paper"}, "ai_ocr", "use"),
        ({"business": "市民相談", "routine": "nonroutine", "medium": "paper"}, "ai", "use"),
        ({"business": "保護相談", "routine": "nonroutine", "personal_information": "sensitive"}, "ai", "introduction"),
        ({"business": "総合計画の策定", "routine": "nonroutine"}, "ai", "growth"),
    ],
)  # fmt: skip
def test_rpa_and_ai_are_told_apart_with_their_phase(row, kind, phase):
    line = dx.map_workflows(state({**BIG, **row})).automation().iloc[0]
    assert (line["kind"], line["phase"]) == (kind, phase)
    assert "500" in line["reason"] and line["sources"]


def test_what_was_not_answered_is_counted_and_never_a_candidate():
    found = dx.map_workflows(
        state({**BIG, "business": "照合"}, {**BIG, "business": "照合", "routine": "routine"})
    ).automation()
    assert found.empty and found.attrs["unassessed"] == 2


def test_every_pattern_has_a_label_in_both_languages_and_words_of_its_own():
    seen = {}
    for code, pattern in load("workflow")["patterns"].items():
        assert set(pattern["label"]) == {"ja", "en"}
        for word in pattern["words"]:
            assert word not in seen, (word, code, seen[word])
            seen[word] = code
