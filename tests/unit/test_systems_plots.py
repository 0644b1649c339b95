"""Every chart of systems survives nothing and one row, and shows what the table says."""

import re

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Circle

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


def test_the_waterfall_says_where_the_sum_is_cut():
    rows = pd.DataFrame(
        {
            "system_id": ["1", "2"],
            "system": ["WinActor", "WinActor"],
            "vendor": "NTTデータ",
            "function": "RPAによる入力の自動化",
            "owner_department": ["総務課", "税務課"],
        }
    )
    systems = dx.map_systems(dx.from_tables(systems=rows))
    total = systems.signals("1", "2")["contribution"].sum()
    assert total > 0.995, "the case needs a pair whose signals come to more than a confidence may be"
    ax = dx.plot.waterfall(systems, "1", "2")
    assert ax.patches[-2].get_height() == pytest.approx(0.99 - total, abs=0.011)
    assert "上限0.99で打切り" in [t.get_text().replace("\n", "") for t in ax.get_xticklabels()]


def test_the_ego_view_names_what_the_system_touches():
    assert {"スポーツ課", "給与計算"} <= texts(dx.plot.system_graph(mapped(3), system="1"))


@pytest.mark.parametrize(("by", "blocks"), [("department", 3), ("bureau", 2), ("area", 2)])
def test_every_system_stands_in_the_block_of_its_department_bureau_or_field(by, blocks):
    organization = pd.DataFrame(
        {"department": ["スポーツ課", "公民館", "人事課"], "bureau": ["教育部", "教育部", "総務部"]}
    )
    systems = dx.map_systems(dx.from_tables(systems=ROWS, organization=organization))
    drawn = texts(dx.plot.system_graph(systems, by=by))
    counts = [int(found[1]) for t in drawn if (found := re.search(r" \((\d+)\)$", t))]
    assert len(counts) == blocks and sum(counts) == 3
    named = "\n".join(drawn)
    assert all(name in named for name in ROWS["system"])


def discs(ax):
    return [p for p in ax.patches if isinstance(p, Circle)]


def test_no_block_lies_on_another_however_many_and_large_they_are():
    sizes = [60, 1, 25, 3, 40, 1, 1, 30, 8, 2]
    rows = pd.DataFrame(
        {"system": "帳票", "owner_department": [f"{n:02d}課" for n, k in enumerate(sizes) for _ in range(k)]}
    )
    drawn = discs(dx.plot.system_graph(dx.map_systems(dx.from_tables(systems=rows)), by="department"))
    free = [
        np.hypot(*np.subtract(one.center, other.center)) - one.radius - other.radius
        for n, one in enumerate(drawn)
        for other in drawn[:n]
    ]
    assert len(drawn) == len(sizes) and min(free) > 0


@pytest.mark.parametrize("departments", [3, 24, 90])
def test_four_hundred_systems_stay_apart_on_the_page_with_every_block_named(departments):
    rows = pd.DataFrame(
        {
            "system": [f"第{n}業務管理システム" for n in range(400)],
            "owner_department": [f"政策第{n % departments}課" for n in range(400)],
            "network_zone": ["mynumber", "lgwan", "internet", None] * 100,
            "linked_systems": [(f"第{(7 * n) % 400}業務管理システム",) for n in range(400)],
        }
    )
    ax = dx.plot.system_graph(dx.map_systems(dx.from_tables(systems=rows)), by="department")
    figure = ax.figure
    figure.draw_without_rendering()
    points = np.concatenate([c.get_offsets() for c in ax.collections])
    size = ax.collections[0]._widths[0] * 2
    near = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)) + 9 * np.eye(len(points))
    assert len(points) == 400 and near.min() >= 0.9 * size
    blocks = [t for t in ax.texts if re.search(r" \(\d+\)$", t.get_text())]
    boxes = [t.get_window_extent() for t in blocks]
    assert len(blocks) == departments
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in boxes)
    assert not any(one.overlaps(other) for n, one in enumerate(boxes) for other in boxes[:n])
    assert {t.get_text() for t in ax.get_legend().get_texts()} >= {"LGWAN接続系", "ネットワーク区分の記載なし"}


def test_every_line_ends_in_a_block():
    ax = dx.plot.system_graph(mapped(3), by="department")
    thick = [line for line in ax.lines if line.get_alpha()]
    assert thick
    for line in thick:
        for x, y in line.get_xydata()[[0, -1]]:
            assert any(np.hypot(x - d.center[0], y - d.center[1]) < d.radius for d in discs(ax))


def test_wrong_names_are_one_line():
    with pytest.raises(DxauditError):
        dx.plot.system_graph(mapped(1), system="zz")
    with pytest.raises(DxauditError):
        dx.plot.system_graph(mapped(1), by="colour")
    with pytest.raises(DxauditError):
        dx.plot.reference_map(mapped(1), area="nowhere")
