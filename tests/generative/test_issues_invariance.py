"""What must not move a score: other departments, the order of rows and columns, how the rows are split into files."""

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import dxaudit as dx

DEPARTMENTS = ("市民課", "税務課", "道路課", "図書館")
FIGURES = ["value", "low", "high", "severity", "reach", "priority", "coverage"]
# Issues about what departments share: another department with the same system or business is what they measure.
SHARED = {"D02"}


def column(values):
    return st.sampled_from([None, *values])


BUSINESS = st.fixed_dictionaries(
    {
        "department": st.sampled_from(DEPARTMENTS),
        "business": st.sampled_from(["転出届の受付", "図書の予約受付", "補助金の交付", "照会への回答", "台帳の入力"]),
        "medium": column(["paper", "both", "digital"]),
        "annual_hours": st.one_of(st.none(), st.floats(0, 5000, allow_nan=False)),
        "annual_cases": st.one_of(st.none(), st.integers(0, 9000).map(float)),
        "online_cases": st.one_of(st.none(), st.integers(0, 900).map(float)),
        "online_available": column(["true", "false", "partial"]),
        "regular_staff_hours": st.one_of(st.none(), st.floats(0, 3000, allow_nan=False)),
        "assigned_staff": st.one_of(st.none(), st.integers(0, 5).map(float)),
        "core": column(["core", "noncore"]),
        "routine": column(["routine", "nonroutine"]),
        "manual": column(["true", "false", "partial"]),
        "approval": column(["electronic", "paper"]),
        "peak_period": column(["3月～4月", "通年", "12月"]),
        "category_major": column(["庶務", "窓口"]),
        "legal_basis": column(["地方自治法", "市規則"]),
        "writing_mandated": column(["ordinance", "law", "none"]),
        "seal": column(["true", "false"]),
        "fee_payment": column(["300円(現金)", "キャッシュレス可", "無料"]),
        "measurement_method": column(["measured", "reported", "estimated", "ratio"]),
        "office_tools": st.sampled_from([None, (), ("Excel",)]),
        "systems_used": st.sampled_from([None, (), ("住民記録",), ("住民記録", "予約")]),
        "personal_information": column(["none", "personal", "specific"]),
        "regulation_kind": st.sampled_from([None, (), ("目視",), ("未点検",)]),
        "data_source": column(["申請書"]),
        "data_transfer": column(["manual", "api", "paper"]),
        "reported_issue": column(["時間がかかる"]),
        "improvement_idea": column(["自動化"]),
        "form_number": st.sampled_from([None, ("様式1",), ("様式2", "様式3")]),
    }
)
INVENTORY = st.lists(BUSINESS, min_size=4, max_size=25)
SYSTEMS = pd.DataFrame(
    {
        "system_id": ["1", "2", "3", "4"],
        "system": ["住民記録", "予約", "固定資産税", "道路台帳"],
        "owner_department": ["市民課", "図書館", "税務課", "道路課"],
        "vendor": ["甲社", "乙社", "甲社", None],
        "annual_cost": [900.0, 100.0, 300.0, None],
        "network_zone": ["mynumber", "internet", "mynumber", "lgwan"],
        "link_method": ["file", "none", "file", None],
        "contract_to": ["2027-03-31", None, "FY2027", "2029"],
        "support_end": ["2026-01", "2030-03", None, "2027"],
    }
)
ORGANIZATION = pd.DataFrame(
    {"department": list(DEPARTMENTS), "headcount": 10.0, "overtime_hours": [10.0, 31.0, 46.0, None]}
)
# An assessment takes a tenth of a second: few examples, and no long search for the smallest failing one.
LIGHT = settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def assessed(rows: list[dict], systems=SYSTEMS, organization=ORGANIZATION, **more) -> pd.DataFrame:
    made = dx.from_tables(
        dx.Settings(population=50_000, fiscal_year=2026), businesses=pd.DataFrame(rows, dtype=object), systems=systems,
        organization=organization, **more,
    )  # fmt: skip
    return dx.assess(made).frame.set_index(["department", "code"])


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Bit by bit the same figures."""
    a, b = one[FIGURES].to_numpy(float), other.loc[one.index, FIGURES].to_numpy(float)
    assert np.array_equal(a, b, equal_nan=True)
    assert (one["assessed"] == other.loc[one.index, "assessed"]).all()


@LIGHT
@given(INVENTORY, st.lists(BUSINESS, min_size=1, max_size=6))
def test_adding_and_removing_a_department_moves_no_other_score(rows, more):
    new = [{**row, "department": "新設課"} for row in more]
    system = pd.DataFrame(
        {
            "system_id": ["9"],
            "system": ["斎場予約"],
            "owner_department": ["新設課"],
            "vendor": ["丁社"],
            "annual_cost": [5e6],
        }
    )
    organization = pd.concat(
        [ORGANIZATION, pd.DataFrame({"department": ["新設課"], "headcount": [99.0]})], ignore_index=True
    )
    small = assessed(rows)
    large = assessed(rows + new, pd.concat([SYSTEMS, system], ignore_index=True), organization)
    others = small[
        (small.index.get_level_values("department") != "全庁") & ~small.index.get_level_values("code").isin(SHARED)
    ]
    same(others, large)
    assert ("新設課", "G01") in large.index


@LIGHT
@given(INVENTORY)
def test_renaming_a_department_moves_no_other_score_and_not_its_own(rows):
    renamed = [
        {**row, "department": "窓口サービス課" if row["department"] == "市民課" else row["department"]} for row in rows
    ]
    turn = {"owner_department": SYSTEMS["owner_department"].replace("市民課", "窓口サービス課")}
    organization = ORGANIZATION.assign(department=ORGANIZATION["department"].replace("市民課", "窓口サービス課"))
    before = assessed(rows)
    after = assessed(renamed, SYSTEMS.assign(**turn), organization)
    same(before.rename(index={"市民課": "窓口サービス課"}, level="department"), after)


@LIGHT
@given(INVENTORY, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_changes_no_score(rows, chance):
    shuffled = list(rows)
    chance.shuffle(shuffled)
    columns = list(rows[0])
    chance.shuffle(columns)
    same(
        assessed(rows),
        assessed([{c: row[c] for c in columns} for row in shuffled], SYSTEMS.iloc[::-1].reset_index(drop=True)),
    )


@LIGHT
@given(INVENTORY, st.integers(1, 5))
def test_splitting_one_workbook_into_many_changes_no_score(rows, files):
    whole = assessed(rows)
    split = pd.DataFrame(rows, dtype=object)
    split["source_file"] = [f"{i % files}.xlsx" for i in range(len(split))]
    split["source_row"] = range(5, 5 + len(split))
    made = dx.from_tables(
        dx.Settings(population=50_000, fiscal_year=2026), businesses=split, systems=SYSTEMS, organization=ORGANIZATION
    )
    # Every part still has all the columns, as a split workbook does.
    columns = pd.concat(
        [made.columns.assign(file=f"{i}.xlsx") for i in range(files)] + [made.columns], ignore_index=True
    )
    sheets = pd.concat([made.sheets.assign(file=f"{i}.xlsx") for i in range(files)] + [made.sheets], ignore_index=True)
    parts = dx.assess(made.replace(columns=columns, sheets=sheets)).frame.set_index(["department", "code"])
    same(whole, parts)


@LIGHT
@given(INVENTORY)
def test_figures_lie_where_they_must(rows):
    found = assessed(rows)
    done = found[found["assessed"]]
    assert done["severity"].between(0, 1).all() and done["reach"].between(0, 1 + 1e-12).all()
    assert (done["low"] <= done["value"]).all() and (done["value"] <= done["high"]).all()
    assert found.loc[~found["assessed"], FIGURES[:-1]].isna().all().all()
    assert (found.loc[~found["assessed"], "reason"] != "").all()


@LIGHT
@given(INVENTORY)
def test_a_department_alone_scores_as_it_does_in_the_city(rows):
    one = rows[0]["department"]
    alone = assessed([row for row in rows if row["department"] == one])
    together = assessed(rows)
    # The zones of systems are known from the whole inventory in both.
    same(alone.loc[[one]].drop(index=[(one, code) for code in SHARED]), together)
