"""National figures and the dashboard's export: what is said about each, and what is kept apart."""

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.benchmark import EDITION, KINDS, national, peers, procedure_of, quartiles, read_dashboard, same_edition
from dxaudit.issues.standing import standing
from dxaudit.vocabulary import load

mpl.use("Agg")


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("kind", load("benchmark")["types"])
def test_every_figure_names_its_group_time_and_source(kind, lang):
    found = national(kind, lang)
    assert set(found["kind"]) <= set(KINDS) and not found.duplicated(["kind", "key"]).any()
    for column in ("indicator", "group", "year", "source", "status", "edition", "unit"):
        assert found[column].astype(str).str.len().gt(0).all()
    assert found.loc[found["kind"].isin(["adoption", "available", "used", "level"]), "of"].gt(0).all()


def test_available_and_used_are_different_kinds():
    found = national()
    both = set(found.loc[found["kind"] == "available", "key"]) & set(found.loc[found["kind"] == "used", "key"])
    assert not both
    assert (found.loc[found["kind"] == "available", "year"] != found.loc[found["kind"] == "used", "year"].iloc[0]).all()


def test_published_totals_are_reproduced():
    found = national().set_index("key")
    assert found.loc["cio", "value"] == pytest.approx(100 * 1270 / 1733)
    assert found.loc["overall_plan", "value"] == pytest.approx(49.7, abs=0.05)
    village = national("village").set_index("key")
    assert village.loc["overall_plan", "value"] == pytest.approx(15.8, abs=0.05)
    parts = [national(t).set_index("key").loc["ai", "of"] for t in load("benchmark")["types"][1:]]
    assert sum(parts) == found.loc["ai", "of"] == 1741


def test_quartiles_are_in_order_and_withheld_for_few():
    for key in load("benchmark")["used"]:
        found = quartiles(key)
        if found is not None:
            assert 0 <= found[0] <= found[1] <= found[2] <= 100
    assert quartiles("temporary_housing") is None and quartiles("no_such_procedure") is None


def test_an_unknown_type_is_refused():
    with pytest.raises(dx.DxauditError, match="village"):
        national("hamlet")


NAMES = {
    "図書館資料の予約・貸出": "library_reservation",
    "図書館の図書貸出予約等": "library_reservation",
    "スポーツ施設の使用許可": "facility_reservation",
    "公民館の利用申込受付": "facility_reservation",
    "水道の使用開始・中止届": "water_start",
    "粗大ゴミの収集申込": "bulky_waste",
    "飼い犬の登録": "dog_registration",
    "転出届": "moving_out",
    "児童手当 認定請求の受付": "child_allowance_claim",
    "児童手当の現況届": "child_allowance_report",
    "児童扶養手当の現況届": "child_rearing_allowance_report",
    "要介護認定の更新申請": "care_renewal",
    "要介護・要支援認定申請の受付": "care_certification",
    "介護認定審査会の運営": None,
    "保育所の入所申込": "childcare_place",
    "り災証明書の交付": "disaster_certificate",
    "道路占用許可": "road_occupation",
    "公用車の予約": None,
    "庁内会議室の予約": None,
    "斎場の予約": None,
    "人事評価": None,
    "": None,
}


@pytest.mark.parametrize(("name", "key"), NAMES.items(), ids=[n or "nothing" for n in NAMES])
def test_a_business_is_recognised_by_its_name(name, key):
    assert procedure_of(name) == key


@pytest.mark.parametrize("key", load("procedures"))
def test_every_procedure_is_recognised_by_its_official_name(key):
    entry = load("procedures")[key]
    assert procedure_of(entry["name"]["ja"]) == key and entry["name"]["en"]


def export(path: Path, turned: bool, cio: str = "実施") -> Path:
    names = ["甲市", "乙町", "府中市", "府中市"]
    online = ["58%", "0%", "１２％", "―"]
    rows = {"CIOの任命": [cio, "未実施", "調査無し", ""], "よく使う32手続のオンライン化状況": online,
            "AIの導入状況": ["実施", "実施", "未実施", "未実施"]}  # fmt: skip
    if turned:
        lines = [["", "", *names], *[["分野", key, *cells] for key, cells in rows.items()]]
    else:
        head = ["団体コード", "都道府県", "団体名", "区分", *rows]
        codes = [
            ("11002", "北海道", "その他市"),
            ("132063", "東京都", "町"),
            ("132064", "東京都", "村"),
            ("342084", "広島県", "その他市"),
        ]
        lines = [
            head,
            *[
                [c, p, n, t, *(rows[k][i] for k in rows)]
                for i, ((c, p, t), n) in enumerate(zip(codes, names, strict=True))
            ],
        ]
    path.write_text("\n".join(",".join(line) for line in lines), encoding="cp932" if turned else "utf-8-sig")
    return path


@pytest.mark.parametrize("turned", [True, False], ids=["municipalities as columns", "one row each"])
def test_an_export_is_read_in_both_shapes(tmp_path, turned):
    board = read_dashboard(export(tmp_path / "x.csv", turned))
    assert list(board.frame["name"]) == ["甲市", "乙町", "府中市", "府中市"]
    np.testing.assert_array_equal(board.frame["cio"], [1, 0, np.nan, np.nan])
    np.testing.assert_array_equal(board.frame["available_frequent"], [58, 0, 12, np.nan])
    assert board.kinds == {"cio": "adoption", "available_frequent": "available", "ai": "adoption"}
    found = peers(board, "甲市", ["乙町"])
    assert found.loc[found["is_own"] & (found["key"] == "cio"), "value"].item() == 100


def test_a_name_that_several_have_is_asked_back(tmp_path):
    tidy = read_dashboard(export(tmp_path / "x.csv", False))
    with pytest.raises(dx.DxauditError, match="2団体"):
        tidy.find("府中市")
    assert tidy.find("広島県府中市") == 3 and tidy.find("132064") == 2 and tidy.find("011002") == 0
    names_only = read_dashboard(export(tmp_path / "y.csv", True))
    with pytest.raises(dx.DxauditError, match="府中市#2"):
        names_only.find("府中市")
    assert names_only.row("府中市#3") == 3
    with pytest.raises(dx.DxauditError, match="近い名前"):
        names_only.row("甲町")


def test_another_edition_is_known_as_such_and_never_set_beside_ours(tmp_path):
    board = read_dashboard(export(tmp_path / "令和7年度.csv", False))
    assert board.edition == "file:令和7年度.csv"
    with pytest.raises(dx.DxauditError, match="令和7年度"):
        same_edition(board.edition, EDITION)
    with pytest.raises(dx.DxauditError, match="版の異なる"):
        dx.plot.peers(board, "甲市", ["乙町"])


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"\xff\xfe\x00", b""])
def test_a_file_that_is_no_export_gets_one_line(tmp_path, content):
    path = tmp_path / "他.csv"
    path.write_bytes(content)
    with pytest.raises(dx.DxauditError, match=r"他\.csv"):
        read_dashboard(path)


def city() -> dx.CurrentState:
    businesses = pd.DataFrame(
        {
            "department": ["図書館", "市民課", "市民課"],
            "business": ["図書館資料の予約", "転出届", "要介護認定の申請"],
            "annual_cases": [1000.0, 400.0, 50.0],
            "online_cases": [250.0, 4.0, None],
            "online_available": ["true", "true", "false"],
        }
    )
    governance = pd.DataFrame(
        {
            "question": ["CIOの任命", "CIO補佐官等の任命", "テレワークを導入しているか", "AIの利用ルール"],
            "answer": ["有", "無", "一部", "有"],
        }
    )
    return dx.from_tables(dx.Settings(municipality_type="city"), businesses=businesses, governance=governance)


def test_the_city_stands_beside_its_type_with_its_cells():
    found = standing(dx.assess(city())).set_index(["kind", "key"])
    assert found.loc[("adoption", "cio"), "own"] == 100 and found.loc[("adoption", "cio_assistant"), "own"] == 0
    assert found.loc[("adoption", "telework"), "own"] == 50 and ("adoption", "ai") not in found.index
    assert found.loc[("used", "library_reservation"), "own"] == 25
    assert found.loc[("available", "available_frequent"), "own"] == 100
    assert found.loc[("available", "available_childcare_care"), "own"] == 0
    assert (found["group"] == "その他市")[found.index.get_level_values(0) != "cost"].all()
    assert found["note"].str.contains("時点が異なる").all() and found["sources"].map(len).gt(0).all()


def test_a_city_without_figures_is_compared_with_nothing():
    assert standing(dx.assess(dx.from_tables())).empty


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("kind", ["used", "available", "adoption"])
def test_charts_show_one_kind_at_a_time_and_survive_nothing(kind, lang):
    figures = standing(dx.assess(city()), lang=lang)
    for part in (figures, figures.iloc[:0], figures[figures["kind"] == kind].head(1)):
        with dx.style.applied():
            figure, ax = plt.subplots()
            assert dx.plot.standing(part, kind, ax=ax, lang=lang) is ax
            figure.canvas.draw()
        plt.close(figure)
