"""The worked examples of docs/skills.md and docs/privacy.md are what the library computes."""

from pathlib import Path

import numpy as np
import pandas as pd

import dxaudit as dx
from dxaudit.skills import statistics

DOCS = Path(__file__).parents[2] / "docs"
SKILLS = (DOCS / "skills.md").read_text(encoding="utf-8")
PRIVACY = (DOCS / "privacy.md").read_text(encoding="utf-8")


def test_the_mean_of_16_of_20():
    values = np.array([2, 3, 3, 4, 1, 5, 2, 3] * 2, float)
    variance = values.var(ddof=1) / 16
    low, high = statistics.mean_interval(values.mean(), variance, 16, 20)
    plain = statistics.mean_interval(values.mean(), variance, 16)
    assert f"平均{values.mean():.3f}、分散{values.var(ddof=1):.2f}" in SKILLS
    assert f"**{low:.2f}～{high:.2f}**" in SKILLS and f"{plain[0]:.2f}～{plain[1]:.2f}" in SKILLS


def test_the_share_of_3_of_12():
    for interval in (statistics.wilson_interval(0.25, 12), statistics.wilson_interval(0.25, 12, 15)):
        assert f"**{100 * interval[0]:.1f}%～{100 * interval[1]:.1f}%**" in SKILLS


def test_alpha_of_six_people():
    answers = np.array([[2, 3, 2], [3, 3, 4], [4, 5, 4], [1, 2, 1], [3, 4, 3], [5, 4, 5]], float)
    found = statistics.consistency(answers)
    assert f"α=**{found.alpha:.3f}**({found.low:.3f}～{found.high:.3f})" in SKILLS


def test_holm_of_three():
    assert f"**{', '.join(f'{p:.2f}' for p in statistics.holm([0.01, 0.02, 0.04]))}**" in SKILLS


def test_the_three_of_the_treasury():
    sizes = {"市民課": 20, "税務課": 15, "出納室": 3}
    survey = pd.DataFrame(np.random.default_rng(0).integers(1, 6, (38, 20)).astype(float))
    survey.columns = [f"q{n:02d}" for n in range(1, 21)]
    survey["department"] = [name for name, number in sizes.items() for _ in range(number)]
    profile = dx.profile_skills(dx.from_tables(survey=survey))
    assert profile.release.hidden() == ["税務課", "出納室"]
    assert "税務課も隠れ、残りは18人" in PRIVACY
    assert (
        profile.measure("level", "city")["respondents"].iloc[0]
        - profile.measure("level").set_index("group").loc["市民課", "respondents"]
        == 18
    )


def test_every_name_that_the_pages_use_exists():
    profile = dx.profile_skills(dx.from_tables())
    for name in ("managers", "differences", "leaders", "response", "plan", "items", "distribution", "measure"):
        assert f"profile.{name}(" in SKILLS and callable(getattr(profile, name))
    for name in ("likert", "skill_heat_map", "skill_gap", "response_map", "skill_areas"):
        assert f"dx.plot.{name}(" in SKILLS and callable(getattr(dx.plot, name))
