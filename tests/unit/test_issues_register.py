"""The register as an analyst uses it: ranking, perspectives, explanations, other weights, and the json contract."""

import json
import math
import pickle

import numpy as np
import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.decisions import Decision, cell_of
from dxaudit.issues.evidence import Evidence
from dxaudit.issues.register import COLUMNS, IssueRegister
from dxaudit.settings import PERSPECTIVES

WORK = ["転出届の受付", "住民票の写しの交付", "図書館資料の予約", "庁内照会の回答", "補助金の交付"]


def city(departments=("市民課", "税務課", "総務課"), settings=None) -> dx.CurrentState:
    """A small city in which every table but the survey was sent; figures differ by department."""
    lines = []
    for d, name in enumerate(departments):
        for i, work in enumerate(WORK):
            lines.append(
                dict(
                    department=name, business=work, medium=("paper", "both", "digital")[(i + d) % 3],
                    annual_hours=100.0 * (i + 1) + 10 * d, annual_cases=1000.0 + i, online_cases=float(i * d),
                    online_available="true" if i % 2 else "false", minutes_per_case=5.0 * (d + 1),
                    assigned_staff=1.0 + (i + d) % 3, manual="false" if (i + d) % 2 else "true",
                    routine="routine" if i % 2 else "nonroutine", approval="paper" if i < 3 else "electronic",
                    legal_basis=None if i == d else "地方自治法", peak_period="3月～4月" if i == 0 else "通年",
                    office_tools=("Excel",) if i == d else (), systems_used=() if i == d else ("文書管理",),
                    personal_information="personal", data_source="申請書", data_transfer="manual" if i == 1 else "api",
                    regulation_kind=("目視",) if i == d else (), fee_payment="300円(現金)" if i < 2 else None,
                    measurement_method="estimated", writing_mandated="ordinance" if i == d else "none",
                    reported_issue="時間がかかる", improvement_idea="自動化" if i > 2 else None, core="noncore",
                    regular_staff_hours=80.0, category_major="庶務" if i == 3 else "窓口", form_number=(f"様式{d}",),
                )
            )  # fmt: skip
    systems = pd.DataFrame(
        dict(
            system_id=["1", "2", "3"], system=["文書管理", "住民記録", "財務会計"],
            owner_department=[departments[0], departments[0], departments[-1]], vendor=["甲社", "甲社", "乙社"],
            annual_cost=[900.0, 5000.0, 700.0], contract_to=["2027-03-31", None, "2028-03-31"],
            network_zone=["lgwan", "mynumber", "lgwan"], link_method=["none", "file", "none"],
            support_end=["2026-01", "2030-03", "2031-03"], standardized_business=[None, "住民基本台帳", None],
            standardization_status=[None, "in_progress", None],
        )
    )  # fmt: skip
    governance = pd.DataFrame(
        dict(
            question=[
                "DX推進の専任職員数",
                "全体方針の策定",
                "全庁的な推進体制",
                "オープンデータの公開",
                "生成AIの利用指針",
            ],
            answer=["3人", "有", "無", "有", "無"],
        )
    )
    organization = pd.DataFrame(
        dict(department=list(departments), headcount=[1.0] * len(departments), overtime_hours=[35.0] * len(departments))
    )
    return dx.from_tables(
        settings or dx.Settings(population=80_000, fiscal_year=2026), businesses=pd.DataFrame(lines), systems=systems,
        governance=governance, organization=organization,
    )  # fmt: skip


@pytest.fixture(scope="module")
def register() -> IssueRegister:
    return dx.assess(city())


def test_the_frame_has_its_columns_and_states_every_issue_in_its_scopes(register):
    assert tuple(register.frame.columns) == COLUMNS
    assert set(register.frame["code"]) == set(register.entries)
    assert not register.frame.duplicated(["code", "department"]).any()
    for code, entry in register.entries.items():
        where = set(register.frame.loc[register.frame["code"] == code, "department"])
        assert ("全庁" in where) == ("city" in entry.scopes)
        assert ("市民課" in where) == ("department" in entry.scopes)


def test_what_was_not_assessed_is_there_without_a_figure_and_with_a_reason(register):
    left = register.frame[~register.frame["assessed"]]
    assert len(left) and left[["value", "severity", "reach", "priority", "low", "high"]].isna().all().all()
    assert left["reason"].str.len().gt(0).all()
    done = register.frame[register.frame["assessed"]]
    assert done[["value", "severity", "reach", "priority"]].notna().all().all() and (done["reason"] == "").all()
    assert (done["low"] <= done["value"] + 1e-12).all() and (done["value"] <= done["high"] + 1e-12).all()
    assert done["coverage"].ge(0.5).all()


def test_the_ranking_is_by_priority_and_leaves_out_what_is_no_issue(register):
    top = register.top(100, "税務課")
    assert top["priority"].is_monotonic_decreasing and (top["severity"] > 0).all()
    assert (top["department"] == "税務課").all() and len(register.top(3)) == 3
    assert register.top(3)["department"].eq("全庁").all()


def test_perspectives_count_what_was_assessed_and_leave_the_rest_open(register):
    table = register.perspectives()
    assert list(table.columns) == ["department", "perspective", "score", "low", "high", "assessed", "total", "band"]
    assert len(table) == 5 * 4
    people = table[table["perspective"] == "people"]
    assert people["score"].isna().all() and (people["assessed"] == 0).all()
    assert (people["low"] == 0).all() and (people["high"] == 100).all() and (people["band"] == "not_assessed").all()
    for line in table[table["assessed"] > 0].itertuples():
        rows = register.of(line.department)
        rows = rows[rows["perspective"] == line.perspective]
        weight = rows["code"].map(lambda c: register.entries[c].weight)
        seen = rows["assessed"]
        assert line.score == pytest.approx(100 * np.average(rows.loc[seen, "severity"], weights=weight[seen]))
        assert line.low == pytest.approx(100 * (rows["severity"].fillna(0) * weight).sum() / weight.sum())
        assert line.high == pytest.approx(100 * (rows["severity"].fillna(1) * weight).sum() / weight.sum())
        assert (line.assessed, line.total) == (seen.sum(), len(rows))


def rebuilt(how: str, rows: pd.DataFrame) -> float:
    """The figure from the rows of an explanation, computed with pandas alone."""
    n = rows["numerator"]
    if how in ("share", "ratio"):
        return (100 if how == "share" else 1) * math.fsum(n) / math.fsum(rows["denominator"])
    if how == "sum":
        return math.fsum(n)
    if how in ("maximum", "minimum"):
        return {"maximum": n.max(), "minimum": n.min()}[how]
    if how == "spread":
        return n.max() - n.min()
    groups = n.groupby(rows["group"], sort=False)
    if how == "group_maximum":
        return groups.agg(math.fsum).max()
    if how == "group_share":
        return 100 * groups.agg(math.fsum).max() / math.fsum(rows["denominator"])
    if how == "group_ratio":
        return (groups.max() / groups.min()).max()
    if how == "peak":
        return 12 * groups.agg(math.fsum).max() / math.fsum(n)
    raise AssertionError(how)


def test_the_rows_of_every_figure_reproduce_it_exactly(register):
    looked_at = 0
    for line in register.frame[register.frame["assessed"]].itertuples():
        opened = register.explain(line.code, line.department)
        assert rebuilt(opened.how, opened.rows) == line.value == opened.value, (line.code, line.department)
        assert {"file", "sheet", "cell", "item", "affected"} <= set(opened.rows.columns)
        looked_at += 1
    assert looked_at > 60


def test_an_explanation_says_rule_arithmetic_thresholds_and_cells(register):
    opened = register.explain("G01", "市民課")
    assert "市民課" in opened.sentence and "紙利用率" in opened.sentence
    lines = opened.arithmetic.splitlines()
    assert lines[0].startswith("100 × ") and lines[-1].startswith("優先度 = 100 × √(")
    assert set(opened.thresholds["level"]) == {"良好", "注意", "重大", "最悪"}
    assert "出典あり" in set(opened.thresholds["status"]) and "設計値" in set(opened.thresholds["status"])
    assert opened.rows["cell"].str.fullmatch(r"[A-Z]+\d+").all()
    english = register.explain("G01", "市民課", lang="en")
    assert "Share of hours on paper" in english.sentence and "Priority = " in english.arithmetic


def test_text_from_files_is_escaped_in_an_explanation():
    state = city()
    evil = state.businesses.assign(business="<script>alert(1)</script>")
    page = dx.assess(state.replace(businesses=evil)).explain("G01", "市民課")._repr_html_()
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_an_unassessed_issue_explains_why(register):
    opened = register.explain("H02", "市民課")
    assert "未評価" in opened.sentence and "職員スキル調査" in opened.sentence and opened.rows.empty


@pytest.mark.parametrize(
    ("code", "department", "words"),
    [("G01", "市民果", "市民課"), ("Z01", None, "Z01"), ("O07", None, "全庁"), ("O06", "市民課", "市民課")],
)
def test_a_wrong_question_gets_one_line(register, code, department, words):
    with pytest.raises(dx.DxauditError) as caught:
        register.explain(code, department)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_other_weights_move_priorities_and_nothing_else(register):
    heavy = register.reweighted({"regulation": 3.0})
    same = [c for c in COLUMNS if c != "priority"]
    pd.testing.assert_frame_equal(heavy.frame[same], register.frame[same])
    ratio = (heavy.frame["priority"] / register.frame["priority"]).dropna()
    by = heavy.frame.loc[ratio.index, "perspective"]
    assert ratio[by == "regulation"].round(9).eq(round(15 / 7, 9)).all()
    assert ratio[by == "business"].round(9).eq(round(5 / 7, 9)).all()
    assert heavy.explain("R01", "市民課").arithmetic.splitlines()[-1].count("2.14")
    pd.testing.assert_frame_equal(register.reweighted(dict.fromkeys(PERSPECTIVES, 2.0)).frame, register.frame)


@pytest.mark.parametrize("weights", [{"money": 1}, {"data": -1}, dict.fromkeys(PERSPECTIVES, 0), {"data": math.nan}])
def test_weights_that_make_no_sense_are_refused(register, weights):
    with pytest.raises(dx.DxauditError):
        register.reweighted(weights)


def test_settings_change_the_judgement_and_are_listed():
    changed = dx.Settings(population=80_000, fiscal_year=2026, issues={"G01": {"warn": 30, "alert": 40}})
    plain, own = dx.assess(city()), dx.assess(city(settings=changed))
    assert (
        own.result("G01").severity > plain.result("G01").severity
        and own.result("G01").value == plain.result("G01").value
    )
    assert own.changed() == {"issues.G01.warn": 30, "issues.G01.alert": 40}
    assert "dxaudit.toml" in set(own.explain("G01").thresholds["status"])


def test_the_json_has_the_agreed_keys_and_null_for_what_was_not_measured(register, tmp_path):
    path = tmp_path / "課題.json"
    register.write(path)
    found = json.loads(path.read_text(encoding="utf-8"))
    assert len(found) == len(register.frame)
    keys = [
        "code", "perspective", "department", "value", "unit", "severity", "reach", "priority", "assessed", "coverage",
        "cause", "scope", "sources",
    ]  # fmt: skip
    assert all(list(line) == keys for line in found)
    by_key = {(line["code"], line["department"]): line for line in found}
    for line in register.frame.itertuples():
        one = by_key[line.code, line.department]
        assert one["assessed"] is bool(line.assessed)
        assert (one["value"] is None) == math.isnan(line.value)
        if line.assessed:
            assert one["value"] == line.value and one["priority"] == line.priority and one["sources"] == line.sources


def test_causes_and_scope_stand_together_in_both_languages(register):
    line = register.of("市民課").set_index("code").loc["G01"]
    assert "業務" in line["scope"] and "時間" in line["scope"] and line["cause"] and line["remedy"] and line["kpi"]
    english = register.frame_in("en")
    assert english["issue"].str.isascii().mean() > 0.95 and set(english["department"]) >= {"Whole city"}
    assert (english["value"].fillna(-1) == register.frame["value"].fillna(-1)).all()


def test_a_register_survives_another_process(register):
    again = pickle.loads(pickle.dumps(register))
    pd.testing.assert_frame_equal(again.frame, register.frame)
    assert again.explain("G01", "市民課").arithmetic == register.explain("G01", "市民課").arithmetic


def test_decisions_that_touched_a_figure_are_named():
    state = city()
    value = Decision("value", "佐藤", "誤記", cell_of(state, "businesses", 0, "core"), id="d1")
    risk = Decision("accept_risk", "部長", "来年度対応", {"code": "G09", "department": "税務課"}, id="d2")
    frame = dx.assess(state.replace(decisions=(value, risk))).frame.set_index(["code", "department"])
    named = frame["decisions"][frame["decisions"].map(len) > 0].to_dict()
    assert named == {("G04", "全庁"): ["d1"], ("G04", "市民課"): ["d1"], ("G09", "税務課"): ["d2"]}


def test_an_empty_state_scores_nothing():
    nothing = dx.assess(dx.from_tables())
    assert not nothing.frame["assessed"].any() and nothing.top().empty
    assert nothing.perspectives()["score"].isna().all()


def test_a_list_of_names_and_budgets_is_assessed_only_where_it_can_be():
    names = pd.DataFrame(
        {"department": ["市民課", "税務課"], "business": ["印鑑登録", "印鑑登録"], "budget": [100.0, 50.0]}
    )
    found = dx.assess(dx.from_tables(businesses=names)).frame
    assert set(found.loc[found["assessed"], "code"]) == {"O06"}


def test_the_interval_of_a_share_is_reached_by_moving_each_hour_to_an_end_of_its_band():
    draw = np.random.default_rng(4)
    hours, width, hit = draw.uniform(1, 9, 12), draw.uniform(0.05, 0.5, 12), draw.random(12) < 0.5
    evidence = Evidence("share", np.where(hit, hours, 0), hit, denominator=hours, width=width)
    low, high = evidence.interval()
    shares = []
    for _ in range(3000):
        moved = hours * (1 + width * draw.choice([-1.0, 1.0], 12))
        shares.append(100 * moved[hit].sum() / moved.sum())
    assert low - 1e-9 <= min(shares) and max(shares) <= high + 1e-9
    worst = np.where(hit, hours * (1 + width), hours * (1 - width))
    assert high == pytest.approx(100 * worst[hit].sum() / worst.sum())


def test_a_figure_is_also_there_in_words(register):
    city_rows = register.of().set_index("code")
    assert city_rows.loc["D10", "value_text"] == "有" and city_rows.loc["R05", "value_text"] == "無"
    assert city_rows.loc["O03", "value_text"] == "3人" and city_rows.loc["H02", "value_text"] == "未評価"
    assert register.of(lang="en").set_index("code").loc["R05", "value_text"] == "No"
    assert "無です" in register.explain("R05").sentence
