"""The formulas against implementations by others, and against worked examples."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dxaudit.skills import statistics

pingouin = pytest.importorskip("pingouin")
proportion = pytest.importorskip("statsmodels.stats.proportion")
multitest = pytest.importorskip("statsmodels.stats.multitest")


def sums(values):
    values = np.asarray(values, float)
    number = len(values)
    return number, number, values.sum(), (values**2).sum(), number, values.sum()


def test_mean_interval_is_students():
    values = [2, 3, 3, 4, 1, 5, 2]
    variance = statistics.ratio_variance(*sums(values))
    low, high = statistics.mean_interval(np.mean(values), variance, len(values))
    expected = stats.t.interval(0.95, len(values) - 1, np.mean(values), stats.sem(values))
    assert (low, high) == pytest.approx(expected, abs=1e-12)


def test_mean_interval_of_a_finite_population():
    """16 of 20 answered: the variance shrinks by 1 − 16/20, the interval by √0.2 (docs/skills.md)."""
    values = [2, 3, 3, 4, 1, 5, 2, 3] * 2
    variance = statistics.ratio_variance(*sums(values))
    plain = statistics.mean_interval(0.0, variance, 16)
    corrected = statistics.mean_interval(0.0, variance, 16, 20)
    assert corrected[1] / plain[1] == pytest.approx(np.sqrt(0.2))
    assert statistics.mean_interval(0.0, variance, 16, 16) == (0.0, 0.0)
    assert statistics.mean_interval(0.0, variance, 16, 10) == plain  # the list is out of date


def test_ratio_variance_is_that_of_persons_means_when_all_answered_all():
    answers = np.random.default_rng(1).integers(1, 6, (12, 5))
    total, base = answers.sum(axis=1), np.full(12, 5)
    found = statistics.ratio_variance(
        12, base.sum(), total.sum(), (total**2).sum(), (base**2).sum(), (total * base).sum()
    )
    assert found == pytest.approx(stats.sem(answers.mean(axis=1)) ** 2, rel=1e-9)


@settings(deadline=None)
@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_statsmodels(case):
    count, number = case
    low, high = statistics.wilson_interval(count / number, number)
    expected = proportion.proportion_confint(count, number, method="wilson")
    assert (low, high) == pytest.approx(expected, abs=1e-9)
    assert low <= count / number <= high


def test_wilson_knows_the_whole_population():
    assert statistics.wilson_interval(0.25, 8, 8) == (0.25, 0.25)
    plain, finite = statistics.wilson_interval(0.25, 8), statistics.wilson_interval(0.25, 8, 10)
    assert plain[0] < finite[0] < 0.25 < finite[1] < plain[1]


@pytest.mark.parametrize("seed", range(3))
def test_alpha_agrees_with_pingouin(seed):
    rng = np.random.default_rng(seed)
    answers = np.clip(np.round(rng.normal(3, 1, (80, 6)) + rng.normal(0, 1, 80)[:, None]), 1, 5)
    answers[rng.random(answers.shape) < 0.02] = np.nan
    found = statistics.consistency(answers)
    full = answers[~np.isnan(answers).any(axis=1)]
    # Given whole rows only: of rows with gaps pingouin counts those it dropped into the degrees of freedom.
    alpha, interval = pingouin.cronbach_alpha(pd.DataFrame(full))
    exact = 6 / 5 * (1 - full.var(axis=0, ddof=1).sum() / full.sum(axis=1).var(ddof=1))
    assert found.alpha == pytest.approx(alpha, abs=1e-9) and found.alpha == pytest.approx(exact, abs=1e-12)
    # pingouin rounds its interval to three digits.
    assert (found.low, found.high) == pytest.approx(tuple(interval), abs=6e-4)
    assert (found.items, found.respondents) == (6, len(full))


def test_alpha_is_refused_where_it_means_nothing():
    answers = np.random.default_rng(0).integers(1, 6, (30, 4)).astype(float)
    assert statistics.consistency(answers[:, :1]).refused == "one_item"
    assert statistics.consistency(answers[:2]).refused == "too_few"
    alike = answers.copy()
    alike[:, 2] = 3
    assert statistics.consistency(alike).refused == "no_variance"
    assert np.isnan(statistics.consistency(alike).alpha) and statistics.consistency(alike).items == 4


def test_intraclass_correlation_agrees_with_pingouin():
    rng = np.random.default_rng(5)
    units, members = 12, 9
    values = rng.normal(0, 1, (units, members)) + rng.normal(0, 0.7, units)[:, None]
    long = pd.DataFrame(values).melt(ignore_index=False, var_name="rater").reset_index(names="unit")
    expected = pingouin.intraclass_corr(long, targets="unit", raters="rater", ratings="value").set_index("Type")
    one = next(name for name in expected.index if name in ("ICC1", "ICC(1,1)"))
    icc, _, within = statistics.between_groups(values.ravel(), np.repeat(np.arange(units), members))
    assert icc == pytest.approx(expected.loc[one, "ICC"], abs=1e-9)
    assert within == pytest.approx(values.var(axis=1, ddof=1).mean())


def test_welch_agrees_with_scipy():
    one, two = np.array([1, 2, 3, 4, 4.0]), np.array([2, 3, 5, 5, 4, 4, 5.0])
    found = statistics.welch(one.mean(), stats.sem(one) ** 2, 5, two.mean(), stats.sem(two) ** 2, 7)
    expected = stats.ttest_ind(one, two, equal_var=False)
    interval = expected.confidence_interval()
    assert found == pytest.approx((one.mean() - two.mean(), interval.low, interval.high, expected.pvalue), abs=1e-12)


@pytest.mark.parametrize("number", [1, 2, 7, 30])
def test_holm_agrees_with_statsmodels(number):
    p_values = np.random.default_rng(number).beta(0.4, 3, number)
    p_values[number // 2] = p_values[0]
    expected = multitest.multipletests(p_values, method="holm")[1]
    assert statistics.holm(p_values) == pytest.approx(expected, abs=1e-12)


def test_holm_counts_no_comparison_that_could_not_be_made():
    assert statistics.holm([0.01, np.nan, 0.04]) == pytest.approx([0.02, np.nan, 0.04], nan_ok=True)
