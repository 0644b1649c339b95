"""Headers that no dictionary knows, read word by word beside the values beneath them."""

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dxaudit as dx
from dxaudit.intake.columns import match
from dxaudit.intake.evidence import profile
from dxaudit.intake.meaning import is_foreign, meant
from dxaudit.vocabulary import load, tables

KINDS = {"num", "date", "section", "id", "long", "code", "sure"}


def test_readings_speak_of_known_columns_meanings_and_kinds():
    known = load("meanings")
    meanings, kinds = set(known["words"]), KINDS | set(known["kinds"])
    assert set(known["qualifying"]) <= meanings
    assert set(known["foreign"]) == {"any", *tables()}
    asked = set()
    for table, columns in known["readings"].items():
        for column, readings in columns.items():
            assert column in tables()[table]["columns"], (table, column)
            for part in (p for reading in readings for p in reading.split()):
                sign, name = (part[0], part[1:]) if part[0] in "?!#" else ("", part)
                assert name in (kinds if sign == "#" else meanings), (table, column, part)
                asked.add(name)
    assert meanings <= asked, "a meaning that no reading asks for is idle"


NUMBERS = [12.0, 340.0, "1,200", 88.0, "約50"]
SECTIONS = ["戸籍課", "収納課", "こども課", "戸籍課"]
DATES = ["R7.3.31", "令和6年9月", "2026-03-31"]
CHOICES = {
    "medium": ["紙のみ", "併存", "電子のみ", "紙のみ"],
    "network_zone": ["LGWAN接続系", "インターネット接続系", "マイナンバー利用事務系"],
    "employment_type": ["正規", "会計年度任用", "再任用", "正規"],
    "tri": ["○", "×", "○", "△"],
}
TEXTS = ["窓口の列が長く、待ち時間の苦情がある", "様式が部署ごとに違い確認に手間取る", "台帳が紙で探すのに時間がかかる"]
EXAMPLES = [
    ("businesses", "去年いくつ受け付けたか（件）", NUMBERS, "annual_cases"),
    ("businesses", "ネットから届いた件数", NUMBERS, "online_cases"),
    ("businesses", "ひとつ片づけるのに何分", NUMBERS, "minutes_per_case"),
    ("businesses", "1年でかける時間のすべて", NUMBERS, "annual_hours"),
    ("businesses", "紙で回すかデータで回すか", CHOICES["medium"], "medium"),
    ("businesses", "はんこを押してもらう", CHOICES["tri"], "seal"),
    ("businesses", "手順を書いたもの", CHOICES["tri"], "manual"),
    ("businesses", "やりにくいと感じること", TEXTS, "reported_issue"),
    ("businesses", "うち常勤（時間）", NUMBERS, "regular_staff_hours"),
    ("businesses", "⑤\n1回にかかる時間", ["15分", "20分", 5.0, "約11分"], "minutes_per_case"),
    ("businesses", "R5実績_作業時間\n（年計・h）", NUMBERS, "annual_hours"),
    ("businesses", "所要\n時間／件", ["0:30", "0:16", "0:06"], "minutes_per_case"),
    ("businesses", "外に頼んでいる？", ["いる", "いない", "一部"], "outsourcing"),
    ("systems", "1年にいくらかかりますか", ["4,000千円", "9,770千円"], "annual_cost"),
    ("businesses", "モヤモヤしていること", TEXTS, "reported_issue"),
    ("businesses", "もやもやしていること", TEXTS, "reported_issue"),
    ("businesses", "毎回同じ手順か", ["同じ", "その都度判断", "同じ", "同じ"], "routine"),
    ("systems", "面倒を見ている課", SECTIONS, "owner_department"),
    ("systems", "頼んでいる会社", ["㈱北辰電算", "南条ソフト(株)", "東洋計算センター"], "vendor"),
    ("systems", "借りている期限", DATES, "contract_to"),
    ("systems", "毎年の支払い（千円）", NUMBERS, "annual_cost"),
    ("systems", "切替前の年間経費（千円）", NUMBERS, "old_annual_cost"),
    ("systems", "つながる網", CHOICES["network_zone"], "network_zone"),
    ("systems", "壊れたときの備え", ["毎晩バックアップ", "なし", "遠隔地に保管"], "backup"),
    ("survey", "雇われ方", CHOICES["employment_type"], "employment_type"),
    ("organization", "できた日", DATES, "valid_from"),
    ("organization", "引き継いだ元の課", SECTIONS, "predecessor"),
    ("workflow", "手を動かす人", ["申請者", "窓口担当", "係長"], "actor"),
    ("workflow", "寝かせている時間（時間）", NUMBERS, "wait_hours"),
]


@pytest.mark.parametrize(("table", "header", "values", "column"), EXAMPLES)
def test_a_header_in_other_words_is_read_by_its_meaning(table, header, values, column):
    found = match(table, [header], [profile(values)], dx.Settings()).matches[0]
    assert found.column == column


@pytest.mark.parametrize(
    ("table", "header", "values"),
    [
        ("businesses", "担当者の電話番号", NUMBERS),
        ("businesses", "前年度との件数の増減", NUMBERS),
        ("systems", "サーバー台数", NUMBERS),
        ("organization", "条例定数との増減", NUMBERS),
        ("workflow", "帳票ID", ["F-01", "F-02"]),
    ],
)
def test_what_no_table_keeps_stays_unmapped(table, header, values):
    assert is_foreign(table, header)
    assert match(table, [header], [profile(values)], dx.Settings()).matches[0].column is None


def test_values_that_cannot_be_it_rule_a_meaning_out():
    numbers, dates = profile(NUMBERS), profile(DATES)
    assert "contract_to" in meant("systems", "借りている期限", "", dates)
    assert "contract_to" not in meant("systems", "借りている期限", "", numbers)


@given(st.text(alphabet="甲乙丙丁戊己庚辛", min_size=1, max_size=6))
def test_the_more_stands_beside_it_the_less_sure_is_a_meaning(beside):
    plain = meant("systems", "頼んでいる会社", "", profile(["㈱北辰電算", "南条ソフト(株)"]))["vendor"]
    more = meant("systems", f"{beside}頼んでいる会社", "", profile(["㈱北辰電算", "南条ソフト(株)"]))
    assert more["vendor"] < plain


def test_of_two_years_the_later_one_is_meant():
    shape = profile(NUMBERS)
    found = match("businesses", ["事務名", "R4取扱数", "R5取扱数"], [profile(SECTIONS), shape, shape], dx.Settings())
    assert [m.column for m in found.matches][1:] == [None, "annual_cases"]


def test_the_same_as_to_the_left_refers_to_the_header_there():
    shapes = [profile(["戸籍の届出", "住民票", "印鑑登録"]), profile(CHOICES["tri"]), profile(DATES)]
    found = match("businesses", ["業務名", "手順書", "同左改訂年月"], shapes, dx.Settings())
    assert [m.column for m in found.matches] == ["business", "manual", "manual_updated"]


@pytest.mark.parametrize(
    ("asked", "item"),
    [
        ("どの程度できますか [ピボットなどで表を集計する]", "q04"),
        ("問3 三層分離とLGWANについて説明できる", "q10"),
        ("Q12. ロボットに向く作業を見極められる（RPA）", "q13"),
        ("Q9 接遇に自信がある", None),
    ],
)
def test_a_paraphrased_question_is_found_by_its_words(asked, item):
    shape = profile([1.0, 2.0, 3.0, 4.0, 5.0])
    found = match("survey", ["所属", asked], [profile(SECTIONS), shape], dx.Settings()).matches[1]
    assert found.column == item


@pytest.fixture
def read(tmp_path):
    def book(rows, title="Sheet1"):
        made = openpyxl.Workbook()
        made.active.title = title
        for row in rows:
            made.active.append(row)
        made.save(tmp_path / "回答.xlsx")
        return dx.read(tmp_path)

    return book


def test_a_card_with_one_system_a_column_is_turned(read):
    state = read(
        [
            ["村の電算しらべ"],
            [],
            ["名まえ", "住民情報", "給与", "図書"],
            ["書き方", "ふだんの呼び名", None, None],
            ["何に使うか", "住民票・税", "給料の計算", "本の貸出"],
            ["頼んでいる会社", "㈱北辰電算", "南条ソフト(株)", "東洋計算センター"],
            ["使いはじめ", "R2.4", "H29.10", "R4.6"],
            ["毎年はらうお金（千円）", 9240, 1100, 264],
            ["内線", 21, 22, 31],
        ]
    )
    assert list(state.systems["system"]) == ["住民情報", "給与", "図書"]
    assert list(state.systems["annual_cost"]) == [9240.0, 1100.0, 264.0]
    assert state.sheets["transposed"].all()


def test_a_row_that_numbers_the_columns_is_no_record(read):
    state = read(
        [
            ["所管課", "システム名", "ベンダー", "年額（千円）"],
            ["①", "②", "③", "④"],
            ["戸籍課", "戸籍総合", "㈱北辰電算", 1200],
            ["収納課", "滞納管理", "南条ソフト(株)", 800],
        ]
    )
    assert list(state.systems["system"]) == ["戸籍総合", "滞納管理"]
    assert list(state.sheets["header_last"]) == [2]
    assert list(state.columns["source"]) == ["所管課", "システム名", "ベンダー", "年額（千円）"]


def test_a_remark_between_title_and_second_table_divides_nothing_else(read):
    state = read(
        [
            ["1 窓口の仕事"],
            ["連番", "担当班", "仕事の名前", "件数/年", "1件何分"],
            [1, "戸籍班", "証明の発行", 3120, 5],
            [2, "戸籍班", "届出の受理", 460, 15],
            [],
            ["2 庁内の仕事"],
            ["※時間は感覚で結構です"],
            ["連番", "担当班", "業務項目", "年に何時間", "自動化できそうか"],
            [11, "収納班", "収納消込", 310, "○"],
            [12, "収納班", "預貯金調査", 400, "△"],
        ]
    )
    assert [(s.header_first, s.accepted) for s in state.sheets.itertuples()] == [(2, 2), (8, 2)]
    assert list(state.businesses["business"]) == ["証明の発行", "届出の受理", "収納消込", "預貯金調査"]
    assert state.businesses["annual_hours"].dropna().tolist() == [310.0, 400.0]


def test_instructions_that_name_the_columns_are_no_answers(read):
    state = read(
        [["記載要領"], ["1 整理番号", "課ごとに1から"], ["2 業務名", "分掌のとおり"], ["3 年間件数", "実績を"]],
        title="記載要領",
    )
    assert len(state.businesses) == 0
    assert list(state.sheets["note"]) == ["legend_sheet"]
