"""The graph, its questions, and the files it leaves the house in."""

import json
import re
from xml.etree import ElementTree

import networkx as nx
import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.systems import (
    blast_radius,
    orphans,
    rekeying,
    single_points,
    write_archimate,
    write_gexf,
    write_graphml,
    write_page,
)  # fmt: skip

HOSTILE = "</script><b>\x01&'\"=1+1"


@pytest.fixture(scope="module")
def systems():
    rows = pd.DataFrame(
        {
            "system_id": ["1", "2", "3"],
            "system": ["住民記録", HOSTILE, "倉庫の古いソフト"],
            "owner_department": ["市民課", "税務課", None],
            "user_departments": [("税務課", "国保課"), (), None],
            "data_held": [("住民票",), None, None],
            "linked_systems": [(f"{HOSTILE}へ", "外のシステム"), None, None],
            "link_method": ["manual", None, None],
        }
    )
    businesses = pd.DataFrame(
        {
            "business": ["転入届", "課税"],
            "department": ["市民課", "税務課"],
            "systems_used": [("住民記録",), (HOSTILE,)],
        }
    )
    survey = pd.DataFrame(
        {"respondent_id": ["r1"], "department": ["市民課"], "comment": ["ひみつの意見"], "q01": [3.0]}
    )
    return dx.map_systems(dx.from_tables(systems=rows, businesses=businesses, survey=survey))


def test_departments_businesses_systems_and_data_hang_together(systems):
    kinds = nx.get_node_attributes(systems.graph, "kind")
    assert {k: list(kinds.values()).count(k) for k in set(kinds.values())} == {
        "department": 3, "business": 2, "system": 3, "outside": 1, "data": 1,
    }  # fmt: skip
    assert ("system:1", "system:2", "manual") in systems.graph.edges(data="method")


def test_what_stands_still_when_a_system_fails(systems):
    reached = blast_radius(systems.graph, "1")
    assert set(reached["label"]) >= {"転入届", "課税", "市民課", "国保課", HOSTILE}
    assert "倉庫の古いソフト" not in set(reached["label"])


def test_single_points_orphans_and_rekeying_are_named(systems):
    assert single_points(systems.graph).set_index("system_id").loc["1", "businesses"] == ("転入届",)
    assert orphans(systems.graph)["system_id"].tolist() == ["3"]
    assert rekeying(systems.graph)["method"].tolist() == ["manual", "manual"]


def test_no_answer_of_the_survey_is_in_the_graph(systems):
    everything = str(list(systems.graph.nodes(data=True)) + list(systems.graph.edges(data=True)))
    assert "ひみつ" not in everything and "r1" not in everything and "q01" not in everything


def test_graphml_and_gexf_read_back(systems, tmp_path):
    for write, read, name in (
        (write_graphml, nx.read_graphml, "map.graphml"),
        (write_gexf, nx.read_gexf, "map.gexf"),
    ):
        write(systems.graph, tmp_path / name)
        again = read(tmp_path / name)
        assert again.number_of_nodes() == systems.graph.number_of_nodes()
        assert again.number_of_edges() == systems.graph.number_of_edges()


def test_archimate_refers_only_to_elements_it_holds(systems, tmp_path):
    write_archimate(systems.graph, tmp_path / "map.xml", "試験市")
    space = {"a": "http://www.opengroup.org/xsd/archimate/3.0/"}
    model = ElementTree.parse(tmp_path / "map.xml").getroot()
    ids = {e.get("identifier") for e in model.findall(".//a:element", space)}
    links = model.findall(".//a:relationship", space)
    assert len(ids) == systems.graph.number_of_nodes() and len(links) == systems.graph.number_of_edges()
    assert all(r.get("source") in ids and r.get("target") in ids for r in links)
    assert all(re.fullmatch(r"id-[0-9a-f]+", i) for i in ids)


def test_the_page_asks_no_other_address_and_no_cell_breaks_out_of_it(systems, tmp_path):
    write_page(systems, tmp_path / "map.html")
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert not re.search(r"https?:|src=|@import|url\(", page)
    assert page.count("</script>") == 2
    assert "ひみつ" not in page


def test_an_empty_list_gives_empty_files(tmp_path):
    empty = dx.map_systems(dx.from_tables())
    write_archimate(empty.graph, tmp_path / "map.xml")
    write_page(empty, tmp_path / "map.html")
    model = ElementTree.parse(tmp_path / "map.xml").getroot()
    assert [part.tag.partition("}")[2] for part in model] == ["name"]


def test_systems_of_one_name_can_be_told_apart_on_the_page(tmp_path):
    rows = pd.DataFrame(
        {
            "system": ["住民情報システム", "住民情報システム", "水道料金システム", "水道料金システム", "戸籍システム"],
            "owner_department": ["市民課", None, "水道課", "水道課", "市民課"],
            "vendor": ["甲社", "甲社", "甲社", "乙社", "丙社"],
        }
    )
    write_page(dx.map_systems(dx.from_tables(systems=rows)), tmp_path / "map.html")
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', page)[1])
    labels = [node["label"] for node in data["nodes"] if node["kind"] == "system"]
    assert len(set(labels)) == 5
    assert labels[0] == "住民情報システム（市民課）" and "乙社" in labels[3] and labels[4] == "戸籍システム"
