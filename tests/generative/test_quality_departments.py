"""Whatever a department puts around its name, it is found; and no name is ever changed into another department's."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from dxaudit.intake.departments import resolve
from dxaudit.settings import Settings
from dxaudit.state import TABLES, from_tables

STEMS = [
    "市民",
    "税務",
    "人事",
    "環境保全",
    "道路管理",
    "介護保険",
    "子育て支援",
    "情報政策",
    "都市計画",
    "農林水産",
    "学校教育",
    "契約検査",
]
BUREAUS = ["総務部", "市民生活部", "健康福祉部", "建設局", "教育委員会"]
SECTIONS = ["係", "管理係", "庶務担当", "第一グループ", "窓口班"]

organizations = st.lists(
    st.tuples(st.sampled_from(BUREAUS), st.sampled_from(STEMS), st.sampled_from(["課", "室"])),
    min_size=1,
    max_size=9,
    unique_by=lambda unit: unit[1],
)
variants = st.sampled_from(
    [
        lambda bureau, name, section: name,
        lambda bureau, name, section: "　".join(name),
        lambda bureau, name, section: f"{bureau}　{name}",
        lambda bureau, name, section: bureau + name,
        lambda bureau, name, section: name + section,
        lambda bureau, name, section: f"{bureau} {name} {section}",
        lambda bureau, name, section: f"{name}（{section}）",
        lambda bureau, name, section: name[:-1],
        lambda bureau, name, section: f" {name}\n",
    ]
)


def read(organization, written):
    frame = pd.DataFrame(
        {
            "bureau": [bureau for bureau, _, _ in organization],
            "department": [stem + ending for _, stem, ending in organization],
            "department_code": [f"{number:04d}" for number in range(1, len(organization) + 1)],
        }
    )
    state = from_tables(organization=frame, businesses=pd.DataFrame({"department": written}))
    return resolve({name: state.table(name) for name in TABLES}, Settings())


@settings(max_examples=50, deadline=None)
@given(organizations, st.data())
def test_a_variant_of_a_listed_name_finds_its_department(organization, data):
    bureau, stem, ending = data.draw(st.sampled_from(organization))
    written = data.draw(variants)(bureau, stem + ending, data.draw(st.sampled_from(SECTIONS)))
    tables, _ = read(organization, [written])
    assert tables["businesses"].loc[0, "department"] == stem + ending
    assert tables["businesses"].loc[0, "department_resolved"] is True


@settings(max_examples=50, deadline=None)
@given(organizations, st.sampled_from(STEMS), variants, st.sampled_from(SECTIONS))
def test_a_name_of_another_organisation_is_never_taken_for_ours(organization, stem, variant, section):
    if stem in {known for _, known, _ in organization}:
        return
    written = variant("総務部", stem + "課", section)
    tables, findings = read(organization, [written])
    assert tables["businesses"].loc[0, "department_resolved"] is False
    assert "department_unknown" in set(findings["rule"])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=5))
def test_any_text_at_all_is_read_without_an_exception_and_kept(texts):
    tables, _ = read([("総務部", "人事", "課"), ("市民生活部", "市民", "課")], texts)
    businesses = tables["businesses"]
    assert businesses["department_written"].fillna("").tolist() == texts
    unresolved = businesses[businesses["department_resolved"] == False]  # noqa: E712
    assert (
        unresolved["department"].str.split().str.join("") == unresolved["department_written"].str.split().str.join("")
    ).all()


@settings(max_examples=40, deadline=None)
@given(organizations, st.data())
def test_resolving_twice_changes_nothing(organization, data):
    units = [data.draw(st.sampled_from(organization)) for _ in range(3)]
    written = [data.draw(variants)(bureau, stem + ending, "管理係") for bureau, stem, ending in units]
    once, _ = read(organization, written)
    again, _ = read(organization, once["businesses"]["department"].tolist())
    assert again["businesses"]["department"].tolist() == once["businesses"]["department"].tolist()
