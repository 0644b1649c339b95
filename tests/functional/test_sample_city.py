"""The sample city is what it says: reproducible, consistent with its own truth, and believable."""

import csv
import random
import statistics
import sys
import tomllib
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
sys.path.insert(0, str(SAMPLES))

from generator.city import HOLDOUT, SHIONAGI, check_digit, departments  # noqa: E402
from generator.write import write_city  # noqa: E402

CITY = SAMPLES / "shionagi"
CATALOGUE = [
    f"{letter}{n:02d}" for letter, last in zip("GOHDR", (10, 8, 8, 10, 9), strict=True) for n in range(1, last + 1)
]


@pytest.fixture(scope="module")
def expected():
    return tomllib.loads((SAMPLES / "shionagi.expected.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def truth():
    folder = SAMPLES / "shionagi.truth"
    return {p.stem: list(csv.DictReader(p.open(encoding="utf-8"))) for p in folder.glob("*.csv")}


def numbers(rows, column):
    return [float(r[column]) for r in rows if r[column]]


def correlation(x, y):
    return statistics.correlation(x, y)


def test_the_generator_writes_the_committed_city_again(tmp_path):
    write_city(SHIONAGI, tmp_path)
    written = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    kept = {
        p.relative_to(SAMPLES): p.read_bytes()
        for part in ("shionagi", "shionagi.truth", "shionagi.expected.toml")
        for p in ([SAMPLES / part] if (SAMPLES / part).is_file() else (SAMPLES / part).rglob("*"))
        if p.is_file()
    }
    assert written.keys() == kept.keys()
    assert [str(name) for name in written if written[name] != kept[name]] == []


def test_it_stays_small():
    assert sum(p.stat().st_size for p in SAMPLES.rglob("*") if p.is_file() and "__pycache__" not in p.parts) < 4_000_000


def test_the_truth_stands_in_the_cells_that_it_names(truth):
    """Read with openpyxl alone: names and answers of every row of the workbooks."""
    sheets = {}
    for table, column in (
        ("businesses", "business"),
        ("systems", "system"),
        ("organization", "department_code"),
        ("governance", "question"),
    ):
        where = {(c["file"], c["sheet"]): int(c["position"]) for c in truth["columns"] if c["column"] == column}
        for row in truth[table]:
            if not row["source_file"].endswith(".xlsx"):
                continue
            key = row["source_file"], row["source_sheet"]
            if key not in sheets:
                sheets[key] = openpyxl.load_workbook(CITY / key[0])[key[1]]
            assert sheets[key].cell(int(row["source_row"]), where[key]).value == row[column]


def test_counts_are_those_of_the_files(expected, truth):
    counts = expected["counts"]
    for table in ("businesses", "systems"):
        assert len(truth[table]) == counts[table]
    assert len(truth["survey"]) == counts["respondents"]
    assert len(truth["organization"]) == counts["departments"] >= 40
    assert counts["businesses"] >= 600
    assert counts["systems"] >= 160
    assert counts["files"] == sum(1 for p in CITY.rglob("*") if p.suffix in (".xlsx", ".csv"))
    sheets = [s for p in CITY.rglob("*.xlsx") for s in openpyxl.load_workbook(p, read_only=True).sheetnames]
    assert counts["sheets"] == len(sheets) + sum(1 for _ in CITY.rglob("*.csv"))
    for table in ("businesses", "systems", "survey"):
        assert sum(s["accepted"] for s in expected["sheet"] if s["table"] == table) == len(truth[table])


def test_every_code_of_the_catalogue_is_planted_somewhere(expected):
    assert {i["code"] for i in expected["issue"]} == set(CATALOGUE)


def test_clean_departments_are_clean_and_the_others_have_a_believable_number_of_issues(expected):
    found = Counter(i["department"] for i in expected["issue"])
    clean = [c["department"] for c in expected["clean"] if c["planted"]]
    assert len(clean) >= 4
    assert not any(found[d] for d in clean)
    assert 4 <= statistics.median(n for d, n in found.items() if d != "全庁") <= 12
    for entry in expected["clean"]:
        wrong = {i["code"] for i in expected["issue"] if i["department"] == entry["department"]}
        assert not wrong & set(entry["codes"])


def test_gaps_are_there(expected, truth):
    answered = Counter(r["department"] for r in truth["survey"])
    staff = {r["department"]: int(r["headcount"]) for r in truth["organization"]}
    assert len(expected["counts"]["departments_without_inventory"]) == 2
    assert any(d not in answered for d in staff)
    assert any(0 < answered[d] < 5 for d in staff)
    assert any(entry["codes"] for entry in expected["unassessed"])


def test_duplicates_span_departments_and_look_alikes_are_not_among_them(expected, truth):
    owner = {r["system_id"]: r["owner_department"] for r in truth["systems"]}
    pairs = set()
    for group in expected["duplicate"]:
        assert len({owner[s] for s in group["systems"]}) > 1
        pairs |= {frozenset((a, b)) for a in group["systems"] for b in group["systems"] if a != b}
    assert {g["kind"] for g in expected["duplicate"]} == {"same_product", "same_function"}
    assert not any(frozenset(n["systems"]) in pairs for n in expected["not_duplicate"])


def test_the_code_has_the_right_check_digit():
    assert check_digit("01100") == "011002"  # 札幌市
    settings = tomllib.loads((CITY / "dxaudit.toml").read_text("utf-8"))
    assert settings["municipality_code"] == check_digit(settings["municipality_code"][:5])


# --- numbers as a city makes them ------------------------------------------------------------------------------------


def test_hours_are_heavy_tailed_and_round(truth):
    hours = sorted(numbers(truth["businesses"], "annual_hours"))
    top = sum(hours[-len(hours) // 10 :]) / sum(hours)
    assert 0.3 < top < 0.6, "a tenth of the work takes a third to a half of the hours"
    assert statistics.mean(hours) > 1.4 * statistics.median(hours)
    in_hours = [h for h in hours if h % 7.75]
    assert sum(h % 10 == 0 for h in in_hours) / len(in_hours) > 0.5, "people write 480, not 483"


def test_hours_follow_cases_and_minutes(truth):
    rows = [r for r in truth["businesses"] if r["annual_cases"] and r["minutes_per_case"]]
    off = [
        abs(float(r["annual_hours"]) / (float(r["annual_cases"]) * float(r["minutes_per_case"]) / 60) - 1) for r in rows
    ]
    assert statistics.median(off) < 0.03
    assert statistics.quantiles(off, n=10)[-1] < 0.35


def test_leading_digits_are_not_those_of_even_chance(truth):
    first = Counter(str(int(n))[0] for n in numbers(truth["businesses"], "annual_cases") if n >= 1)
    assert first["1"] > first["5"] > 0
    assert first["1"] + first["2"] + first["3"] > 0.5 * sum(first.values())


def test_one_person_never_holds_more_than_a_person_can(truth):
    alone = [float(r["annual_hours"]) for r in truth["businesses"] if r["assigned_staff"] == "1"]
    assert alone
    assert max(alone) <= 2000


def test_answers_belong_to_people(truth):
    """Answers of one person hang together, age and position show, and the easy items are easy."""
    rows = [r for r in truth["survey"] if all(r[f"q{i:02d}"] for i in range(1, 18))]
    scores = [[float(r[f"q{i:02d}"]) for i in range(1, 18)] for r in rows]
    total = [sum(s) for s in scores]
    items = list(zip(*scores, strict=True))
    alpha = 17 / 16 * (1 - sum(statistics.variance(i) for i in items) / statistics.variance(total))
    assert 0.8 < alpha < 0.97
    by_age = {
        a: statistics.mean(t for t, r in zip(total, rows, strict=True) if r["age_band"] == a) for a in ("20代", "50代")
    }
    assert by_age["20代"] > by_age["50代"] + 3
    mean = [statistics.mean(i) for i in items]
    assert min(mean[13], mean[14]) > max(mean[2], mean[10], mean[15]) + 0.7
    straight = sum(len(set(s)) == 1 for s in scores) / len(scores)
    assert 0.005 < straight < 0.08
    assert 0.3 < correlation([s[7] for s in scores], [s[8] for s in scores]) < 0.9


def test_costs_and_users_go_together(truth):
    rows = [r for r in truth["systems"] if float(r["annual_cost"]) > 0]
    cost = sorted(float(r["annual_cost"]) for r in rows)
    assert sum(cost[-16:]) > 0.4 * sum(cost)
    population = tomllib.loads((CITY / "dxaudit.toml").read_text("utf-8"))["population"]
    assert 3 < sum(cost) / population < 9, "千円 a resident and year"


def test_survey_times_are_office_times():
    text = next(CITY.rglob("*エクスポート.csv")).read_bytes().decode("cp932")
    times = [line.split(",")[1] for line in text.splitlines()[1:]]
    hours = Counter(t.split()[1][:2] for t in times)
    assert sum(hours[f"{h:02d}"] for h in range(8, 19)) > 0.9 * len(times)
    assert max(Counter(t.split()[0] for t in times).values()) > 0.15 * len(times), "most answer when the reminder comes"


def test_people_do_not_complain_in_one_voice(truth):
    for table, column in (("survey", "comment"), ("businesses", "reported_issue")):
        said = [r[column] for r in truth[table] if r[column]]
        assert len(said) > 150
        assert len(set(said)) > 0.5 * len(said)
        assert max(Counter(said).values()) <= 10


def test_departments_have_their_own_dice():
    """Taking one department's chance away leaves another's alone."""
    first, second = SHIONAGI.dice("hours", "2001").random(), SHIONAGI.dice("hours", "2002").random()
    random.seed(1)
    assert (first, second) == (SHIONAGI.dice("hours", "2001").random(), SHIONAGI.dice("hours", "2002").random())
    assert first != second


def test_the_holdout_city_is_another_city(tmp_path, truth):
    write_city(HOLDOUT, tmp_path)
    other = list(csv.DictReader((tmp_path / "holdout.truth" / "columns.csv").open(encoding="utf-8")))
    here = {c["source"] for c in truth["columns"]}
    there = {c["source"] for c in other}
    assert len(there - here) > 0.4 * len(there), "other words over the columns"
    said = "".join(p.read_text("utf-8") for p in (tmp_path / "holdout.truth").glob("*.csv"))
    assert "汐凪" not in said
    assert sum(d.headcount for d in departments(HOLDOUT)) < sum(d.headcount for d in departments(SHIONAGI))


def test_the_page_about_the_city_says_what_is_there(expected):
    page = (SAMPLES.parents[1] / "docs" / "sample-city.md").read_text("utf-8")
    counts = expected["counts"]
    words = (("departments", "課"), ("businesses", "業務"), ("systems", "システム"), ("respondents", "人の回答"))
    assert "・".join(f"{counts[key]}{word}" for key, word in words) in page
    assert f"{counts['files']}のファイル" in page
    assert "2400 × 30 ÷ 60 = 1200" in page
    assert 2400 * 30 / 60 == 1200
    assert check_digit("22299") == "222992" == SHIONAGI.code
    assert "222992" in page
    line = "転出届の受付 | P | 住民基本台帳法 | 2734x18 | 3-4 | 住民記録システム | on=0.7 #31 form=住民異動届"
    assert line in page
    assert line in (SAMPLES / "generator" / "city" / "03_shimin.toml").read_text("utf-8")
