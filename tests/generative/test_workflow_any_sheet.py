"""Whatever stands in a step table: no crash, no negative figure, and a chart all the same."""

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dxaudit as dx
from dxaudit.workflow.bpmn import to_bpmn
from dxaudit.workflow.layout import lay_out

NUMBERS = st.one_of(st.none(), st.sampled_from([0.0, 10.0, 99.9, 100.0, 101.0, -5.0, 1e9]))
WORDS = st.one_of(
    st.none(),
    st.sampled_from(["担当", "税務課", "申請者", "並行", "包含", "入力する", "a<b>&\"'", "\x00\x0b", "🙂" * 40]),
)
KEYS = st.sampled_from(["1", "2", "3", "4", "5", "②", "2-1", "手順3", "", "x"])
NEXT = st.one_of(
    st.none(),
    st.lists(
        st.sampled_from(["1", "2", "3", "4", "5", "2(50%)", "3(60%)", "終了", "9", "次へ", "(", "%"]), max_size=3
    ).map(tuple),
)

ROWS = st.fixed_dictionaries(
    {
        "business": st.sampled_from(["A", "B", None]),
        "step": st.one_of(st.none(), KEYS),
        "actor": WORDS,
        "action": WORDS,
        "medium": st.sampled_from(["paper", "digital", "both", "phone", "未知", None]),
        "system": WORDS,
        "work_minutes": NUMBERS,
        "wait_hours": NUMBERS,
        "rework_rate": NUMBERS,
        "branch": WORDS,
        "next_step": NEXT,
        "probability": NUMBERS,
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROWS, min_size=1, max_size=9))
def test_any_step_table_is_read_and_what_is_assessed_is_sound(rows):
    table = pd.DataFrame(rows)
    found = dx.map_workflows(dx.from_tables(workflow=table))
    for line in found.flows.itertuples():
        flow, expected = found.parts[line.key], found.expectations[line.key]
        assert set(flow.arcs["source"]) <= set(flow.steps.index)
        if line.faults:
            assert expected is None and np.isnan(line.throughput_hours)
            continue
        steps = expected.steps
        assert (steps["visits"] >= -1e-9).all() and steps["visits"].iloc[0] >= 1 - 1e-9
        assert steps["reached"].between(-1e-9, 1 + 1e-9).all()
        # Every case that begins ends, once.
        if not flow.joins:
            assert np.isclose(expected.arcs.loc[expected.arcs["target"] == "end", "times"].sum(), 1)
        if not np.isnan(line.throughput_hours):
            assert line.throughput_hours <= line.touch_hours + line.wait_hours + 1e-6
            assert line.throughput_hours >= -1e-9 and line.rework_hours >= -1e-9
    assert found.findings["message"].map(lambda said: isinstance(said, str) and "\n" not in said).all()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROWS, min_size=1, max_size=9))
def test_any_step_table_can_be_laid_out_and_written_as_bpmn(rows):
    from xml.etree import ElementTree

    for flow in dx.map_workflows(dx.from_tables(workflow=pd.DataFrame(rows))).parts.values():
        layout = lay_out(flow)
        assert set(layout.boxes.index) == set(flow.steps.index)
        assert all(len(points) > 1 for _, points in layout.routes)
        ElementTree.fromstring(to_bpmn(flow))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ROWS, min_size=2, max_size=7), st.sampled_from(["remove", "merge", "online", "rpa", "ai"]), st.data())
def test_any_change_is_worked_out_or_refused_in_words(rows, kind, data):
    found = dx.map_workflows(dx.from_tables(workflow=pd.DataFrame(rows)))
    line = found.flows.iloc[0]
    keys = st.sampled_from(list(found.parts[line["key"]].steps.index))
    step = (data.draw(keys), data.draw(keys)) if kind == "merge" else data.draw(keys)
    try:
        done = found.what_if(line["key"], **{kind: [step]})
    except dx.DxauditError as error:
        assert error.what
        return
    effect = done.effect
    if line["faults"]:
        assert effect.loc["touch_hours"].isna().all()
    elif kind == "remove" and not found.parts[line["key"]].joins:
        # What a step sent back it sends back no more, and its own work goes: nothing grows.
        assert not effect.at["touch_hours", "after_middle"] > effect.at["touch_hours", "before"] + 1e-6
    for changed in done.flows.values():
        lay_out(changed)
