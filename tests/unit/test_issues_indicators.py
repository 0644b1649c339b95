"""Each indicator against a figure worked out by hand from a few rows, as the catalogue's reading says."""

import math

import numpy as np
import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.issues.catalogue import catalogue
from dxaudit.issues.inventory import Inventory, Scope

A, B, C = "市民課", "税務課", "総務課"


def rows(**columns) -> pd.DataFrame:
    return pd.DataFrame(columns)


def register(settings=None, **tables) -> dx.issues.IssueRegister:
    return dx.assess(dx.from_tables(settings, **tables))


def businesses(department=A, **columns) -> dict:
    count = len(next(iter(columns.values())))
    return {"businesses": rows(department=[department] * count, **columns)}


def systems(owner=A, **columns) -> dict:
    count = len(next(iter(columns.values())))
    names = {"system": [f"システム{i}" for i in range(count)]}
    return {
        "systems": rows(system_id=[str(i) for i in range(count)], owner_department=[owner] * count, **names | columns)
    }


def governance(question: str, answer: str) -> dict:
    return {"governance": rows(question=[question], answer=[answer])}


POPULATED = dx.Settings(population=100_000, fiscal_year=2025)
JOB = ["転出届の受付", "住民票の写しの交付", "図書館資料の予約"]

# code, scope, tables, value, severity (None: not looked at)
CASES = {
    "G01 paper and both by hours": (
        "G01", A, businesses(medium=["paper", "both", "digital"], annual_hours=[100, 300, 400]), 50.0, 0.3,
    ),
    "G01 a business without a medium is no base": (
        "G01", A, businesses(medium=["paper", None, "digital"], annual_hours=[300, 100, 100]), 75.0, None,
    ),
    "G01 hours from cases and minutes": (
        "G01", A,
        businesses(medium=["paper", "digital"], annual_cases=[600, 60], minutes_per_case=[10, 100]), 50.0, 0.3,
    ),
    # 転出届: quartiles 0.8? are looked up below; 1 of 1000 lies under the first quartile.
    "G02 online rate of the procedures": (
        "G02", A, businesses(business=JOB, annual_cases=[1000, 500, 1000], online_cases=[0, 0, 0]), 0.0, 1.0,
    ),
    "G02 not online and no number is none online": (
        "G02", A,
        businesses(business=JOB, annual_cases=[1000, 500, 1000], online_cases=[None, 9, 300],
                   online_available=["false"] * 3),
        15.0, None,
    ),
    "G03 lowest rate of what is online": (
        "G03", A,
        businesses(annual_cases=[100, 200, 50], online_cases=[5, 100, 0], online_available=["true", "true", "false"]),
        5.0, None,
    ),
    "G04 regular staff hours": (
        "G04", A, businesses(core=["core", "noncore"], regular_staff_hours=[70, 30], annual_hours=[1, 99]), 30.0, 0.3,
    ),
    "G05 largest candidate": (
        "G05", A,
        businesses(
            routine=["routine", "routine", "nonroutine"], medium=["both", "paper", "digital"],
            annual_hours=[300, 900, 900],
        ),
        300.0, 0.6,
    ),
    "G05 no candidate is no issue": (
        "G05", A, businesses(routine=["nonroutine"], medium=["digital"], annual_hours=[300]), 0.0, 0.0,
    ),
    # Two busy months at weight 2: 2 ÷ (14/12) = 12/7.
    "G06 peak from the peak period": ("G06", A, businesses(peak_period=["3月～4月"], annual_hours=[140]), 12 / 7, None),
    "G06 no busy month": ("G06", A, businesses(peak_period=["通年"], annual_hours=[140]), 1.0, 0.0),
    "G07 Excel without a system": (
        "G07", A,
        businesses(office_tools=[("Excel",), ("Excel",), (), ("Word",)], systems_used=[(), ("住記",), ("税",), ("a",)]),
        25.0, None,
    ),
    "G07 Excel written among the systems": (
        "G07", A,
        businesses(systems_used=[
            ("エクセル",), ("台帳はExcel",), ("Word・Excel",), ("Access（自作）",), ("税", "Excel"),
            ("アクセス制御システム",), ("財務会計・決算エクセル",), ("住記",),
        ]),
        50.0, None,
    ),
    "G08 passed on by hand": (
        "G08", A,
        businesses(data_source=["申請書", "税", None, "税"], data_transfer=["manual", "csv_manual", "paper", "api"]),
        2.0, None,
    ),
    "G09 no basis": ("G09", A, businesses(legal_basis=["法", None, None, "条例", "法"]), 40.0, 0.6),
    "G10 common work": (
        "G10", A, businesses(category_major=["全庁共通", "窓口", "庶務"], annual_hours=[20, 75, 5]), 25.0, 0.3,
    ),
    "G11 AI and RPA candidates": (
        "G11", A,
        businesses(
            business=["台帳の入力", "会議録の作成", "政策の立案"], routine=["routine", "nonroutine", "nonroutine"],
            annual_hours=[20, 10, 70],
        ),
        30.0, 0.3,
    ),
    "G12 longest by shortest": (
        "G12", None,
        {"businesses": rows(department=[A, B, B], business=["補助金"] * 2 + ["別"], minutes_per_case=[60, 30, 1])},
        2.0, 0.3,
    ),
    "O01 one person": ("O01", A, businesses(assigned_staff=[1, 2, None], annual_hours=[30, 70, 20]), 30.0, 0.3),
    "O02 partial is not none": ("O02", A, businesses(manual=["false", "partial", "true", "false", None]), 50.0, None),
    "O03 two persons": ("O03", None, governance("DX推進の専任職員数(兼務を除く)", "2名"), 2.0, 0.3),
    "O05 overtime": ("O05", A, {"organization": rows(department=[A], overtime_hours=[45.0], headcount=[9])}, 45.0, 0.6),
    "O05 the city by headcount": (
        "O05", None, {"organization": rows(department=[A, B], overtime_hours=[40.0, 10.0], headcount=[1, 2])}, 20, None,
    ),
    "O06 three departments": (
        "O06", None,
        {
            "businesses": rows(
                department=[A, B, C, A, B, C, A],
                business=["補助金の交付", "補助金の 交付", "補助金の交付", "庶務", "庶務", "庶務", "補助金の交付"],
                category_major=["", "", "", "庶務", "庶務", "庶務", ""],
            )
        },
        3.0, 0.6,
    ),
    "O07 too much": (
        "O07", A, businesses(annual_hours=[2070.0]) | {"organization": rows(department=[A], headcount=[1])}, 115.0, 0.6,
    ),
    "O07 too little": (
        "O07", A, businesses(annual_hours=[1350.0]) | {"organization": rows(department=[A], headcount=[1])}, 75.0, 0.6,
    ),
    "O08 nothing begun": (
        "O08", A,
        businesses(reported_issue=["a", "b", "c", None], improvement_idea=[None, "x", None, None]), 200 / 3, None,
    ),
    "D01 no link": ("D01", A, systems(link_method=["none", "api", None, "none", "file"]), 50.0, None),
    "D03 largest vendor by cost": (
        "D03", None, systems(vendor=["甲(株)", "乙社", "株式会社甲"], annual_cost=[30.0, 50.0, 20.0]), 50.0, None,
    ),
    "D04 specified support is grave": (
        "D04", None,
        systems(
            standardized_business=["○", "介護保険", None, "×"],
            standardization_status=["done", "specified_support", None, "not_started"],
        ),
        1.0, 0.6,
    ),
    # 2 of 4 dated ends fall into FY2025; 1 of 5 is empty, which alone is grave.
    "D05 one year and empty ends": (
        "D05", None, systems(contract_to=["2026-03-31", "2025-04", "FY2027", "2028", None]), 50.0, 0.6,
    ),
    "D06 per head": ("D06", None, systems(annual_cost=[300_000.0, 74_200.0]), 3.742, 0.3),
    "D09 with personal data": (
        "D09", A,
        businesses(
            office_tools=[("Access",), ("Excel",), ("Excel",)], systems_used=[(), (), ()],
            personal_information=["personal", "none", "specific"],
        ),
        2.0, 0.6,
    ),
    "D11 support ends": ("D11", A, systems(support_end=["2020-01", "2027", "2035", "2040-04-01", "2030"]), 40.0, 0.6),
    "D12 concentration": ("D12", A, systems(vendor=["甲", "甲", "乙", "丙"], annual_cost=[1.0] * 4), 0.375, None),
    "D13 cost of one year": (
        "D13", None, systems(contract_to=["2026-03", "2027-03"], annual_cost=[65.0, 35.0]), 65.0, None,
    ),
    "R01 three businesses": ("R01", A, businesses(regulation_kind=[("目視",), ("常駐",), ("掲示",), None]), 3.0, 0.6),
    "R01 not reviewed is grave": ("R01", A, businesses(regulation_kind=[("未点検",), None]), 1.0, 0.6),
    "R02 own rules": (
        "R02", A,
        businesses(
            online_available=["true", "false", "false", "partial", "false"],
            writing_mandated=["ordinance", "none", None, "law", None],
            seal=["true", "true", "true", "true", "true"],
            legal_basis=["規則", "規則", "市補助金交付要綱", "法", "戸籍法"],
        ),
        40.0, None,
    ),
    "R04 electronic": ("R04", A, businesses(approval=["electronic", "paper", "paper", "paper", None]), 25.0, 0.8),
    "R06 cash only": (
        "R06", A, businesses(fee_payment=["300円(現金)", "キャッシュレス可", "無料", "クレジット不可"]), 200 / 3, None,
    ),
    "R07 two zones": (
        "R07", A,
        businesses(systems_used=[("住民記録", "文書"), ("文書管理",)])
        | {
            "systems": rows(
                system_id=["1", "2", "3"], system=["住民記録システム", "文書システム", "文書管理"],
                owner_department=[C] * 3, network_zone=["mynumber", "lgwan", "lgwan"],
            )
        },
        2.0, 0.3,
    ),
    "R08 forms over departments": (
        "R08", None,
        {
            "businesses": rows(
                department=[A, B, C, A], business=["補助金の交付"] * 3 + ["別"],
                form_number=[("様式A",), ("様式B", "様式C"), ("様式Ａ",), tuple("あいうえおか")],
            )
        },
        3.0, 0.3,
    ),
    "R09 a number": ("R09", None, governance("数値目標・期限・算式を定めている施策の割合(KPI)", "80%"), 80.0, 0.3),
    "R09 partly": ("R09", None, governance("施策への数値目標(KPI)の設定", "一部"), 65.0, None),
    "R10 hours across": (
        "R10", A,
        businesses(systems_used=[("a", "b"), ("a",)], annual_hours=[30.0, 70.0])
        | {
            "systems": rows(
                system_id=["1", "2"], system=["a", "b"], owner_department=[A] * 2, network_zone=["lgwan", "internet"]
            )
        },
        30.0, 0.3,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "scope", "tables", "value", "grave"), CASES.values(), ids=CASES)
def test_the_figure_worked_out_by_hand(code, scope, tables, value, grave):
    result = register(POPULATED, **tables).result(code, scope)
    assert result.assessed, result.measured.reason
    assert result.value == pytest.approx(value)
    if grave is not None:
        assert result.severity == pytest.approx(grave)


@pytest.mark.parametrize(
    ("answers", "missing"),
    [(("有", "無"), 1.0), (("策定済み", "あり"), 0.0), (("未策定", "検討中"), 2.0), (("有", "一部"), 0.5)],
)
def test_o04_counts_what_is_missing(answers, missing):
    asked = rows(question=["DX推進の全体方針の策定", "全庁的な推進体制の構築"], answer=list(answers))
    assert register(governance=asked).result("O04").value == missing


@pytest.mark.parametrize(
    ("code", "question"),
    [
        ("D10", "オープンデータを公開しているか"),
        ("R03", "情報通信技術の活用に関する通則条例（デジタル手続条例）を制定しているか"),
        ("R05", "生成AIの利用に関する指針（ガイドライン）を策定しているか"),
    ],
)
@pytest.mark.parametrize(("answer", "grave"), [("無", 0.6), ("有", 0.0), ("一部", 0.3)])
def test_yes_or_no_questions(code, question, answer, grave):
    assert register(**governance(question, answer)).result(code).severity == pytest.approx(grave)


def test_g02_judges_each_procedure_by_its_own_quartiles():
    # 児童手当の認定請求: half of the country stands at 0 %, so 0 % is no issue there; at the library it is.
    names = ["児童手当の認定請求", "図書館資料の予約"]
    both = register(**businesses(business=names, annual_cases=[900, 100], online_cases=[0, 0])).result("G02", A)
    assert both.severity == pytest.approx(0.1)
    alone = register(**businesses(business=names[:1], annual_cases=[900], online_cases=[0])).result("G02", A)
    assert alone.assessed and alone.severity == 0


def test_g06_reads_monthly_hours_where_a_file_gives_them():
    state = dx.from_tables(**businesses(annual_hours=[240.0]))
    months = pd.DataFrame({f"{m}月": [130.0 if m == 3 else 10.0] for m in range(1, 13)})
    result = dx.assess(state.replace(extras={"businesses": months})).result("G06", A)
    assert result.value == pytest.approx(130 / 20)
    assert "peak_ratio" not in result.measured.beside


def test_an_hour_figure_carries_how_it_was_measured():
    made = businesses(medium=["paper", "digital"], annual_hours=[50.0, 50.0], measurement_method=["measured", "ratio"])
    result = register(**made).result("G01", A)
    assert result.low == pytest.approx(100 * 47.5 / (47.5 + 75)) and result.high == pytest.approx(100 * 52.5 / 77.5)
    sharp = register(
        **businesses(medium=["paper", "digital"], annual_hours=[50.0, 50.0], measurement_method=["measured"] * 2)
    )
    narrow = sharp.result("G01", A)
    assert narrow.high - narrow.low < result.high - result.low


WHY = {
    "nothing sent": ("G01", None, {}, "not_sent"),
    "no such column": ("G01", A, businesses(annual_hours=[1.0]), "no_column"),
    "too thin": ("G01", A, businesses(medium=["paper", None, None], annual_hours=[1.0, 1.0, 1.0]), "coverage"),
    "too few reported": ("O08", A, businesses(reported_issue=["a", "b"], improvement_idea=[None, None]), "too_few"),
    "one fee": ("R06", A, businesses(fee_payment=["現金", None]), "too_few"),
    "no headcount": (
        "O07",
        A,
        businesses(annual_hours=[9.0]) | {"organization": rows(department=[B], headcount=[2])},
        "no_headcount",
    ),
    "no population": ("D06", None, systems(annual_cost=[1.0]), "no_population"),
    "no day to speak of": ("D11", A, systems(support_end=["2027"]), "no_date"),
    "not asked": ("D10", None, governance("CIOの任命", "有"), "not_asked"),
    "not answered": ("D10", None, governance("オープンデータの公開", "わからない"), "no_answer"),
    "nothing to compare with": (
        "G02",
        A,
        businesses(business=["人事"], annual_cases=[9], online_cases=[1]),
        "no_national_figure",
    ),
    "no organisation list": ("D08", A, businesses(business=["人事"]), "no_organization"),
    "no survey": ("H02", A, businesses(business=["人事"]), "not_sent"),
}


@pytest.mark.parametrize(("code", "scope", "tables", "reason"), WHY.values(), ids=WHY)
def test_what_cannot_be_measured_says_why(code, scope, tables, reason):
    result = register(**tables).result(code, scope)
    assert not result.assessed and math.isnan(result.value) and math.isnan(result.severity)
    assert result.measured.reason == reason
    found = register(**tables).of(scope)
    assert found.loc[found["code"] == code, "reason"].item()


def test_a_blank_list_column_is_no_answer_where_the_department_left_it_blank_throughout():
    made = rows(department=[A, B], regulation_kind=[("目視",), None])
    both = register(businesses=made)
    assert both.result("R01", A).assessed and both.result("R01", B).measured.reason == "column_empty"


def test_a_system_name_in_two_zones_counts_only_where_the_department_owns_one():
    made = businesses(systems_used=[("予約", "住記")]) | {
        "systems": rows(
            system_id=["1", "2", "3"], system=["予約", "予約", "住記"], owner_department=[B, A, A],
            network_zone=["internet", "lgwan", "lgwan"],
        )
    }  # fmt: skip
    inventory = Inventory(dx.from_tables(**made))
    assert inventory.zones_of_business == [("lgwan",)]


def test_coverage_goes_by_hours_where_there_are_hours():
    made = businesses(medium=["paper", None], annual_hours=[900.0, 100.0])
    scope = Scope(Inventory(dx.from_tables(**made)), A)
    assert scope.coverage("businesses", np.array([True, False])) == pytest.approx(0.9)


def survey(people: dict[str, int], level: dict[str, int], **columns) -> pd.DataFrame:
    departments = [d for d, n in people.items() for _ in range(n)]
    answers = {f"q{n:02d}": [float(level[d]) for d in departments] for n in range(1, 21)}
    count = len(departments)
    filled = {
        "respondent_id": [str(i) for i in range(count)],
        "position": ["主事"] * count,
        "training": ["once" if i % 2 else "none" for i in range(count)],
        "ai_use": ["weekly" if i % 4 == 0 else "never" for i in range(count)],
        "dx_role": ["leader" if i % 5 == 0 else "general" for i in range(count)],
    }
    return rows(department=departments, **answers, **filled | columns)


def test_people_issues_come_from_the_profile_and_list_groups_only():
    # Two small groups, so that neither can be had by subtracting the others from the city.
    people = {A: 20, B: 20, "図書館": 20, C: 3, "会計課": 4}
    level = {A: 2, B: 4, "図書館": 3, C: 1, "会計課": 1}
    organization = rows(department=list(people), headcount=[40, 25, 30, 4, 5])
    made = register(survey=survey(people, level), organization=organization)
    assert made.result("H02", A).value == pytest.approx(2.0)
    shown = dx.profile_skills(made.state).measure("level")
    means = shown.loc[shown["shown"], "value"]
    assert len(means) > 1 and made.result("H01").value == pytest.approx(means.max() - means.min())
    assert made.result("H05", A).value == pytest.approx(50.0)
    assert made.result("H06", A).value == pytest.approx(25.0)
    assert made.result("H04", A).value == pytest.approx(20.0)
    assert made.result("H08", A).value == pytest.approx(50.0)
    assert made.result("H07", A).value == pytest.approx(2.0)
    for code in ("H02", "H04", "H05", "H06", "H07", "H08"):
        small = made.result(code, C)
        assert not small.assessed and small.measured.reason == "suppressed"
        opened = made.explain(code, A)
        assert len(opened.rows) == 1 and (opened.rows["cell"] == "").all()
    assert C not in set(made.explain("H01").rows["item"])


def test_a_question_that_most_left_out_is_not_assessed():
    answers = ["once"] * 4 + ["none"] * 12 + [None] * 37
    made = register(survey=survey({A: 53}, {A: 3}, training=answers))
    result = made.result("H05")
    assert not result.assessed
    assert result.measured.reason == "coverage"
    assert result.measured.coverage == pytest.approx(16 / 53)
    more = register(survey=survey({A: 53}, {A: 3}, training=["once"] * 10 + ["none"] * 20 + [None] * 23))
    assert more.result("H05").value == pytest.approx(100 / 3)
    assert more.result("H05").measured.coverage == pytest.approx(30 / 53)


def test_every_entry_is_worked_out_by_hand_somewhere():
    by_hand = {case[0] for case in CASES.values()} | {f"H0{n}" for n in range(1, 9)} | {"O04", "D10", "R03", "R05"}
    elsewhere = {"H03", "D02", "D07", "D08"}  # below
    assert set(catalogue()) - by_hand - elsewhere == set()


def test_survey_rows_are_never_counted_by_file():
    people = survey({A: 20, B: 3}, {A: 3, B: 3})
    people["source_file"] = [f"{d}.csv" for d in people["department"]]
    people["department_resolved"] = True
    made = register(
        survey=people,
        businesses=rows(department=[A], business=["届出"], department_resolved=[True], source_file=["市民部.xlsx"]),
        organization=rows(department=[A, B], headcount=[30, 4]),
    )
    opened = made.explain("D08")
    assert len(opened.rows) == 2 and sorted(opened.rows["denominator"]) == [1, 23]


def test_unresolved_departments_are_counted_with_what_was_written():
    made = register(
        businesses=rows(
            department=[A, A, "謎課"], business=["a", "b", "c"], department_written=["市民課", "市民 課", "謎課"],
            department_resolved=[True, True, False],
        ),
        organization=rows(department=[A], headcount=[9]),
    )  # fmt: skip
    assert made.result("D08").value == pytest.approx(100 / 3)
    assert made.result("D08", A).value == 0 and made.result("D08", "謎課").value == 100
    assert "謎課" in set(made.explain("D08").rows["item"])


def test_duplicate_systems_count_their_owners_and_cost():
    names = ["公共施設予約システム", "スポーツ施設予約システム", "住民記録システム"]
    twice = rows(
        system_id=["1", "2", "3"], system=names, owner_department=[A, B, C], vendor=["甲社", "甲社", "丙社"],
        package=["らくらく施設予約", "らくらく施設予約", None], annual_cost=[700.0, 600.0, 9000.0],
    )  # fmt: skip
    made = register(systems=twice)
    assert made.result("D02", A).value == 2 and made.result("D02", A).severity >= 0.6
    assert made.result("D02", A).measured.figures["cost"] == 1300
    assert made.result("D02", C).value == 1 and made.result("D02", C).severity == 0
    assert {"(DataFrame)!B2", "(DataFrame)!B3"} == set(made.of(A).set_index("code").loc["D02", "sources"])


def test_managers_are_compared_with_the_rest():
    count = 40
    made = survey({A: count, B: count}, {A: 3, B: 3})
    made["position"] = ["課長" if i % 2 else "主事" for i in range(2 * count)]
    for n in range(1, 21):
        made[f"q{n:02d}"] = [2.0 if i % 2 else 3.0 for i in range(2 * count)]
    result = register(survey=made).result("H03")
    assert result.value == pytest.approx(-1.0) and result.severity > 0.6


def test_readability_is_the_level_one_score_of_the_sheets_with_the_departments_rows():
    state = dx.from_tables(businesses=rows(department=[A, A, B], business=["a", "b", "c"]))
    state = state.replace(businesses=state.businesses.assign(source_file=["甲.xlsx", "甲.xlsx", "乙.xlsx"]))
    verdict = lambda file, rule, ok: dict(file=file, sheet="", rule=rule, verdict="ok" if ok else "ng")  # noqa: E731
    judged = pd.DataFrame(
        [verdict("甲.xlsx", "L1-05", False), verdict("甲.xlsx", "L1-12", False), verdict("甲.xlsx", "L1-04", True),
         verdict("乙.xlsx", "L1-05", True), verdict("乙.xlsx", "L1-02", False)]
    )  # fmt: skip
    made = dx.assess(state.replace(readability=judged))
    assert made.result("D07", A).value == 80 and made.result("D07", B).value == 0
    assert made.result("D07").value == pytest.approx(160 / 3)


def test_a_ledger_of_several_departments_is_readability_of_none_but_the_one_it_is_named_by():
    names, files = [A, B, A, B, B], ["台帳.xlsx", "台帳.xlsx", f"02_{A}_回答.xlsx", f"02_{A}_回答.xlsx", "乙.xlsx"]
    state = dx.from_tables(systems=pd.DataFrame({"system": list("abcde"), "owner_department": names}))
    state = state.replace(systems=state.systems.assign(source_file=files))
    scores = {"台帳.xlsx": ["L1-02"], f"02_{A}_回答.xlsx": ["L1-05"], "乙.xlsx": []}
    judged = pd.DataFrame(
        [dict(file=f, sheet="", rule=r, verdict="ng" if r in bad else "ok")
         for f, bad in scores.items() for r in ("L1-02", "L1-04", "L1-05")]
    )  # fmt: skip
    made = dx.assess(state.replace(readability=judged))
    opened = {name: made.explain("D07", name).rows["file"].to_list() for name in (A, B)}
    assert opened == {A: [f"02_{A}_回答.xlsx"], B: ["乙.xlsx"]}
    assert set(made.explain("D07").rows["file"]) == set(files)
    alone = dx.assess(state.replace(systems=state.systems.head(2), readability=judged)).result("D07", B)
    assert not alone.assessed and alone.measured.reason == "no_own_file"
