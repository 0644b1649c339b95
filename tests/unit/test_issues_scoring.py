"""Severity, reach, priority and perspective scores, against formulas written down independently."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxaudit.issues.catalogue import LEVELS, Criterion, catalogue
from dxaudit.issues.scoring import band, perspective_score, perspective_weights, priority, reach, severity

CRITERIA = [c for e in catalogue().values() for c in e.criteria]


def criterion(*anchors: float) -> Criterion:
    return Criterion("value", {"ja": "", "en": ""}, "percent", *anchors)


@pytest.mark.parametrize("one", CRITERIA, ids=lambda c: f"{c.label['en']} {c.key}")
def test_severity_meets_its_anchors(one):
    steps = {}
    for anchor, level in zip(one.anchors, LEVELS, strict=True):
        steps.setdefault(anchor, []).append(level)
    rising = one.worst > one.good
    for anchor, levels in steps.items():
        expected = (max if rising else min)(levels)
        assert severity(anchor, one) == pytest.approx(expected, abs=1e-12)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4, unique=True),
    st.floats(-2e6, 2e6),
    st.booleans(),
)
def test_severity_is_linear_between_strict_anchors(values, x, falling):
    anchors = sorted(values)
    if min(b - a for a, b in zip(anchors, anchors[1:])) < 1e-6:  # noqa: B905, RUF007
        return
    expected = np.interp(x, anchors, LEVELS)
    if falling:
        one, x = criterion(*[-a for a in anchors]), -x
    else:
        one = criterion(*anchors)
    assert severity(x, one) == pytest.approx(expected, abs=1e-9)


@given(st.sampled_from(CRITERIA), st.floats(-1e4, 1e5), st.floats(0, 1e4))
def test_worse_is_never_milder(one, x, more):
    turn = 1 if one.worst > one.good else -1
    assert 0 <= severity(x, one) <= severity(x + turn * more, one) <= 1


def test_a_step_reads_from_on_or_below():
    rising, falling = criterion(5, 20, 20, 80), criterion(75, 50, 0, 0)
    assert severity(19.999, rising) < 0.3 and severity(20, rising) == 0.6
    assert severity(0.0, falling) == pytest.approx(0.6)


def test_what_is_missing_stays_missing():
    assert math.isnan(severity(math.nan, criterion(0, 1, 2, 3)))
    assert math.isnan(reach({"hours": math.nan}))
    assert reach({"hours": 0.5, "cases": math.nan, "rows": 1.0}) == 0.75


def test_priority_is_the_geometric_mean_in_points():
    assert priority(0.81, 0.25, 2.0) == pytest.approx(90.0)


def test_perspective_weights_keep_the_scale():
    scaled = perspective_weights({"business": 2, "organization": 1, "people": 1, "data": 1, "regulation": 0})
    assert sum(scaled.values()) == pytest.approx(5) and scaled["regulation"] == 0


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 3)), max_size=12), st.floats(0, 5))
def test_a_score_lies_in_the_interval_left_open(pairs, open_weight):
    score, low, high = perspective_score(pairs, open_weight)
    if not math.isnan(score) and not math.isnan(low):
        assert low - 1e-9 <= score <= high + 1e-9
        if open_weight == 0:
            assert low == pytest.approx(high)


def test_bands():
    assert [band(x) for x in (0, 29.99, 30, 59.99, 60, 100, math.nan)] == [
        "none", "none", "caution", "caution", "major", "major", "not_assessed",
    ]  # fmt: skip
