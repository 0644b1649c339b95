"""The sample city from its files to its register: what was planted is found, and every figure opens."""

import math
import tomllib
from pathlib import Path

import pandas as pd
import pytest

import dxaudit as dx

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
FLAG = 0.3 - 1e-9


@pytest.fixture(scope="module")
def register():
    return dx.assess(dx.read(SAMPLES / "shionagi"))


@pytest.fixture(scope="module")
def expected():
    return tomllib.loads((SAMPLES / "shionagi.expected.toml").read_text(encoding="utf-8"))


def verdicts(register) -> dict[tuple[str, str], tuple[bool, bool]]:
    frame = register.frame
    found = zip(frame["code"], frame["department"], frame["assessed"], frame["severity"], strict=True)
    return {(c, d): (bool(a), bool(a and s >= FLAG)) for c, d, a, s in found}


def test_planted_issues_are_found(register, expected):
    found = verdicts(register)
    planted = [(issue["code"], issue["department"]) for issue in expected["issue"]]
    missed = [key for key in planted if not found.get(key, (False, False))[1]]
    assert len(planted) > 300
    assert 1 - len(missed) / len(planted) >= 0.95, missed


def test_clean_cells_raise_no_alarm(register, expected):
    found = verdicts(register)
    cells = [(code, line["department"]) for line in expected["clean"] for code in line["codes"]]
    alarms = [key for key in cells if found.get(key, (False, False))[1]]
    assert len(cells) > 300
    assert len(alarms) / len(cells) <= 0.05, alarms


def test_what_cannot_be_assessed_is_not(register, expected):
    found = verdicts(register)
    cells = [(code, line["department"]) for line in expected["unassessed"] for code in line["codes"]]
    # D07 stands with the files and O05, H08 with the organisation list, whatever the inventory of a department holds.
    scored = [key for key in cells if key[0] not in ("D07", "O05", "H08") and found.get(key, (False,))[0]]
    assert len(scored) <= 0.05 * len(cells), scored


def rebuilt(how: str, rows: pd.DataFrame) -> float:
    """The figure from the rows shown, by pandas alone."""
    n = rows["numerator"]
    if how in ("share", "ratio"):
        return (100 if how == "share" else 1) * math.fsum(n) / math.fsum(rows["denominator"])
    simple = {"sum": math.fsum, "maximum": max, "minimum": min, "spread": lambda x: max(x) - min(x)}
    if how in simple:
        return simple[how](n)
    groups = n.groupby(rows["group"], sort=False)
    if how == "group_ratio":
        return (groups.max() / groups.min()).max()
    largest = groups.agg(math.fsum).max()
    base = {"group_maximum": 1.0, "group_share": math.fsum(rows.get("denominator", n)) / 100, "peak": math.fsum(n) / 12}
    return largest / base[how]


def test_the_rows_reproduce_every_figure_of_the_register(register):
    frame = register.frame[register.frame["assessed"]]
    assert set(frame["code"]) >= {f"G{n:02d}" for n in range(1, 11)} | {f"D{n:02d}" for n in range(1, 11)}
    for line in frame.itertuples():
        opened = register.explain(line.code, line.department)
        assert rebuilt(opened.how, opened.rows) == pytest.approx(line.value, rel=1e-12, abs=1e-12), line.code
        assert (opened.rows["file"].str.len() > 0).all()
        if line.perspective == "people":
            assert (opened.rows["cell"] == "").all()


def test_sources_name_cells_that_are_there(register):
    state = register.state
    files = set(state.sheets["file"])
    for cells in register.frame.loc[register.frame["assessed"], "sources"]:
        for place in cells:
            assert any(place.startswith(file) or file in place for file in files), place


def test_department_figures_add_up_to_the_city(register):
    frame = register.frame[register.frame["assessed"]].set_index(["code", "department"])["value"]
    for code in ("G08", "D09"):
        parts = frame.loc[code].drop("全庁")
        assert parts.sum() == frame.loc[(code, "全庁")]


def test_no_line_speaks_of_a_group_below_the_smallest(register):
    headcount = register.state.survey["department"].value_counts()
    small = set(headcount[headcount < register.settings.minimum_group].index)
    assert small
    people = register.frame[register.frame["perspective"] == "people"]
    assert not people.loc[people["department"].isin(small), "assessed"].any()
    for code in ("H01", "H03"):
        assert not small & set(register.explain(code).rows["item"])
