"""The cheapest safe set of groups to hide: against trying every set there is."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dxaudit.privacy.suppression import anchors, fewest_hidden


@st.composite
def trees(draw):
    """Up to ten groups in three levels, with the respondents of each."""
    parents = [-1]
    for _ in range(draw(st.integers(0, 3))):
        parents.append(0)
    inner = len(parents)
    for _ in range(draw(st.integers(1, 6))):
        parents.append(draw(st.integers(0, inner - 1)))
    size = np.zeros(len(parents))
    for node in range(len(parents) - 1, -1, -1):
        if node not in parents:
            size[node] = draw(st.integers(0, 9))
        if node:
            size[parents[node]] += size[node]
    loss = np.array([draw(st.integers(1, 5)) for _ in parents], float) + size / 1000
    return np.array(parents), size, loss


def is_safe(parents, size, shown, minimum):
    near = anchors(parents, shown)
    leaves = ~np.isin(np.arange(len(parents)), parents)
    for node in np.flatnonzero(shown):
        left = size[leaves & (near == node) & ~shown].sum()
        if 0 < left < minimum:
            return False
    return True


@settings(max_examples=150, deadline=None)
@given(trees(), st.sampled_from([2, 5, 10]))
def test_no_cheaper_safe_set_exists(tree, minimum):
    parents, size, loss = tree
    hidden = size < minimum
    found = fewest_hidden(parents, hidden, size, size == 0, loss, minimum)
    best = None
    for choice in product([False, True], repeat=len(parents)):
        shown = np.array(choice)
        if not shown[0] or (shown & hidden).any() or not is_safe(parents, size, shown, minimum):
            continue
        cost = loss[~shown].sum()
        best = cost if best is None else min(best, cost)
    if best is None:
        assert found is None
    else:
        assert is_safe(parents, size, found, minimum) and not (found & hidden).any() and found[0]
        assert abs(loss[~found].sum() - best) < 1e-9


def test_of_two_equal_groups_the_one_with_fewer_respondents_is_hidden_with_the_small_one():
    parents = np.array([-1, 0, 0, 0])
    size = np.array([30.0, 3.0, 12.0, 15.0])
    shown = fewest_hidden(parents, size < 5, size, size == 0, np.array([9, 1, 1, 1]) + size / 1000, 5)
    assert shown.tolist() == [True, False, False, True]
