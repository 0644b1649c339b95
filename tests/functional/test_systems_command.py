"""``dxaudit overlaps`` end to end."""

import pandas as pd
import pytest

from dxaudit.cli import main

ROWS = """システム番号,システム名,所管課,ベンダー,機能分類,目的・概要,年間経費（千円）
S1,よやくポケット,スポーツ振興課,㈱みなと,,体育館の空き照会と予約,1000
S2,ﾖﾔｸﾎﾟｹｯﾄ Ver.3,公民館,株式会社みなと,,公民館の部屋の予約,600
S3,集会所予約サービス,市民協働課,なみき,施設予約,集会所の予約受付,400
S4,給与システム,人事課,なみき,給与,例月給与の計算,900
"""


@pytest.fixture
def inventory(tmp_path):
    path = tmp_path / "システム一覧.csv"
    path.write_text(ROWS, encoding="utf-8-sig")
    return path


def written(inventory, tmp_path):
    pairs, groups = tmp_path / "pairs.csv", tmp_path / "groups.csv"
    assert main(["overlaps", str(inventory), "--pairs", str(pairs), "--groups", str(groups)]) == 0
    return (pd.read_csv(path, keep_default_na=False) for path in (pairs, groups))


def test_pairs_are_written_with_ids_names_and_departments(inventory, tmp_path):
    found, _ = written(inventory, tmp_path)
    assert found.columns.tolist() == [
        "system_a", "system_b", "kind", "confidence", "evidence", "name_a", "department_a", "name_b", "department_b",
    ]  # fmt: skip
    claims = found[found["confidence"] >= 0.5]
    assert set(zip(claims["system_a"], claims["system_b"], claims["kind"], strict=True)) == {
        ("S1", "S2", "same_product"), ("S1", "S2", "same_function"),
        ("S1", "S3", "same_function"), ("S2", "S3", "same_function"),
    }  # fmt: skip
    first = found[(found["system_a"] == "S1") & (found["system_b"] == "S3")].iloc[0]
    assert first[["name_a", "department_a", "name_b", "department_b"]].tolist() == [
        "よやくポケット", "スポーツ振興課", "集会所予約サービス", "市民協働課",
    ]  # fmt: skip
    # What nobody would look at is not listed.
    assert found["confidence"].min() >= 0.3


def test_groups_are_written_with_what_people_know_a_system_by(inventory, tmp_path, capsys):
    _, found = written(inventory, tmp_path)
    assert found.columns.tolist() == [
        "group", "kind", "system_id", "confidence", "label", "relation", "name", "department", "annual_cost",
        "saving_low", "saving_middle", "saving_high", "within", "file", "sheet", "cell",
    ]  # fmt: skip
    lines = {(line.kind, line.system_id): line for line in found.itertuples(index=False)}
    product, function = lines["same_product", "S2"], lines["same_function", "S3"]
    assert {s for kind, s in lines if kind == "same_product"} == {"S1", "S2"}
    assert (product.name, product.department, product.annual_cost) == ("ﾖﾔｸﾎﾟｹｯﾄ Ver.3", "公民館", 600)
    assert (product.file, product.cell) == ("システム一覧.csv", "B3")
    assert (product.relation, product.saving_low, product.saving_middle, product.saving_high) == (
        "duplication", 120, 240, 600,
    )  # fmt: skip
    assert (function.label, function.saving_high) == ("公共施設予約", 1000)
    # The saving of the product is part of that of the function.
    assert product.within == function.group == "facility_booking" and function.within == ""
    told = capsys.readouterr().out
    assert "よやくポケット (スポーツ振興課, 1,000 千円/年); ﾖﾔｸﾎﾟｹｯﾄ Ver.3 (公民館, 600 千円/年)" in told
    assert "「公共施設予約」の内数" in told


def test_a_function_whose_systems_are_one_product_refers_to_the_product(tmp_path):
    path = tmp_path / "一覧.csv"
    path.write_text("\n".join(ROWS.splitlines()[:3]), encoding="utf-8-sig")
    _, found = written(path, tmp_path)
    product = found.loc[found["kind"] == "same_product", "group"].iloc[0]
    function = found[found["kind"] == "same_function"]
    assert set(function["within"]) == {product} and set(function["label"]) == {"公共施設予約"}


def test_a_name_that_a_spreadsheet_would_run_is_written_as_text(tmp_path):
    path = tmp_path / "一覧.csv"
    path.write_text(ROWS.replace("集会所予約サービス", "=予約+1"), encoding="utf-8-sig")
    _, found = written(path, tmp_path)
    assert "'=予約+1" in set(found["name"])


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
