"""5,400 people in 99 units (Bliese, Halverson & Rothberg 2000, R package multilevel): figures as others find them."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import dxaudit as dx
from dxaudit.skills import statistics

REAL = Path(os.environ.get("DXAUDIT_REAL", Path(__file__).parents[3] / "shared" / "real"))
SURVEY = REAL / "survey" / "bhr2000.csv"
pytestmark = pytest.mark.skipif(not SURVEY.exists(), reason="the real survey is not here")


@pytest.fixture(scope="module")
def answers():
    return pd.read_csv(SURVEY)


@pytest.fixture(scope="module")
def profile(answers):
    items = [c for c in answers if c not in ("GRP", "HRS", "RELIG")]
    survey = answers[items].set_axis([f"q{n:02d}" for n in range(1, len(items) + 1)], axis=1)
    survey["department"] = "unit " + answers["GRP"].astype(int).astype(str)
    survey["respondent_id"] = [str(n) for n in range(len(survey))]
    return dx.profile_skills(dx.from_tables(survey=survey))


def test_alpha_and_its_interval_agree_with_pingouin(answers):
    pingouin = pytest.importorskip("pingouin")
    items = answers[[c for c in answers if c not in ("GRP", "HRS", "RELIG")]]
    found = statistics.consistency(items.to_numpy(float))
    alpha, _ = pingouin.cronbach_alpha(items)
    assert found.alpha == pytest.approx(alpha, abs=1e-9)
    # pingouin prints three digits; its formula by hand, from its own alpha.
    n, k = items.shape
    bounds = [1 - (1 - alpha) * stats.f.isf(p, n - 1, (n - 1) * (k - 1)) for p in (0.025, 0.975)]
    assert (found.low, found.high) == pytest.approx(tuple(bounds), abs=1e-9)
    assert (found.items, found.respondents) == (11, 5400)


def test_intraclass_correlation_agrees_with_a_one_way_analysis_of_variance(answers):
    items = [c for c in answers if c not in ("GRP", "HRS", "RELIG")]
    level, unit = answers[items].mean(axis=1), answers["GRP"].astype(int)
    groups = [values.to_numpy() for _, values in level.groupby(unit)]
    ratio = stats.f_oneway(*groups).statistic  # MSB ÷ MSW
    sizes = np.array([len(g) for g in groups])
    n0 = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / (len(sizes) - 1)
    msw = sum((len(g) - 1) * g.var(ddof=1) for g in groups) / (sizes.sum() - len(sizes))
    icc, between, within = statistics.between_groups(level.to_numpy(), pd.factorize(unit)[0])
    assert icc == pytest.approx((ratio - 1) / (ratio - 1 + n0), abs=1e-9)
    assert (between, within) == pytest.approx(((ratio - 1) * msw / n0, msw), abs=1e-9)


def test_share_positive_agrees_with_statsmodels(answers):
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    count = int((answers["AP12"] >= 4).sum())
    found = statistics.wilson_interval(count / len(answers), len(answers))
    expected = proportion.proportion_confint(count, len(answers), method="wilson")
    assert found == pytest.approx(expected, abs=1e-9)


def test_every_unit_of_five_or_more_has_its_mean_with_students_interval(answers, profile):
    items = [c for c in answers if c not in ("GRP", "HRS", "RELIG")]
    means = answers[items].mean(axis=1).groupby("unit " + answers["GRP"].astype(int).astype(str))
    found = profile.measure("level").set_index("group")
    shown = found[found["shown"]]
    assert len(found) == 99 and len(shown) >= 95
    for unit, values in means:
        if unit not in shown.index:
            continue
        line = shown.loc[unit]
        assert line["respondents"] == len(values) >= 5
        low, high = stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))
        assert (line["value"], line["low"], line["high"]) == pytest.approx((values.mean(), low, high), abs=1e-9)


def test_few_of_many_comparisons_survive_holm(profile):
    found = profile.differences("level")
    assert 0 < found["different"].sum() < (found["p"] < 0.05).sum() < len(found)
    apart = found[found["different"]]
    assert ((apart["low"] > 0) | (apart["high"] < 0)).all()
    assert np.isfinite(found["p_adjusted"]).all()
