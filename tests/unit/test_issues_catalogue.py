"""The catalogue is complete, and a city's changes to it are checked with one line that names file and key."""

from pathlib import Path

import pytest

from dxaudit import DxauditError
from dxaudit.issues.catalogue import catalogue, with_settings
from dxaudit.issues.indicators import INDICATORS
from dxaudit.settings import PERSPECTIVES, Settings, read_settings
from dxaudit.vocabulary import columns, tables, text_keys

FIRST_45 = [
    f"{letter}{n:02d}" for letter, count in zip("GOHDR", (10, 8, 8, 10, 9), strict=True) for n in range(1, count + 1)
]
ENTRIES = list(catalogue().values())


def test_all_entries_of_the_published_catalogue_are_there():
    assert set(FIRST_45) <= set(catalogue())


def test_every_entry_has_a_function_and_every_function_an_entry():
    assert set(INDICATORS) == set(catalogue())


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.code)
def test_an_entry_is_complete(entry):
    assert entry.perspective in PERSPECTIVES
    assert set(entry.scopes) <= {"department", "city"} and entry.scopes
    for words in (entry.label, entry.indicator, entry.basis, entry.cause, entry.impact, entry.remedy, entry.kpi):
        assert set(words) == {"ja", "en"} and all(words.values())
    assert entry.basis_status in ("source", "computed", "recalled", "design")
    for need in entry.needs:
        table, _, column = need.partition(".")
        assert table in tables() and column in columns(table)
    assert set(entry.reach) <= {"hours", "cases", "staff", "cost", "rows", "all"} and entry.reach
    for criterion in entry.criteria:
        a = criterion.anchors
        assert a[0] != a[3] and (list(a) == sorted(a) or list(a) == sorted(a, reverse=True))
        assert f"issues.unit.{criterion.unit}" in text_keys()


def test_a_threshold_without_a_source_says_so():
    for entry in ENTRIES:
        if entry.basis_status == "design":
            assert "設計値" in entry.basis["ja"] and "esign value" in entry.basis["en"], entry.code


def city(folder: Path, words: str) -> Settings:
    path = folder / "dxaudit.toml"
    path.write_text(words, encoding="utf-8")
    return read_settings(path)


BAD = {
    "unknown code": ("[issues.Z99]\nwarn = 3", "issues.Z99"),
    "unknown key": ("[issues.G01]\nwarm = 3", "issues.G01.warm"),
    "no number": ('[issues.G01]\nwarn = "half"', "issues.G01.warn"),
    "a yes is no number": ("[issues.G01]\nwarn = true", "issues.G01.warn"),
    "not finite": ("[issues.G01]\nwarn = nan", "issues.G01.warn"),
    "out of order": ("[issues.G01]\nwarn = 90", "issues.G01"),
    "out of order, falling": ("[issues.R04]\nwarn = 10", "issues.R04"),
    "all equal": ("[issues.G01]\ngood = 1\nwarn = 1\nalert = 1\nworst = 1", "issues.G01"),
    "negative weight": ("[issues.G01]\nweight = -1", "issues.G01.weight"),
    "a switch that is none": ('[issues.G01]\nenabled = "no"', "issues.G01.enabled"),
    "second criterion out of order": ("[issues.D03.hhi]\nwarn = 0.9", "issues.D03.hhi"),
    "second criterion unknown key": ("[issues.D03.hhi]\nweight = 1", "issues.D03.hhi.weight"),
    "no table": ("[issues]\nG01 = 3", "issues.G01"),
    "all weights zero": ("[issues]\n" + "".join(f"{c} = {{ weight = 0 }}\n" for c in catalogue()), "issues"),
    "all off": ("[issues]\n" + "".join(f"{c} = {{ enabled = false }}\n" for c in catalogue()), "issues"),
}


@pytest.mark.parametrize(("words", "key"), BAD.values(), ids=BAD)
def test_bad_settings_get_one_line_naming_file_and_key(tmp_path, words, key):
    with pytest.raises(DxauditError) as caught:
        with_settings(city(tmp_path, words))
    said = str(caught.value)
    assert "\n" not in said and "dxaudit.toml" in said and f"[{key}]" in said


def test_weights_of_perspectives_are_checked_where_settings_are_read(tmp_path):
    with pytest.raises(DxauditError, match=r"dxaudit.toml \[weights.people\]"):
        city(tmp_path, "[weights]\npeople = -1")
    with pytest.raises(DxauditError, match=r"dxaudit.toml \[weights\]"):
        city(tmp_path, "[weights]\n" + "".join(f"{p} = 0\n" for p in PERSPECTIVES))


def test_a_city_changes_anchors_weight_parameters_and_switches(tmp_path):
    words = (
        "[issues.G01]\nwarn = 40\nweight = 2\n[issues.G05]\nlisted_from = 50\n"
        "[issues.O08]\nenabled = false\n[issues.D03.hhi]\nwarn = 0.2"
    )
    settings = city(tmp_path, words)
    entries = with_settings(settings)
    assert entries["G01"].criteria[0].anchors == (20, 40, 67, 100) and entries["G01"].weight == 2
    assert entries["G05"].parameters["listed_from"] == 50
    assert "O08" not in entries
    assert entries["D03"].criterion("hhi").warn == 0.2
    assert settings.changed()["issues.G01.warn"] == 40
    assert catalogue()["G01"].criteria[0].warn == 50
