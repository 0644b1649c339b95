"""How large the axes of a chart may be, so that its words fit on the paper: every word is measured once.

matplotlib's constrained layout serves any grid of axes and measures all words of a chart four times over, which is a
third of the time that a report takes to draw. A chart of a report has one Axes. Its words keep their size while the
point that they are tied to moves with the axes, so one measurement gives the largest axes that they leave room for.
"""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.text import Text

SIDES = {"left": 0.0, "center": 0.5, "right": 1.0}
ROUNDS = 4
"""Narrower axes move the words on them, which may make room for wider ones; after four rounds nothing moves."""

Tied = tuple[float, float, float]
"""Where along the axes a word is tied (0 to 1), and how far it reaches before and behind that point, in pixels."""
ENDS: tuple[Tied, ...] = ((0.0, 0.0, 0.0), (1.0, 0.0, 0.0))
"""The axes themselves."""


def fit(ax: Axes, renderer: RendererBase) -> Axes:
    """Make ``ax`` as large as its figure and its own words allow, with matplotlib's usual padding.

    A title does not narrow the axes, however wide it is.
    """
    figure = ax.get_figure()
    ax.apply_aspect()
    own = ax.get_window_extent(renderer)
    across, up = list(ENDS), list(ENDS)
    for axis in (ax.xaxis, ax.yaxis) if ax.axison else ():
        box = axis.get_tightbbox(renderer, for_layout_only=True)
        if box is not None:
            # Ticks and their labels stay as far outside of both ends of the axes as they are.
            across += [(0.0, own.x0 - box.x0, 0.0), (1.0, 0.0, box.x1 - own.x1)]
            up += [(0.0, own.y0 - box.y0, 0.0), (1.0, 0.0, box.y1 - own.y1)]
    frame = {ax.patch, *ax.spines.values()}
    within = [artist for artist in ax.get_default_bbox_extra_artists() if artist not in frame]
    for title in ax.get_children():
        if isinstance(title, Text) and title not in within and title.get_text():
            up.append((1.0, 0.0, title.get_window_extent(renderer).y1 - own.y1))
    for artist in within:
        box = artist.get_tightbbox(renderer)
        if box is not None and np.isfinite(box.extents).all() and box.width and box.height:
            across.append(_tied(box.x0, box.x1, _side(artist), own.x0, own.width))
            up.append(_tied(box.y0, box.y1, 0.5, own.y0, own.height))
    pad = figure.dpi * mpl.rcParams["figure.constrained_layout.w_pad"]
    wide, high = figure.bbox.width, figure.bbox.height
    left, width = _largest(across, pad, wide - pad)
    bottom, height = _largest(up, pad, high - pad)
    ax.set_position((left / wide, bottom / high, width / wide, height / high))
    return ax


def _side(artist: Artist) -> float:
    """The part of its own width at which an artist is tied: a text by its alignment, anything else in its middle."""
    return SIDES[artist.get_horizontalalignment()] if isinstance(artist, Text) else 0.5


def _tied(low: float, high: float, side: float, start: float, length: float) -> Tied:
    """A box from ``low`` to ``high`` on axes of ``length`` from ``start``; outside of them it is tied to their end."""
    share = min(1.0, max(0.0, (low + side * (high - low) - start) / length))
    at = start + share * length
    return share, at - low, high - at


def _largest(tied: list[Tied], low: float, high: float) -> tuple[float, float]:
    """Start and length of the longest axes between ``low`` and ``high`` on which every word ends in between."""
    length = high - low
    for _ in range(ROUNDS):
        start = max(low + before - share * length for share, before, _ in tied)
        length = max(1.0, min((high - behind - start) / share for share, _, behind in tied if share > 0))
    return start, length
