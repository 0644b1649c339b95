"""Which figures about people may leave the library: the one gate between answers and everything published.

People stand in hierarchies of groups (city > bureau > department; city > tier > position; city > age band).
A published group gives its total away, so what an outsider can compute are exactly the *remainders*: what is left of
a published group when its published parts are taken off. Hiding small groups (primary suppression) is therefore not
enough; further groups are hidden (secondary suppression) until every remainder

* holds nobody, or at least the minimum number of respondents, and
* is not uniform in any published measure (a remainder in which all gave one answer tells each part's answer) - unless
  the whole city is: what everybody has in common sets nobody apart.

Then exchanging two people of one remainder between its hidden groups changes a hidden value and no published one:
no arithmetic on what is published can find it. Which groups to hide is chosen by dynamic programming over the tree,
losing as few figures as possible (`vocabulary/privacy.toml`
says what a figure of each level is worth). See Willenborg & de Waal, *Elements of Statistical Disclosure
Control* (2001), ch. 2 and 6, for primary and secondary suppression; the exchange argument is in docs/privacy.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np

from dxaudit.privacy.hierarchy import Family, Hierarchy, Sums
from dxaudit.vocabulary import load


def masks_of(
    hierarchies: Sequence[Hierarchy],
    family: Family,
    sums: Sequence[Sums],
    allowed: Sequence[np.ndarray],
    minimum: int,
    is_response: bool,
) -> list[np.ndarray]:
    """Which groups of every hierarchy are shown in one family; safe also against taking one hierarchy off another.

    Parameters
    ----------
    sums : sequence of Sums
        Of the family, over each hierarchy.
    allowed : sequence of array of bool
        Groups that are not hidden already, for each hierarchy.
    is_response : bool
        Whether the family counts who responded, of the heads that the organisation list knows.
    """
    allowed = [a.copy() for a in allowed]
    while True:
        masks = [_protected(h, s, a, minimum, is_response) for h, s, a in zip(hierarchies, sums, allowed, strict=True)]
        if any(mask is None for mask in masks):
            # The city stands in every hierarchy: what one of them cannot bear, the others must not tell.
            return [np.zeros(len(h.groups), dtype=bool) for h in hierarchies]
        found = _overlap(hierarchies, family, sums, masks, minimum)
        if found is None:
            return masks
        which, nodes = found
        allowed[which] &= masks[which]
        allowed[which][nodes] = False


def followed(hierarchy: Hierarchy, sums: Sums, mask: np.ndarray) -> np.ndarray:
    """``mask`` where every remainder under it differs within in all measures; else the city alone."""
    near = anchors(hierarchy.parents, mask)
    inner = np.isin(np.arange(len(mask)), hierarchy.parents)
    for node in np.flatnonzero(mask & inner):
        block = np.flatnonzero((near == node) & ~inner & ~mask)
        if len(block) and sums.people[block].any() and sums.uniform(block):
            return mask & (np.arange(len(mask)) == 0)
    return mask


def _overlap(hierarchies, family, sums, masks, minimum) -> tuple[int, list[int]] | None:
    """Groups to hide because one hierarchy taken off another would leave too few; (hierarchy, groups) or None.

    It needs the knowledge that all of one remainder belong to the other (everybody of the mayor's office is a
    director): public enough in a city hall.
    """
    near = [anchors(h.parents, mask)[h.place] for h, mask in zip(hierarchies, masks, strict=True)]
    for first, second in permutations(range(len(hierarchies)), 2):
        for measure in family.measures:
            groups = (len(hierarchies[first].groups), len(hierarchies[second].groups))
            found = _difference(near[first], near[second], measure.base > 0, minimum, groups)
            if found is None:
                continue
            outer, inner = found
            yielding, node = (second, outer) if second > first else (first, inner)
            hierarchy, people = hierarchies[yielding], sums[yielding].people.max(axis=1)
            loss = _losses(hierarchy, people)
            ways = [way for way in _ways(hierarchy.parents, masks[yielding], node) if people[way[0]] > 0]
            if ways:
                return yielding, min(ways, key=lambda way: (loss[way].sum(), way))
    return None


def _difference(
    first: np.ndarray, second: np.ndarray, answered: np.ndarray, minimum: int, groups: tuple[int, int]
) -> tuple[int, int] | None:
    """A remainder of ``second`` that, less the remainders of ``first`` inside it, leaves too few; and one of those.

    ``first`` and ``second`` give for each person the remainder they are in, in two hierarchies (−1: in none).
    """
    known = answered & (first >= 0) & (second >= 0)
    codes = first[known] * groups[1] + second[known]
    table = np.bincount(codes, minlength=groups[0] * groups[1]).reshape(groups)
    sizes = np.bincount(first[answered & (first >= 0)], minlength=groups[0])
    inside = (table == sizes[:, None]) & (table > 0)
    left = np.bincount(second[answered & (second >= 0)], minlength=groups[1]) - (table * inside).sum(axis=0)
    found = np.flatnonzero(inside.any(axis=0) & (left > 0) & (left < minimum))
    if not len(found):
        return None
    return int(found[0]), int(np.flatnonzero(inside[:, found[0]])[0])


def _protected(
    hierarchy: Hierarchy, sums: Sums, allowed: np.ndarray, minimum: int, is_response: bool
) -> np.ndarray | None:
    """Which groups of one hierarchy may be shown in one family; None where not even the city."""
    parents = hierarchy.parents
    asked = sums.people[0] > 0
    if not asked.any():
        return None
    people = sums.people[:, asked]
    least = people.min(axis=1)
    hidden = (least < minimum) | hierarchy.concealed | ~allowed
    if hidden[0]:
        return None
    empty = people.max(axis=1) == 0
    loss = _losses(hierarchy, people.max(axis=1))
    shown = fewest_hidden(parents, hidden, least, empty, loss, minimum)
    if shown is None:
        shown = np.zeros(len(parents), dtype=bool)
        shown[0] = True
    inner = np.isin(np.arange(len(parents)), parents)
    while True:
        near = anchors(parents, shown)
        exposed = None
        for node in np.flatnonzero(shown & inner):
            block = np.flatnonzero((near == node) & ~inner & ~shown)
            if not len(block) or not people[block].any():
                continue
            if _too_few(sums, block, minimum) or _told(hierarchy, sums, block, is_response):
                exposed = node
                break
        if exposed is None:
            return shown
        hide = _cheapest_mending(hierarchy, sums, shown, exposed, loss, minimum, is_response)
        if not hide:
            return None
        shown[hide] = False


def _losses(hierarchy: Hierarchy, people: np.ndarray) -> np.ndarray:
    """What is lost when a group is hidden: by its level; among equals, the share of the people it speaks of."""
    worth = load("privacy")["loss"]
    share = people / max(people[0] * len(people), 1.0)
    return np.array([worth[level] for level in hierarchy.levels]) + share


def _too_few(sums: Sums, block: np.ndarray, minimum: int) -> bool:
    """Whether a remainder holds somebody, but fewer than the minimum, in any measure."""
    size = sums.people[block].sum(axis=0)
    return bool(((size > 0) & (size < minimum)).any())


def _told(hierarchy: Hierarchy, sums: Sums, block: np.ndarray, is_response: bool) -> bool:
    """Whether a remainder tells the value of its parts: all alike, or everybody on the list answered."""
    if is_response:
        everybody = sums.people[0, 0] >= hierarchy.headcounts[0]
        return bool(sums.people[block, 0].sum() >= hierarchy.headcounts[block].sum() and not everybody)
    return sums.uniform(block)


def _cheapest_mending(hierarchy, sums, shown, exposed, loss, minimum, is_response) -> list[int]:
    """The cheapest groups whose hiding mends an exposed remainder; the cheapest that enlarge it where none mends."""
    leaves = ~np.isin(np.arange(len(shown)), hierarchy.parents)
    mending, enlarging = [], []
    for way in _ways(hierarchy.parents, shown, exposed):
        after = shown.copy()
        after[way] = False
        near = anchors(hierarchy.parents, after)
        block = np.flatnonzero((near == near[exposed]) & leaves & ~after)
        enlarging.append(way)
        if not _too_few(sums, block, minimum) and not _told(hierarchy, sums, block, is_response):
            mending.append(way)
    return min(mending or enlarging, key=lambda way: (loss[way].sum(), way), default=[])


def _ways(parents: np.ndarray, shown: np.ndarray, exposed: int) -> list[list[int]]:
    """Ways to enlarge the remainder of a shown group: hide a part and what is shown between, or the group itself."""
    found = [[int(exposed)]] if exposed else []
    for node in np.flatnonzero(shown):
        way, above = [int(node)], parents[node]
        while above >= 0 and above != exposed:
            if shown[above]:
                way.append(int(above))
            above = parents[above]
        if above == exposed:
            found.append(way)
    return found


def fewest_hidden(
    parents: np.ndarray, hidden: np.ndarray, size: np.ndarray, empty: np.ndarray, loss: np.ndarray, minimum: int
) -> np.ndarray | None:
    """The cheapest set of groups to hide so that no remainder is below ``minimum``; exact.

    Dynamic programming from the leaves: for every group, the least loss for each amount that its hidden parts pass up
    to the nearest shown group above (nothing, 0, 1, … ``minimum`` or more).

    Parameters
    ----------
    parents : array of int
        As in `Hierarchy`.
    hidden : array of bool
        Groups that must be hidden in any case.
    size : array of float
        Respondents of each group (a lower bound, where measures differ).
    empty : array of bool
        Groups in which nobody answered: hidden, and nothing to protect.
    loss : array of float
        What is lost when a group is hidden.
    minimum : int

    Returns
    -------
    array of bool, or None
        Which groups are shown; None where the first group cannot be.
    """
    states = minimum + 2  # 0: nothing passed up; 1 + r: r respondents passed up, r capped at the minimum
    count = len(parents)
    children: list[list[int]] = [[] for _ in range(count)]
    for node in range(1, count):
        children[parents[node]].append(node)
    passed: list[np.ndarray] = [np.empty(0)] * count
    shown_cost = np.full(count, np.inf)
    shown_state = np.zeros(count, dtype=int)
    trail: list[list[tuple[int, np.ndarray]]] = [[] for _ in range(count)]
    for node in range(count - 1, -1, -1):
        if not children[node]:
            cost = np.full(states, np.inf)
            cost[0 if empty[node] else 1 + int(min(size[node], minimum))] = 0.0
            if not hidden[node]:
                shown_cost[node] = 0.0
        else:
            cost = np.full(states, np.inf)
            cost[0] = 0.0
            for child in children[node]:
                cost, origin = _with_part(cost, passed[child], shown_cost[child], minimum)
                trail[node].append((child, origin))
            if not hidden[node]:
                shown_state[node] = 0 if cost[0] <= cost[-1] else states - 1
                shown_cost[node] = cost[shown_state[node]]
        passed[node] = cost + (0.0 if hidden[node] else loss[node])
    if not np.isfinite(shown_cost[0]):
        return None
    shown = np.zeros(count, dtype=bool)
    todo = [(0, True, int(shown_state[0]))]
    while todo:
        node, visible, state = todo.pop()
        shown[node] = visible
        for child, origin in reversed(trail[node]):
            before, part, part_shown = origin[state]
            todo.append((child, bool(part_shown), int(shown_state[child]) if part_shown else int(part)))
            state = int(before)
    return shown


def _with_part(cost: np.ndarray, part: np.ndarray, part_shown: float, minimum: int) -> tuple[np.ndarray, np.ndarray]:
    """Min-plus sum of what was passed up so far and one more part; and, for each state, how it was reached."""
    states = minimum + 2
    best = cost + part_shown
    origin = np.stack([np.arange(states), np.zeros(states, int), np.ones(states, int)], axis=1)
    for state in np.flatnonzero(np.isfinite(part)):
        if state == 0:
            target = np.arange(states)
        else:
            target = np.minimum(np.arange(states) + state - 1, states - 1)
            target[0] = state
        for before in np.flatnonzero(np.isfinite(cost)):
            value = cost[before] + part[state]
            if value < best[target[before]]:
                best[target[before]] = value
                origin[target[before]] = (before, state, 0)
    return best, origin


def anchors(parents: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """For every group the nearest shown group above it or itself; −1 where there is none."""
    found = np.full(len(parents), -1)
    for node in range(len(parents)):
        found[node] = node if shown[node] else (found[parents[node]] if node else -1)
    return found
