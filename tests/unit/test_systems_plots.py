"""Every chart of systems survives nothing and one row, and shows what the table says."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.errors import DxauditError

ROWS = pd.DataFrame(
    {
        "system_id": ["1", "2", "3"],
        "system": ["施設予約システム", "公民館予約サービス", "給与計算"],
        "owner_department": ["スポーツ課", "公民館", "人事課"],
        "annual_cost": [1000.0, 600.0, None],
        "linked_systems": [("給与計算",), None, None],
    }
)


def mapped(rows: int):
    return dx.map_systems(dx.from_tables(systems=ROWS.head(rows)))


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.mark.parametrize("rows", [0, 1, 3])
@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("chart", ["overlaps", "reference_map", "system_graph"])
def test_a_chart_is_drawn_on_the_axes_given(chart, rows, lang):
    ax = plt.subplots()[1]
    assert getattr(dx.plot, chart)(mapped(rows), ax=ax, lang=lang) is ax
    ax.figure.canvas.draw()


def texts(ax) -> set[str]:
    return {t.get_text() for t in ax.texts}


def test_the_reference_map_has_a_box_for_every_function_in_the_same_place_for_every_city():
    one, other = dx.plot.reference_map(mapped(1)), dx.plot.reference_map(mapped(3))
    places = [{t.get_text(): t.get_position() for t in ax.texts if not t.get_text().isdigit()} for ax in (one, other)]
    assert places[0] == places[1]
    assert len(one.patches) == len(mapped(1).taxonomy.functions)
    assert "2" in texts(other) and "2" not in texts(one)


def test_the_overlap_chart_shows_cost_and_saving_of_the_table():
    systems = mapped(3)
    ax = dx.plot.overlaps(systems)
    widths = sorted(p.get_width() for p in ax.patches)
    line = systems.overlaps().iloc[0]
    assert widths == [line["saving_middle"], line["cost"]]


def test_the_waterfall_ends_at_the_confidence():
    systems = mapped(3)
    ax = dx.plot.waterfall(systems, "1", "2")
    confidence = systems.pairs().set_index(["system_a", "system_b"]).loc[("1", "2"), "confidence"]
    assert ax.patches[-1].get_height() == pytest.approx(confidence, abs=1e-3)


def test_the_ego_view_names_what_the_system_touches():
    assert {"スポーツ課", "給与計算"} <= texts(dx.plot.system_graph(mapped(3), system="1"))


def test_wrong_names_are_one_line():
    with pytest.raises(DxauditError):
        dx.plot.system_graph(mapped(1), system="zz")
    with pytest.raises(DxauditError):
        dx.plot.system_graph(mapped(1), by="colour")
    with pytest.raises(DxauditError):
        dx.plot.reference_map(mapped(1), area="nowhere")
