"""What goes back to a department opens anywhere, says everything once, and never touches its file."""

import html.parser
from pathlib import Path

import openpyxl
import pytest

from dxaudit.errors import DxauditError
from dxaudit.intake import read
from dxaudit.intake.marking import write_cell
from dxaudit.intake.sendback import write_sendback

HEAD = ["番号", "所属", "業務名", "年間処理件数（件）", "うちオンライン件数", "年間業務時間（時間）", "紙/電子の別"]


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "提出"
    (made / "市民部").mkdir(parents=True)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "業務<棚卸>"
    for row in (
        HEAD,
        ["G1", "市民課", "住民票の写しの交付", 1200, 1500, 300, "併存"],
        ["G2", "市民課", "<script>alert(1)</script>", "約300", 0, 200, "紙のみ"],
        ["G3", "市民課", "印鑑登録", 900, 10, 250, "紙のみ"],
        ["G4", "市民課", None, 50, None, 20, "併存"],
        ["G5", "市民課", '=HYPERLINK("http://x","y")', 60, 0, 20, "木の板"],
    ):
        sheet.append(row)
    sheet["C6"].data_type = "s"
    book.save(made / "市民部" / "市民課.xlsx")
    (made / "税務課.csv").write_bytes(
        ",".join(HEAD).encode("cp932")
        + "\r\nG1,税務課,=1+1,100,120,30,併存\r\nG2,税務課,賦課,200,20,約50,併存\r\n".encode("cp932")
    )
    return made


class Page(html.parser.HTMLParser):
    def __init__(self, source):
        super().__init__()
        self.tags, self.words, self.links = [], [], []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [v for k, v in attrs if k in ("src", "href")]

    def handle_data(self, data):
        self.words.append(data)


def test_every_finding_stands_on_the_page_of_its_file_and_nothing_is_fetched(folder, tmp_path):
    state = read(folder)
    written = write_sendback(state, tmp_path / "返却")
    pages = {path.name: Page(path.read_text(encoding="utf-8")) for path in written if path.suffix == ".html"}
    page = pages["市民部_市民課_確認結果.html"]
    words = "".join(page.words)
    for message in state.findings.loc[state.findings["file"] == "市民部/市民課.xlsx", "message"]:
        assert message in words
    assert "公式見解ではありません" in words and "レベル1" in words
    for other in pages.values():
        assert not {"script", "img", "iframe", "link", "form"} & set(other.tags)
        assert all(not link.startswith(("http", "//", "javascript")) for link in other.links)
    assert "<script>" not in (tmp_path / "返却" / "市民部_市民課_確認結果.html").read_text(encoding="utf-8")
    # The index leads to every page.
    assert set(pages["一覧.html"].links) == set(pages) - {"一覧.html"}


def test_the_copy_marks_the_cells_and_the_source_stays_as_it_was(folder, tmp_path):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    state = read(folder)
    write_sendback(state, tmp_path / "返却")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    book = openpyxl.load_workbook(tmp_path / "返却" / "市民部_市民課_確認用.xlsx")
    sheet = book["業務<棚卸>"]
    over = state.findings[state.findings["rule"] == "contradiction_online_over_cases"].iloc[0]
    cell = sheet[over["cell"]]
    assert over["message"] in cell.comment.text and cell.fill.fill_type == "solid"
    assert cell.value == 1500
    listed = book.worksheets[0]
    assert listed.title == "指摘一覧"
    said = [row[3].value for row in listed.iter_rows(min_row=2)]
    assert set(state.findings.loc[state.findings["file"] == "市民部/市民課.xlsx", "message"]) <= set(said)


def test_a_csv_comes_back_as_values_that_stay_texts(folder, tmp_path):
    state = read(folder)
    write_sendback(state, tmp_path / "返却")
    book = openpyxl.load_workbook(tmp_path / "返却" / "税務課_確認用.xlsx")
    cell = book.worksheets[1]["C2"]
    assert cell.value == "=1+1" and cell.data_type != "f"
    page = (tmp_path / "返却" / "税務課_確認結果.html").read_text(encoding="utf-8")
    assert "写しは値だけです" in page


def test_rows_set_aside_can_be_mended_and_read_again(folder, tmp_path):
    state = read(folder)
    aside = state.rows_outside[state.rows_outside["kind"] == "set_aside"]
    assert aside["row"].tolist() == [5]
    write_sendback(state, tmp_path / "返却")
    path = tmp_path / "返却" / "市民部_市民課_要修正行.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    assert heads[: len(HEAD)] == HEAD and sheet.cell(2, len(HEAD) + 1).value == aside["reason"].iloc[0]
    sheet.cell(2, HEAD.index("業務名") + 1, "戸籍の附票")
    (tmp_path / "直し").mkdir()
    book.save(tmp_path / "直し" / "市民課.xlsx")
    again = read(tmp_path / "直し")
    assert again.businesses["business"].tolist() == ["戸籍の附票"]
    assert again.businesses["annual_cases"].tolist() == [50]
    assert (again.findings["severity"] == "error").sum() == 0


def test_the_folder_that_was_read_is_never_written(folder):
    with pytest.raises(DxauditError):
        write_sendback(read(folder), folder)


def test_a_file_that_could_not_be_read_has_its_page(folder, tmp_path):
    (folder / "壊れた.xlsx").write_bytes(b"<html><body>not found</body></html>")
    written = write_sendback(read(folder), tmp_path / "返却")
    assert "壊れた_確認結果.html" in {path.name for path in written}
    assert not (tmp_path / "返却" / "壊れた_確認用.xlsx").exists()


def test_files_of_one_name_in_two_folders_come_back_apart(folder, tmp_path):
    (folder / "総務部").mkdir()
    (folder / "総務部" / "市民課.xlsx").write_bytes((folder / "市民部" / "市民課.xlsx").read_bytes())
    written = [path.name for path in write_sendback(read(folder), tmp_path / "返却")]
    assert len(written) == len(set(written)) and "総務部_市民課_確認結果.html" in written


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@x", "a\x00b\x0bc", "x" * 40_000, "普通"])
def test_no_text_becomes_a_formula(value, tmp_path):
    book = openpyxl.Workbook()
    write_cell(book.active["A1"], value)
    path = Path(tmp_path / "a.xlsx")
    book.save(path)
    assert openpyxl.load_workbook(path).active["A1"].data_type == "s"


def test_a_source_too_large_to_copy_has_its_page_only(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("dxaudit.intake.marking.MOST_BYTES", 100)
    written = {path.name for path in write_sendback(read(folder), tmp_path / "返却")}
    assert "市民部_市民課_確認結果.html" in written and "市民部_市民課_確認用.xlsx" not in written
    assert "ファイルが大きすぎます" in (tmp_path / "返却" / "市民部_市民課_確認結果.html").read_text(encoding="utf-8")
