"""Who works there, and what did they answer?

A staff member's skill is the sum of age, position, department and the person; an item is a rung on a ladder that is
more or less hard to climb, read through one's own way of ticking boxes (some say yes to everything, some always three).
"""

from __future__ import annotations

import random

from . import complaints
from .city import City, Department

# How hard each rung is, how much it depends on general skill, and on attitude.
ITEMS = {
    1: (0.35, 0.8, 0.2), 2: (-0.35, 0.4, 0.4), 3: (1.05, 0.8, 0.1), 4: (0.05, 1.0, 0.0), 5: (-0.30, 0.8, 0.0),
    6: (0.05, 0.9, 0.0), 7: (0.75, 0.7, 0.2), 8: (0.45, 0.9, 0.2), 9: (0.60, 1.0, 0.3), 10: (0.65, 0.9, 0.0),
    11: (0.95, 1.1, 0.1), 12: (0.55, 0.7, 0.3), 13: (0.85, 1.0, 0.1), 14: (-0.95, 0.4, 0.1), 15: (-0.85, 0.4, 0.1),
    16: (1.10, 0.8, 0.0), 17: (0.30, 0.4, 0.6), 18: (-0.55, 0.1, 1.0), 19: (-0.35, 0.2, 0.9), 20: (-0.65, 0.1, 0.8),
}  # fmt: skip
AGE = {"20代": 0.34, "30代": 0.24, "40代": 0.05, "50代": -0.3, "60代以上": -0.55}
MINDSET = (18, 19, 20)
CUTS = (-1.5, -0.5, 0.55, 1.5)


def staff(city: City, d: Department) -> list[dict]:
    """Everybody on the department's list: position, age, employment, years in post."""
    dice = city.dice("staff", d.code)
    people: list[dict] = []
    managers = 1 + (d.regular >= 9) + (d.regular >= 16)
    for i in range(d.regular):
        if i == 0:
            position, age = "課長", dice.choices(("40代", "50代"), (15, 85))[0]
        elif i < managers:
            position, age = "課長補佐", dice.choices(("40代", "50代"), (45, 55))[0]
        elif i < managers + max(1, d.regular // 5):
            position, age = "係長", dice.choices(("30代", "40代", "50代"), (18, 52, 30))[0]
        else:
            age = dice.choices(("20代", "30代", "40代", "50代", "60代以上"), (34, 34, 18, 9, 5))[0]
            position = "主事" if age == "20代" else "主任" if dice.random() < 0.7 else "主事"
        kind = "reappointed" if age == "60代以上" else "regular"
        people.append({"position": position, "age_band": age, "employment_type": kind})
    for _ in range(d.fixed_term):
        age = dice.choices(("20代", "30代", "40代", "50代", "60代以上"), (7, 18, 28, 30, 17))[0]
        people.append({"position": "会計年度任用職員", "age_band": age, "employment_type": "fixed_term"})
    for p in people:
        years = dice.choices((0, 1, 2, 3, 4, 5, 6, 8, 11), (17, 22, 20, 16, 9, 6, 4, 4, 2))[0]
        p["years_in_post"] = float(years)
    return people


def _answers(person: dict, d: Department, dice: random.Random) -> None:
    level = d.plan.get("level", 0.0) if not d.plan.get("clean") else 0.85
    skill = (
        AGE[person["age_band"]]
        + level
        + {"課長": -0.5, "課長補佐": -0.4, "係長": 0.05}.get(person["position"], 0.0)
        + {"fixed_term": -0.22, "reappointed": -0.1}.get(person["employment_type"], 0.0)
        + dice.gauss(-0.12, 0.62)
    )
    keen = 0.25 * skill + 0.5 * d.plan.get("positive", 0.0) + dice.gauss(0.2, 0.65)
    person["_skill"], person["_keen"] = skill, keen
    habit = dice.gauss(0.0, 0.22)
    straight = dice.random() < 0.035
    same = float(dice.choices((3, 4, 2), (7, 2, 2))[0])
    spread = 1.0 if dice.random() < 0.85 else 0.6
    careful = d.plan.get("clean", False)
    for item, (hard, on_skill, on_keen) in ITEMS.items():
        value = (1.15 * on_skill * skill + on_keen * keen - hard + habit) * spread + dice.gauss(0, 0.62)
        if item in (14, 15):
            value += 0.45 if careful else d.plan.get("security", 0.0)
        answer = (
            float(1 + sum(value > c - 0.25 for c in CUTS))
            if item not in MINDSET
            else float(1 + sum(value > c - 0.1 for c in CUTS))
        )
        person[f"q{item:02d}"] = same if straight else answer
        # The later the item, the likelier it is skipped; a few give up.
        if dice.random() < 0.004 + 0.0012 * item:
            person[f"q{item:02d}"] = None
    if dice.random() < 0.012:
        stop = dice.choice((11, 14, 16))
        for item in range(stop, 21):
            person[f"q{item:02d}"] = None


def _roles(people: list[dict], d: Department, dice: random.Random) -> None:
    """Who leads, who was trained, who uses generative AI."""
    n = len(people)
    leaders = d.plan.get("leaders", 0.2 if d.plan.get("clean") else dice.choice((0.06, 0.08, 0.12, 0.13, 0.16)))
    trained = d.plan.get("training", 0.96 if d.plan.get("clean") else min(0.97, max(0.5, dice.gauss(0.92, 0.06))))
    users = d.plan.get("ai", 0.5 if d.plan.get("clean") else min(0.6, max(0.06, dice.gauss(0.31, 0.12))))
    lead = sorted(
        range(n),
        key=lambda i: (
            people[i]["position"] in ("課長", "課長補佐", "会計年度任用職員"),
            -people[i]["_skill"] - people[i]["_keen"],
        ),
    )[: round(leaders * n)]
    went = sorted(
        range(n),
        key=lambda i: -(people[i]["employment_type"] != "fixed_term") * 1.2 - dice.random() - 0.2 * people[i]["_keen"],
    )[: round(trained * n)]
    weekly = sorted(range(n), key=lambda i: -people[i]["_skill"] - 0.7 * people[i]["_keen"] - dice.gauss(0, 0.5))[
        : round(users * n)
    ]
    for i, p in enumerate(people):
        p["dx_role"] = (
            "leader"
            if i in lead
            else "manager"
            if p["position"] in ("課長", "課長補佐")
            else "none"
            if p["employment_type"] == "fixed_term" and dice.random() < 0.4
            else "general"
        )
        if d.name == "情報政策課" and i in lead[:1]:
            p["dx_role"] = "specialist"
        p["training"] = (
            (dice.choices(("once", "twice_or_more", "certificate"), (66, 27, 7))[0]) if i in went else "none"
        )
        p["ai_use"] = (
            (dice.choices(("weekly", "daily"), (72, 28))[0])
            if i in weekly
            else dice.choices(("never", "less_than_monthly", "monthly"), (50, 26, 24))[0]
        )


def respondents(city: City, departments: list[Department]) -> list[dict]:
    """All answers in the order in which they came in, the truth in canonical columns."""
    everyone: list[dict] = []
    used = {d.code: sorted({s for w in d.work for s in w.systems}) for d in departments}
    for d in departments:
        people = staff(city, d)
        dice = city.dice("survey", d.code)
        for p in people:
            _answers(p, d, dice)
        silent = d.plan.get("silent_survey")
        share = d.plan.get("response", min(1.0, max(0.74, dice.gauss(0.9, 0.06))))
        n = 0 if silent == "none" else 3 if silent == "few" else round(share * len(people))
        came = sorted(range(len(people)), key=lambda i: -people[i]["_keen"] * 0.25 - dice.random())[:n]
        people = [people[i] for i in sorted(came)]
        if not people:
            continue
        _roles(people, d, dice)
        for p in people:
            p["bureau"], p["department"], p["_department"] = d.bureau, d.full_name, d
            p["comment"] = None
            if dice.random() < 0.34:
                p["comment"] = complaints.survey(p["_skill"], p["_keen"], d.name, used[d.code], dice)
            # Reminders went out in the second week; most answer within two days of one.
            day = dice.choices((0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 14), (24, 12, 8, 5, 4, 17, 12, 7, 4, 3, 4))[0]
            hour = dice.choices(
                (8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 21), (5, 10, 11, 9, 16, 10, 7, 8, 9, 10, 6, 3, 1)
            )[0]
            p["_answered_at"] = (day, hour, dice.randrange(60), dice.randrange(60))
        everyone += people
    everyone.sort(key=lambda p: p["_answered_at"])
    for number, p in enumerate(everyone, start=1):
        p["respondent_id"] = str(10000 + number * 3 + number % 2)
    return everyone
