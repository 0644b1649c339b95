"""How charts look: fonts, colours and hatches from ``vocabulary/look.toml``."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import matplotlib as mpl
import matplotlib_fontja
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Patch
from matplotlib.transforms import ScaledTranslation, Transform

from dxaudit.vocabulary import load

_WHY_EMPTY = "why-empty"


@cache
def fonts() -> tuple[str, ...]:
    """Installed families in order of preference; the bundled Japanese font is always among them."""
    # matplotlib-fontja carries IPAexGothic, so that a closed-network PC without a Japanese font still writes.
    matplotlib_fontja.japanize()
    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    return tuple(name for name in load("look")["type"]["chart_family"] if name in installed)


def rc() -> dict[str, object]:
    """matplotlib settings of every chart."""
    look = load("look")
    ink, kind = look["ink"], look["type"]
    return {
        "font.family": list(fonts()),
        "font.size": kind["chart_text"],
        "axes.titlesize": kind["chart_title"],
        "axes.titleweight": "normal",
        "axes.titlelocation": "left",
        # Where a chart's ticks are above it, it says itself how far the title is from it; left to itself, matplotlib
        # measures every word of the chart once more for each title.
        "axes.titley": 1.0,
        "axes.edgecolor": ink["line"],
        "axes.labelcolor": ink["text"],
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "axes.unicode_minus": False,
        "grid.color": ink["grid"],
        "xtick.color": ink["muted"],
        "ytick.color": ink["text"],
        "text.color": ink["text"],
        # A department or system may be called "A$B$"; no word of a file is a formula.
        "text.parse_math": False,
        # At the size of a report's charts hinting cannot be told from none, and fitting each of thousands of
        # characters to the pixels takes half of their time.
        "text.hinting": "none",
        "hatch.linewidth": 0.6,
        "figure.dpi": look["page"]["dpi"],
        "savefig.dpi": look["page"]["dpi"],
        "figure.facecolor": ink["paper"],
        "svg.fonttype": "path",
    }


def use() -> None:
    """Make the look the default of this process (a notebook's first cell)."""
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    mpl.rcParams.update(rc())


@contextmanager
def applied() -> Iterator[None]:
    """The look within a ``with`` block."""
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    look = rc()
    before = {key: mpl.rcParams[key] for key in look}
    mpl.rcParams.update(look)
    try:
        yield
    finally:
        # Not rc_context: it would also take back that the notebook's backend has meanwhile become interactive, and no
        # later figure of the notebook would be shown.
        mpl.rcParams.update(before)


def perspective_colour(perspective: str) -> str:
    """Colour of one of the five perspectives."""
    return load("look")["perspective"][perspective]["colour"]


@cache
def severity_scale() -> LinearSegmentedColormap:
    """Colour map from no issue to worst, monotone in lightness."""
    return LinearSegmentedColormap.from_list("dxaudit_severity", load("look")["severity"]["scale"])


def missing_patch(xy: tuple[float, float], width: float, height: float, *, suppressed: bool = False) -> Patch:
    """A hatched rectangle for what was not assessed (or is suppressed); never white, never a colour of the scale."""
    look = load("look")["missing"]
    return mpl.patches.Rectangle(
        xy, width, height, facecolor=look["face"], edgecolor=look["edge"], linewidth=0.5,
        hatch=look["suppressed_hatch"] if suppressed else look["hatch"],
    )  # fmt: skip


def below(ax: Axes, inches: float) -> Transform:
    """Shares of the axes, so far below them: what is tied by it keeps its distance however high the axes become."""
    return ax.transAxes + ScaledTranslation(0, -inches, ax.figure.dpi_scale_trans)


def nothing_to_show(ax: Axes, why: str) -> Axes:
    """An empty chart that says why it is empty."""
    ax.set_axis_off()
    muted = load("look")["ink"]["muted"]
    words = ax.text(0.5, 0.5, why, ha="center", va="center", transform=ax.transAxes, color=muted, wrap=True)
    words.set_gid(_WHY_EMPTY)
    return ax


def why_empty(ax: Axes) -> str:
    """What `nothing_to_show` wrote on this Axes; empty where something is drawn."""
    return next((words.get_text() for words in ax.texts if words.get_gid() == _WHY_EMPTY), "")
