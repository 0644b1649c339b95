"""An outsider with everything published, the organisation list and linear programming works out no hidden figure."""

from itertools import pairwise

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import block_diag, csr_array

import dxaudit as dx

ITEMS = [f"q{i:02d}" for i in range(1, 21)]
ORDER = {
    "organization": ("city", "bureau", "department"),
    "position": ("city", "tier", "position"),
    "age_band": ("city", "age_band"),
}
SCALE = {"level": (1, 5), "attitude": (1, 5), "security": (1, 5), "part": (1, 5), "gap": (-4, 4)}


class Attacker:
    """Knows the tree of groups, the headcounts, the bounds of every scale, and every published fact.

    Works on one hierarchy and one measure at a time: for every smallest group the people who answered, their number
    of answers and the sum of these are unknown; every published group gives three equations.
    """

    def __init__(self, profile, hierarchy="organization"):
        facts = profile.release.facts
        self.facts = facts[facts["hierarchy"] == hierarchy]
        first = self.facts[self.facts["measure"] == "response"]
        order = ORDER[hierarchy]
        known = {(r.level, r.group): r.parent for r in first.itertuples()}
        above = {}
        for (level, group), parent in known.items():
            ranks = [(o, parent) for o in order[: order.index(level)] if (o, parent) in known]
            above[level, group] = ranks[-1] if ranks else None
        self.above = above
        self.leaves = [key for key in known if key not in set(above.values())]
        self.heads = {(r.level, r.group): r.headcount for r in first.itertuples()}
        self.made_of = {key: [] for key in known}
        for leaf in self.leaves:
            node = leaf
            while node is not None:
                self.made_of[node].append(leaf)
                node = above[node]

    def system(self, measure):
        """Equations, inequalities and bounds over (respondents, base, total) of every smallest group."""
        rows = self.facts[(self.facts["measure"] == measure) & self.facts["shown"]]
        size, place = len(self.leaves), {leaf: i for i, leaf in enumerate(self.leaves)}
        equal, right = [], []
        for row in rows.itertuples():
            for offset, value in ((0, row.respondents), (size, row.base), (2 * size, row.total)):
                line = np.zeros(3 * size)
                line[[offset + place[leaf] for leaf in self.made_of[row.level, row.group]]] = 1
                equal.append(line)
                right.append(value)
        low, high = SCALE.get(measure.split(":")[0], (0, 1))
        one, zero = np.eye(size), np.zeros((size, size))
        # low · base ≤ total ≤ high · base; who answered gave at least one answer.
        below = np.vstack(
            [np.hstack([zero, low * one, -one]), np.hstack([zero, -high * one, one]), np.hstack([one, -one, zero])]
        )
        most = [None if np.isnan(self.heads[leaf]) else self.heads[leaf] for leaf in self.leaves]
        bounds = [(0, m) for m in most] + [(0, None)] * size + [(None, None)] * size
        shown = set(zip(rows["level"], rows["group"], strict=True))
        return equal, right, below, bounds, [leaf for leaf in self.leaves if leaf not in shown]

    def spans(self, measures, unknown):
        """Least and greatest possible value of one unknown (0 respondents, 2 total) of every hidden smallest group.

        All in two linear programs: one copy of the system for every group asked for.
        """
        copies, names = [], []
        for measure in measures:
            equal, right, below, bounds, hidden = self.system(measure)
            for leaf in hidden:
                aim = np.zeros(len(bounds))
                aim[unknown * len(self.leaves) + self.leaves.index(leaf)] = 1
                copies.append((equal, right, below, bounds, aim))
                names.append((measure, leaf))
        if not copies:
            return {}
        system = {
            "A_ub": block_diag([csr_array(c[2]) for c in copies], format="csr"),
            "b_ub": np.zeros(sum(len(c[2]) for c in copies)),
            "bounds": [b for c in copies for b in c[3]],
        }
        held = [c if len(c[0]) else (np.zeros((1, len(c[3]))), [0.0], *c[2:]) for c in copies]
        system["A_eq"] = block_diag([csr_array(np.array(c[0])) for c in held], format="csr")
        system["b_eq"] = np.concatenate([c[1] for c in held])
        # A group of unknown size has no upper bound: a large one stands for it.
        system["bounds"] = [(a if a is not None else -1e5, b if b is not None else 1e5) for a, b in system["bounds"]]
        aims = np.concatenate([c[4] for c in copies])
        starts = np.cumsum([0, *(len(c[4]) for c in copies)])
        ends = []
        for sign in (1, -1):
            solved = linprog(sign * aims, **system)
            assert solved.status == 0, f"the published facts contradict each other: {solved.message}"
            ends.append([float(aims[a:b] @ solved.x[a:b]) for a, b in pairwise(starts)])
        return dict(zip(names, zip(*ends, strict=True), strict=True))

    def certain(self, measures):
        """Hidden groups whose figure (of ``response``: whose number of respondents) has one possible value only.

        A group in which nobody can have answered holds no answer to find, and what the whole city has in common
        sets no group apart.
        """
        measures = [m for m in measures if not self.in_common(m)]
        people = self.spans(measures, 0)
        totals = self.spans(measures, 2)
        found = []
        for (measure, leaf), (least, most) in people.items():
            low, high = (least, most) if measure == "response" else totals[measure, leaf]
            # People and their answers are whole numbers: two of them must be possible.
            if most > 1e-6 and np.floor(high + 1e-6) - np.ceil(low - 1e-6) < 1:
                found.append((measure, leaf, low))
        return found

    def in_common(self, measure):
        """Whether the city's own figure says that everybody is alike in it (or that everybody answered)."""
        rows = self.facts[(self.facts["measure"] == measure) & (self.facts["level"] == "city")]
        city = rows.iloc[0]
        if not city["shown"]:
            return False
        if measure == "response":
            return city["respondents"] >= city["headcount"]
        ratio = city["total"] / city["base"]
        spread = city["total_squared"] - 2 * ratio * city["total_base"] + ratio**2 * city["base_squared"]
        return spread < 1e-6

    def left_open(self, measure):
        """Respondents in each shown group less its shown parts: what subtraction alone gives."""
        rows = self.facts[(self.facts["measure"] == measure) & self.facts["shown"]]
        shown = {(r.level, r.group): r.respondents for r in rows.itertuples()}
        left = dict(shown)
        for node, respondents in shown.items():
            holder = self.above[node]
            while holder is not None and holder not in shown:
                holder = self.above[holder]
            if holder is not None:
                left[holder] -= respondents
        return left


def city(sizes, seed=0, answers=None, heads=None, minimum=5, bureaus=None):
    rng = np.random.default_rng(seed)
    people = sum(sizes.values())
    given = rng.integers(1, 6, (people, 20)).astype(float) if answers is None else answers
    survey = pd.DataFrame(given, columns=ITEMS)
    survey["department"] = [name for name, number in sizes.items() for _ in range(number)]
    for column, choices in {
        "training": ["none", "once"],
        "ai_use": ["never", "weekly"],
        "dx_role": ["general", "leader"],
        "age_band": ["20代", "30代", "40代", "50代", "60代"],
        "position": ["部長", "課長", "係長", "主任", "主事"],
    }.items():
        survey[column] = rng.choice(choices, people)
    organization = pd.DataFrame(
        {
            "bureau": [(bureaus or {}).get(name) for name in sizes],
            "department": list(sizes),
            "headcount": [float((heads or {}).get(name, number * 2 + 1)) for name, number in sizes.items()],
        }
    )
    return dx.from_tables(dx.Settings(minimum_group=minimum), survey=survey, organization=organization)


def group_measures(profile):
    """Every measure that is published for groups."""
    return [
        m for m in profile.release.measures() if not m.startswith(("item", "at_target:manager", "at_target:leader"))
    ]


@st.composite
def organisations(draw, kinds=("random", "alike", "low", "skipped")):
    """Up to seven departments, with and without bureaus, and answers at their extremes."""
    departments = draw(st.integers(1, 7))
    sizes = {f"課{i}": draw(st.integers(0, 14)) for i in range(departments)}
    bureaus = {name: f"部{draw(st.integers(0, 2))}" for name in sizes} if draw(st.booleans()) else {}
    heads = {name: number + draw(st.integers(0, 6)) for name, number in sizes.items()}
    people = sum(sizes.values())
    seed = draw(st.integers(0, 2**31))
    rng = np.random.default_rng(seed)
    kind = draw(st.sampled_from(kinds))
    answers = rng.integers(1, 6, (people, 20)).astype(float)
    if kind == "alike":
        answers[:] = np.repeat(rng.integers(1, 6, departments), list(sizes.values()))[:, None]
    elif kind == "low":
        answers = np.where(rng.random((people, 20)) < 0.05, 2.0, 1.0)
    elif kind == "skipped":
        answers[rng.random((people, 20)) < 0.3] = np.nan
    minimum = draw(st.sampled_from([2, 5, 10]))
    return {"sizes": sizes, "seed": seed, "answers": answers, "heads": heads, "minimum": minimum, "bureaus": bureaus}


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(organisations())
def test_the_attacker_finds_nothing_in_any_organisation(spec):
    profile = dx.profile_skills(city(**spec))
    for hierarchy in ORDER:
        attacker = Attacker(profile, hierarchy)
        for measure in ("response", "level", "at_target", "leaders", "training"):
            for group, left in attacker.left_open(measure).items():
                assert left == 0 or left >= spec["minimum"], (measure, group)
        if hierarchy == "organization":
            chosen = [m for m in ("response", "level") if m in profile.release.measures()]
            assert attacker.certain(chosen) == []


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(organisations(kinds=("random", "alike")))
def test_two_people_of_hidden_departments_can_be_exchanged_unseen(spec):
    """Another city, with other figures in the hidden departments, publishes the very same: nothing can tell them apart.

    It holds for whoever knows the method of hiding, too.
    """
    state = city(**spec)
    profile = dx.profile_skills(state)
    survey = state.survey
    response = Attacker(profile)
    hidden = [leaf for leaf in response.system("response")[4] if leaf[0] == "department"]
    for place, one in enumerate(hidden):
        for other in hidden[place + 1 :]:
            if holder(response, one) != holder(response, other):
                continue
            first = survey.index[survey["department"] == one[1]]
            second = survey.index[survey["department"] == other[1]]
            pairs = [(a, b) for a in first for b in second if survey.loc[a, "q01"] != survey.loc[b, "q01"]]
            if not pairs:
                continue
            a, b = pairs[0]
            moved = survey.copy()
            moved.loc[[a, b], "department"] = [other[1], one[1]]
            published = dx.profile_skills(state.replace(survey=moved)).release.published()
            pd.testing.assert_frame_equal(published, profile.release.published())
            return


def holder(attacker, leaf):
    """The nearest group above that is shown."""
    shown = set(attacker.left_open("response"))
    node = attacker.above[leaf]
    while node is not None and node not in shown:
        node = attacker.above[node]
    return node


def test_the_attacker_does_find_what_naive_suppression_leaves(monkeypatch):
    """Without secondary suppression the same attacker succeeds."""
    from dxaudit.privacy import suppression

    def only_small(hierarchy, sums, allowed, minimum, is_response):
        return (sums.people.min(axis=1) >= minimum) & allowed

    monkeypatch.setattr(suppression, "_protected", only_small)
    attacker = Attacker(dx.profile_skills(city({"市民課": 20, "税務課": 15, "出納室": 3})))
    assert [leaf for _, leaf, _ in attacker.certain(["level"])] == [("department", "出納室")]
    assert attacker.left_open("level")["city", "全庁"] == 3


def test_three_levels_of_hierarchy():
    sizes = {"総務課": 9, "秘書課": 3, "財政課": 12, "市民課": 20, "出納課": 9, "保険課": 15, "福祉課": 8, "監査課": 2}
    bureaus = dict(zip(sizes, ["総務部"] * 3 + ["市民部"] * 3 + ["福祉部"] * 2, strict=True))
    profile = dx.profile_skills(city(sizes, bureaus=bureaus))
    bureau = profile.measure("level", "bureau").set_index("group")
    # 秘書課 and 監査課 hide behind each other; their bureaus' figures are withheld rather than other departments'.
    assert list(bureau.index[bureau["shown"]]) == ["市民部"]
    department = profile.measure("level", "department").set_index("group")
    assert list(department.index[~department["shown"]]) == ["秘書課", "監査課"]
    for hierarchy in ORDER:
        assert Attacker(profile, hierarchy).certain(group_measures(profile)) == []


def test_one_hierarchy_taken_off_another_leaves_too_few_people_nowhere():
    """All of 市長室 are directors; directors less 市長室 would be the two directors elsewhere."""
    state = city({"市長室": 8, "市民課": 30, "税務課": 25})
    survey = state.survey.assign(
        position=["部長"] * 8 + ["部長"] * 2 + ["主事"] * 28 + ["係長"] * 10 + ["主任"] * 15,
    )
    profile = dx.profile_skills(state.replace(survey=survey))
    assert profile.measure("level").set_index("group").loc["市長室", "shown"]
    position = profile.measure("level", "position").set_index("group")
    assert not position.loc["部長", "shown"] and position.loc["主任", "shown"]
    assert not profile.measure("response", "tier").set_index("group").loc["manager", "shown"]
