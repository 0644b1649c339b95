"""Layouts that departments use: where the tables are in a sheet, and whose rows they hold."""

import csv

import openpyxl
import pytest

import dxaudit as dx
from dxaudit.intake.accounting import as_json
from dxaudit.intake.export import write_tables
from dxaudit.intake.remember import remember_column
from dxaudit.intake.sendback import write_sendback

BUSINESS = ["No", "課名", "業務名", "年間処理件数", "押印"]
SYSTEM = ["システム名", "所管課", "ベンダー", "年額（千円）"]


@pytest.fixture
def read(tmp_path):
    def book(sheets, name="回答.xlsx", merged=(), hidden=()):
        made = openpyxl.Workbook()
        made.remove(made.active)
        for title, rows in sheets.items():
            sheet = made.create_sheet(title)
            for row in rows:
                sheet.append(row)
            for area in merged:
                sheet.merge_cells(area)
            if title in hidden:
                sheet.sheet_state = "hidden"
        made.save(tmp_path / name)
        return dx.read(tmp_path)

    return book


def test_tables_one_beneath_the_other(read):
    state = read(
        {
            "回答": [
                ["1 業務一覧"],
                BUSINESS,
                [1, "市民課", "住民票", 10, "○"],
                ["合計", None, None, 10],
                [],
                ["2 システム一覧"],
                SYSTEM,
                ["住基", "市民課", "A社", 100],
                ["※ 以上"],
            ]
        }
    )
    assert [(s.table, s.header_first, s.accepted, s.ignored) for s in state.sheets.itertuples()] == [
        ("businesses", 2, 1, 1),
        ("systems", 7, 1, 1),
    ]
    assert state.address("systems", 0, "annual_cost") == "回答.xlsx › 回答!D8"


def test_a_table_like_the_one_above_with_other_columns_has_a_header_of_its_own(read):
    state = read(
        {
            "調書": [
                ["１　基幹業務系"],
                ["番号", "システム", "所管課", "事業者", "稼働", "年経費(千円)"],
                [1, "住民記録システム", "市民課", "東都情報(株)", "R2.10.1", 13500],
                [2, "印鑑登録システム", "市民課", "東都情報(株)", "R4.4.1", 7020],
                [None, "計", None, None, None, 20520],
                [],
                ["２　その他"],
                ["番号", "システム", "所管課", "利用端末", "内線番号", "年経費(千円)"],
                [1, "家屋評価システム", "税務課", "5台", 3624, 11880],
                [2, "財務会計システム", "会計課", "307台", 2684, 11800],
            ]
        }
    )
    assert [(s.table, s.header_first, s.accepted) for s in state.sheets.itertuples()] == [
        ("systems", 2, 2),
        ("systems", 8, 2),
    ]
    assert state.systems["users"].tolist()[2:] == [5, 307]
    assert state.systems["vendor"].isna().tolist() == [False, False, True, True]


def test_totals_of_a_bureau_whose_name_ends_like_accounts_and_of_the_whole_city(read):
    state = read(
        {
            "配置": [
                ["部局", "課", "職員数", "時間外"],
                ["教育委員会", "学校教育課", 21, 300],
                [None, "生涯学習課", 19, 200],
                ["教育委員会計", None, 40, 500],
                ["会計管理者", "会計課", 6, 40],
                ["全庁", None, 46, 540],
            ]
        }
    )
    assert state.organization["department"].tolist() == ["学校教育課", "生涯学習課", "会計課"]
    assert state.rows_outside["row"].tolist() == [4, 6]
    assert not (state.findings["rule"] == "total_mismatch").any()


def test_the_whole_city_among_words_is_an_answer(read):
    state = read({"一覧": [SYSTEM, ["グループウェア", "全庁", "A社", 100], ["全庁GIS", "都市計画課", "B社", 200]]})
    assert state.systems["system"].tolist() == ["グループウェア", "全庁GIS"]


def test_the_finest_class_names_the_business_where_no_other_column_does(read):
    classes = ["大分類", "中分類", "小分類", "課", "年間件数", "年間従事時間", "算定方法"]
    rows = [
        ["戸籍・住民", "住民異動", "転入届の受付", "市民課", 100, 50, "実測"],
        ["戸籍・住民", "住民異動", "転出届の受付", "市民課", 90, 40, "実測"],
        ["保険年金", "国民健康保険", "資格得喪届の受付", "保険年金課", 80, 30, "見積"],
    ]
    state = read({"業務体系": [["業務体系表"], classes, *rows]})
    assert state.businesses["business"].tolist() == [row[2] for row in rows]
    assert state.businesses["category_middle"].tolist() == [row[1] for row in rows]


def test_same_is_an_answer_where_it_is_asked_and_above_elsewhere(read):
    head = ["課名", "業務名", "年間処理件数", "毎回同じ手順か", "根拠法令"]
    state = read(
        {
            "回答": [
                head,
                ["市民課", "転入", 10, "その都度判断", "住民基本台帳法"],
                ["市民課", "転出", 20, "同じ", "同じ"],
            ]
        }
    )
    assert state.businesses["routine"].tolist() == ["nonroutine", "routine"]
    assert state.businesses["legal_basis"].tolist()[1] == "住民基本台帳法"


def test_tables_side_by_side(read):
    right = [1, "税務課", "証明", 5, "×"]
    state = read({"回答": [[*BUSINESS, None, *BUSINESS], [1, "市民課", "住民票", 10, "○", None, *right]]})
    assert list(state.businesses["business"]) == ["住民票", "証明"]
    assert state.address("businesses", 1, "annual_cases") == "回答.xlsx › 回答!J2"
    state = read(
        {"回答": [[*BUSINESS, None, *SYSTEM], [1, "市民課", "住民票", 10, "○", None, "住基", "市民課", "A社", 9]]}
    )
    assert (len(state.businesses), len(state.systems)) == (1, 1)


def test_records_in_columns(read):
    state = read(
        {
            "システム": [
                ["システム調書"],
                ["システム名", "住基", "税"],
                ["所管課", "市民課", "税務課"],
                ["運用経費（千円）", 100, "約300"],
                ["契約満了", "R8.3.31", "R9.3.31"],
                ["個人情報", "特定個人情報", "無"],
            ]
        }
    )
    assert list(state.systems["annual_cost"]) == [100, 300]
    assert list(state.systems["contract_to"]) == ["2026-03-31", "2027-03-31"]
    assert state.address("systems", 1, "annual_cost") == "回答.xlsx › システム!C4"
    at = state.findings[state.findings["rule"] == "approximate"]
    assert list(at["cell"]) == ["C4"]


@pytest.mark.parametrize("place", ["heading", "title", "sheet", "file"])
def test_whose_rows_they_are_without_a_column_for_it(read, place):
    header, row = ["No", "業務名", "年間処理件数", "押印"], [1, "住民票", 10, "○"]
    rows = {
        "heading": [header, ["■市民課"], row],
        "title": [["業務棚卸票", None, "所属：市民課"], header, row],
    }.get(place, [header, row])
    state = read(
        {"市民課" if place == "sheet" else "業務": rows}, name="市民課_業務.xlsx" if place == "file" else "回答.xlsx"
    )
    assert list(state.businesses["department"]) == ["市民課"]
    assert "department_from_place" in set(state.findings["rule"])


def test_merged_cells_fill_down_and_numbers_are_not_counted_twice(read):
    state = read(
        {
            "業務": [
                ["部", "課", "業務名", "年間処理件数", "予算額（千円）"],
                ["市民部", "市民課", "住民票", 10, 100],
                [None, None, "印鑑", 20, None],
                [None, "税務課", "証明", None, 50],
            ]
        },
        merged=("A2:A4", "B2:B3", "E2:E3"),
    )
    assert list(state.businesses["department"]) == ["市民課", "市民課", "税務課"]
    assert list(state.businesses["bureau"]) == ["市民部"] * 3
    assert state.businesses["budget"].sum() == 150
    assert state.businesses["annual_cases"].isna().tolist() == [False, False, True]
    assert "merged_number" in set(state.findings["rule"])


def test_three_levels_and_a_row_of_units(read):
    state = read(
        {
            "業務": [
                ["業務棚卸"],
                ["No", "課名", "業務名", "業務量", None, None, "費用"],
                [None, None, None, "件数", "時間", None, "事業費"],
                [None, None, None, "年間", "正規", "会計年度", None],
                [None, None, None, "（件）", "（人日）", "（時間）", "（千円）"],
                [1, "市民課", "住民票", 10, 2, 3, "120万円"],
            ]
        },
        merged=("D2:F2", "E3:F3", "A2:A5", "B2:B5", "C2:C5"),
    )
    assert list(state.sheets[["header_first", "header_last"]].iloc[0]) == [2, 5]
    row = state.businesses.iloc[0]
    assert (row["annual_cases"], row["regular_staff_hours"], row["fixed_term_staff_hours"]) == (10, 15.5, 3)
    assert row["budget"] == 1200
    assert "業務量_時間_正規_（人日）" in set(state.columns["source"])


def test_sheets_that_hold_no_answers_are_said_to_be_so(read):
    state = read(
        {
            "記入例": [BUSINESS, [1, "○○課", "△△業務", 10, "○"]],
            "選択肢": [["押印", "媒体"], ["有", "紙"], ["無", "電子"]],
            "旧業務": [BUSINESS, [1, "市民課", "旧事務", 10, "○"]],
            "業務": [BUSINESS, ["例", "○○課", "△△業務", 10, "○"], [1, "市民課", "住民票", 10, "○"]],
        },
        hidden=("旧業務",),
    )
    assert list(state.businesses["business"]) == ["住民票"]
    rules = dict(zip(state.findings["sheet"], state.findings["rule"], strict=True))
    assert rules["記入例"] == "sheet_sample"
    assert rules["選択肢"] == "sheet_legend"
    assert rules["旧業務"] == "sheet_hidden"
    sheets = state.sheets.set_index("sheet")
    assert (sheets["read"] == sheets["accepted"] + sheets["set_aside"] + sheets["ignored"]).all()
    assert sheets.loc["業務", ["accepted", "ignored"]].tolist() == [1, 1]


def test_totals_of_the_source_are_checked_against_their_rows(read):
    rows = [[1, "市民課", "住民票", 10], [2, "市民課", "印鑑", 20], ["小計", None, None, 30]]
    rows += [[3, "税務課", "証明", 5], ["小計", None, None, 7], ["合計", None, None, 35]]
    state = read({"業務": [BUSINESS[:4], *rows]})
    found = state.findings[state.findings["rule"] == "total_mismatch"]
    assert list(found["cell"]) == ["D6"]
    assert "7" in found["message"].iloc[0]
    assert "5" in found["message"].iloc[0]
    assert len(state.businesses) == 3


def test_a_row_without_its_name_is_set_aside_and_said_to_be(read):
    state = read({"業務": [BUSINESS, [1, "市民課", "住民票", 10, "○"], [2, "市民課", None, 20, "×"]]})
    assert list(state.sheets["set_aside"]) == [1]
    assert list(state.findings[state.findings["rule"] == "row_without_key"]["cell"]) == ["C3"]
    aside = state.rows_outside[state.rows_outside["kind"] == "set_aside"]
    assert list(aside["row"]) == [3]


def test_an_uncertain_column_is_a_question_until_it_is_answered(read, tmp_path):
    sheets = {"業務": [[*BUSINESS, "区分その他情報"], [1, "市民課", "住民票", 10, "○", "甲"]]}
    state = read(sheets)
    assert "区分その他情報" in state.extras["businesses"].columns
    (tmp_path / "dxaudit.toml").write_text('# 市の設定\nmunicipality = "見本市"\n', encoding="utf-8")
    remember_column(tmp_path, "businesses", "区分その他情報", "peak_period")
    state = dx.read(tmp_path)
    assert list(state.businesses["peak_period"]) == ["甲"]
    kept = (tmp_path / "dxaudit.toml").read_text(encoding="utf-8")
    assert "# 市の設定" in kept
    with pytest.raises(dx.DxauditError, match="no_such"):
        remember_column(tmp_path, "businesses", "区分その他情報", "no_such")
    remember_column(tmp_path, "businesses", "年間処理件数", "")
    assert dx.read(tmp_path).businesses["annual_cases"].isna().all()


def test_dates_cannot_be_a_cost(read):
    rows = [["住基", "市民課", "R5.4.1"], ["税", "税務課", "R6.4.1"], ["財務", "財政課", "令和7年4月"]]
    state = read({"システム": [["システム名", "所管課", "運用経費"], *rows]})
    assert state.systems["annual_cost"].isna().all()


def test_questions_of_a_survey_export_find_their_items(read):
    state = read(
        {
            "Sheet1": [
                [
                    "回答番号", "所属を選択してください", "役職",
                    "DXとデジタル化の違いと、自市がDXに取り組む理由を説明できますか",
                    "表計算で表形式のデータを作り、関数やピボットで集計できる",
                    "Q14", "生成AIの業務での利用頻度", "過去1年に受けたDX研修",
                ],
                [1, "市民課", "主任", "3=一人でできる", "２", "④", "毎日", "1回"],
                [2, "税務課", "課長", "知らない・できない", 9, 3, "使わない", "なし"],
            ]
        }
    )  # fmt: skip
    assert list(state.survey["q01"]) == [3, 1]
    assert list(state.survey["q14"]) == [4, 3]
    assert state.survey["q04"].isna().tolist() == [False, True]
    assert list(state.survey["ai_use"]) == ["daily", "never"]
    assert list(state.findings[state.findings["rule"] == "likert_range"]["cell"]) == ["E3"]


def test_groups_written_once_in_a_csv_are_filled_down(tmp_path):
    rows = [
        ["業務棚卸表", "", "", "", ""],
        ["部", "課", "業務名", "業務量", ""],
        ["", "", "", "正規", "会計年度"],
        ["市民部", "市民課", "住民票", "10時間", "5"],
        ["", "", "印鑑", "20", ""],
        ["", "税務課", "証明", "5", "1"],
        ["", "", "課税", "3", "2"],
        ["総務部", "総務課", "文書", "3", "2"],
    ]
    with (tmp_path / "a.csv").open("w", encoding="cp932", newline="") as target:
        csv.writer(target).writerows(rows)
    state = dx.read(tmp_path)
    assert list(state.sheets[["header_first", "header_last"]].iloc[0]) == [2, 3]
    assert list(state.businesses["department"]) == ["市民課", "市民課", "税務課", "税務課", "総務課"]
    assert list(state.businesses["regular_staff_hours"]) == [10, 20, 5, 3, 3]
    assert "filled_down_guessed" in set(state.findings["rule"])


def test_systems_of_several_lists_keep_ids_of_their_own(tmp_path):
    for name in ("市民部", "総務部"):
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as target:
            csv.writer(target).writerows(
                [["No", *SYSTEM], ["1", "住基", "市民課", "A社", "1"], ["2", "税", "税務課", "B社", "2"]]
            )
    systems = dx.read(tmp_path).systems
    assert systems["system_id"].is_unique
    assert systems["system_id"].notna().all()


def test_tables_are_written_as_promised(read, tmp_path):
    state = read(
        {
            "業務": [
                [*BUSINESS, "使用システム"],
                [1, "市民課", "住民票", 10, "△", "住基、税"],
                [2, "市民課", "印鑑", None, "×", "なし"],
            ]
        }
    )
    written = write_tables(state, tmp_path / "tables")
    with (tmp_path / "tables" / "businesses.csv").open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    assert [p.name for p in written] == ["businesses.csv"]
    assert (rows[0]["seal"], rows[0]["systems_used"], rows[0]["annual_cases"]) == ("partial", "住基;税", "10")
    assert (rows[1]["seal"], rows[1]["systems_used"], rows[1]["annual_cases"]) == ("false", "", "")


def test_the_account_has_the_shape_of_the_contract(read):
    told = as_json(read({"業務": [BUSINESS, [1, "市民課", "住民票", 10, "○"]]}))
    assert set(told) == {"files", "findings"}
    sheet = told["files"][0]["sheets"][0]
    assert list(sheet) == ["sheet", "table", "header_rows", "rows", "columns"]
    assert sheet["columns"][0] == {"source": "No", "column": "business_id"}
    assert all(set(f) == {"severity", "rule", "file", "sheet", "cell", "message"} for f in told["findings"])


def mapped(state):
    return {c.source: c.column for c in state.columns.itertuples() if isinstance(c.column, str)}


def test_groups_named_once_over_a_full_row_of_names_without_merged_cells(read):
    state = read(
        {
            "一覧": [
                ["システム", None, "契約", None, "経費（千円）", None],
                ["名称", "所管課", "開始", "満了", "初期", "年間"],
                ["住基", "市民課", "R5.4.1", "R8.3.31", 100, 50],
                ["税", "税務課", "R5.4.1", "R8.3.31", 100, 50],
            ]
        }
    )
    assert list(state.sheets[["header_first", "header_last"]].iloc[0]) == [1, 2]
    assert mapped(state) == {
        "システム_名称": "system",
        "システム_所管課": "owner_department",
        "契約_開始": "contract_from",
        "契約_満了": "contract_to",
        "経費（千円）_初期": "initial_cost",
        "経費（千円）_年間": "annual_cost",
    }


def test_a_year_as_group_name_leaves_the_lower_name_its_meaning(read):
    state = read(
        {
            "業務": [
                ["課名", "業務名", "令和5年度実績", None, "課題"],
                [None, None, "件数", "時間", None],
                ["市民課", "住民票", 10, 2, "紙が多い"],
            ]
        },
        merged=("A1:A2", "B1:B2", "C1:D1", "E1:E2"),
    )
    assert mapped(state)["令和5年度実績_件数"] == "annual_cases"
    assert mapped(state)["令和5年度実績_時間"] == "annual_hours"


def test_headings_inside_the_body_are_no_businesses(read):
    rows = [[None, None, "【窓口業務】"], [1, "市民課", "住民票", 10], [None, None, "■証明"], [2, "市民課", "証明", 5]]
    state = read({"業務": [BUSINESS[:4], *rows]})
    assert list(state.businesses["business"]) == ["住民票", "証明"]
    assert list(state.sheets["ignored"]) == [2]


def test_a_file_named_after_its_sample_still_holds_answers(read):
    state = read({"調査票": [BUSINESS, [1, "市民課", "住民票", 10, "○"]]}, name="調査票（記入例付き）_市民課.xlsx")
    assert len(state.businesses) == 1


def test_a_second_table_of_colloquial_headers_under_its_title(read):
    asked = [
        "利用しているシステムの名称",
        "管理主体（課）",
        "利用している課",
        "契約開始年月日",
        "設置系統（三層）",
        "電話番号",
    ]
    state = read(
        {
            "回答": [
                ["業務棚卸調査票（令和6年度）"],
                [],
                ["業務番号", "担当課（所属名）", "業務名", "年間の件数", "押印を求めるか"],
                *[[n, "市民課", f"届出の受付{n}", 100 + n, "有"] for n in range(1, 5)],
                [],
                ["情報システム一覧（令和6年度）"],
                asked,
                *[[f"住基{n}", "情報政策課", "市民課", "R5.4.1", "LGWAN", "0000"] for n in range(1, 4)],
            ]
        },
        merged=("A1:E1", "A9:F9"),
    )
    assert [(s.table, s.header_first, s.accepted) for s in state.sheets.itertuples()] == [
        ("businesses", 3, 4),
        ("systems", 10, 3),
    ]


def test_a_turned_table_whose_names_are_no_dictionary_words(read):
    names = ["システムの呼び名", "システムを所管する課", "契約の相手方の決め方", "契約開始年月日", "電話番号"]
    records = [[f"住基{n}", "市民課", "随意契約", "R5.4.1", "0000"] for n in range(3)]
    state = read({"台帳": [list(line) for line in zip(names, *records, strict=True)]})
    assert list(state.systems["system"]) == ["住基0", "住基1", "住基2"]
    assert mapped(state)["契約の相手方の決め方"] == "contract_method"


def test_a_workbook_named_after_another_kind_is_read_and_said_so(read, tmp_path):
    read({"業務": [BUSINESS, [1, "市民課", "住民票", 10, "○"]]})
    (tmp_path / "回答.xlsx").rename(tmp_path / "回答.xls")
    state = dx.read(tmp_path)
    assert list(state.businesses["business"]) == ["住民票"]
    assert "file_misnamed" in set(state.findings["rule"])


def test_a_marked_copy_holds_no_live_links_of_the_source(read, tmp_path):
    body = [
        [1, "市民課", "住民票", "たくさん", '=HYPERLINK("http://example.org","x")'],
        [2, "市民課", "証明", "=1+1", "○"],
    ]
    state = read({"業務": [BUSINESS, *body]})
    write_sendback(state, tmp_path / "返送")
    copies = [openpyxl.load_workbook(p) for p in (tmp_path / "返送").rglob("*.xlsx")]
    formulas = [str(c.value) for b in copies for s in b for row in s.iter_rows() for c in row if c.data_type == "f"]
    assert copies
    assert not any("HYPERLINK" in f for f in formulas)


def test_an_open_quotation_mark_swallows_no_rows(tmp_path):
    lines = ["業務名,課名,年間処理件数", '"開いたまま,市民課,5', "住民票,市民課,10", "証明,税務課,20"]
    (tmp_path / "回答.csv").write_text("\n".join(lines), encoding="utf-8")
    state = dx.read(tmp_path)
    assert list(state.businesses["business"]) == ["開いたまま", "住民票", "証明"]
    assert "quote_open" in set(state.findings["rule"])
