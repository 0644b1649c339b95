"""Two publications of one survey, laid side by side."""

import numpy as np
import pandas as pd

import dxaudit as dx
from dxaudit.privacy import side_by_side

SIZES = {"市民課": 30, "税務課": 12, "保険課": 12, "出納室": 3}


def release(minimum=5, sizes=SIZES, bureau=None):
    people = sum(sizes.values())
    survey = pd.DataFrame(np.random.default_rng(0).integers(1, 6, (people, 20)).astype(float))
    survey.columns = [f"q{n:02d}" for n in range(1, 21)]
    survey["department"] = [name for name, number in sizes.items() for _ in range(number)]
    survey["bureau"] = survey["department"].map(bureau or {})
    return dx.profile_skills(dx.from_tables(dx.Settings(minimum_group=minimum), survey=survey)).release


def test_the_same_release_twice_tells_nothing_more():
    assert side_by_side(release(), release()).empty


def test_one_late_answer_is_seen():
    later = {**SIZES, "市民課": 31}
    found = side_by_side(release(), release(sizes=later))
    changed = found[(found["measure"] == "level") & (found["reason"] == "changed")]
    assert set(changed["group"]) == {"全庁", "市民課"} and (changed["people"] == 1).all()


def test_a_second_release_can_open_what_the_first_closed():
    bureau = {"市民課": "市民部", "税務課": "市民部", "保険課": "福祉部", "出納室": "福祉部"}
    sizes = {"市民課": 30, "税務課": 4, "保険課": 12, "出納室": 3}
    five = release(5, sizes, bureau)
    assert not five.facts[five.facts["level"] == "bureau"]["shown"].any()
    merged = five.facts.copy()
    hidden = (merged["level"] == "bureau") & (merged["group"] == "福祉部") & (merged["measure"] == "level")
    merged.loc[hidden, ["shown", "respondents"]] = [True, 15.0]
    found = side_by_side(five, type(five)(merged, 5))
    assert {("福祉部", 3.0), ("全庁", 4.0)} <= set(
        found.loc[found["reason"] == "together", ["group", "people"]].itertuples(index=False, name=None)
    )
