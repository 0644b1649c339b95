"""Documents and slides on a city's own templates: its page, its styles; nothing runs off, nothing is asked."""

import nbformat
import pandas as pd
import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from pptx import Presentation

import dxaudit as dx
from dxaudit.publish import open_city
from dxaudit.publish.formats import write_all
from dxaudit.publish.marks import MARK
from dxaudit.publish.sections import city as whole
from dxaudit.publish.sections import department as own

SUPPLIED = {"Heading 1", "Heading 2", "Heading 3", "Heading 4", "Caption", "Table Grid"}


@pytest.fixture(scope="module")
def city():
    rows = {
        "department": ["市民課"] * 3 + [f"第{n}課" for n in range(60)],
        "business": ["住民票の交付", "転入届", "統計"] + ["庶務"] * 60,
        "annual_hours": 400.0, "annual_cases": 4000, "medium": "paper", "assigned_staff": 1,
    }  # fmt: skip
    return open_city(dx.from_tables(dx.Settings(municipality="試験市"), businesses=pd.DataFrame(rows)))


def executed(department, *sections):
    """A notebook as it is after these sections were run."""
    cells = []
    for section in sections:
        cell = nbformat.v4.new_code_cell("")
        cell.outputs = [nbformat.v4.new_output("display_data", d, metadata=m) for d, m in section.outputs()]
        cells.append(cell)
    book = nbformat.v4.new_notebook(cells=cells)
    book.metadata[MARK] = {"department": department, "lang": "ja", "facts": {}}
    return book


@pytest.fixture(scope="module")
def notebooks(city):
    of_one = (own.who, own.perspectives, own.issues, own.bottlenecks, own.hearing)
    return {
        "市民課": executed("市民課", *(section(city, "市民課") for section in of_one)),
        "": executed("", *(section(city) for section in (whole.who, whole.perspectives, whole.issues, whole.limits))),
    }


def bare_document(path):
    """A template of another page that knows none of the styles a report is written in."""
    document = Document()
    for style in [s for s in document.styles if s.name in SUPPLIED]:
        style.delete()
    section = document.sections[0]
    section.page_width, section.page_height, section.left_margin = Mm(182), Mm(257), Mm(30)
    section.header.paragraphs[0].text = "試験市 情報政策課"
    document.styles["Normal"].font.name = "BIZ UDMincho"
    document.save(path / "dxaudit.docx")


@pytest.mark.parametrize("department", ["市民課", ""])
def test_a_document_keeps_the_page_of_its_template_and_gets_the_styles_it_lacks(notebooks, tmp_path, department):
    bare_document(tmp_path)
    write_all(notebooks[department], tmp_path, ("docx",), department=department, templates=tmp_path)
    made = Document(tmp_path / "report.docx")
    section = made.sections[0]
    assert (round(section.page_width.mm), round(section.left_margin.mm)) == (182, 30)
    assert section.header.paragraphs[0].text == "試験市 情報政策課"
    assert made.styles["Normal"].font.name == "BIZ UDMincho"
    assert {style.name for style in made.styles} >= SUPPLIED
    headings = [p for p in made.paragraphs if p.style.name.startswith("Heading")]
    levels = [p.style.element.pPr.find(qn("w:outlineLvl")).get(qn("w:val")) for p in headings]
    assert levels[0] == "0" and set(levels[1:]) == {"1"}
    room = section.page_width - section.left_margin - section.right_margin
    assert made.tables and all(t.style.name == "Table Grid" for t in made.tables)
    assert all(sum(c.width for c in t.rows[0].cells) <= room + Mm(1) for t in made.tables)
    high = section.page_height - section.top_margin - section.bottom_margin
    assert made.inline_shapes and all(s.width <= room and s.height <= high for s in made.inline_shapes)


def test_styles_of_a_template_stay_as_the_city_made_them(notebooks, tmp_path):
    document = Document()
    document.styles["Heading 2"].font.size = Pt(23)
    document.save(tmp_path / "dxaudit.docx")
    write_all(notebooks["市民課"], tmp_path, ("docx",), department="市民課", templates=tmp_path)
    assert Document(tmp_path / "report.docx").styles["Heading 2"].font.size == Pt(23)


def slides_of(path, width, height, keep=None):
    """A template of another size whose layouts are named in Japanese, or that has only some of them."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Mm(width), Mm(height)
    for number, layout in enumerate(list(deck.slide_layouts)):
        layout.name = f"レイアウト{number}"
        if keep is not None and layout._element.get("type") not in keep:
            deck.slide_layouts.remove(layout)
    deck.save(path / "dxaudit.pptx")


@pytest.mark.parametrize(
    ("size", "keep"),
    [((254, 190.5), None), ((297, 210), ["obj"]), ((254, 142.9), ["blank"]), ((190.5, 275.2), ["titleOnly"])],
)
@pytest.mark.parametrize("department", ["市民課", ""])
def test_slides_stay_on_the_slide_of_a_template_and_ask_for_nothing(notebooks, tmp_path, department, size, keep):
    slides_of(tmp_path, *size, keep)
    write_all(notebooks[department], tmp_path, ("pptx",), department=department, templates=tmp_path)
    deck = Presentation(tmp_path / "report.pptx")
    assert len(deck.slides) == (1 if department else 4)
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.left + shape.width <= deck.slide_width + 10
            assert shape.top >= 0 and shape.top + shape.height <= deck.slide_height + 10
            assert not shape.is_placeholder or shape.text_frame.text
    first = next(s for s in deck.slides[0].shapes if s.has_text_frame)
    assert "業務" in first.text_frame.text


@pytest.mark.parametrize("content", [b"not a package", "another", "cut"])
@pytest.mark.parametrize("kind", ["docx", "pptx"])
def test_a_broken_template_is_one_line_before_the_work(tmp_path, kind, content):
    source, out = tmp_path / "提出", tmp_path / "出力"
    source.mkdir()
    (source / "業務.csv").write_text("所属,業務名\n市民課,住民票\n", encoding="utf-8")
    template = source / f"dxaudit.{kind}"
    if content == "another":
        pd.DataFrame({"a": [1]}).to_excel(tmp_path / "book.xlsx", index=False)
        content = (tmp_path / "book.xlsx").read_bytes()
    elif content == "cut":
        (Document() if kind == "docx" else Presentation()).save(template)
        content = template.read_bytes()[:-2000]
    template.write_bytes(content)
    with pytest.raises(dx.DxauditError, match=f"dxaudit.{kind}: 様式が.*開けません → ") as raised:
        dx.report(source, out, formats=("html", kind))
    assert "\n" not in str(raised.value) and not out.exists()
