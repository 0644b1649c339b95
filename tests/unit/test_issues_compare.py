"""Two years side by side, like for like through reorganisations."""

import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.issues.compare import CHANGES, like_for_like


def year(lines: dict[str, list[str]], predecessors: dict[str, tuple] | None = None, **more) -> dx.CurrentState:
    rows = [(d, f"業務{i}", m, 100.0, "measured") for d, media in lines.items() for i, m in enumerate(media)]
    frame = pd.DataFrame(rows, columns=["department", "business", "medium", "annual_hours", "measurement_method"])
    tables = {"businesses": frame}
    if predecessors is not None:
        tables["organization"] = pd.DataFrame(
            {"department": list(lines), "predecessor": [predecessors.get(d) for d in lines]}
        )
    return dx.from_tables(dx.Settings(**more), **tables)


def change(found, code, department):
    return found.frame.set_index(["code", "department"]).loc[(code, department)]


def test_what_appeared_went_rose_and_fell():
    before = year(
        {
            "甲": ["digital"] * 4,
            "乙": ["paper"] * 4,
            "丙": ["paper", "paper", "paper", "digital"],
            "丁": ["paper"] * 4,
            "戊": ["paper"] * 3,
        }
    )
    after = year(
        {
            "甲": ["paper"] * 4,
            "乙": ["digital"] * 4,
            "丙": ["paper"] * 4,
            "丁": ["paper", "paper", "paper", "digital"],
            "戊": ["paper"] * 3,
        }
    )
    found = dx.compare(before, after)
    for department, expected in zip("甲乙丙丁戊", ("appeared", "went", "rose", "fell", "unchanged"), strict=True):
        assert change(found, "G01", department)["change"] == expected
    assert set(found.frame["change"]) <= set(CHANGES)
    assert found.summary().to_numpy().sum() == len(found.frame)


def test_a_renamed_department_is_compared_with_its_past():
    found = dx.compare(year({"市民課": ["paper"] * 3}), year({"窓口課": ["digital"] * 3}, {"窓口課": ("市民課",)}))
    line = change(found, "G01", "窓口課")
    assert (line["change"], line["value_before"], line["value_after"]) == ("went", 100, 0)
    assert "市民課" not in set(found.frame["department"])


def test_a_merged_department_is_compared_with_its_parts_together():
    before = year({"甲": ["paper"] * 1, "乙": ["digital"] * 3})
    after = year({"甲乙": ["paper"] * 2 + ["digital"] * 2}, {"甲乙": ("甲", "乙")})
    line = change(dx.compare(before, after), "G01", "甲乙")
    assert (line["value_before"], line["value_after"]) == (25, 50) and line["before_departments"] == ("甲", "乙")


def test_a_split_department_is_put_together_again():
    after = year({"子": ["paper"] * 2, "孫": ["digital"] * 2}, {"子": ("親",), "孫": ("親",)})
    line = change(dx.compare(year({"親": ["paper"] * 4}), after), "G01", "子・孫")
    assert (line["value_before"], line["value_after"]) == (100, 50)


def test_many_to_many_makes_one_unit():
    before = year({"甲": ["paper"], "乙": ["paper"], "丙": ["paper"]})
    after = year({"A": ["paper"], "B": ["paper"], "丙": ["paper"]}, {"A": ("甲", "乙"), "B": ("乙",), "丙": None})
    assert set(like_for_like(before, after)) == {"A・B", "丙"}


def test_new_and_closed_departments_are_said_to_be_so():
    found = dx.compare(year({"甲": ["paper"], "旧": ["paper"]}), year({"甲": ["paper"], "新": ["paper"]}))
    for department in ("旧", "新"):
        line = change(found, "G01", department)
        assert line["change"] == "not_comparable" and "所属がありません" in line["reason"]


def test_what_was_not_assessed_in_one_year_is_no_change():
    after = year({"甲": ["paper"] * 2})
    before = after.replace(businesses=after.businesses.assign(medium=None))
    line = change(dx.compare(before, after), "G01", "甲")
    assert line["change"] == "not_comparable" and "前年" in line["reason"]


def test_a_difference_within_the_error_band_is_no_change():
    rough = [year({"甲": m}) for m in (["paper"] * 3 + ["digital"] * 3, ["paper"] * 3 + ["digital"] * 2 + ["both"])]
    rough = [s.replace(businesses=s.businesses.assign(measurement_method="ratio")) for s in rough]
    line = change(dx.compare(*rough), "G01", "甲")
    assert line["change"] == "unchanged" and "幅" in line["reason"]


def test_one_yardstick_judges_both_years():
    strict = {"G01": {"warn": 21, "alert": 22}}
    before, after = (
        year({"甲": ["paper", "digital", "digital"]}),
        year({"甲": ["paper", "digital", "digital"]}, issues=strict),
    )
    line = change(dx.compare(before, after), "G01", "甲")
    assert line["change"] == "unchanged" and line["severity_before"] == pytest.approx(line["severity_after"])


def test_survey_figures_of_a_merged_department_are_not_put_together():
    def answers(people):
        departments = [d for d, n in people.items() for _ in range(n)]
        levels = {f"q{n:02d}": [3.0] * len(departments) for n in range(1, 21)}
        return pd.DataFrame(
            {"department": departments, "respondent_id": [str(i) for i in range(len(departments))], **levels}
        )

    before, after = year({"甲": ["paper"], "乙": ["paper"]}), year({"甲乙": ["paper"]}, {"甲乙": ("甲", "乙")})
    before = dx.from_tables(
        businesses=before.businesses[["department", "business"]], survey=answers({"甲": 20, "乙": 3})
    )
    organization = after.organization[["department", "predecessor"]]
    after = dx.from_tables(
        businesses=after.businesses[["department", "business"]], organization=organization, survey=answers({"甲乙": 23})
    )
    line = change(dx.compare(before, after), "H02", "甲乙")
    assert line["change"] == "not_comparable" and "秘匿" in line["reason"]
    assert pd.isna(line["value_before"]) and pd.isna(line["value_after"])


def test_the_later_thresholds_hold_and_the_earlier_states_stay_untouched():
    before, after = year({"甲": ["paper"]}), year({"乙": ["paper"]}, {"乙": ("甲",)})
    dx.compare(before, after)
    assert before.departments() == ["甲"] and after.departments() == ["乙"]
