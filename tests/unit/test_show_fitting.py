"""A chart fills its paper and no word of it is cut off, though its words are measured only once."""

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from dxaudit.show import style
from dxaudit.show.fitting import fit


def long_names(ax):
    ax.barh([0, 1], [60, 100])
    ax.set_yticks([0, 1], ["定型・大量の業務を手作業で行っている(RPA候補) (G05)", "短い"])
    ax.set_xlabel("優先度")


def words_behind_bars(ax):
    ax.barh([0, 1, 2], [10, 99, 100])
    for y, value in enumerate([10, 99, 100]):
        ax.text(value + 1, y, "繁忙集中 12,345時間", va="center")
    ax.set_xlim(0, 105)


def words_outside(ax):
    ax.barh([0], [40])
    ax.set_xlim(0, 100)
    ax.text(102, 0, "40  11/11件評価")
    ax.axvline(30)


def key_below(ax):
    ax.barh([0], [40])
    keys = [Patch(label=f"観点の名前が長い凡例{n}") for n in range(3)]
    ax.legend(handles=keys, loc="upper center", bbox_to_anchor=(0.5, -0.25), ncols=3, frameon=False)


def ticks_above(ax):
    ax.set_xticks([0, 0.5, 1], ["業務", "組織", "人材"])
    ax.xaxis.tick_top()
    ax.set_title("所属 × 観点", pad=24)


def no_axes(ax):
    ax.set_axis_off()
    ax.set_aspect("equal")
    ax.text(0.5, 0.5, "中央")


CHARTS = [long_names, words_behind_bars, words_outside, key_below, ticks_above, no_axes]


def drawn(draw, width=7.0, height=2.6, layout=None):
    with style.applied():
        figure = Figure(figsize=(width, height), dpi=130, layout=layout)
        canvas = FigureCanvasAgg(figure)
        ax = figure.add_subplot()
        ax.set_title("題")
        draw(ax)
        if layout is None:
            fit(ax, canvas.get_renderer())
        canvas.draw()
    return ax


@pytest.mark.parametrize("draw", CHARTS)
def test_no_word_is_cut_off(draw):
    ax = drawn(draw)
    seen, paper = ax.get_tightbbox(), ax.figure.bbox
    assert seen.x0 >= paper.x0 and seen.x1 <= paper.x1
    assert seen.y0 >= paper.y0 and seen.y1 <= paper.y1


@pytest.mark.parametrize("draw", [long_names, words_outside, ticks_above])
def test_the_axes_are_as_large_as_matplotlibs_own_layout_makes_them(draw):
    ours, theirs = drawn(draw), drawn(draw, layout="constrained")
    mine, other = ours.get_position(), theirs.get_position()
    assert mine.bounds == pytest.approx(other.bounds, abs=0.012)


def test_a_title_stands_above_ticks_that_are_above():
    ax = drawn(ticks_above)
    title = next(t for t in ax.get_children() if getattr(t, "get_text", str)() == "所属 × 観点")
    assert title.get_window_extent().y0 >= ax.xaxis.get_tightbbox().y1
