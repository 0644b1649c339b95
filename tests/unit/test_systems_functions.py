"""The taxonomy is complete, and its words decide as a person would."""

import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.errors import DxauditError
from dxaudit.settings import Settings
from dxaudit.systems.functions import taxonomy
from dxaudit.vocabulary import load

STANDARD = {
    "住民基本台帳", "選挙人名簿管理", "固定資産税", "個人住民税", "法人住民税", "軽自動車税", "国民健康保険",
    "国民年金", "障害者福祉", "後期高齢者医療", "介護保険", "児童手当", "健康管理", "就学", "児童扶養手当", "生活保護",
    "子ども・子育て支援", "印鑑登録", "戸籍", "戸籍の附票",
}  # fmt: skip
ENTRIES = [(code, e) for area in load("functions").values() for code, e in area.items() if code != "label"]


def function_of(*names: str, settings: Settings | None = None, **more) -> list[str]:
    state = dx.from_tables(settings, systems=pd.DataFrame({"system": list(names), **more}))
    return dx.map_systems(state).systems["function"].tolist()


def test_there_are_two_hundred_functions_and_each_code_once():
    codes = [code for code, _ in ENTRIES]
    assert len(codes) >= 200
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(("code", "entry"), ENTRIES, ids=[c for c, _ in ENTRIES])
def test_every_entry_has_labels_words_and_known_neighbours(code, entry):
    assert set(entry["label"]) == {"ja", "en"} and all(entry["label"].values())
    assert entry["words"]
    kinds = {"words", "products", "general", "data", "businesses"}
    traits = {"standard", "commodity", "platform", "tool", "for_all", "collects", "carries", "carried_by"}
    assert set(entry) <= kinds | traits | {"label", "not"}
    assert entry.get("carried_by", "integrated_gis") in [c for c, e in ENTRIES if e.get("carries")]
    assert set(entry.get("not", ())) <= set(taxonomy().codes) - {code}


def test_all_twenty_standardised_businesses_are_there():
    assert {entry["standard"] for _, entry in ENTRIES if "standard" in entry} == STANDARD


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("住民記録システム", "住民税システム"),
        ("施設予約システム", "公用車予約システム"),
        ("人事給与システム", "人事評価システム"),
        ("健康管理システム", "職員健康管理システム"),
        ("図書館システム", "電子図書館"),
        ("チャットボット", "ビジネスチャット"),
        ("財務会計システム", "公営企業会計システム"),
        ("介護保険システム", "要介護認定支援"),
        ("児童手当システム", "児童扶養手当システム"),
    ],
)
def test_what_is_easily_mistaken_is_told_apart(one, other):
    first, second = function_of(one, other)
    assert first and second and first != second


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("ﾎﾞｲｽﾎﾞｯﾄによる電話自動応答", "call_center"),
        ("LoGoフォーム", "online_application"),
        ("ロゴチャット", "business_chat"),
        ("ガルーン", "groupware"),
        ("公共施設の案内・予約", "facility_booking"),
        ("固定資産税（土地・家屋）", "fixed_asset_tax"),
    ],
)
def test_products_spellings_and_words_apart_are_known(written, code):
    assert function_of(written) == [code]


def test_a_name_that_says_nothing_stays_open_and_is_listed():
    systems = dx.map_systems(dx.from_tables(systems=pd.DataFrame({"system": ["ひだまり", "給与計算システム"]})))
    assert systems.systems["function"].tolist() == ["", "hr_payroll"]
    assert systems.unclassified()["system"].tolist() == ["ひだまり"]


def test_a_silent_name_takes_the_function_of_the_same_product():
    found = function_of("ひだまりメイト", "給食管理システム「ひだまりメイト」", vendor=["(株)ひなた", "株式会社ひなた"])
    assert found == ["school_lunch", "school_lunch"]


def test_a_city_adds_its_own_entries():
    own = Settings(functions={"kite_festival": {"area": "industry", "label": "凧まつり", "words": ["凧まつり"]}})
    assert function_of("凧まつり参加者管理", settings=own) == ["kite_festival"]
    more = Settings(functions={"groupware": {"words": ["みんなの広場"]}})
    assert function_of("みんなの広場", settings=more) == ["groupware"]


@pytest.mark.parametrize("entry", [{"area": "industry"}, {"area": "nowhere", "words": ["凧"]}, {"words": [3]}, "凧"])
def test_a_wrong_own_entry_is_one_line_that_names_it(entry):
    with pytest.raises(DxauditError, match=r"functions\.kite"):
        function_of("凧", settings=Settings(functions={"kite": entry}))
