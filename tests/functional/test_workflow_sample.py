"""From files to flows: the sample city's step tables, and flows that go out as BPMN and come back in a folder."""

from pathlib import Path

import pytest

import dxaudit as dx

SAMPLE = Path(__file__).parents[2] / "data" / "samples" / "shionagi"


@pytest.fixture(scope="module")
def flows():
    return dx.map_workflows(dx.read(SAMPLE))


def test_every_step_table_of_the_sample_is_a_sound_flow_of_a_business_in_the_inventory(flows):
    assert len(flows.flows) == 8
    assert not flows.flows["faults"].map(len).any()
    assert flows.flows["business_row"].notna().all()
    assert flows.flows["throughput_days"].between(0.1, 200).all()


def test_a_department_sees_its_worst_bottlenecks_with_its_own_flow(flows):
    found = flows.bottlenecks("子育て支援課")
    assert set(found["department"]) == {"子育て支援課"}
    drawn = found[found["flow"] != ""]
    assert drawn["flow"].tolist() == ["子育て支援課 児童手当の認定請求"]
    assert drawn.iloc[0]["basis"] == "flow" and all("業務フロー" in source for source in drawn.iloc[0]["sources"])


def test_the_citys_shortlist_names_businesses_with_reasons_and_cells(flows):
    found = flows.shortlist()
    assert 0 < len(found) <= 20
    assert found["burdened_hours"].is_monotonic_decreasing
    assert found["reason"].str.contains("時間").all() and found["sources"].map(len).min() >= 1


def test_flows_written_as_bpmn_and_read_from_a_folder_are_the_same_flows(flows, tmp_path):
    for i, key in enumerate(flows.flows["key"]):
        flows.write_bpmn(key, tmp_path / f"{i}.bpmn")
    again = dx.map_workflows(dx.read(tmp_path)).flows.set_index("business")
    before = flows.flows.set_index("business")
    for column in ("touch_hours", "wait_hours", "throughput_hours", "media_breaks", "rekeyings"):
        assert again[column].to_dict() == pytest.approx(before[column].to_dict()), column
