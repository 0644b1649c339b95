"""One command writes every department's report: right, whole, safe, and again only where something changed."""

import base64
import json
import re
import shutil
import zipfile
from pathlib import Path

import nbformat
import openpyxl
import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.publish.readback import stated
from dxaudit.publish.shipped import DEPARTMENT_NOTEBOOK, shipped

HOSTILE = '=HYPERLINK("http://evil.example","<script>alert(1)</script>")'
DEPARTMENTS = ["市民課", "CON", "<script>課</script>", "税務課"]


@pytest.fixture(scope="module")
def city():
    businesses = pd.DataFrame(
        {
            "department": [name for name in DEPARTMENTS for _ in range(3)],
            "bureau": "市民部",
            "business": [HOSTILE, "+cmd|' /C calc'!A0", "@SUM(1+1)"] * 4,
            "annual_hours": [1200.5, 300.25, 80.0] * 4,
            "annual_cases": [4000, 120, 12] * 4,
            "medium": ["paper", "both", "electronic"] * 4,
            "budget": [100.0, 20.0, 3.0] * 4,
        }
    )
    systems = pd.DataFrame(
        {
            "system_id": ["S1", "S2"],
            "system": ["住民記録システム", HOSTILE],
            "owner_department": ["市民課", "税務課"],
            "annual_cost": [5000.0, 700.0],
        }
    )
    organization = pd.DataFrame({"department": DEPARTMENTS, "headcount": [12, 5, 3, 20], "bureau": "市民部"})
    return dx.from_tables(
        dx.Settings(municipality="試験市"), businesses=businesses, systems=systems, organization=organization
    )


@pytest.fixture(scope="module")
def written(city, tmp_path_factory):
    out = tmp_path_factory.mktemp("reports") / "出力"
    return dx.report(city, out, formats=("html", "xlsx", "docx", "pptx", "ipynb"), jobs=2)


def folders(result):
    return {entry["department"]: result.out / entry["folder"] for entry in manifest(result)["reports"]}


def manifest(result):
    return json.loads((result.out / "manifest.json").read_text(encoding="utf-8"))


def test_every_department_and_the_city_get_a_report(written):
    assert not written.failed
    assert set(written.done) == set(DEPARTMENTS)
    found = folders(written)
    assert set(found) == {"", *DEPARTMENTS}
    for folder in found.values():
        assert {p.name for p in folder.iterdir()} >= {"report.html", "report.xlsx", "report.docx", "report.pptx"}
    assert {p.name for p in written.out.iterdir()} == {
        "index.html", "manifest.json", *(folder.name for folder in found.values())
    }  # fmt: skip


def test_every_file_says_whose_it_is_and_departments_sum_to_the_city(written):
    sums = {}
    for department, folder in folders(written).items():
        for path in folder.glob("report.*"):
            said, facts = stated(path)
            assert said == department
            for figure, value in facts.items():
                sums.setdefault((path.suffix, figure), {}).setdefault(department == "", []).append(value)
    assert sums
    for figures in sums.values():
        assert sum(figures[False]) == pytest.approx(figures[True][0])
    assert sum(sums[".html", "annual_hours"][False]) == pytest.approx(4 * 1580.75)


def test_every_picture_names_its_department(written):
    for department, folder in folders(written).items():
        notebook = nbformat.read(folder / "report.ipynb", as_version=4)
        pictures = [o for c in notebook.cells for o in c.get("outputs", ()) if "image/png" in o.get("data", {})]
        assert pictures
        for output in pictures:
            assert output.metadata["dxaudit"]["department"] == department
            named = department.encode("unicode_escape")
            assert b"tEXtSubject\0" + named in base64.b64decode(output.data["image/png"])


def test_the_page_shows_as_many_tables_and_pictures_as_the_notebook(written):
    for folder in folders(written).values():
        outputs = [o for c in nbformat.read(folder / "report.ipynb", as_version=4).cells for o in c.get("outputs", ())]
        html = "".join(o.data["text/html"] for o in outputs if "text/html" in o.get("data", {}))
        page = (folder / "report.html").read_text(encoding="utf-8")
        assert page.count("<table") == html.count("<table") > 0
        assert page.count("<img ") == sum("image/png" in o.get("data", {}) for o in outputs) > 0


def test_pages_hold_no_script_of_the_source_and_name_no_address(written):
    for path in written.out.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert "default-src 'none'" in page
        assert "<script>alert" not in page and "<script>課" not in page
        assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", page)
        if path.name != "index.html":
            assert "<script" not in page


def test_formulas_of_the_source_stay_text_in_the_workbook(written):
    texts = set()
    for path in written.out.rglob("*.xlsx"):
        with zipfile.ZipFile(path) as package:
            assert not any("externalLink" in name for name in package.namelist())
            for name in package.namelist():
                if name.startswith("xl/worksheets/sheet"):
                    assert b"<f>" not in package.read(name)
        for sheet in openpyxl.load_workbook(path):
            for row in sheet.iter_rows():
                texts |= {cell.value for cell in row if cell.data_type == "s"}
                assert all(cell.data_type != "f" for cell in row)
    assert any(HOSTILE in value for value in texts)


def test_a_second_run_makes_nothing_anew(written, city):
    before = {p: p.stat().st_mtime_ns for p in written.out.rglob("report.*")}
    again = dx.report(city, written.out, formats=("html", "xlsx", "docx", "pptx", "ipynb"), jobs=2)
    assert again.done == written.done and not again.failed
    assert {p: p.stat().st_mtime_ns for p in written.out.rglob("report.*")} == before


def test_only_what_is_asked_for_again_is_made_and_edits_of_people_are_kept(written, city):
    folder = folders(written)["税務課"]
    with (folder / "report.docx").open("ab") as document:
        document.write(b" ")
    edited = (folder / "report.docx").read_bytes()
    other = (folders(written)["市民課"] / "report.docx").stat().st_mtime_ns
    dx.report(city, written.out, formats=("html", "xlsx", "docx", "pptx", "ipynb"), jobs=1)
    assert (folder / "report.edited-1.docx").read_bytes() == edited
    assert stated(folder / "report.docx")[0] == "税務課"
    assert (folders(written)["市民課"] / "report.docx").stat().st_mtime_ns == other
    (folder / "report.edited-1.docx").unlink()


def test_the_manifest_says_from_what_each_report_was_made(written):
    about = manifest(written)
    assert len(about["inputs"]) == len(about["notebook"]) == 64
    assert about["packages"]["dxaudit"] == dx.__version__
    for entry in about["reports"]:
        assert len(entry["fingerprint"]) == 64 and entry["reason"] == "" and entry["seconds"] > 0
        assert all(len(value) == 64 for value in entry["files"].values())


FAILING = {
    "raises": "raise ValueError('わざと')",
    "dies": "import ctypes; ctypes.string_at(0)",
    "leaves": "import sys; sys.exit(3)",
    "another": "department = '別の課'",
    "fine": "print(department, len(city.state.businesses))",
}


def test_a_failing_department_is_listed_and_the_others_are_done(tmp_path):
    own = nbformat.v4.new_notebook()
    own.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    own.cells = [
        nbformat.v4.new_code_cell("department = ''\nsource = ''\nlang = 'ja'", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("from dxaudit.publish import open_city\ncity = open_city(source)"),
        nbformat.v4.new_code_cell(f"exec({FAILING!r}[department])"),
    ]
    nbformat.write(own, tmp_path / "own.ipynb")
    frame = pd.DataFrame({"department": list(FAILING), "business": "住民票の交付", "annual_hours": 10.0})
    result = dx.report(dx.from_tables(businesses=frame), tmp_path / "out", notebook=tmp_path / "own.ipynb", jobs=2)
    assert set(result.failed) == set(FAILING) - {"fine"}
    assert result.done == ("fine",)
    assert "わざと" in result.failed["raises"] and "SystemExit" in result.failed["leaves"]
    assert "別の課" in result.failed["another"]
    index = result.index.read_text(encoding="utf-8")
    assert "わざと" in index
    left = {p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert left == {
        "index.html", "manifest.json", "fine/report.html", "全庁/report.html", "全庁/summary_a3.html",
    }  # fmt: skip
    assert "fine 5" in (tmp_path / "out" / "fine" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"departments": ["市民"]}, "市民課"),
        ({"formats": ("html", "odt")}, "odt"),
        ({"formats": ()}, "形式"),
        ({"jobs": "many"}, "many"),
        ({"jobs": 0}, "0"),
        ({"notebook": Path(__file__)}, "ノートブック"),
        ({"out": "/proc/dxaudit"}, "書き込めません"),
    ],
)
def test_wrong_use_is_one_line_and_leaves_nothing(city, tmp_path, change, said):
    given = {"out": tmp_path / "new" / "out", **change}
    with pytest.raises(dx.DxauditError, match=said) as raised:
        dx.report(city, given.pop("out"), **given)
    assert "\n" not in str(raised.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("cells", "said"), [([], "parameters"), (["department = ''"], "lang, source")])
def test_a_notebook_that_does_not_take_the_parameters_is_refused(city, tmp_path, cells, said):
    own = nbformat.v4.new_notebook()
    own.cells = [nbformat.v4.new_code_cell(c, metadata={"tags": ["parameters"]}) for c in cells]
    nbformat.write(own, tmp_path / "own.ipynb")
    with pytest.raises(dx.DxauditError, match=said):
        dx.report(city, tmp_path / "out", notebook=tmp_path / "own.ipynb")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [None, [], ["空.txt"]])
def test_an_input_that_holds_no_table_is_one_line(tmp_path, content):
    source = tmp_path / "提出"
    if content is not None:
        source.mkdir()
        for name in content:
            (source / name).write_text("表ではありません", encoding="utf-8")
    with pytest.raises(dx.DxauditError) as raised:
        dx.report(source, tmp_path / "out")
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder of inputs with settings that keep decisions elsewhere, and the reports of a batch over it."""
    place = tmp_path_factory.mktemp("finished")
    (place / "提出").mkdir()
    (place / "提出" / "業務.csv").write_text(
        "所属,業務名,年間業務時間\n市民課,住民票の交付,1200\n税務課,課税証明,300\n", encoding="utf-8"
    )
    (place / "提出" / "dxaudit.toml").write_text('decisions = "../決定.jsonl"\n', encoding="utf-8")
    (place / "決定.jsonl").touch()
    assert not dx.report(place / "提出", place / "出力", formats=("html", "xlsx"), jobs=1).failed
    return place


class Read(Exception):
    """The batch went to read the inputs."""


@pytest.fixture
def place(finished, tmp_path, monkeypatch):
    def read(path):
        raise Read

    monkeypatch.setattr("dxaudit.intake.read", read)
    return shutil.copytree(finished, tmp_path / "place")


def test_a_finished_batch_reads_nothing_again(place):
    written = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in (place / "出力").rglob("*") if p.is_file()}
    again = dx.report(place / "提出", place / "出力", formats=("html", "xlsx"))
    assert again.done == ("市民課", "税務課") and not again.failed and again.index == place / "出力" / "index.html"
    assert {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in written} == written


@pytest.mark.parametrize(
    ("changed", "content"),
    [
        ("提出/業務.csv", "所属,業務名,年間業務時間\n市民課,住民票の交付,1201\n税務課,課税証明,300\n"),
        ("提出/追加.csv", "所属,システム名\n市民課,住民記録\n"),
        ("提出/dxaudit.toml", 'decisions = "../決定.jsonl"\nminimum_group = 9\n'),
        ("決定.jsonl", "{}\n"),
        ("出力/市民課/report.xlsx", "直した"),
        ("出力/index.html", "直した"),
        ("出力/税務課/report.html", None),
        ("出力/manifest.jsonl", "{"),
    ],
)
def test_whatever_has_changed_since_is_read_again(place, changed, content):
    path = place / changed
    path.unlink() if content is None else path.write_text(content, encoding="utf-8")
    with pytest.raises(Read):
        dx.report(place / "提出", place / "出力", formats=("html", "xlsx"), jobs=1)


@pytest.mark.parametrize(
    "asked", [{"formats": ("html",)}, {"departments": ["市民課"]}, {"lang": "en"}, {"notebook": "own.ipynb"}]
)
def test_whatever_else_is_asked_for_is_read_again(place, asked):
    if "notebook" in asked:
        book = nbformat.read(shipped(DEPARTMENT_NOTEBOOK), as_version=4)
        book.cells.append(nbformat.v4.new_markdown_cell("追記"))
        asked = {"notebook": place / "own.ipynb"}
        nbformat.write(book, asked["notebook"])
    with pytest.raises(Read):
        dx.report(place / "提出", place / "出力", **{"formats": ("html", "xlsx"), "jobs": 1, **asked})


def test_reports_are_not_put_among_the_inputs(finished):
    before = sorted((finished / "提出").iterdir())
    with pytest.raises(dx.DxauditError, match="提出ファイルのフォルダの中"):
        dx.report(finished / "提出", finished / "提出" / "報告書")
    assert sorted((finished / "提出").iterdir()) == before


def test_a_report_that_somebody_has_open_fails_alone_and_stays(finished, tmp_path, monkeypatch):
    place = shutil.copytree(finished, tmp_path / "place")
    with (place / "提出" / "業務.csv").open("a", encoding="utf-8") as table:
        table.write("市民課,転入届,80\n")
    held, unlink = place / "出力" / "税務課" / "report.xlsx", Path.unlink
    before = held.read_bytes()

    def refused(path, missing_ok=False):
        if path == held:
            # What Windows answers while Excel has the file open.
            raise PermissionError(13, "使用中", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refused)
    result = dx.report(place / "提出", place / "出力", formats=("html", "xlsx"), jobs=1)
    assert set(result.failed) == {"税務課"} and result.done == ("市民課",)
    assert "report.xlsx" in result.failed["税務課"] and "開いている" in result.failed["税務課"]
    assert held.read_bytes() == before
    monkeypatch.undo()
    assert not dx.report(place / "提出", place / "出力", formats=("html", "xlsx"), jobs=1).failed
    assert held.read_bytes() != before
