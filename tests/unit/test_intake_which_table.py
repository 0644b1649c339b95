"""Which of the six tables a sheet is: by all its headers and what stands above them, not by one header."""

import openpyxl
import pytest

import dxaudit as dx


@pytest.fixture
def read(tmp_path):
    def book(rows, sheet="Sheet1", name="回答.xlsx"):
        made = openpyxl.Workbook()
        made.active.title = sheet
        for row in rows:
            made.active.append(row)
        made.save(tmp_path / name)
        return dx.read(tmp_path)

    return book


HEADERS = ["受け持つ課", "していること", "根拠法令", "年間の総時間（時間）", "押印の有無", "委託の有無"]
BODY = [
    ["市民課", "住民票の写しを出す", "住民基本台帳法", 1200, "有", "無"],
    ["市民課", "転入の届を受ける", "住民基本台帳法", 900, "無", "無"],
    ["税務課", "課税の証明を出す", "地方税法", 400, "有", "有"],
]


def test_no_header_has_to_name_the_key(read):
    state = read([HEADERS, *BODY])
    assert list(state.businesses["business"]) == ["住民票の写しを出す", "転入の届を受ける", "課税の証明を出す"]
    told = state.findings[state.findings["rule"] == "column_assumed"]
    assert len(told) == 1
    assert "していること" in told["message"].iloc[0]


@pytest.mark.parametrize("extra", [("業務番号（通し）", [1, 2, 3]), ("関連する情報システム名", ["住基", "住基", "税"])])
def test_one_header_of_another_table_decides_nothing(read, extra):
    header, values = extra
    rows = [[value, *row] for value, row in zip(values, BODY, strict=True)]
    state = read([["業務棚卸調査票"], [], [header, *HEADERS], *rows])
    assert state.sheets["table"].iloc[0] == "businesses"
    assert len(state.businesses) == 3


@pytest.mark.parametrize("place", ["title", "sheet", "file"])
def test_a_title_speaks_for_the_table(read, place):
    rows = [
        ["よびな", "職員数（人）", "正規職員", "会計年度任用職員"],
        ["市民課", 12, 8, 4],
        ["税務課", 10, 9, 1],
        ["福祉課", 11, 7, 4],
    ]
    if place == "title":
        rows = [["組織・職員数一覧"], [], *rows]
    names = {"sheet": {"sheet": "組織一覧"}, "file": {"name": "組織・職員数一覧.xlsx"}}.get(place, {})
    state = read(rows, **names)
    assert state.sheets["table"].iloc[0] == "organization"
    assert list(state.organization["department"]) == ["市民課", "税務課", "福祉課"]


@pytest.mark.parametrize(
    "rows",
    [
        [["件名", "日時", "内容", "対応者"], ["住所の問合せ", "2024-04-01", "電話で回答", "佐藤"]],
        [["氏名", "住所", "電話番号", "備考"], ["山田太郎", "中央1-1", "00-0000-0000", ""]],
        [["品名", "数量", "購入日", "保管場所"], ["机", 3, "2020-04-01", "倉庫"]],
    ],
)
def test_logs_and_address_lists_are_none(read, rows):
    state = read([*rows, *[list(rows[1]) for _ in range(3)]])
    assert state.sheets["table"].isna().all()
