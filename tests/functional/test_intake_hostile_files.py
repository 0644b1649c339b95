"""Hostile and broken files: each a finding or one clear line, and the rest of the folder still read."""

import io
import json
import resource
import subprocess
import sys
import zipfile

import openpyxl
import pytest

import dxaudit as dx
from dxaudit.cli import main

NAMESPACE = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
ODS = (
    b'<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    b'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    b'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    b'<table:table table:name="S"><table:table-row table:number-rows-repeated="1048000"><table:table-cell '
    b'table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p></table:table-cell>'
    b"</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
)


def good() -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "業務一覧"
    for row in (["No", "課名", "業務名", "年間件数"], [1, "市民課", "住民票", 10], [2, "税務課", "証明", 20]):
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def patched(sheet) -> bytes:
    """The good workbook with another sheet1.xml: ``sheet`` makes it from the old one."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good())) as source, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            target.writestr(entry.filename, sheet(content) if entry.filename.endswith("sheet1.xml") else content)
    return held.getvalue()


def bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good())) as source, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            if not entry.filename.endswith("sheet1.xml"):
                target.writestr(entry.filename, source.read(entry))
        with target.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(NAMESPACE + b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>')
            for _ in range(1200):
                sheet.write(b"A" * 1_000_000)
            sheet.write(b"</t></is></c></row></sheetData></worksheet>")
    return held.getvalue()


def lying(content: bytes) -> bytes:
    """The same archive, whose directory claims a small size."""
    held = bytearray(content)
    at = held.rfind(b"xl/worksheets/sheet1.xml") - 46
    held[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    return bytes(held)


def archive(name: str, content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(name, content)
    return held.getvalue()


FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
REFUSED = {
    "empty.xlsx": (lambda: b"", "file_empty"),
    "html.xlsx": (lambda: "<!DOCTYPE html><html><title>ページが見つかりません".encode("cp932"), "file_is_html"),
    "pdf.xlsx": (lambda: b"%PDF-1.4\n%%EOF", "file_is_other"),
    "truncated.xlsx": (lambda: good()[:2000], "file_broken"),
    "encrypted.xlsx": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
    "broken.xlsx": (lambda: patched(lambda _: b"<worksheet><sheetData><row"), "file_unreadable"),
    "repeated.ods": (lambda: archive("content.xml", ODS), "sheet_too_wide"),
    "nul.csv": (lambda: b"\x00" * 20_000, "file_not_text"),
    "noise.csv": (lambda: bytes(range(256)) * 20, "file_not_text"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_broken_file_is_a_finding_and_the_rest_is_read(name, tmp_path):
    make, rule = REFUSED[name]
    (tmp_path / name).write_bytes(make())
    (tmp_path / "市民部.xlsx").write_bytes(good())
    state = dx.read(tmp_path)
    found = state.findings[state.findings["file"] == name]
    assert list(found["rule"]) == [rule]
    assert list(found["severity"]) == ["error"]
    assert "\n" not in found["message"].iloc[0]
    assert len(state.businesses) == 2


@pytest.mark.parametrize("name", REFUSED)
def test_alone_it_is_one_line_and_status_two(name, tmp_path, capsys):
    make, _ = REFUSED[name]
    (tmp_path / name).write_bytes(make())
    assert main(["check", str(tmp_path / name)]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.strip().splitlines()) == 1
    assert name in told.err


def test_wrong_paths_are_one_line_and_status_two(tmp_path, capsys):
    (tmp_path / "空").mkdir()
    (tmp_path / "memo.txt").write_text("打合せは三時から", encoding="utf-8")
    for path in (tmp_path / "ない", tmp_path / "空", tmp_path / "memo.txt"):
        assert main(["check", str(path)]) == 2
        assert len(capsys.readouterr().err.strip().splitlines()) == 1


MEMORY = 2 << 30


@pytest.mark.parametrize("kind", ["bomb", "lying bomb", "rows formatted to the last", "value in the last row"])
def test_memory_stays_bounded(kind, tmp_path):
    if kind.endswith("bomb"):
        content = bomb() if kind == "bomb" else lying(bomb())
    elif kind.startswith("rows"):
        rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(4, 1_048_577))
        content = patched(lambda x: x.replace(b"</sheetData>", rows + b"</sheetData>"))
    else:
        last = b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'
        content = patched(lambda x: x.replace(b"</sheetData>", last))
    (tmp_path / "大きい.xlsx").write_bytes(content)
    (tmp_path / "普通.xlsx").write_bytes(good())
    script = (
        f"import resource; resource.setrlimit(resource.RLIMIT_DATA, ({MEMORY}, {MEMORY}))\n"
        f"import dxaudit as dx; print(len(dx.read({str(tmp_path)!r}).businesses))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr[-500:]
    assert int(ran.stdout) == (2 if kind.endswith("bomb") else 4)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MEMORY / 1024


def test_a_cell_far_from_the_table_costs_nothing_but_itself(tmp_path):
    (tmp_path / "遠い.xlsx").write_bytes(patched(lambda x: x.replace(b"</sheetData>", FAR)))
    state = dx.read(tmp_path)
    told = state.findings[state.findings["rule"] == "stray_cell"]
    assert list(told["cell"]) == ["XFD1048576"]
    assert list(state.businesses["business"]) == ["住民票", "証明"]
    counted = state.sheets.iloc[0]
    assert (counted["read"], counted["accepted"], counted["ignored"]) == (3, 2, 1)
    assert list(state.rows_outside["row"]) == [1_048_576]


def test_a_formula_without_its_result_is_said_to_be_empty(tmp_path):
    book = openpyxl.Workbook()
    for row in (["課名", "業務名", "年間件数"], ["市民課", "住民票", "=5*3"], ["税務課", "証明", 20]):
        book.active.append(row)
    book.save(tmp_path / "式.xlsx")
    state = dx.read(tmp_path)
    told = state.findings[state.findings["rule"] == "formula_without_value"]
    assert list(told["cell"]) == ["C2"]
    assert state.businesses["annual_cases"].isna().tolist() == [True, False]


def test_five_thousand_columns_are_cut_and_said_to_be(tmp_path):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("業務一覧")
    sheet.append(["課名", "業務名", "年間件数", *(f"列{i}" for i in range(5000))])
    sheet.append(["市民課", "住民票", 10, *range(5000)])
    book.save(tmp_path / "wide.xlsx")
    state = dx.read(tmp_path)
    assert "sheet_cut" in set(state.findings["rule"])
    assert len(state.columns) == 2000


def test_formulas_links_and_paths_are_text(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "業務一覧"
    for row in (
        ["課名", "業務名", "年間件数", "課題"],
        ["../../etc/passwd", '=HYPERLINK("http://evil","x")', 10, "<script>alert(1)</script>"],
        ["<script>", "@SUM(1+1)", "=1+1", "+cmd|calc"],
    ):
        book.active.append(row)
    for line in book.active.iter_rows():
        for cell in line:
            cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
    book.save(tmp_path / "<b>業務.xlsx")
    told = tmp_path / "out.json"
    assert main(["check", str(tmp_path), "--json", str(told), "--tables", str(tmp_path / "tables")]) == 0
    json.loads(told.read_text(encoding="utf-8"))
    lines = (tmp_path / "tables" / "businesses.csv").read_text(encoding="utf-8-sig").splitlines()
    assert sorted(p.name for p in (tmp_path / "tables").iterdir()) == ["businesses.csv"]
    for line in lines[1:]:
        assert not any(part.startswith(("=", "@", "+", '"=')) for part in line.split(","))


def test_text_of_every_encoding_is_read(tmp_path):
    lines = "課名,業務名,年間件数\r\n市民課,髙﨑様の住\x00民票,１２\r\n"
    for encoding in ("utf-8", "utf-8-sig", "cp932", "utf-16"):
        (tmp_path / f"{encoding}.csv").write_bytes(lines.encode(encoding))
    (tmp_path / "tab.tsv").write_bytes(lines.replace(",", "\t").encode())
    (tmp_path / "named.xlsx").write_bytes(lines.encode("cp932"))
    state = dx.read(tmp_path)
    assert list(state.businesses["business"].unique()) == ["髙﨑様の住民票"]
    assert list(state.businesses["annual_cases"]) == [12] * 6
