"""The published files of others: header rows, tables and columns as a reader of each file would name them."""

from functools import cache
from pathlib import Path

import pytest

import dxaudit as dx
from dxaudit.intake.accounting import as_json

REAL = next((p / "shared" / "real" for p in Path(__file__).resolve().parents if (p / "shared" / "real").is_dir()), None)
pytestmark = pytest.mark.skipif(REAL is None, reason="the files of others are not here")

EVALUATION = {
    "no": "business_id", "name": "business", "bureau": "bureau", "dept": "department", "budget": "budget",
    "cls": "category_major", "outcome_name": "outcome_measure",
}  # fmt: skip
LEVELS = {
    "applicableDate": "valid_from",
    "affiliationCode": "department_code",
    "bureau": "bureau",
    "division": "department",
}
# (file, sheet) → (table, header rows, records, columns that have a canonical meaning)
EXPECTED = {
    ("jimujigyo/ichinomiya.csv", ""): ("businesses", [1, 1], 484, EVALUATION),
    ("jimujigyo/nishinomiya.csv", ""): ("businesses", [1, 1], 450, EVALUATION),
    ("jimujigyo/seiro.csv", ""): ("businesses", [1, 1], 224, EVALUATION),
    ("jimujigyo/shinagawa.csv", ""): ("businesses", [1, 1], 652, EVALUATION),
    ("jimujigyo/tondabayashi.csv", ""): ("businesses", [1, 1], 416, EVALUATION),
    ("organization/0083_202004.xlsx", "Sheet1"): ("organization", [1, 1], 380, LEVELS),
    ("organization/0083_202104.xlsx", "Sheet1"): ("organization", [1, 1], 394, LEVELS),
    ("organization/0083_202404.xlsx", "オープンデータ"): ("organization", [1, 1], 392, LEVELS),
    ("procedures/sample_5000.csv", ""): (
        "businesses",
        [1, 1],
        5000,
        {
            "手続ID": "business_id",
            "所管府省庁": "department",
            "手続名": "business",
            "法令名": "legal_basis",
            "オンライン化の実施状況": "online_available",
            "手数料等の納付方法": "fee_payment",
            "情報システム(申請)": "systems_used",
            "情報システム(事務処理)": "systems_used",
            "総手続件数": "annual_cases",
            "オンライン手続件数": "online_cases",
        },
    ),
    ("systems/ministry_systems.csv", ""): (
        "systems",
        [1, 1],
        499,
        {"system": "system", "所管府省庁": "owner_department"},
    ),
    ("municipal-dx-progress/peer_municipalities_r5.csv", ""): (None, [1, 1], 1741, {}),
    ("municipal-dx-progress/市区町村毎のDX進捗状況_市区町村比較.csv", ""): (None, [1, 1], 1741, {}),
    ("messy/000730858.xlsx", "R1.5.1現在の団体"): (None, [1, 1], 1794, {}),
    ("messy/000730858.xlsx", "H30.10.1政令指定都市"): (None, [1, 1], 195, {}),
    ("messy/FEA_hyoujun-20220225015648.csv", ""): (None, [1, 1], 1923, {}),
    **{("messy/jlstat_1-9a.xls", f"表1-9A({n})"): (None, [4, 5], 50 if n < 6 else 25, {}) for n in range(1, 7)},
    ("messy/takamatsu_0002.xlsx", "Sheet0"): (None, [7, 7], 514, {}),
    ("messy/takamatsu_0041.csv", ""): (None, [7, 7], 299, {}),
    ("messy/takamatsu_0060.xlsx", "Sheet0"): (None, [7, 7], 193, {}),
    ("messy/takamatsu_0062.csv", ""): (None, [2, 2], 635, {}),
    ("messy/takamatsu_0081.xlsx", "Sheet0"): (None, [7, 7], 943, {}),
    ("messy/takamatsu_exchange_center__data.xlsx", "Sheet0"): (None, [1, 1], 1, {}),
    ("messy/takamatsu_exchange_center__data.xlsx", "入力例"): (None, [2, 2], 0, {}),
    ("messy/takamatsu_new_cleanings__0102_202607.xlsx", "Sheet1"): (None, [1, 1], 333, {}),
    ("messy/yaizu_公園一覧__222127_park_info.csv", ""): (None, [1, 1], 142, {}),
    ("messy/yaizu_土のうステーション__222127_dono_station.csv", ""): (None, [1, 1], 30, {}),
    ("messy/yaizu_焼津市デジタルクーポン対象店舗__digital_coupon.csv", ""): (None, [1, 1], 548, {}),
    ("messy/yaizu_要配慮者利用施設__yohairyosya.csv", ""): (None, [1, 1], 277, {}),
}


@cache
def told(file: str) -> dict[str, dict]:
    answer = as_json(dx.read(REAL / file))
    return {sheet["sheet"]: sheet for entry in answer["files"] for sheet in entry["sheets"]}


@pytest.mark.parametrize(("file", "sheet"), EXPECTED)
def test_every_sheet_is_read_as_its_reader_would(file, sheet):
    table, header, records, columns = EXPECTED[file, sheet]
    read = told(file)[sheet]
    assert read["header_rows"] == header
    assert read["table"] == table
    assert {
        c["source"]: c["column"] or c.get("beyond") for c in read["columns"] if len(c) > 2 or c["column"]
    } == columns
    rows = read["rows"]
    assert rows["accepted"] == records
    assert rows["read"] == rows["accepted"] + rows["set_aside"] + rows["ignored"]


@pytest.mark.parametrize("file", sorted({file for file, _ in EXPECTED}))
def test_no_sheet_is_forgotten(file):
    assert set(told(file)) == {sheet for f, sheet in EXPECTED if f == file}


def test_levels_of_an_organisation_become_bureau_and_department():
    organization = dx.read(REAL / "organization/0083_202404.xlsx").organization
    room = organization[organization["department_code"] == "1010102000"].iloc[0]
    assert (room["bureau"], room["department"]) == ("政策局", "地域活力推進室")
    section = organization[organization["department_code"] == "1010200000"].iloc[0]
    assert (section["bureau"], section["department"], section["valid_from"]) == ("政策局", "秘書課", "2024-04-01")


def test_bureau_section_team_and_further_sections_of_one_cell():
    businesses = dx.read(REAL / "jimujigyo/nishinomiya.csv").businesses.set_index("business_id")
    assert businesses.loc["620103", "department"] == "政策推進課"
    assert businesses.loc["620103", "department_written"] == "政策局　政策推進課（周年事業等）"
    assert businesses["budget"].notna().all()


def test_what_the_file_calls_no_data_is_missing():
    businesses = dx.read(REAL / "jimujigyo/seiro.csv").businesses
    assert businesses["bureau"].isna().all()
    assert businesses["department"].notna().all()


def test_coded_choices_of_the_procedures_survey():
    businesses = dx.read(REAL / "procedures/sample_5000.csv").businesses
    assert businesses["online_available"].value_counts().to_dict() == {"true": 2433, "false": 1499, "partial": 163}
    assert businesses["annual_cases"].notna().all()


def test_systems_without_ids_get_one_each():
    systems = dx.read(REAL / "systems/ministry_systems.csv").systems
    assert len(systems) == 499
    assert systems["system_id"].is_unique
    assert (systems["system"] == "BOX").sum() == 3
