"""Answers of one row that cannot both be true are told, with both values and the cell."""

import pandas as pd
import pytest

from dxaudit.intake import contradictions
from dxaudit.settings import Settings
from dxaudit.state import from_tables
from dxaudit.vocabulary import load, text_keys

BROKEN = {
    "online_over_cases": ({"annual_cases": 100, "online_cases": 120}, {"annual_cases": 120, "online_cases": 120}),
    "paper_with_online_cases": ({"medium": "paper", "online_cases": 3}, {"medium": "both", "online_cases": 3}),
    "paper_but_online": (
        {"medium": "paper", "online_available": "true"},
        {"medium": "paper", "online_available": "false"},
    ),
    "online_cases_but_not_online": (
        {"online_available": "false", "online_cases": 9},
        {"online_available": "partial", "online_cases": 9},
    ),
    "digital_but_seal": ({"medium": "digital", "seal": "true"}, {"medium": "digital", "seal": "false"}),
    "hours_not_cases_times_minutes": (
        {"annual_cases": 1200, "minutes_per_case": 10, "annual_hours": 12000},
        {"annual_cases": 1200, "minutes_per_case": 10, "annual_hours": 260},
    ),
    "hours_not_sum_of_parts": (
        {"annual_hours": 500, "regular_staff_hours": 300, "fixed_term_staff_hours": 100},
        {"annual_hours": 500, "regular_staff_hours": 300, "fixed_term_staff_hours": 200.5},
    ),
    "part_over_hours": (
        {"annual_hours": 500, "regular_staff_hours": 600},
        {"annual_hours": 600, "regular_staff_hours": 600},
    ),
    "hours_not_staff": (
        {"annual_hours": 300, "full_time_equivalents": 2},
        {"annual_hours": 3000, "full_time_equivalents": 2},
    ),
    "staff_over_persons": (
        {"full_time_equivalents": 2.5, "assigned_staff": 2},
        {"full_time_equivalents": 1.5, "assigned_staff": 2},
    ),
    "manual_dated_but_missing": (
        {"manual": "false", "manual_updated": "2023-04"},
        {"manual": "true", "manual_updated": "2023-04"},
    ),
    "contract_ended": ({"contract_to": "2023-03"}, {"contract_to": "2024"}),
    "contract_ends_before_start": (
        {"contract_from": "2025-04-01", "contract_to": "2025-03-31"},
        {"contract_from": "2025", "contract_to": "2025-03-31"},
    ),
    "service_after_contract": (
        {"in_service_from": "2026-01", "contract_to": "FY2024"},
        {"in_service_from": "2025-03", "contract_to": "FY2024"},
    ),
    "linked_without_method": (
        {"link_method": "none", "linked_systems": ("税",)},
        {"link_method": "none", "linked_systems": ()},
    ),
    "migrated_without_business": (
        {"standardization_status": "done"},
        {"standardization_status": "done", "standardized_business": "戸籍"},
    ),
    "staff_not_sum_of_parts": (
        {"headcount": 12, "regular_staff": 8, "fixed_term_staff": 3},
        {"headcount": 8, "regular_staff": 8, "fixed_term_staff": 3},
    ),
}
NAMED = {
    "businesses": ("business", "department"),
    "systems": ("system", "owner_department"),
    "organization": ("department",),
}


def rules_of(rule, answers, **settings):
    table = load("contradictions")[rule]["table"]
    row = {**dict.fromkeys(NAMED[table], "市民課"), **answers}
    frame = pd.DataFrame([row])
    state = from_tables(Settings(as_of="2024-04-01", **settings), **{table: frame})
    return contradictions.find(state)


@pytest.mark.parametrize("rule", BROKEN)
def test_a_contradiction_is_told_with_its_values_and_its_cell(rule):
    found = [f for f in rules_of(rule, BROKEN[rule][0]) if f.rule == f"contradiction_{rule}"]
    assert len(found) == 1
    assert "市民課" in found[0].message and found[0].department == "市民課"
    assert found[0].cell[:1].isalpha() and "nan" not in found[0].message


@pytest.mark.parametrize("rule", BROKEN)
def test_answers_that_agree_are_left_alone(rule):
    assert f"contradiction_{rule}" not in {f.rule for f in rules_of(rule, BROKEN[rule][1])}


@pytest.mark.parametrize("rule", BROKEN)
def test_what_was_not_answered_contradicts_nothing(rule):
    first = dict(list(BROKEN[rule][0].items())[:1])
    ended = rule in ("contract_ended", "migrated_without_business")
    assert bool([f for f in rules_of(rule, first) if f.rule == f"contradiction_{rule}"]) == ended


def test_every_rule_has_its_case_and_its_sentence():
    assert set(BROKEN) == set(load("contradictions"))
    assert {f"quality.contradiction.{rule}" for rule in BROKEN} <= set(text_keys())


def test_without_a_day_to_speak_of_no_contract_is_said_to_have_ended():
    frame = pd.DataFrame({"system": ["A"], "contract_to": ["2001-03-31"]})
    assert contradictions.find(from_tables(systems=frame)) == []
    assert (
        contradictions.find(from_tables(Settings(fiscal_year=2001), systems=frame))[0].rule
        == "contradiction_contract_ended"
    )


def test_more_hours_than_the_staff_has_is_a_contradiction_of_the_department():
    state = from_tables(
        organization=pd.DataFrame({"department": ["市民課", "税務課"], "headcount": [2, 2]}),
        businesses=pd.DataFrame(
            {"department": ["市民課", "税務課"], "business": ["証明", "賦課"], "annual_hours": [9000, 3600]}
        ),
    )
    found = contradictions.find(state)
    assert [(f.rule, f.department) for f in found] == [("contradiction_hours_over_staff", "市民課")]
    assert "9,000" in found[0].message and "3,600" in found[0].message
