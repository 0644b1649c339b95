"""How long the survey of a large city takes: 35,000 answers × 25 questions × 300 departments.

Run: ``python benchmarks/skills.py``. Beside it, in the same run, the plain pandas ``groupby`` of the same means, which
protects nobody and gives no interval: trust the ratio, machines differ.
"""

import time

import numpy as np
import pandas as pd

import dxaudit as dx

PEOPLE, DEPARTMENTS, QUESTIONS = 35_000, 300, 25


def city(people: int = PEOPLE, departments: int = DEPARTMENTS, seed: int = 0) -> dx.CurrentState:
    """A survey with uneven departments, 2 % skipped questions and five questions of the city's own."""
    rng = np.random.default_rng(seed)
    place = rng.choice(departments, people, p=rng.dirichlet(np.full(departments, 1.5)))
    answers = np.clip(np.round(rng.normal(2.7, 1, (people, QUESTIONS)) + rng.normal(0, 0.5, people)[:, None]), 1, 5)
    answers[rng.random(answers.shape) < 0.02] = np.nan
    own = [f"own{n}" for n in range(QUESTIONS - 20)]
    survey = pd.DataFrame(answers[:, :20], columns=[f"q{n:02d}" for n in range(1, 21)])
    names = np.array([f"課{n:03d}" for n in range(departments)])
    survey = survey.assign(
        department=names[place],
        respondent_id=[str(n) for n in range(people)],
        position=rng.choice(
            ["部長", "課長", "課長補佐", "係長", "主任", "主事"], people, p=[0.01, 0.05, 0.05, 0.19, 0.3, 0.4]
        ),
        age_band=rng.choice(["20代", "30代", "40代", "50代", "60代以上"], people),
        dx_role=rng.choice(["general", "leader"], people, p=[0.9, 0.1]),
        training=rng.choice(["none", "once"], people),
        ai_use=rng.choice(["never", "weekly"], people, p=[0.8, 0.2]),
    )
    heads = np.ceil(np.bincount(place, minlength=departments) / 0.7) + 1
    organization = pd.DataFrame(
        {"bureau": [f"部{n % 20}" for n in range(departments)], "department": names, "headcount": heads}
    )
    settings = dx.Settings(questionnaire={name: {"ja": name, "area": "how", "header": name} for name in own})
    state = dx.from_tables(settings, survey=survey, organization=organization)
    return state.replace(extras={"survey": pd.DataFrame(answers[:, 20:], columns=own)})


def main() -> None:
    """Print the seconds of a first profile, of the same figures by groupby, and their ratio; best of three."""
    profile, worked, plain = [], [], []
    for run in range(3):
        state = city(seed=run)
        start, busy = time.perf_counter(), time.process_time()
        found = dx.profile_skills(state)
        found.measure("level")
        profile.append(time.perf_counter() - start)
        worked.append(time.process_time() - busy)
        start = time.perf_counter()
        frame = state.survey.join(state.extras["survey"])
        items = [c for c in frame if c.startswith(("q", "own"))]
        for column in ("department", "position", "age_band"):
            frame.groupby(column)[items].agg(["count", "mean", "var"])
        plain.append(time.perf_counter() - start)
    print(f"{PEOPLE:,} people × {QUESTIONS} questions × {DEPARTMENTS} departments")
    print(
        f"profile with protection and intervals  {min(profile):.2f} s, {min(worked):.2f} s of them at work (limit 2 s)"
    )
    print(f"groupby of means alone                 {min(plain):.2f} s")
    print(f"ratio                                  {min(profile) / min(plain):.1f}")


if __name__ == "__main__":
    main()
