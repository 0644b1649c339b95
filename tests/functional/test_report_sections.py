"""What the reports say of workflows and of the country, with and without the sheets that would tell more."""

import re

import nbformat
import pandas as pd
import pytest
from pptx import Presentation

import dxaudit as dx
from dxaudit.publish import open_city
from dxaudit.publish.blocks import Sentence, parts
from dxaudit.publish.formats import write_all
from dxaudit.publish.html import page
from dxaudit.publish.marks import MARK
from dxaudit.publish.sections import city as whole
from dxaudit.publish.sections import department as own
from dxaudit.vocabulary import text


def state(workflow=None, **settings):
    businesses = pd.DataFrame(
        {
            "department": ["市民課", "市民課", "税務課"],
            "business": ["住民票の交付", "転入届の受付", "課税証明の交付"],
            "annual_hours": [9000.0, 1200.0, 3000.0],
            "annual_cases": [50000, 3000, 9000],
            "medium": ["paper", "paper", "digital"],
            "peak_period": ["3月～4月", "", "6月"],
            "assigned_staff": [1, 2, 3],
        }
    )
    tables = {"businesses": businesses} if workflow is None else {"businesses": businesses, "workflow": workflow}
    return dx.from_tables(dx.Settings(municipality="試験市", **settings), **tables)


def steps(share):
    return pd.DataFrame(
        {
            "department": "市民課",
            "business": "住民票の交付",
            "step": ["1", "2", "3"],
            "actor": ["申請者", "窓口", "窓口"],
            "action": ["申請書を書く", "入力する", "交付する"],
            "medium": ["paper", "digital", "paper"],
            "work_minutes": [5.0, 10.0, 4.0],
            "wait_hours": [0.0, 30.0, 1.0],
            "rework_rate": [0.0, share, 0.0],
        }
    )


def test_bottlenecks_are_told_from_the_inventory_where_no_workflow_was_sent():
    city = open_city(state())
    section = own.bottlenecks(city, "市民課")
    assert "0か所" not in section.sentences[0]
    named = section.tables[0].frame.to_string()
    assert "住民票の交付" in named and "課税証明の交付" not in named
    assert len(section.charts) == 1 and section.charts[0].drawn("市民課").startswith(b"\x89PNG")


def test_the_flow_of_a_worst_bottleneck_is_drawn_for_its_department_alone():
    city = open_city(state(steps(20.0)))
    drawn = own.bottlenecks(city, "市民課").charts[1:]
    assert drawn and all(chart.drawn("市民課").startswith(b"\x89PNG") for chart in drawn)
    assert not own.bottlenecks(city, "税務課").charts[1:]


def test_the_city_names_every_business_worth_drawing_with_its_reason():
    city = open_city(state())
    worth = city.flows.shortlist()
    full = next(t for t in whole.bottlenecks(city).tables if t.data)
    assert len(worth) and len(full.frame) == len(worth)
    told = full.frame.to_string()
    assert all(reason in told for reason in worth["reason"])


def test_a_broken_step_table_is_counted_among_the_findings_and_asked_about():
    sound, broken = open_city(state(steps(20.0))), open_city(state(steps(140.0)))
    more = len(broken.flows.findings) - len(sound.flows.findings)
    assert more > 0
    message = broken.flows.findings["message"].iloc[0]
    assert any(message in str(table.frame.to_string()) for table in whole.limits(broken).tables)
    assert message in own.hearing(broken, "市民課").tables[0].frame.to_string()
    assert f"業務フロー{len(broken.flows.findings)}件" in whole.limits(broken).sentences[0]


@pytest.mark.parametrize(
    ("settings", "compared"), [({}, False), ({"population": 80000, "municipality_type": "city"}, True)]
)
def test_the_country_is_compared_with_only_where_the_city_says_what_it_is(settings, compared):
    governance = pd.DataFrame(
        {"question": ["CIOを任命していますか", "AIを導入していますか"], "answer": ["はい", "いいえ"]}
    )
    made = dx.from_tables(
        dx.Settings(municipality="試験市", **settings), businesses=state().businesses, governance=governance
    )
    section = whole.standing(open_city(made))
    assert bool(section.charts) is compared
    if compared:
        full = section.tables[-1].frame
        assert section.tables[-1].data and full["出典"].str.len().min() > 0
    else:
        assert "municipality_type" in section.sentences[0]


@pytest.fixture(scope="module")
def only_systems():
    """A city of thirty departments that sent its list of systems and nothing else."""
    names = [f"第{n}課" for n in range(30)]
    systems = pd.DataFrame(
        {
            "system": [f"{name}の台帳" for name in names],
            "owner_department": names,
            "vendor": "甲社",
            "annual_cost": 500.0,
            "contract_to": "2027-03-31",
        }
    )
    return open_city(dx.from_tables(dx.Settings(municipality="試験市", municipality_type="city"), systems=systems))


def notebook(*sections):
    cells = []
    for section in sections:
        cell = nbformat.v4.new_code_cell("")
        cell.outputs = [nbformat.v4.new_output("display_data", d, metadata=m) for d, m in section.outputs()]
        cells.append(cell)
    book = nbformat.v4.new_notebook(cells=cells)
    book.metadata[MARK] = {"department": sections[0].department, "lang": sections[0].lang, "facts": {}}
    return book


WHOLE = (whole.who, whole.perspectives, whole.issues, whole.systems, whole.skills, whole.bottlenecks, whole.standing)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_what_nobody_sent_is_said_once_and_takes_no_section(only_systems, lang):
    book = notebook(*(section(only_systems, lang=lang) for section in (*WHOLE, whole.limits)))
    found = parts(book, "")
    told = "\n".join(sentence.text for part in found for sentence in part.of(Sentence))
    for table in ("businesses", "survey"):
        assert told.count(text(f"report.table.{table}", lang)) == 1
    titles = [part.heading.text for part in found]
    assert text("report.city_skills.title", lang) not in titles
    assert not re.search(r"(?<!\d)0(業務|手続|項目| businesses| procedures| measures)|－", told)
    assert page(book, "", lang).count("<section>") == len(titles)


def test_a_department_says_what_it_sent_and_not_what_nobody_did(only_systems):
    section = own.who(only_systems, "第3課")
    assert section.sentences[0].startswith("第3課は1システムを回答し")
    assert "業務" not in section.tables[0].frame["項目"].to_list()
    assert section.tables[0].frame["値"].notna().all()


def test_a_slide_keeps_what_was_assessed_and_counts_what_it_leaves_out(only_systems, tmp_path):
    book = notebook(*(section(only_systems) for section in (*WHOLE, whole.limits)))
    write_all(book, tmp_path, ("pptx",), department="")
    deck = Presentation(tmp_path / "report.pptx")
    slides = [list(slide.shapes) for slide in deck.slides]
    assert all(
        any(s.has_table or hasattr(s, "image") or s.text_frame.text.startswith("・") for s in shapes)
        for shapes in slides
    ), "a slide holds more than its title, its section's name and the foot line"
    for shapes in slides[:2]:
        table = next(shape.table for shape in shapes if shape.has_table)
        heads = [cell.text for cell in table.rows[0].cells]
        assert "未評価" not in [cell.text for row in table.rows for cell in row.cells]
        left = len(only_systems.departments()) - (len(table.rows) - 1)
        assert left > 0 and any(f"ほか{left}件" in s.text_frame.text for s in shapes if s.has_text_frame)
    assert heads == ["所属", "データ"]


def test_a_figure_with_nothing_to_show_takes_a_line():
    survey = pd.DataFrame({"department": "市民課", **{f"q{n:02d}": [2, 3, 4, 3, 2, 5] for n in range(1, 7)}})
    city = open_city(dx.from_tables(dx.Settings(municipality="試験市"), businesses=state().businesses, survey=survey))
    section = whole.skills(city)
    why = [chart.drawn("") for chart in section.charts if isinstance(chart.drawn(""), str)]
    assert why and all("職員数" in words for words in why)
    book = notebook(section)
    assert book.cells[0].outputs and why[0] in [s.text for part in parts(book, "") for s in part.of(Sentence)]
    assert f"<p>{why[0]}</p>" in page(book, "", "ja")
