"""Names that cells write for other systems: which system is meant, which way data go, by what means."""

import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.systems import blast_radius, rekeying, single_points
from dxaudit.systems.links import read_link

LEDGER = [
    ("1", "人事給与システム", "総務課", "TKC"),
    ("2", "防災行政無線（デジタル）", "総務課", "日本無線"),
    ("3", "登録制防災メール「いそべ安心メール」", "総務課", "バイザー"),
    ("4", "グループウェア（サイボウズ Garoon）", "総務課", "サイボウズ㈱"),
    ("5", "財務会計システム", "企画財政課", "ぎょうせい"),
    ("6", "町税システム", "税務課", "TKC"),
    ("7", "住民情報システム", "住民課", "TKC"),
    ("8", "健康管理システム（健康かるて）", "健康課", "両備システムズ"),
    ("9", "水道管路GIS", "水道課", "国際航業"),
    ("10", "施設予約システム", "スポーツ課", "みなと"),
    ("11", "施設予約システム", "公民館", "なみき"),
    ("12", "MICJET収納", "税務課", "富士通Japan"),
    ("13", "MICJET介護保険", "福祉課", "富士通Japan"),
    ("14", "電子図書館サービス", "中央館", "みらい"),
    ("15", "AI予約", "本館", "みらい"),
    ("16", "AI予約システム", "中央館", "こだま"),
    ("17", "採点表（会計年度任用・Excel）", "中央館", ""),
]


def mapped(links: dict[str, tuple[str, ...]] | None = None, uses: list[tuple[str, str]] = ()):
    """The ledger with what some of its systems write as links, and businesses with what their departments use."""
    systems = pd.DataFrame(LEDGER, columns=["system_id", "system", "owner_department", "vendor"])
    systems["linked_systems"] = systems["system_id"].map(links or {})
    businesses = pd.DataFrame(
        [(f"業務{n}", department, (written,)) for n, (department, written) in enumerate(uses, start=1)],
        columns=["business", "department", "systems_used"],
    )
    return dx.map_systems(dx.from_tables(systems=systems, businesses=businesses))


def used(department: str, written: str) -> set[str]:
    graph = mapped(uses=[(department, written)]).graph
    return {a.removeprefix("system:") for a, _, relation in graph.edges(data="relation") if relation == "supports"}


@pytest.mark.parametrize(
    ("department", "written", "meant"),
    [
        ("総務課", "人事給与システム（ＴＫＣ）", {"1"}),
        ("総務課", "財務会計", {"5"}),
        ("健康課", "健康かるて", {"8"}),
        ("水道課", "管路GIS", {"9"}),
        ("総務課", "ガルーン", {"4"}),
        ("総務課", "登録制メール", {"3"}),
        ("税務課", "住基システム", {"7"}),
        ("税務課", "町税システム・コンビニ交付", {"6"}),
        ("総務課", "防災行政無線・登録制メール", {"2", "3"}),
        ("健康課", "健康かるて・紙カルテ", {"8"}),
        ("公民館", "施設予約", {"11"}),
        ("中央館", "AI予約", {"16"}),
        ("企画財政課", "財務会計・決算統計エクセル", {"5"}),
    ],
)
def test_a_short_name_means_the_system_that_people_call_so(department, written, meant):
    assert used(department, written) == meant


@pytest.mark.parametrize(
    "written", ["施設予約システム", "給与支払報告", "図書館", "MICJET", "MICJET住民記録", "ふるなび", "Excel", "紙台帳"]
)
def test_nothing_is_guessed_where_no_name_fits_or_two_fit_equally(written):
    assert used("企画財政課", written) == set()


def test_names_that_mean_no_system_are_listed_with_the_nearest():
    systems = mapped(
        links={"5": ("人事給与", "税総合")},
        uses=[("企画財政課", "施設予約システム"), ("税務課", "町税システム・コンビニ交付"), ("税務課", "エクセル台帳")],
    )
    found = systems.unresolved().set_index("written")
    assert set(found.index) == {"税総合", "施設予約システム", "コンビニ交付"}
    assert found.loc["施設予約システム", "reason"] == "several"
    assert found.loc["施設予約システム", "nearest"] == ("施設予約システム", "施設予約システム")
    assert found.loc["税総合", ["table", "name", "department", "reason"]].tolist() == [
        "systems", "財務会計システム", "企画財政課", "unknown",
    ]  # fmt: skip


def test_what_a_link_names_outside_the_list_is_no_system_of_the_map():
    systems = mapped(links={"5": ("人事給与", "eLTAX・ふるなび")})
    kinds = dict(systems.graph.nodes(data="kind"))
    assert list(kinds.values()).count("system") == len(LEDGER)
    assert {systems.graph.nodes[n]["label"] for n, k in kinds.items() if k == "outside"} == {"eLTAX", "ふるなび"}


@pytest.mark.parametrize(
    ("written", "link"),
    [
        ("財務会計（手入力）", ("財務会計", "", "manual")),
        ("財務会計 CSV", ("財務会計", "", "csv_manual")),
        ("住記: 手入力", ("住記", "", "manual")),
        ("財務会計へ転記", ("財務会計", "to", "manual")),
        ("財務会計とAPI連携", ("財務会計", "", "api")),
        ("住民情報からCSV取込", ("住民情報", "from", "csv_manual")),
        ("住基からの異動データ取込", ("住基", "from", "")),
        ("収納（USB媒体で渡す）", ("収納", "to", "media")),
        ("→宛名管理", ("宛名管理", "to", "")),
        ("住民情報（双方向・API）", ("住民情報", "both", "api")),
        ("住民記録より受領", ("住民記録", "from", "")),
        ("データ連携基盤", ("データ連携基盤", "", "")),
        ("健康管理（健康かるて）", ("健康管理(健康かるて)", "", "")),
    ],
)
def test_direction_and_method_are_read_from_the_cell(written, link):
    assert tuple(read_link(written)) == link


def test_the_method_in_brackets_shows_where_people_type_again():
    systems = mapped(links={"9": ("財務会計（手入力）",), "6": ("財務会計（API）",)})
    assert rekeying(systems.graph).values.tolist() == [["水道管路GIS", "財務会計システム", "manual"]]


def test_a_link_without_direction_goes_neither_way_and_reaches_one_system_only():
    links = {"6": ("住民情報",), "7": ("健康かるて",), "8": ("財務会計へ",)}
    graph = mapped(links).graph
    reached = blast_radius(graph, "6").set_index("label")["certain"]
    assert not reached["住民情報システム"] and "健康管理システム（健康かるて）" not in reached
    assert blast_radius(graph, "7").set_index("label")["certain"].reindex(
        ["町税システム", "健康管理システム（健康かるて）"]
    ).tolist() == [False, False]
    assert blast_radius(graph, "8").set_index("label").loc["財務会計システム", "certain"]
    assert "健康管理システム（健康かるて）" not in blast_radius(graph, "5")["label"].tolist()


def test_one_direction_written_on_either_side_settles_the_link():
    graph = mapped({"6": ("住民情報から取込",), "7": ("町税（手入力）",)}).graph
    assert [(a, b, d) for a, b, d in graph.edges(data="relation") if d in ("sends", "links")] == [
        ("system:7", "system:6", "sends")
    ]
    assert rekeying(graph).values.tolist() == [["住民情報システム", "町税システム", "manual"]]


def test_a_system_in_two_lists_is_no_way_out_of_its_own_failure():
    twice = [("1", "水道料金システム", "上下水道課", "両備"), ("2", "水道料金ｼｽﾃﾑ", None, "両備システムズ")]
    state = dx.from_tables(
        systems=pd.DataFrame(twice, columns=["system_id", "system", "owner_department", "vendor"]),
        businesses=pd.DataFrame({"business": ["検針"], "department": ["総務課"], "systems_used": [("水道料金",)]}),
    )
    assert single_points(dx.map_systems(state).graph)["businesses"].tolist() == [("検針",), ("検針",)]
