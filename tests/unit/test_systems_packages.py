"""One product by its package: an edition, an option, a number or another script does not part it, a module does.

All names and companies are invented.
"""

import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.systems.sounds import loan_word, loans

# system, vendor, package of either row
ONE_PRODUCT = [
    ("申請書作成コーナー", "ひなたテクノ", "かきナビ", "書かない窓口", "ひなたテクノ株式会社", "かきナビぷらす"),
    ("市公式サイト更新", "なごみ情報", "7Cweb", "観光ページ編集", "なごみ情報(株)", "７Ｃｗｅｂ/CMS"),
    ("介護保険総合", "こだま電算", "Lirio 介護", "介護資格・給付", "株式会社こだま電算", "ＬｉｒｉｏⅡ介護"),
    ("端末資産台帳", "まもりソフト", "GUARDSCOPE", "操作ログ収集", "まもりソフト", "GUARDSCOPE クライアント"),
    ("会議録作成", "ことば研究所", "KotoText", "音声文字起こし", "ことば研究所", "KotoText One"),
    ("園務支援", "ひだまり", "キッズミー", "保育業務支援", "ひだまり㈱", "KidsMe"),
    ("校務支援", "まなび社", "Campus Engine", "小中学校校務", "(株)まなび社", "キャンパスエンジン"),
    ("健康管理", "すこやか企画", "WellnessBridge", "予防接種管理", "すこやか企画", "ウェルネスブリッジ"),
    ("施設予約", "あおば情報", "スマートリザーブ", "体育館予約", "あおば情報", "Smart Reserve"),
    ("電子決裁", "みどりソフト", "Document Village", "文書管理", "みどりソフト", "ドキュメントヴィレッジ"),
    ("電子申請", "かえで", "テクノフォーム", "オンライン申請", "かえで", "Techno Form"),
    ("図書館", "本の森", "Library Future", "図書館蔵書検索", "本の森", "ライブラリーフューチャー"),
    ("職員研修", "そら", "ナレッジステーション", "eラーニング", "そら", "Knowledge Station 3"),
    ("財務会計", "つばさ", "カワセミ", "予算編成", "つばさ", "カワセミNEXT"),
    ("土木積算", "石垣", "ツミキ", "工事積算", "石垣", "ツミキ2"),
    ("人事給与", "いずみ", "HumanGate", "給与計算", "いずみ", "HumanGate Standard"),
    ("議会中継", "こだま映像", "GikaiLive", "議会録画配信", "こだま映像", "GikaiLive プレミアム"),
    ("防災情報", "とりで", "サイガイビュー", "避難所情報", "とりで", "サイガイビュー Ver.4"),
    ("公用車予約", "くるま屋", "ノリノリ", "車両管理", "くるま屋", "ノリノリプラス"),
    ("住民税", "みやこ", "TAXPRIME", "個人住民税", "みやこ", "TAXPRIME EX"),
]  # fmt: skip
SEVERAL_PRODUCTS = [
    ("住民記録", "富士通Japan", "MICJET 住記", "個人住民税", "富士通Japan", "MICJET 税"),
    ("学齢簿", "なごみ情報", "HarborCity 学齢簿", "就学援助", "なごみ情報", "HarborCity 就学援助"),
    ("庁内文書", "みどりソフト", "ミドリ文書", "備品台帳", "みどりソフト", "ミドリ備品"),
    ("施設予約", "あおば情報", "アオバ", "図書館業務", "あおば情報", "アオバ図書館"),
    ("健康管理", "すこやか企画", "リンク", "予防接種", "すこやか企画", "Rank"),
    ("園務支援", "ひだまり", "キッズミー", "保育業務支援", "みずいろ", "モグラミー"),
    ("財務会計", "つばさ", "クラウド", "予算編成", "ほしぞら", "クラウド版"),
    ("電子決裁", "みどりソフト", "Docu", "出退勤管理", "みどりソフト", "Docuharbor"),
    ("介護保険", "こだま電算", "Lirio 介護", "国民健康保険", "こだま電算", "Lirio 国保"),
    ("職員研修", "そら", "そらポート", "庁舎清掃", "そら", "うみポート"),
    ("議会中継", "こだま映像", "ライブ", "防犯カメラ", "ゆうひ映像", "ライブアイ"),
    ("水道料金", "いずみ", "標準パッケージ", "図書館", "いずみ", "標準パッケージ"),
]  # fmt: skip


def kind_of(one, other):
    rows = [
        {"system_id": n, "system": s, "vendor": v, "package": p, "owner_department": d}
        for n, d, (s, v, p) in (("A", "総務課", one), ("B", "企画課", other))
    ]
    pairs = dx.map_systems(dx.from_tables(systems=pd.DataFrame(rows))).pairs()
    claimed = pairs[pairs["confidence"] >= 0.5]
    return set(claimed["kind"])


@pytest.mark.parametrize("names", ONE_PRODUCT, ids=lambda n: f"{n[2]}–{n[5]}")
def test_an_added_option_or_another_script_is_one_product(names):
    assert "same_product" in kind_of(names[:3], names[3:])
    assert "same_product" in kind_of(names[3:], names[:3])


@pytest.mark.parametrize("names", SEVERAL_PRODUCTS, ids=lambda n: f"{n[2]}–{n[5]}")
def test_modules_makers_and_chance_stay_apart(names):
    assert "same_product" not in kind_of(names[:3], names[3:])


def test_an_option_under_a_brand_over_several_functions_is_a_module():
    rows = [
        ("住民記録", "ハマナス"),
        ("個人住民税", "ハマナス"),
        ("国民健康保険", "ハマナス"),
        ("生活保護", "ハマナスプラス"),
    ]
    systems = [
        {"system_id": f"S{n}", "system": s, "vendor": "きたの電算", "package": p, "owner_department": "情報課"}
        for n, (s, p) in enumerate(rows)
    ]
    pairs = dx.map_systems(dx.from_tables(systems=pd.DataFrame(systems))).pairs()
    claimed = pairs[(pairs["kind"] == "same_product") & (pairs["confidence"] >= 0.5)]
    assert "S3" not in {*claimed["system_a"], *claimed["system_b"]}


def test_the_bare_brand_of_a_known_suite_makes_no_product():
    rows = ("住民記録", "富士通Japan", "MICJET"), ("個人住民税", "富士通Japan", "MICJET")
    assert "same_product" not in kind_of(*rows)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("住民向け自動応答チャット", "みらい", ""), ("職員チャット", "とんぼ", "")),
        (("ごみ分別案内チャット", "みらい", ""), ("庁内チャットツール", "とんぼ", "")),
        (("市民向けチャット窓口", "みらい", ""), ("ビジネスチャット", "とんぼ", "")),
        (("給食献立作成", "もり", ""), ("学校給食費公会計", "はやし", "")),
        (("学校給食栄養計算", "もり", ""), ("給食費収納管理", "はやし", "")),
        (("給食センター食材発注", "もり", ""), ("学校給食費管理システム", "はやし", "")),
    ],
)  # fmt: skip
def test_jobs_that_share_a_word_stay_two(one, other):
    assert not kind_of(one, other)


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("スクールエンジン", "School Engine"),
        ("ヘルシーリンク", "healthyLink"),
        ("ナイトブリッジ", "Knight Bridge"),
        ("コンピュータケア", "Computer Care"),
        ("デザインネイチャー", "Design Nature"),
        ("ステーションウォッチ", "StationWatch"),
    ],
)
def test_loan_words_sound_like_their_english(kana, latin):
    one, other = loans([kana, latin])
    assert one.sounds & other.sounds and loan_word(one, other)


@pytest.mark.parametrize(("one", "other"), [("リンク", "Rank"), ("ガルーン", "サイボウズ"), ("Garoon", "Green")])
def test_other_words_are_no_loan_words_of_each_other(one, other):
    one, other = loans([one, other])
    assert not (one.sounds & other.sounds and loan_word(one, other))
