"""Departments and readability on files that municipalities and ministries published; skipped where these are absent."""

import os
from pathlib import Path

import pandas as pd
import pytest

from dxaudit.intake import read
from dxaudit.intake.departments import resolve
from dxaudit.intake.readability import judge, scores
from dxaudit.settings import Settings
from dxaudit.state import TABLES, from_tables

REAL = Path(os.environ.get("DXAUDIT_REAL", Path(__file__).resolve().parents[3] / "shared" / "real"))
pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="files of others are not here")


def test_written_variants_of_a_real_organisation_find_their_unit_or_none():
    """高松市 2024: every 課, written with its bureau, with spaces, with a section behind, finds itself and no other."""
    state = read(REAL / "organization" / "0083_202404.xlsx")
    listed = state.organization[state.organization["department"].str.endswith("課")]
    units = listed.drop_duplicates(["bureau", "department"])
    bare = units["department"].str.split().str[-1]
    bureau = units["bureau"].fillna("")
    forms = {
        "plain": bureau + "　" + bare,
        "joined": bureau + bare,
        "section": bureau + "　" + bare + "　管理係",
        "person": bureau + bare + "長",
    }
    for form, written in forms.items():
        found = from_tables(
            organization=state.organization[["bureau", "department", "department_code"]],
            businesses=pd.DataFrame({"department": written, "business": "業務"}),
        )
        tables, _ = resolve({name: found.table(name) for name in TABLES}, Settings())
        got = tables["businesses"]["department"].str.split().str[-1]
        assert (got.to_numpy() == bare.to_numpy()).mean() >= 0.98, (form, written[got.to_numpy() != bare.to_numpy()])


def test_every_real_file_is_judged_and_scores_stay_within_bounds():
    frame = judge(REAL / "messy")
    found = scores(frame)
    assert found["score"].dropna().between(0, 100).all()
    whole = found[found["sheet"].isna()].set_index(["file", "level"])["score"]
    # A list published as one clean csv keeps every level; an old .xls with titles and merged headers none.
    assert whole["FEA_hyoujun-20220225015648.csv"].tolist() == [100, 100, 100]
    assert whole["jlstat_1-9a.xls"].tolist() == [0, 0, 0]
