"""What the reports say of workflows and of the country, with and without the sheets that would tell more."""

import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.publish import open_city
from dxaudit.publish.sections import city as whole
from dxaudit.publish.sections import department as own


def state(workflow=None, **settings):
    businesses = pd.DataFrame(
        {
            "department": ["市民課", "市民課", "税務課"],
            "business": ["住民票の交付", "転入届の受付", "課税証明の交付"],
            "annual_hours": [9000.0, 1200.0, 3000.0],
            "annual_cases": [50000, 3000, 9000],
            "medium": ["paper", "paper", "digital"],
            "peak_period": ["3月～4月", "", "6月"],
            "assigned_staff": [1, 2, 3],
        }
    )
    tables = {"businesses": businesses} if workflow is None else {"businesses": businesses, "workflow": workflow}
    return dx.from_tables(dx.Settings(municipality="試験市", **settings), **tables)


def steps(share):
    return pd.DataFrame(
        {
            "department": "市民課",
            "business": "住民票の交付",
            "step": ["1", "2", "3"],
            "actor": ["申請者", "窓口", "窓口"],
            "action": ["申請書を書く", "入力する", "交付する"],
            "medium": ["paper", "digital", "paper"],
            "work_minutes": [5.0, 10.0, 4.0],
            "wait_hours": [0.0, 30.0, 1.0],
            "rework_rate": [0.0, share, 0.0],
        }
    )


def test_bottlenecks_are_told_from_the_inventory_where_no_workflow_was_sent():
    city = open_city(state())
    section = own.bottlenecks(city, "市民課")
    named = section.tables[0].frame.to_string()
    assert "住民票の交付" in named and "課税証明の交付" not in named
    assert len(section.charts) == 1 and section.charts[0].png("市民課").startswith(b"\x89PNG")


def test_the_flow_of_a_worst_bottleneck_is_drawn_for_its_department_alone():
    city = open_city(state(steps(20.0)))
    drawn = own.bottlenecks(city, "市民課").charts[1:]
    assert drawn and all(chart.png("市民課").startswith(b"\x89PNG") for chart in drawn)
    assert not own.bottlenecks(city, "税務課").charts[1:]


def test_the_city_names_every_business_worth_drawing_with_its_reason():
    city = open_city(state())
    worth = city.flows.shortlist()
    full = next(t for t in whole.bottlenecks(city).tables if t.data)
    assert len(worth) and len(full.frame) == len(worth)
    told = full.frame.to_string()
    assert all(reason in told for reason in worth["reason"])


def test_a_broken_step_table_is_counted_among_the_findings_and_asked_about():
    sound, broken = open_city(state(steps(20.0))), open_city(state(steps(140.0)))
    more = len(broken.flows.findings) - len(sound.flows.findings)
    assert more > 0
    message = broken.flows.findings["message"].iloc[0]
    assert any(message in str(table.frame.to_string()) for table in whole.limits(broken).tables)
    assert message in own.hearing(broken, "市民課").tables[0].frame.to_string()
    assert f"業務フロー{len(broken.flows.findings)}件" in whole.limits(broken).sentences[0]


@pytest.mark.parametrize(
    ("settings", "compared"), [({}, False), ({"population": 80000, "municipality_type": "city"}, True)]
)
def test_the_country_is_compared_with_only_where_the_city_says_what_it_is(settings, compared):
    governance = pd.DataFrame(
        {"question": ["CIOを任命していますか", "AIを導入していますか"], "answer": ["はい", "いいえ"]}
    )
    made = dx.from_tables(
        dx.Settings(municipality="試験市", **settings), businesses=state().businesses, governance=governance
    )
    section = whole.standing(open_city(made))
    assert bool(section.charts) is compared
    if compared:
        full = section.tables[-1].frame
        assert section.tables[-1].data and full["出典"].str.len().min() > 0
    else:
        assert "municipality_type" in section.sentences[0]
