"""BPMN 2.0 in and out: what is drawn elsewhere is read or refused with a clear word, and ours is valid elsewhere."""

from pathlib import Path

import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.intake.bpmn import read_bpmn
from dxaudit.workflow.bpmn import to_bpmn, write_bpmn

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def tasks(*names):
    return "".join(f'<task id="{name}" name="{name}"/>' for name in names)


def flows(*pairs):
    """``"a>b"`` or ``"a>b:name"`` as sequence flows."""
    found = ""
    for i, pair in enumerate(pairs):
        ends, _, name = pair.partition(":")
        source, target = ends.split(">")
        found += f'<sequenceFlow id="f{i}_{source}_{target}" sourceRef="{source}" targetRef="{target}" name="{name}"/>'
    return found


def document(body, around=""):
    return f'<definitions xmlns="{MODEL}">{around}<process id="p" name="申請">{body}</process></definitions>'


def read(tmp_path, content):
    path = tmp_path / "flow.bpmn"
    path.write_text(content, encoding="utf-8")
    return read_bpmn(path)


def steps(rows):
    return rows.drop_duplicates("step").set_index("action")


def moves(rows):
    """``{("受付", "審査"), …}`` by the names of the steps."""
    names = dict(zip(rows["step"], rows["action"], strict=True)) | {"終了": "end"}
    names = {step: name for step, name in names.items() if isinstance(name, str)} | {
        r.step: r.action for r in rows.itertuples() if isinstance(r.action, str)
    }
    return {(names[r.step], names.get(r.next_step[0], "end")) for r in rows.itertuples()}


START = '<startEvent id="s"/><endEvent id="e"/>'

KINDS = {
    "sequence": (START + tasks("a", "b") + flows("s>a", "a>b", "b>e"), {("a", "b"), ("b", "end")}),
    "exclusive_gateway": (
        START + tasks("a", "b", "c") + '<exclusiveGateway id="x"/>'
        + flows("s>a", "a>x", "x>b:可 (80%)", "x>c:否 (20%)", "b>e", "c>e"),
        {("a", "b"), ("a", "c"), ("b", "end"), ("c", "end")},
    ),
    "merge": (
        START + tasks("a", "b", "c", "d") + '<exclusiveGateway id="x"/><exclusiveGateway id="m"/>'
        + flows("s>a", "a>x", "x>b", "x>c", "b>m", "c>m", "m>d", "d>e"),
        {("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("d", "end")},
    ),
    "gateway_of_its_own": (
        START + tasks("a", "b", "c") + '<exclusiveGateway id="x" name="要件"/>'
        + flows("s>x", "x>a", "x>b", "a>c", "b>c", "c>e"),
        {("要件", "a"), ("要件", "b"), ("a", "c"), ("b", "c"), ("c", "end")},
    ),
    "loop_back": (
        START + tasks("a", "b") + '<exclusiveGateway id="x"/>' + flows("s>a", "a>b", "b>x", "x>a:不備 (10%)", "x>e"),
        {("a", "b"), ("b", "a"), ("b", "end")},
    ),
    "parallel_gateways": (
        START + tasks("a", "b", "c", "d") + '<parallelGateway id="x"/><parallelGateway id="m"/>'
        + flows("s>a", "a>x", "x>b", "x>c", "b>m", "c>m", "m>d", "d>e"),
        {("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("d", "end")},
    ),
    "implicit_split": (
        START + tasks("a", "b", "c", "d") + flows("s>a", "a>b", "a>c", "b>d", "c>d", "d>e"),
        {("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("d", "end")},
    ),
    "inclusive_gateway": (
        START + tasks("a", "b", "c") + '<inclusiveGateway id="x"/>' + flows("s>a", "a>x", "x>b", "x>c", "b>e", "c>e"),
        {("a", "b"), ("a", "c"), ("b", "end"), ("c", "end")},
    ),
    "event_gateway": (
        START + tasks("a", "b", "c") + '<eventBasedGateway id="x"/><intermediateCatchEvent id="t" name="期限"/>'
        '<intermediateCatchEvent id="u" name="回答"/>' + flows("s>a", "a>x", "x>t", "x>u", "t>b", "u>c", "b>e", "c>e"),
        {("a", "期限"), ("a", "回答"), ("期限", "b"), ("回答", "c"), ("b", "end"), ("c", "end")},
    ),
    "expanded_sub_process": (
        START + tasks("a", "d") + '<subProcess id="u">' + '<startEvent id="us"/><endEvent id="ue"/>' + tasks("b", "c")
        + flows("us>b", "b>c", "c>ue") + "</subProcess>" + flows("s>a", "a>u", "u>d", "d>e"),
        {("a", "b"), ("b", "c"), ("c", "d"), ("d", "end")},
    ),
    "collapsed_sub_process": (
        START + tasks("a") + '<subProcess id="u" name="まとめ"/>' + flows("s>a", "a>u", "u>e"),
        {("a", "まとめ"), ("まとめ", "end")},
    ),
    "transaction_and_call": (
        START + '<callActivity id="a" name="a"/><transaction id="t">' + tasks("b") + "</transaction>"
        + flows("s>a", "a>t", "t>e"),
        {("a", "b"), ("b", "end")},
    ),
    "boundary_event": (
        START + tasks("a", "b", "c") + '<boundaryEvent id="x" name="期限切れ" attachedToRef="a"/>'
        + flows("s>a", "a>b", "x>c", "b>e", "c>e"),
        {("a", "b"), ("a", "c"), ("b", "end"), ("c", "end")},
    ),
    "thrown_event": (
        START + tasks("a", "b") + '<intermediateThrowEvent id="x"/>' + flows("s>a", "a>x", "x>b", "b>e"),
        {("a", "b"), ("b", "end")},
    ),
    "several_starts": (
        START + '<startEvent id="s2"/>' + tasks("a", "b", "c") + flows("s>a", "s2>b", "a>c", "b>c", "c>e"),
        {("開始", "a"), ("開始", "b"), ("a", "c"), ("b", "c"), ("c", "end")},
    ),
    "no_events": (tasks("a", "b") + flows("a>b"), {("a", "b"), ("b", "end")}),
    "loops_and_instances": (
        START + '<task id="a" name="a"><standardLoopCharacteristics/></task><task id="b" name="b">'
        "<multiInstanceLoopCharacteristics/></task>" + flows("s>a", "a>b", "b>e"),
        {("a", "b"), ("b", "end")},
    ),
    "event_sub_process": (
        START + tasks("a") + '<subProcess id="u" triggeredByEvent="true">' + tasks("z") + "</subProcess>"
        + flows("s>a", "a>e"),
        {("a", "end")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_bpmn_is_read_as_it_is_drawn(kind, tmp_path):
    body, wanted = KINDS[kind]
    rows, _ = read(tmp_path, document(body))
    assert moves(rows) == wanted
    found = dx.map_workflows(dx.from_tables(workflow=rows))
    assert len(found.flows) == 1


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("boundary_event", "bpmn.boundary"), ("several_starts", "bpmn.several_starts"),
        ("event_sub_process", "bpmn.event_subprocess"), ("loops_and_instances", "bpmn.loop"),
        ("loops_and_instances", "bpmn.multi_instance"),
    ],
)  # fmt: skip
def test_what_a_step_table_cannot_say_is_a_finding(kind, rule, tmp_path):
    _, findings = read(tmp_path, document(KINDS[kind][0]))
    assert rule in {finding["rule"] for finding in findings}


def test_an_inclusive_choice_is_drawn_but_not_assessed(tmp_path):
    rows, _ = read(tmp_path, document(KINDS["inclusive_gateway"][0]))
    assert "inclusive_branch" in dx.map_workflows(dx.from_tables(workflow=rows)).flows.iloc[0]["faults"]


def test_lanes_and_pools_are_the_actors(tmp_path):
    lanes = (
        '<laneSet id="l"><lane id="l1" name="市民課"><childLaneSet id="n"><lane id="l2" name="窓口">'
        "<flowNodeRef>a</flowNodeRef></lane></childLaneSet></lane></laneSet>"
    )
    around = (
        '<collaboration id="c"><participant id="pp" name="塩凪市" processRef="p"/><participant id="o" name="住民"/>'
        "</collaboration>"
    )
    rows, _ = read(tmp_path, document(lanes + START + tasks("a", "b") + flows("s>a", "a>b", "b>e"), around))
    assert steps(rows)["actor"].to_dict() == {"a": "窓口", "b": "塩凪市"}


def test_a_data_store_is_the_system_and_what_stands_beside_the_flow_is_counted(tmp_path):
    body = (
        START + '<dataStoreReference id="d" name="福祉システム"/><textAnnotation id="t"/><dataObjectReference id="o"/>'
        '<task id="a" name="a"><dataOutputAssociation><targetRef>d</targetRef></dataOutputAssociation></task>'
        + flows("s>a", "a>e")
    )  # fmt: skip
    rows, findings = read(tmp_path, document(body))
    assert rows["system"].tolist() == ["福祉システム"]
    assert [f["rule"] for f in findings] == ["bpmn.beside"] and "2個" in findings[0]["message"]


def test_every_step_tells_its_line_in_the_file(tmp_path):
    body = "\n".join([START, tasks("a"), tasks("b"), flows("s>a", "a>b", "b>e")])
    rows, _ = read(tmp_path, document(body))
    assert rows["source_row"].tolist() == [2, 3]


BOMB = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + document("<task id='a' name='&b;'/>")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("これはXMLではない", "XML"), (document("")[:-9], "XML"), ("<svg/>", "BPMN 2.0"), (document(START), "プロセス"),
        (f'<definitions xmlns="{MODEL}"><choreography id="c"/></definitions>', "プロセス"), (BOMB, "ENTITY"),
        ('<definitions xmlns="http://schema.omg.org/spec/BPMN/1.2"/>', "BPMN 2.0"),
    ],
)  # fmt: skip
def test_what_is_no_bpmn_process_is_refused_in_one_line_with_a_remedy(content, said, tmp_path):
    with pytest.raises(dx.DxauditError, match=said) as error:
        read(tmp_path, content)
    assert error.value.where == "flow.bpmn" and error.value.remedy
    assert "\n" not in str(error.value)


def parts(rows):
    return dx.map_workflows(dx.from_tables(workflow=pd.DataFrame(rows)))


TIMES = {"business": "福祉タクシー券", "department": "障がい福祉課", "work_minutes": 60.0, "wait_hours": 2.0}
DRAWN = {
    "straight": [{**TIMES, "step": "1", "actor": "担当", "action": "受付"}, {**TIMES, "step": "2", "actor": "係長"}],
    "rework": [
        {**TIMES, "step": "1", "actor": "窓口", "medium": "paper"},
        {**TIMES, "step": "2", "actor": "審査", "system": "福祉", "medium": "digital", "rework_rate": 20.0},
        {**TIMES, "step": "3", "branch": "可／否", "next_step": ("終了(90%)", "1(10%)")},
    ],
    "nested_blocks": [
        {**TIMES, "step": "1", "branch": "並行", "next_step": ("2", "4"), "rework_rate": 10.0},
        {**TIMES, "step": "2", "next_step": ("3(50%)", "6(50%)")},
        {**TIMES, "step": "3", "next_step": ("6",)},
        {**TIMES, "step": "4", "branch": "並行", "next_step": ("5", "6")},
        {**TIMES, "step": "5", "next_step": ("6",)},
        {**TIMES, "step": "6", "rework_rate": 20.0},
    ],
    "block_to_the_end": [
        {**TIMES, "step": "1", "branch": "並行", "next_step": ("2", "3")},
        {**TIMES, "step": "2", "next_step": ("終了",)},
        {**TIMES, "step": "3", "next_step": ("終了",)},
    ],
    "broken": [{**TIMES, "step": "1", "next_step": ("9",)}, {**TIMES, "step": "2", "action": "a\x01<&\"b"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def schema():
    spiff = pytest.importorskip("SpiffWorkflow")
    etree = pytest.importorskip("lxml.etree")
    return etree.XMLSchema(etree.parse(str(Path(spiff.__file__).parent / "bpmn/parser/schema/BPMN20.xsd")))


@pytest.mark.parametrize("kind", DRAWN)
def test_ours_passes_the_official_schema(kind, schema):
    etree = pytest.importorskip("lxml.etree")
    flow = next(iter(parts(DRAWN[kind]).parts.values()))
    schema.assertValid(etree.fromstring(to_bpmn(flow).encode()))


@pytest.mark.parametrize("kind", ["straight", "rework", "nested_blocks", "block_to_the_end"])
def test_ours_comes_back_with_the_same_expectation(kind, tmp_path):
    found = parts(DRAWN[kind])
    path = write_bpmn(next(iter(found.parts.values())), tmp_path / "out.bpmn")
    rows, findings = read_bpmn(path)
    again = dx.map_workflows(dx.from_tables(workflow=rows)).flows.iloc[0]
    assert not findings
    assert again["department"] == "障がい福祉課"
    for column in ("touch_hours", "throughput_hours", "rework_hours"):
        assert again[column] == pytest.approx(found.flows.iloc[0][column])


def test_an_independent_engine_reads_ours_as_it_is_drawn(tmp_path):
    parser_module = pytest.importorskip("SpiffWorkflow.bpmn.parser")
    rows = [
        {**row, "actor": actor} for row, actor in zip(DRAWN["block_to_the_end"], ["窓口", "審査", "会計"], strict=True)
    ]
    path = write_bpmn(next(iter(parts(rows).parts.values())), tmp_path / "out.bpmn")
    # An engine runs only what says that it can run; ours is a drawing.
    path.write_text(path.read_text("utf-8").replace('isExecutable="false"', 'isExecutable="true"'), "utf-8")
    parser = parser_module.BpmnParser()
    parser.add_bpmn_file(str(path))
    specs = parser.get_spec("process").task_specs
    assert {s.name for s in specs["split_step_1"].outputs} == {"step_2", "step_3"}
    assert {s.name for s in specs["join_step_1"].inputs} == {"step_2", "step_3"}
    assert [specs[f"step_{i}"].lane for i in (1, 2, 3)] == ["窓口", "審査", "会計"]


def test_every_node_of_ours_stands_on_the_drawing_inside_its_lane(tmp_path):
    from xml.etree import ElementTree

    spaces = {
        "m": MODEL,
        "d": "http://www.omg.org/spec/BPMN/20100524/DI",
        "c": "http://www.omg.org/spec/DD/20100524/DC",
    }
    root = ElementTree.fromstring(to_bpmn(next(iter(parts(DRAWN["nested_blocks"]).parts.values()))))
    at = {
        shape.get("bpmnElement"): [float(shape.find("c:Bounds", spaces).get(k)) for k in ("x", "y", "width", "height")]
        for shape in root.iterfind(".//d:BPMNShape", spaces)
    }
    for lane in root.iterfind(".//m:lane", spaces):
        x, y, width, height = at[lane.get("id")]
        for reference in lane.iterfind("m:flowNodeRef", spaces):
            left, top, wide, high = at[reference.text]
            assert x <= left and left + wide <= x + width and y <= top and top + high <= y + height
    drawn = {edge.get("bpmnElement") for edge in root.iterfind(".//d:BPMNEdge", spaces)}
    assert drawn == {flow.get("id") for flow in root.iterfind(".//m:sequenceFlow", spaces)}
