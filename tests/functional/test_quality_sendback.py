"""What goes back to a department opens anywhere, says everything once, and never touches its file."""

import html.parser
from pathlib import Path
from urllib.parse import unquote

import openpyxl
import pytest

from dxaudit.errors import DxauditError
from dxaudit.intake import read
from dxaudit.intake.findings import for_department
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
        assert for_department(message) in words
    assert "公式見解ではありません" in words and "レベル1" in words
    for other in pages.values():
        assert not {"script", "img", "iframe", "link", "form"} & set(other.tags)
        assert all(not link.startswith(("http", "//", "javascript")) for link in other.links)
    assert "<script>" not in (tmp_path / "返却" / "市民部_市民課_確認結果.html").read_text(encoding="utf-8")
    # The index leads to every page.
    assert set(map(unquote, pages["一覧.html"].links)) == set(pages) - {"一覧.html"}
    # … and a page to its workbooks.
    assert {unquote(link) for link in page.links} == {"市民部_市民課_確認用.xlsx", "市民部_市民課_要修正行.xlsx"}


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
    own = state.findings.loc[state.findings["file"] == "市民部/市民課.xlsx", "message"]
    assert set(map(for_department, own)) <= set(said)


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


def test_a_row_to_mend_says_what_to_fill_and_keeps_the_department_of_its_sheet(tmp_path):
    source = tmp_path / "提出"
    source.mkdir()
    book = openpyxl.Workbook()
    book.active.title = "回答用"
    for row in (
        ["業務棚卸調査票"], ["課名：総務課"], ["No.", "係", "業務の名前", "年間の件数", "困っていること"],
        [1, "庶務係", "給与の計算", 12, None], [2, "防災係", "防災無線の管理", 40, None],
        [3, None, None, None, "電話対応が多すぎて、ほかの仕事の手が止まる。夕方までかかる日もある"],
    ):  # fmt: skip
        book.active.append(row)
    book.save(source / "01_回答.xlsx")
    write_sendback(read(source), tmp_path / "返却")
    mend = openpyxl.load_workbook(tmp_path / "返却" / "01_回答_要修正行.xlsx")
    sheet = mend.active
    heads = {cell.value: cell.column for cell in sheet[1]}
    assert sheet.cell(2, heads["所属"]).value == "総務課"
    assert sheet.cell(2, heads["【保留の理由】"]).value == "「業務の名前」が空"
    empty = sheet.cell(2, heads["業務の名前"])
    assert empty.fill.fill_type == "solid"
    assert [c.column for c in sheet[2] if c.fill.fill_type == "solid"] == [empty.column]
    assert all(cell.alignment.wrap_text for cell in sheet[2]) and sheet.row_dimensions[2].height > 30
    empty.value = "電話の取次ぎ"
    (tmp_path / "直し").mkdir()
    mend.save(tmp_path / "直し" / "01_回答_要修正行.xlsx")
    again = read(tmp_path / "直し")
    assert again.businesses[["department", "business"]].to_numpy().tolist() == [["総務課", "電話の取次ぎ"]]


def test_departments_are_told_what_departments_can_do(folder, tmp_path):
    (folder / "組織一覧.csv").write_text("課名,職員数\n市民課,9\n総務課,5\n", encoding="utf-8")
    (folder / "dxaudit.toml").write_text('left_out = ["ない.csv"]\nmunicipality = "磯辺町"', encoding="utf-8")
    state = read(folder)
    unknown = state.findings[state.findings["rule"] == "department_unknown"]
    assert unknown["message"].str.contains("dxaudit.toml").all() and len(unknown)
    written = write_sendback(state, tmp_path / "返却")
    for path in written:
        if path.suffix == ".html":
            assert "dxaudit.toml" not in path.read_text(encoding="utf-8"), path.name
        else:
            said = [str(cell.value) for sheet in openpyxl.load_workbook(path) for row in sheet for cell in row]
            assert not any("dxaudit.toml" in value for value in said), path.name


def test_the_index_says_which_town_and_whose_files(folder, tmp_path):
    (folder / "dxaudit.toml").write_text('municipality = "磯辺町"\nas_of = "2026-08-01"', encoding="utf-8")
    written = write_sendback(read(folder), tmp_path / "返却")
    words = Page(written[0].read_text(encoding="utf-8")).words
    assert "各課への確認結果（磯辺町）" in words and "基準日: 2026-08-01" in words
    assert "市民課" in words and "対象外" in words


def test_marks_of_the_last_time_go_when_the_copy_comes_back(folder, tmp_path):
    write_sendback(read(folder), tmp_path / "返却")
    book = openpyxl.load_workbook(tmp_path / "返却" / "市民部_市民課_確認用.xlsx")
    sheet = book["業務<棚卸>"]
    sheet["G6"] = "併存"
    back = tmp_path / "再提出"
    back.mkdir()
    book.save(back / "市民課.xlsx")
    write_sendback(read(back), tmp_path / "二回目")
    again = openpyxl.load_workbook(tmp_path / "二回目" / "市民課_確認用.xlsx")
    assert [s for s in again.sheetnames if s.startswith("指摘一覧")] == ["指摘一覧"]
    cell = again["業務<棚卸>"]["G6"]
    assert cell.comment is None and cell.fill.fill_type is None
    assert again["業務<棚卸>"]["E2"].comment.text.count("オンライン件数") == 1


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
