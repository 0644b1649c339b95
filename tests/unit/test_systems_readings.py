"""Names read aloud: one brand in kanji, kana, romaji and English words; national systems under all their names."""

import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.systems.names import fold, national_systems
from dxaudit.systems.readings import readings
from dxaudit.vocabulary import load


@pytest.mark.parametrize(
    "written",
    [
        ("文蔵", "ふみくら", "FUMIKURA"),
        ("放課後ノート", "ほうかごノート"),
        ("Fire Desk", "FireDesk", "ファイヤーデスク"),
        ("GeoMinato", "ジオみなと", "Geo港"),
        ("潮騒", "しおさい", "Shiosai"),
    ],
)
def test_one_brand_in_several_scripts_has_a_reading_in_common(written):
    assert frozenset.intersection(*readings([fold(name) for name in written]))


def test_other_vowels_are_another_reading():
    one, other = readings([fold("DAKOKURU"), fold("ドックル")])
    assert not one & other


def test_letters_that_spell_no_word_have_no_reading():
    assert readings(["xkcd"]) == [frozenset()]
    assert readings([]) == []


def products(*rows: tuple[str, str, str]) -> list[int]:
    table = pd.DataFrame(rows, columns=["system", "vendor", "purpose"])
    return dx.map_systems(dx.from_tables(systems=table)).systems["product"].tolist()


def test_a_reading_needs_company_or_function():
    agreed = products(("文蔵", "北浜データ", "文書管理"), ("FUMIKURA", "北浜データ", "文書管理"))
    assert agreed[0] == agreed[1]
    other = products(("文蔵", "北浜データ", "文書管理"), ("FUMIKURA", "南浜ソフト", "水道料金の調定"))
    assert other[0] != other[1]


def test_a_known_brand_with_one_letter_wrong_is_that_brand():
    one, other = products(("WinActer", "", ""), ("WinActor", "NTTデータ", "定型入力の自動化 RPA"))
    assert one == other


def test_a_known_product_behind_a_nickname_and_whoever_sells_it():
    one, other = products(("はぐはぐ柏浜（母子モ）", "エムティーアイ", ""), ("母子モ", "内田洋行", "子育て情報配信"))
    assert one == other


@pytest.mark.parametrize("system", load("national")["systems"].values(), ids=lambda s: s["names"][0])
def test_a_national_system_is_one_under_all_its_names(system):
    short = {fold(name).removesuffix("システム") for name in system["names"]}
    assert len(short) == 1 and short <= national_systems().keys()
    assert system["distributor"] in load("vendors")["companies"]


def test_a_suite_listed_as_a_whole_counts_for_all_its_businesses():
    table = pd.DataFrame(
        {"system": ["アオゾラ"], "businesses_supported": [("住民記録", "住民税", "固定資産税", "収納管理")]}
    )
    found = dx.map_systems(dx.from_tables(systems=table))
    codes = [found.taxonomy.codes[n] for n in found.members.tocoo().col]
    assert {"resident_register", "resident_tax", "fixed_asset_tax", "tax_collection"} <= set(codes)
