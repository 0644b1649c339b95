"""A folder as offices leave it: versions of one answer, documents, lists kept for all, files that nobody sent."""

import csv

import openpyxl
import pytest

import dxaudit as dx
from dxaudit.cli import main
from dxaudit.intake.sendback import write_sendback

TAXES = [
    ["業務名", "担当", "年間処理件数", "年間業務時間(時間)"],
    ["住民税の課税", "課税係", 5200, 500], ["固定資産の評価", "課税係", 800, 600],
    ["軽自動車の登録", "課税係", 650, 110], ["証明の発行", "収納係", 3100, 260], ["滞納整理", "収納係", 350, 350],
]  # fmt: skip
LIST = [
    ["課名", "職員数"],
    ["総務課", 8],
    ["税務課", 8],
    ["住民課", 9],
    ["産業課", 5],
    ["議会事務局", 2],
    ["会計室", 2],
]
LEDGER = [["主管課", "システム名", "年間経費（千円）"], ["総務課", "人事給与", 2640], ["税務課", "町税システム", 9900],
          ["住民課", "住民情報", 12500], ["産業課", "農地台帳", 0], ["議会事務局", "会議録検索", 528]]  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    town = tmp_path / "town"
    town.mkdir()

    def put(**files):
        for name, rows in files.items():
            with (town / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as out:
                csv.writer(out).writerows(rows)
        return town

    return put


def changed(rows, row, column, value):
    copy = [list(r) for r in rows]
    copy[row][column] = value
    return copy


def twice(state):
    return state.findings[state.findings["rule"] == "rows_twice"]


def test_an_answer_and_its_correction_are_told_and_one_is_left_out_for_the_asking(folder):
    town = folder(**{"03税務課": TAXES, "03税務課（修正版）": changed(TAXES, 4, 2, 3300)})
    state = dx.read(town)
    told = twice(state)
    assert list(told["severity"]) == ["error"] and list(told["file"]) == ["03税務課.csv"]
    message = told["message"].iloc[0]
    for said in ("03税務課.csv", "03税務課（修正版）.csv", "5 行", 'left_out = ["03税務課.csv"]', "新しいほう"):
        assert said in message
    # Nothing is dropped silently.
    assert len(state.businesses) == 10
    (town / "dxaudit.toml").write_text('left_out = ["03税務課.csv"]', encoding="utf-8")
    state = dx.read(town)
    assert set(state.businesses["source_file"]) == {"03税務課（修正版）.csv"} and twice(state).empty
    aside = state.rows_outside[state.rows_outside["file"] == "03税務課.csv"]
    assert len(aside) == 5 and aside["reason"].str.contains("left_out").all()
    line = state.sheets[state.sheets["file"] == "03税務課.csv"].iloc[0]
    assert line["read"] == line["ignored"] == 5


def test_what_two_answers_only_share_by_chance_is_no_version(folder):
    other = [
        TAXES[0],
        ["住民票の交付", "窓口係", 900, 90],
        ["印鑑登録", "窓口係", 90, 9],
        ["証明の発行", "窓口係", 3100, 260],
    ]
    # The same names in two departments, and one name of three in two sheets of one department.
    assert twice(dx.read(folder(税務課=TAXES, 住民課=changed(TAXES, 1, 0, "住民税の課税")))).empty
    assert twice(dx.read(folder(住民課=other, 税務課=TAXES, 税務課2=other))).empty


def test_a_list_for_all_and_an_answer_are_no_versions_of_each_other(folder):
    town = folder(台帳=LEDGER, 税務課_最新版=[["システム名", "年間経費（千円）"], ["町税システム", 9900]])
    message = twice(dx.read(town))["message"].iloc[0]
    assert "新しいほう" not in message
    assert 'left_out = ["税務課_最新版.csv"]' in message


def test_a_name_to_leave_out_that_is_none_is_told(folder):
    town = folder(税務課=TAXES)
    (town / "dxaudit.toml").write_text('left_out = ["03税務課.csv"]', encoding="utf-8")
    assert "left_out_unknown" in set(dx.read(town).findings["rule"])
    (town / "dxaudit.toml").write_text('left_out = "03税務課.csv"', encoding="utf-8")
    with pytest.raises(dx.DxauditError, match="left_out"):
        dx.read(town)


def test_the_marked_copy_may_come_back(folder, tmp_path):
    town = folder(税務課=changed(TAXES, 2, 2, "数件"))
    write_sendback(dx.read(town), tmp_path / "返却")
    copy = tmp_path / "返却" / "税務課_確認用.xlsx"
    book = openpyxl.load_workbook(copy)
    book.worksheets[1]["C3"] = 800
    back = tmp_path / "再提出"
    back.mkdir()
    book.save(back / copy.name)
    state = dx.read(back)
    assert state.businesses["annual_cases"].tolist() == [5200, 800, 650, 3100, 350]
    assert "sheet_own" in set(state.findings["rule"])
    listed = state.sheets[state.sheets["sheet"] == "指摘一覧"].iloc[0]
    assert listed["accepted"] == 0 and listed["read"] == listed["ignored"]


def test_files_that_nobody_sent_are_told_once_and_go_back_to_nobody(folder, tmp_path):
    town = folder(税務課=TAXES)
    for name in ("Thumbs.db", "desktop.ini", "~$税務課.xlsx", ".DS_Store", "decisions.jsonl.lock"):
        (town / name).write_bytes(b"")
    state = dx.read(town)
    told = state.findings[state.findings["rule"] == "left_behind"]
    assert list(told["severity"]) == ["info"] and "Thumbs.db" in told["message"].iloc[0]
    assert set(state.findings["file"]) <= {"", "税務課.csv"}
    written = [path.name for path in write_sendback(state, tmp_path / "返却")]
    assert not any("Thumbs" in name or "desktop" in name or "~$" in name or "lock" in name for name in written)


def test_a_document_asks_for_a_workbook_where_everybody_looks(folder, tmp_path, capsys):
    town = folder(組織一覧=LIST, 税務課=changed(TAXES, 2, 2, "数件"), 台帳=LEDGER)
    (town / "産業課_回答.pdf").write_bytes(b"%PDF-1.4\n%%EOF")
    (town / "住民課.docx").write_bytes(b"PK\x03\x04")
    state = dx.read(town)
    told = state.findings[state.findings["rule"] == "file_document"]
    assert told.set_index("file")["department"].to_dict() == {"産業課_回答.pdf": "産業課"}
    assert main(["check", str(town), "--send-back", str(tmp_path / "返却")]) == 0
    first = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  [")][:2]
    assert any("産業課_回答.pdf" in line and "Excel" in line for line in first)
    status = state.coverage().set_index("department")[["status", "completeness"]]
    assert status.loc["産業課", "status"] == "unread"
    assert status.loc["産業課", "completeness"] != status.loc["産業課", "completeness"]


def test_a_row_in_a_list_for_all_is_no_return(folder):
    status = dx.read(folder(組織一覧=LIST, 税務課=TAXES, 台帳=LEDGER)).coverage().set_index("department")["status"]
    assert status.drop("全庁").to_dict() == {
        "総務課": "listed", "税務課": "answered", "住民課": "listed", "産業課": "listed", "議会事務局": "listed",
        "会計室": "none",
    }  # fmt: skip


def test_the_summary_counts_tables_only(folder, capsys):
    town = folder(税務課=TAXES)
    (town / "メモ.txt").write_bytes("産業課は来週提出予定（電話）\n議会は該当なし\n".encode("cp932"))
    assert main(["check", str(town)]) == 0
    assert "2ファイル・1表" in capsys.readouterr().out
    assert main(["overlaps", str(town / "メモ.txt")]) == 2
    assert "表がありません" in capsys.readouterr().err
