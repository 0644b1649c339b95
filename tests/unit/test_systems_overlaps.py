"""Groups, relations, savings, reasons not to merge, and what people decided."""

import pickle
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.errors import DxauditError
from dxaudit.systems import compare_maps
from dxaudit.systems.overlaps import savings


def mapped(*rows: dict, decisions=()):
    frame = pd.DataFrame(rows)
    state = dx.from_tables(systems=frame)
    return dx.map_systems(state.replace(decisions=tuple(decisions)))


def decided(verdict: str, *systems: str, **what) -> SimpleNamespace:
    return SimpleNamespace(
        kind="overlap", who="情報政策課長", why="確認した", at="2026-05-01T10:00:00+09:00",
        what={"verdict": verdict, "systems": list(systems), **what},
    )  # fmt: skip


def pair(systems, a: str, b: str) -> tuple[str, float]:
    found = systems.pairs()
    line = found[(found["system_a"] == a) & (found["system_b"] == b)]
    return (line["kind"].iloc[0], line["confidence"].iloc[0]) if len(line) else ("", 0.0)


TWO = (
    dict(
        system_id="1", system="施設予約システム", vendor="㈱みなと", owner_department="スポーツ課", annual_cost=1000.0
    ),
    dict(system_id="2", system="公民館予約「あきナビ」", vendor="なみき", owner_department="公民館", annual_cost=600.0),
)


def test_one_product_under_two_spellings_is_one():
    kind, confidence = pair(
        mapped(
            {"system_id": "a", "system": "ガルーン Ver.5", "vendor": "サイボウズ㈱"},
            {"system_id": "b", "system": "Garoon", "vendor": "Cybozu"},
        ),
        "a",
        "b",
    )
    assert kind == "same_product" and confidence >= 0.5


def test_one_generic_name_of_two_vendors_is_one_function_but_two_products():
    kind, confidence = pair(
        mapped(
            {"system_id": "a", "system": "文書管理システム", "vendor": "みなと"},
            {"system_id": "b", "system": "文書管理システム", "vendor": "なみき"},
        ),
        "a",
        "b",
    )
    assert kind == "same_function" and confidence >= 0.5


def test_modules_of_one_suite_are_not_one_product():
    systems = mapped(
        *(
            {"system_id": str(n), "system": f"CivicWave {m}", "vendor": "汐路"}
            for n, m in enumerate(["住民記録", "個人住民税", "介護保険"])
        )
    )
    assert not len(systems.groups())


def test_a_saving_leaves_the_dearest_and_takes_the_rate_of_the_rest():
    assert savings(np.array([1000.0, 600.0, 400.0]), 0.4) == (200.0, 400.0, 1000.0)
    assert all(np.isnan(v) for v in savings(np.array([1000.0, np.nan]), 0.4))


def test_a_group_says_cost_saving_departments_and_relation():
    line = mapped(*TWO).overlaps().iloc[0]
    assert line["kind"] == "same_function" and line["group"] == "facility_booking"
    assert line["relation"] == "overlap"
    assert (line["cost"], line["saving_low"], line["saving_middle"], line["saving_high"]) == (1600, 120, 240, 600)
    assert line["departments"] == ("スポーツ課", "公民館")


def test_shared_users_or_data_make_it_a_duplication():
    shared = [{**row, "user_departments": ("総務課",)} for row in TWO]
    assert mapped(*shared).overlaps()["relation"].tolist() == ["duplication"]


def test_the_larger_system_absorbs_the_smaller_not_the_reverse():
    large = {**TWO[0], "data_held": ("予約", "利用者", "料金"), "businesses_supported": ("体育館", "公民館の貸出")}
    small = {**TWO[1], "data_held": ("予約",), "businesses_supported": ("公民館の貸出",)}
    assert mapped(large, small).overlaps()["absorbs"].tolist() == ["1"]


def test_reasons_not_to_merge_and_the_window_are_told():
    one = {**TWO[0], "network_zone": "lgwan", "contract_to": "2027-03", "bureau": "教育委員会"}
    other = {**TWO[1], "network_zone": "internet", "contract_to": "2029-09"}
    line = mapped(one, other).overlaps().iloc[0]
    assert len(line["keep_apart"]) == 3
    assert line["window"] == "2027-03～2029-09"


def test_a_department_sees_the_groups_it_has_a_part_in():
    systems = mapped(*TWO)
    assert len(systems.overlaps("公民館")) == 1
    assert len(systems.overlaps("税務課")) == 0


@pytest.mark.parametrize("verdict", ["reject", "split"])
def test_a_rejected_product_stays_rejected(verdict):
    rows = [{"system_id": i, "system": "よやくポケット", "vendor": "みなと"} for i in "abc"]
    systems = mapped(*rows, decisions=[decided(verdict, "a", "b")])
    kind, confidence = pair(systems, "a", "b")
    assert not (kind == "same_product" and confidence >= 0.5)
    products = systems.systems["product"].tolist()
    assert products[0] != products[1]


def test_a_rejected_function_leaves_the_list_and_the_group():
    systems = mapped(*TWO, decisions=[decided("reject", "1", "2")])
    assert pair(systems, "1", "2")[1] == 0.0
    assert len(systems.overlaps()) == 0


def test_a_merge_makes_one_product_and_an_answer_a_function():
    rows = ({"system_id": "a", "system": "ひだまり"}, {"system_id": "b", "system": "こもれび"})
    systems = mapped(*rows, decisions=[decided("merge", "a", "b"), decided("classify", "a", function="hr_payroll")])
    assert pair(systems, "a", "b") == ("same_product", 0.99)
    line = systems.overlaps().iloc[0]
    assert line["status"] == "accepted" and "情報政策課長" in line["decision"]
    assert systems.systems["function"].iloc[0] == "hr_payroll"
    assert systems.systems["decided_by"].iloc[0] == "people"


def test_a_decision_about_a_system_that_is_gone_is_said_to_be_so():
    systems = mapped(*TWO, decisions=[decided("reject", "1", "99")])
    assert systems.reviews.notes["applied"].tolist() == [False]


def test_the_next_run_says_what_changed():
    before = mapped(*TWO)
    after = mapped(*TWO, {"system_id": "3", "system": "スポーツ施設予約", "owner_department": "公園課"})
    changes = compare_maps(before, after)
    assert changes[["change", "group", "systems"]].to_numpy().tolist() == [["grown", "facility_booking", ("3",)]]
    assert compare_maps(before, before).empty
    assert compare_maps(after, mapped(TWO[0]))["change"].tolist() == ["gone"]


def test_the_evidence_of_a_pair_adds_up_to_its_confidence():
    systems = mapped(
        {"system_id": "a", "system": "よやくポケット", "vendor": "みなと"},
        {"system_id": "b", "system": "ヨヤクポケット", "vendor": "㈱みなと"},
    )
    signals = systems.signals("a", "b")
    assert min(signals["contribution"].sum(), 0.99) == pytest.approx(pair(systems, "a", "b")[1], abs=1e-3)
    assert np.allclose(signals["weight"] * signals["value"], signals["contribution"])
    with pytest.raises(DxauditError, match="一覧にありません"):
        systems.signals("a", "zz")


BOTH = {"same_product", "same_function"}


@pytest.mark.parametrize(
    ("one", "other", "kinds"),
    [
        # One vendor, one job, whatever the names.
        (("住記システム", "㈱みなと", ""), ("ミナトリウム 住民記録", "みなと", ""), BOTH),
        # A product for any business is one whatever it is used for.
        (("会議室予約（Garoon）", "サイボウズ", ""), ("ガルーン", "サイボウズ㈱", ""), {"same_product"}),
        # A map has modules.
        (("PasCAL 道路台帳", "パスコ", ""), ("統合型GIS PasCAL", "㈱パスコ", ""), set()),
        # The tool that a list was made with is no name.
        (("備品台帳（Excel）", "", ""), ("滞納者一覧（Excel）", "", ""), set()),
        # One name in two scripts.
        (
            ("庁内GIS HoshiCloud", "ほしぞら", ""),
            ("統合型GIS（ホシクラウド）", "ほしぞら", ""),
            BOTH,
        ),
        # クラウド is part of a name here, no edition.
        (("クラウドサイン", "", ""), ("ひかりサイン", "", ""), set()),
        # Kanji that everybody reads in one way.
        (("健康かるて V8", "みなと", ""), ("ｹﾝｺｳｶﾙﾃ（保健師）", "みなと", ""), BOTH),
        # The name names the company that the cell leaves out.
        (("かんたん窓口（TKC）", "", ""), ("かんたん窓口システム", "㈱TKC", ""), BOTH),
        # What a known product is used for does not make it another one; a standardised business does.
        (("土木積算システム ESTIMA", "富士通Japan", ""), ("ESTIMA 漁港", "富士通Japan", ""), {"same_product"}),
        (("戸籍システム ブックレス", "FFSS", ""), ("ブックレス 戸籍の附票", "FFSS", ""), set()),
        # Behind general words the brackets say the business.
        (("総合行政システム（住記）", "㈱みなと", ""), ("総合行政 住民記録", "みなと", ""), BOTH),
        # A company spelt in kana letters.
        (("庶務", "ジェイエスエス", ""), ("庶務事務システム", "JSS", ""), BOTH),
    ],
)
def test_what_a_person_sees_at_once(one, other, kinds):
    rows = [{"system": s, "vendor": v, "purpose": p} for s, v, p in (one, other)]
    pairs = dx.map_systems(dx.from_tables(systems=pd.DataFrame(rows))).pairs()
    assert set(pairs.loc[pairs["confidence"] >= 0.5, "kind"]) == kinds


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("水道料金滞納管理", "tax_arrears"),
        ("確定申告 来場予約", "visit_booking"),
        ("要支援者名簿（Access）", "evacuation_support"),
    ],
)
def test_the_last_word_of_a_name_is_its_head(name, code):
    systems = dx.map_systems(dx.from_tables(systems=pd.DataFrame({"system": [name]})))
    assert systems.systems["function"].tolist() == [code]


def frame(n: int, **columns) -> pd.DataFrame:
    return pd.DataFrame({"system": ["施設予約システム"] * n, **{c: [v] * n for c, v in columns.items()}})


@pytest.mark.parametrize(
    "rows",
    [
        frame(0), frame(1), frame(3), frame(40, vendor="みなと", annual_cost=5.0), frame(2).assign(system=np.nan),
        frame(2).assign(system=["", " "]), frame(2).assign(system=["\x00<b>", "=1+1"]),
    ],
    ids=["none", "one", "no vendors", "all equal", "no names", "blank names", "hostile names"],
)  # fmt: skip
def test_poor_inventories_give_a_result(rows):
    systems = dx.map_systems(dx.from_tables(systems=rows))
    assert len(systems.systems) == len(rows)
    for result in (
        systems.pairs(),
        systems.groups(),
        systems.overlaps(),
        systems.review_queue(),
        systems.fragmentation(),
    ):
        assert isinstance(result, pd.DataFrame)
    assert len(pickle.loads(pickle.dumps(systems)).systems) == len(rows)


def test_a_thousand_systems_of_one_name_are_grouped_at_once_and_millions_of_pairs_refused():
    begin = time.process_time()
    systems = dx.map_systems(dx.from_tables(systems=frame(3000, vendor="みなと")))
    assert len(systems.groups()) == 6000
    assert time.process_time() - begin < 3
    with pytest.raises(DxauditError, match="--groups"):
        systems.pairs()


def test_everybody_and_users_outside_the_organisation_are_no_departments_of_a_group():
    rows = [
        {**TWO[0], "user_departments": ("全庁", "小中学校", "公園課")},
        {**TWO[1], "user_departments": ("全課",)},
        {"system_id": "9", "system": "公園台帳", "owner_department": "公園課"},
    ]
    systems = mapped(*rows)
    line = systems.overlaps().iloc[0]
    assert line["departments"] == ("スポーツ課", "公民館")
    assert line["used_by"] == ("公園課",)
    assert len(systems.overlaps("公園課")) == 1
    assert len(systems.overlaps("全庁")) == 0
    # The issue and the picture tell the same number.
    frame = dx.assess(systems.state).frame
    told = frame[(frame["code"] == "D02") & (frame["department"] == "全庁")]["value"].iloc[0]
    assert told == 2
    assert any("2システム・2課" in note.get_text() for note in dx.plot.overlaps(systems).texts)


def evidence(*rows: dict, decisions=()) -> str:
    return mapped(*rows, decisions=decisions).overlaps()["evidence"].iloc[0]


def test_the_evidence_names_what_agrees_and_nothing_else():
    one = {"system_id": "a", "system": "AI議事録", "vendor": "アドバンスト・メディア", "purpose": "会議の文字起こし"}
    other = {
        "system_id": "b",
        "system": "会議録作成支援（AmiVoice）",
        "vendor": "㈱アドバンスト・メディア",
        "purpose": "音声認識",
    }
    assert evidence(one, other) == "2システムは、事業者・機能が一致します（名称は一致しません）"
    same = [{"system_id": i, "system": "よやくポケット", "vendor": v} for i, v in (("a", "みなと"), ("b", "㈱みなと"))]
    assert evidence(*same) == "2システムは、名称・事業者が一致します"
    unsigned = [{**same[0]}, {**same[1], "vendor": None}]
    assert evidence(*unsigned) == "2システムは、名称が一致します（事業者は一部が未記入）"
    packed = [
        {"system_id": i, "system": name, "vendor": "みなと", "package": "よやくポケット"}
        for i, name in (("a", "公民館の貸出受付"), ("b", "体育館予約"))
    ]
    assert evidence(*packed).startswith("2システムは、名称またはパッケージ名・事業者・機能が一致します")
    strangers = ({"system_id": "a", "system": "ひだまり"}, {"system_id": "b", "system": "こもれび"})
    assert "人の判断" in evidence(*strangers, decisions=[decided("merge", "a", "b")])


def test_the_system_that_absorbs_is_the_one_whose_cost_the_saving_leaves():
    rows = [
        {"system_id": "1", "system": "体育館予約", "annual_cost": 480.0, "owner_department": "総務課"},
        {**TWO[0], "system_id": "2", "annual_cost": 1320.0, "contract_to": "2028-03"},
        {**TWO[1], "system_id": "3", "annual_cost": 1980.0, "contract_to": "2027-03"},
    ]  # fmt: skip
    line = mapped(*rows).overlaps().iloc[0]
    assert line["absorbs"] == "3"
    assert line["saving_high"] == line["cost"] - 1980
    # The dearest does none of what the others do beside the booking: it is not the one that stays.
    things = {"data_held": ("予約", "利用者", "料金"), "businesses_supported": ("貸出", "使用料")}
    narrow = [
        {**rows[1], **things},
        {**rows[2], "data_held": ("監視", "警備"), "annual_cost": 2000.0},
        {**rows[0], **things},
    ]
    line = mapped(*narrow).overlaps().iloc[0]
    assert line["absorbs"] == "2"
    assert line["saving_high"] == line["cost"] - 1320


def test_a_group_inside_another_says_so_in_table_and_picture():
    vendor = {"vendor": "㈱HARP"}
    rows = [
        {
            "system_id": "1",
            "system": "Ａ－ＳＡＡＳ施設予約",
            "annual_cost": 480.0,
            "owner_department": "総務課",
            **vendor,
        },
        {
            "system_id": "2",
            "system": "公民館等予約システム",
            "annual_cost": 1320.0,
            "owner_department": "生涯学習課",
            **vendor,
        },
        {**TWO[0], "system_id": "3", "annual_cost": 1980.0},
    ]
    systems = mapped(*rows)
    groups = systems.overlaps().set_index("kind")
    assert groups.loc["same_product", "within"] == groups.loc["same_function", "group"] == "facility_booking"
    assert groups.loc["same_function", "within"] == ""
    assert any("「公共施設予約」の内数" in note.get_text() for note in dx.plot.overlaps(systems).texts)


MAPS = (
    ("固定資産GIS", "税務課", "地番図・航空写真", "㈱パスコ"),
    ("道路台帳システム（PasCAL道路）", "建設課", "道路台帳図", "パスコ"),
    ("上下水道管路情報システム", "水道課", "管路台帳", "国際航業"),
    ("農地情報GIS", "農林課", "農地台帳・地図", "ESRIジャパン"),
    ("統合型GIS", "総務課", "庁内地図共有", "パスコ"),
)


def fields(*rows: tuple[str, str, str, str]):
    names = ["system", "owner_department", "purpose", "vendor"]
    return mapped(*(dict(zip(names, row, strict=True), annual_cost=100.0) for row in rows)).fragmentation()


def test_map_systems_of_several_departments_are_named_as_what_one_gis_could_carry():
    ledger = ("農地台帳システム", "農業委員会", "農地台帳", "全国農業会議所")
    online = ("レセプト点検Online", "国保課", "レセプト点検", "")
    line = fields(ledger, *MAPS, online).set_index("area").loc["integrated_gis"]
    assert set(line["names"]) == {name for name, *_ in MAPS}
    assert line["relation"] == "fragmentation" and line["cost"] == 500.0
    assert set(line["departments"]) == {department for _, department, *_ in MAPS}


def test_the_map_systems_of_one_department_are_not_fragmented():
    own = [(name, "建設課", *rest) for name, _, *rest in MAPS]
    assert "integrated_gis" not in set(fields(*own)["area"])
