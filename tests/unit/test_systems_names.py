"""Names that mean the same become the same; names that do not, stay apart."""

import pytest

from dxaudit.systems.names import fold, parse
from dxaudit.systems.sounds import sound
from dxaudit.systems.vendors import vendor_key, vendors_in_brackets, vendors_of_list
from dxaudit.vocabulary import load


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ﾎｰﾑﾍﾟｰｼﾞ", "ホームページ"),
        ("ｅ－Ｇｏｖ", "e-Gov"),
        ("サーバー管理", "サーバ管理"),
        ("子ども・子育て支援", "こども子育て支援"),
        ("取扱い簿", "取扱簿"),
    ],
)
def test_width_kana_and_spelling_do_not_matter(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("住民税", "住民記録"), ("介護保険", "国民健康保険"), ("C4th", "C5th")])
def test_other_names_stay_apart(one, other):
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    "written",
    [
        "文書管理",
        "文書管理システム",
        "文書管理システム Ver.5.2",
        "文書管理システム（LGWAN版）",
        "新文書管理システム",
        "文書管理システム 第3版",
    ],
)
def test_version_edition_and_age_are_no_part_of_the_name(written):
    assert parse(written).stem == "文書管理"


def test_what_stands_in_brackets_is_a_second_name():
    assert parse("RaMS（冷媒管理システム）").aliases == ("冷媒管理",)


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("ガルーン", "Garoon"),
        ("サイボウズ", "Cybozu"),
        ("キントーン", "kintone"),
        ("ウィンアクター", "WinActor"),
        ("ロゴフォーム", "LoGoフォーム"),
    ],
)
def test_kana_and_latin_letters_sound_alike(kana, latin):
    assert sound(kana) == sound(latin) != ""


def test_kanji_have_no_one_sound():
    assert sound("文書管理") == ""


@pytest.mark.parametrize(
    "written",
    ["富士通", "(株)富士通", "富士通㈱", "富士通Japan株式会社 関西支社", "ＦＵＪＩＴＳＵ", "富士通ジャパン株式会社"],
)
def test_a_company_is_one_under_all_its_names(written):
    assert vendor_key(written) == "fujitsu"


def test_companies_unknown_to_the_list_are_known_by_their_bare_name():
    assert vendor_key("株式会社みどり計算センター 東京営業所") == vendor_key("(株)みどり計算センター") != ""


@pytest.mark.parametrize("written", ["", "自庁開発", "不明", "－"])
def test_nobody_is_no_company(written):
    assert vendor_key(written) == ""


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("アミボイス スクライブアシスト", "AmiVoice ScribeAssist"),
        ("デスクネッツネオ", "desknet's NEO"),
        ("ユーアイパス StudioX", "UiPath StudioX"),
        ("チャットＧＰＴ", "ChatGPT"),
    ],
)
def test_known_products_are_one_name_in_kana(kana, latin):
    assert fold(kana) == fold(latin)


def test_an_edition_in_brackets_is_no_second_name():
    assert parse("ハユドギ（LGWAN版）").aliases == ()


@pytest.mark.parametrize("written", ["人事給与（IPKNOWLEDGE）消防分", "人事給与（IPKNOWLEDGE）"])
def test_whose_part_it_is_says_no_name(written):
    assert parse(written).stem == "人事給与"


def test_short_forms_do_not_double_a_word():
    assert parse("文書管理").stem == parse("MICJET 文書").stem.removeprefix("micjet") == "文書管理"


def test_a_list_says_what_its_short_forms_of_companies_mean():
    listed = [
        "黒潮",
        "黒潮ソフト㈱",
        "国航",
        "国際航業",
        "MIC（南日本情報処理センター）",
        "南日本情報処理センター",
        "黒岩",
    ]
    one, full, air, survey, initials, centre, other = vendors_of_list(listed).keys
    assert (one, air, initials) == (full, survey, centre)
    assert other not in (one, full)


def test_a_short_form_of_two_companies_stays_as_it_is():
    short, system, soft = vendors_of_list(["あさひ", "あさひシステム", "あさひソフト"]).keys
    assert len({short, system, soft}) == 3


def test_a_wave_between_kana_is_a_long_vowel():
    assert fold("要支援者名簿（ささえ～る）").endswith("(ササエール)") and fold("ささえ〜る") == fold("ささえーる")
    assert fold("4～6月") == fold("4 6月")


def test_a_company_in_brackets_is_the_one_of_the_list_that_begins_so():
    listed = ["株式会社両毛システムズ", "NECソリューションイノベータ㈱", "上郷測量", "上郷ソフト", "水道技術センター"]
    names = [
        fold(n) for n in ("企業会計(両毛)", "施設予約（NECソリ）", "台帳（上郷）", "料金(水道)", "健診（保健センター）")
    ]
    keys = vendors_in_brackets(names, vendors_of_list(listed), words={"水道"})
    # 上郷 may be either of two, 水道 says what is paid for.
    assert [key != "" for key in keys] == [True, True, False, False, False]
    assert keys[0] == vendor_key("両毛システムズ")


def test_no_product_of_the_taxonomy_is_a_word_of_an_edition():
    editions = {fold(word) for word in load("names")["versions"]["editions"]}
    for area in load("functions").values():
        for code, entry in area.items():
            if code != "label":
                assert not editions & {fold(word) for word in entry.get("products", ())}, code
