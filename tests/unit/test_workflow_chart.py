"""The swim-lane chart: what a reader must find on it, and that it survives any flow."""

import pickle
import sys
from itertools import pairwise

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.show.plot import bottlenecks, flow_chart, pareto, same_work, what_if
from dxaudit.workflow.layout import lay_out, page_count, paper, wrap

matplotlib.use("Agg")

STEPS = [
    {"step": "1", "actor": "申請者", "action": "申請書を提出する", "medium": "paper", "wait_hours": 0.0},
    {"step": "2", "actor": "窓口担当", "action": "記載事項を確認する", "medium": "paper", "work_minutes": 10.0,
     "wait_hours": 1.0, "branch": "不備あり", "next_step": ("1(10%)", "3(90%)")},
    {"step": "3", "actor": "審査担当", "action": "審査結果を入力する", "medium": "digital",
     "system": "福祉総合システム", "work_minutes": 20.0, "wait_hours": 16.0, "rework_rate": 5.0},
    {"step": "4", "actor": "係長", "action": "決裁する", "medium": "paper", "work_minutes": 5.0, "wait_hours": 8.0},
]  # fmt: skip


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def mapped(steps):
    table = pd.DataFrame(steps).assign(business="福祉タクシー券", department="障がい福祉課")
    return dx.map_workflows(dx.from_tables(workflow=table))


def long_flow(count):
    return [
        {"step": str(i), "actor": f"担当{i % 5}", "action": f"工程{i}を処理し次へ回す", "work_minutes": 5.0,
         "wait_hours": 1.0, "rework_rate": 10.0 if i % 7 == 0 else np.nan}
        for i in range(1, count + 1)
    ]  # fmt: skip


def words(ax):
    return [t.get_text().replace("\n", "") for t in ax.texts]


def test_the_chart_shows_lanes_steps_system_times_branches_and_rework():
    ax = flow_chart(mapped(STEPS))
    said = words(ax)
    for wanted in (
        "申請者",
        "係長",
        "3. 審査結果を入力する",
        "福祉総合システム",
        "20分",
        "待ち16時間",
        "不備あり？ 90%",
    ):
        assert wanted in said
    assert any(text.startswith("差戻し") for text in said)
    assert "福祉タクシー券" in ax.get_title(loc="left")


def test_no_arrow_runs_through_a_box_and_no_two_boxes_touch():
    layout = lay_out(next(iter(mapped(long_flow(40)).parts.values())))
    boxes = layout.boxes
    for _, points in layout.routes:
        for (x0, y0), (x1, y1) in pairwise(points):
            middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
            inside = (abs(boxes["x"] - middle_x) < boxes["width"] / 2 - 0.01) & (
                abs(boxes["y"] - middle_y) < boxes["height"] / 2 - 0.01
            )
            assert not inside.any()
    for i, a in enumerate(boxes.itertuples()):
        for b in list(boxes.itertuples())[i + 1 :]:
            assert abs(a.x - b.x) >= a.width - 0.01 or abs(a.y - b.y) >= a.height - 0.01


def test_arrows_start_and_end_at_their_boxes():
    flow = next(iter(mapped(STEPS).parts.values()))
    layout = lay_out(flow)
    for row, points in layout.routes:
        for key, (x, y) in ((flow.arcs.at[row, "source"], points[0]), (flow.arcs.at[row, "target"], points[-1])):
            box = layout.boxes.loc[key]
            assert abs(box["x"] - x) <= box["width"] / 2 + 0.02 and abs(box["y"] - y) <= box["height"] / 2 + 0.02


def test_a_long_flow_comes_in_a4_pages_that_name_where_they_go_on():
    flows = mapped(long_flow(60))
    flow = next(iter(flows.parts.values()))
    assert page_count(flow) == 6
    shown = [key for page in range(1, 7) for key in lay_out(flow, page).boxes.index]
    assert sorted(shown, key=int) == list(flow.steps.index)
    ax = flow_chart(flows, page=2)
    width, height = ax.figure.get_size_inches()
    assert width <= 8.27 and height <= 11.0
    assert any("手順10→" in text for text in words(ax)) and any("→手順21" in text for text in words(ax))


def test_texts_stay_inside_their_lanes():
    ax = flow_chart(mapped(long_flow(20)))
    ax.figure.canvas.draw()
    lanes = ax.get_xlim()
    for text in ax.texts:
        box = text.get_window_extent().transformed(ax.transData.inverted())
        assert lanes[0] - 0.01 <= box.x0 and box.x1 <= lanes[1] + 0.01, text.get_text()


@pytest.mark.parametrize("steps", [STEPS[:1], [{"step": "1"}], [{"step": "1", "next_step": ("9",)}]])
def test_a_flow_of_one_step_or_a_broken_one_is_drawn_all_the_same(steps):
    ax = flow_chart(mapped(steps))
    assert len(lay_out(next(iter(mapped(steps).parts.values()))).boxes) == 1
    assert ax.get_title(loc="left")


@pytest.mark.parametrize("plot", [flow_chart, bottlenecks, pareto, same_work])
def test_plots_survive_nothing(plot):
    ax = plot(dx.map_workflows(dx.from_tables()))
    assert len(words(ax)) == 1


@pytest.mark.parametrize("plot", [bottlenecks, pareto])
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_plots_of_hours_survive_one_row_and_use_the_axes_given(plot, lang):
    state = dx.from_tables(
        businesses=pd.DataFrame(
            [{"department": "税務課", "business": "証明発行", "annual_hours": 100.0, "medium": "paper"}]
        )
    )
    _, given = plt.subplots()
    assert plot(dx.map_workflows(state), "税務課", ax=given, lang=lang) is given
    assert [patch.get_width() for patch in given.patches][-1] == pytest.approx(100)


def test_a_name_or_page_that_is_not_there_is_said_in_one_line():
    flows = mapped(STEPS)
    with pytest.raises(dx.DxauditError, match="無い名前"):
        flow_chart(flows, "無い名前")
    with pytest.raises(dx.DxauditError, match="9ページ"):
        flow_chart(flows, page=9)


def test_the_chart_is_written_as_svg_and_png(tmp_path):
    figure = flow_chart(mapped(STEPS)).figure
    for kind in ("svg", "png"):
        figure.savefig(tmp_path / f"flow.{kind}")
        assert (tmp_path / f"flow.{kind}").stat().st_size > 5000


def test_lines_break_without_a_closing_sign_at_their_head():
    assert wrap("申請書を受け付け、確認する。", 8, 3) == ["申請書を受け付け、", "確認する。"]
    assert wrap("あ" * 40, 10, 2)[-1].endswith("…")


def test_unit_times_are_drawn_side_by_side_with_the_best_filled():
    state = dx.from_tables(
        businesses=pd.DataFrame(
            [
                {"department": d, "business": "助成金の交付", "annual_cases": 100.0, "minutes_per_case": minutes}
                for d, minutes in (("文化課", 30.0), ("環境課", 20.0), ("農政課", 45.0))
            ]
        )
    )
    ax = same_work(dx.map_workflows(state))
    others, best = (collection.get_offsets().tolist() for collection in ax.collections[1:3])
    assert best == [[20.0, 0.0]] and [x for x, _ in others] == [30.0, 45.0]


def test_a_what_if_is_drawn_as_what_remains_with_its_range():
    done = mapped(STEPS).what_if("障がい福祉課 福祉タクシー券", online=["2"])
    ax = what_if(done)
    after = done.effect.at["touch_hours", "after_middle"] / done.effect.at["touch_hours", "before"]
    assert any(bar.get_width() == pytest.approx(100 * after) for bar in ax.patches)
    nothing = mapped([{"step": "1"}]).what_if("障がい福祉課 福祉タクシー券", online=["1"])
    assert len(words(what_if(nothing))) == 1


LONG = "障害者の日常生活及び社会生活を総合的に支援するための各種助成金の交付に関する事務"


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_no_word_of_any_chart_is_cut_off_at_the_edge(lang):
    state = dx.from_tables(
        businesses=pd.DataFrame(
            [
                {"department": f"障がい福祉総合相談支援課{i}", "business": f"{LONG}{i}", "medium": "paper",
                 "annual_cases": 9000.0 * (i + 1), "annual_hours": 12345.0 * (i + 1), "assigned_staff": 1.0}
                for i in range(12)
            ]
        ),
        workflow=pd.DataFrame(long_flow(12)).assign(business=f"{LONG}1", department="障がい福祉総合相談支援課1"),
    )  # fmt: skip
    flows = dx.map_workflows(state)
    drawn = [bottlenecks(flows, lang=lang), pareto(flows, lang=lang), same_work(flows, lang=lang)]
    drawn += [what_if(flows.what_if(flows.flows["key"][0], rpa=["3"]), lang=lang), flow_chart(flows, lang=lang)]
    for ax in drawn:
        figure = ax.figure
        figure.canvas.draw()
        axis = [ax.xaxis.label, *ax.get_yticklabels()] if ax.axison else []
        for text in [*ax.texts, ax.title, ax._left_title, *axis]:
            if text.get_visible() and text.get_text():
                box = text.get_window_extent()
                assert box.x0 >= -1 and box.x1 <= figure.bbox.x1 + 1, text.get_text()
                assert box.y0 >= -1 and box.y1 <= figure.bbox.y1 + 1, text.get_text()


def test_more_actors_than_a_page_holds_share_the_lane_of_their_department():
    steps = [
        {"step": str(i), "actor": f"{'税務課' if i % 2 else '会計課'} 担当{i}", "action": "確認", "next_step": np.nan}
        for i in range(1, 10)
    ]
    ax = flow_chart(mapped(steps))
    assert {"税務課", "会計課"} <= set(words(ax))
    assert any("[担当1]" in said for said in words(ax))
    assert ax.figure.get_size_inches()[0] <= 8.27


def test_without_graphviz_the_chart_says_what_to_install(monkeypatch):
    flows = mapped(STEPS)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    with pytest.raises(dx.DxauditError, match="pip install pygraphviz"):
        flow_chart(flows)
    # Everything but the chart works all the same.
    assert len(flows.bottlenecks()) >= 0 and flows.flows["throughput_hours"].notna().all()


def test_a_map_goes_to_another_process_and_back():
    flows = mapped(STEPS)
    again = pickle.loads(pickle.dumps(flows))
    assert again.flows.equals(flows.flows)
    assert len(flow_chart(again).patches) == len(flow_chart(flows).patches)


def test_a_smaller_axes_shrinks_letters_with_boxes_so_that_nothing_overlaps():
    flows = mapped(STEPS)
    width, height = paper(next(iter(flows.parts.values())))
    _, small = plt.subplots(figsize=(width / 2, height / 2), layout="constrained")
    full, half = flow_chart(flows), flow_chart(flows, ax=small)
    for one, other in zip(full.texts, half.texts, strict=True):
        assert not one.get_text() or other.get_fontsize() <= one.get_fontsize() * 0.55
