"""``dxaudit overlaps`` end to end."""

import pandas as pd
import pytest

from dxaudit.cli import main

ROWS = """システム番号,システム名,所管課,ベンダー,機能分類,目的・概要
S1,よやくポケット,スポーツ課,㈱みなと,,体育館の空き照会と予約
S2,ﾖﾔｸﾎﾟｹｯﾄ Ver.3,公民館,株式会社みなと,,公民館の部屋の予約
S3,集会所予約サービス,市民協働課,なみき,施設予約,集会所の予約受付
S4,給与システム,人事課,なみき,給与,例月給与の計算
"""


@pytest.fixture
def inventory(tmp_path):
    path = tmp_path / "システム一覧.csv"
    path.write_text(ROWS, encoding="utf-8-sig")
    return path


def test_pairs_and_groups_are_written_with_the_ids_of_the_list(inventory, tmp_path, capsys):
    pairs, groups = tmp_path / "pairs.csv", tmp_path / "groups.csv"
    assert main(["overlaps", str(inventory), "--pairs", str(pairs), "--groups", str(groups)]) == 0
    found = pd.read_csv(pairs)
    assert found.columns.tolist() == ["system_a", "system_b", "kind", "confidence", "evidence"]
    claims = found[found["confidence"] >= 0.5]
    assert set(zip(claims["system_a"], claims["system_b"], claims["kind"], strict=True)) == {
        ("S1", "S2", "same_product"), ("S1", "S2", "same_function"),
        ("S1", "S3", "same_function"), ("S2", "S3", "same_function"),
    }  # fmt: skip
    members = pd.read_csv(groups)
    assert members.columns.tolist() == ["group", "kind", "system_id", "confidence"]
    assert set(members.loc[members["kind"] == "same_product", "system_id"]) == {"S1", "S2"}
    assert "公共施設予約" in capsys.readouterr().out


def test_map_systems_that_departments_keep_apart_are_named(inventory, capsys):
    maps = "S5,地番図GIS,税務課,パスコ,,地番図\nS6,道路台帳GIS,建設課,国際航業,,道路台帳\n"
    inventory.write_text(ROWS + maps, encoding="utf-8-sig")
    assert main(["overlaps", str(inventory)]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if "[分散]" in line)
    assert "地番図GIS, 道路台帳GIS" in line


def test_linked_names_that_stand_for_no_one_system_are_asked_about(tmp_path, capsys):
    path = tmp_path / "システム一覧.csv"
    rows = "システム番号,システム名,所管課,ベンダー,連携システム\n"
    rows += "1,財務会計システム,財政課,ぎょうせい,人事給与、予約システム\n"
    rows += "2,人事給与システム,人事課,TKC,\n3,予約システム,公民館,みなと,\n4,予約システム,体育館,なみき,\n"
    path.write_text(rows, encoding="utf-8-sig")
    assert main(["overlaps", str(path)]) == 0
    printed = capsys.readouterr().out
    assert "予約システム（どれか決まりません: 予約システム, 予約システム）" in printed
    assert "人事給与（" not in printed


@pytest.mark.parametrize("suffix", [".html", ".graphml", ".gexf", ".xml"])
def test_the_map_is_written_as_its_suffix_says(inventory, tmp_path, suffix):
    target = tmp_path / f"map{suffix}"
    assert main(["overlaps", str(inventory), "--map", str(target)]) == 0
    assert "よやくポケット" in target.read_text(encoding="utf-8")


def test_another_suffix_is_wrong_use_and_writes_nothing(inventory, tmp_path, capsys):
    assert main(["overlaps", str(inventory), "--map", str(tmp_path / "map.docx")]) == 2
    assert "map.docx" in capsys.readouterr().err
    assert not (tmp_path / "map.docx").exists()
