"""Lists nobody here wrote: names and budgets only, and the Digital Agency's export. Skipped where they are absent."""

import os
from pathlib import Path

import numpy as np
import pytest

import dxaudit as dx
from dxaudit.benchmark import EDITION, national, peers, read_dashboard
from dxaudit.vocabulary import load

REAL = Path(os.environ.get("DXAUDIT_REAL", Path(__file__).parents[3] / "shared" / "real"))
LISTS = sorted((REAL / "jimujigyo").glob("*.csv"))
EXPORTS = sorted((REAL / "municipal-dx-progress").glob("*.csv"))
pytestmark = pytest.mark.skipif(not LISTS, reason="the folder of real files is absent")
# What a list of names, sections and budgets lets one say: repeats over departments, and how the files are written.
SAYABLE = {"O06", "D07"}


@pytest.mark.parametrize("path", LISTS, ids=lambda p: p.stem)
def test_a_list_of_names_and_budgets_is_never_scored_for_what_it_does_not_hold(path):
    register = dx.assess(dx.read(path))
    scored = set(register.frame.loc[register.frame["assessed"], "code"])
    assert scored <= SAYABLE, scored - SAYABLE
    left = register.frame[~register.frame["assessed"]]
    assert (left["reason"] != "").all() and left["severity"].isna().all()
    people = register.perspectives().query("perspective == 'people'")
    assert (people["band"] == "not_assessed").all()


@pytest.mark.parametrize("path", EXPORTS, ids=lambda p: "tidy" if p.stem.startswith("peer") else "as published")
def test_the_dashboards_export_is_read_in_both_shapes(path):
    board = read_dashboard(path)
    assert board.edition == EDITION and len(board.frame) == 1741
    known = load("benchmark")["adoption"]
    for key, entry in known.items():
        assert (np.nansum(board.frame[key]), board.frame[key].notna().sum()) == (entry["yes"][0], entry["of"][0])
    found = peers(board, "札幌市", ["函館市", "小樽市"], "available")
    assert set(found["kind"]) == {"available"} and found["is_own"].sum() == found["key"].nunique()
    with pytest.raises(dx.DxauditError, match="府中市"):
        board.find("府中市")
    with pytest.raises(dx.DxauditError, match="札幌市"):
        board.find("札幌し")


def test_our_quartiles_are_those_of_the_export():
    tidy = next(read_dashboard(p) for p in EXPORTS if read_dashboard(p).frame["code"].iloc[0])
    nation = national().set_index(["kind", "key"])
    for kind, key in nation.index:
        if kind != "used" or key not in tidy.frame or np.isnan(nation.loc[(kind, key), "low"]):
            continue
        rates = tidy.frame[key].dropna()
        assert len(rates) == nation.loc[(kind, key), "of"]
        ours = nation.loc[(kind, key), ["low", "middle", "high"]].astype(float)
        np.testing.assert_allclose(np.percentile(rates, [25, 50, 75], method="weibull"), ours, atol=0.06)


def test_the_code_finds_what_a_name_cannot():
    tidy = next(read_dashboard(p) for p in EXPORTS if read_dashboard(p).frame["code"].iloc[0])
    assert tidy.frame.loc[tidy.find("東京都府中市"), "code"] == "132063"
    assert tidy.frame.loc[tidy.find("11002"), "name"] == "札幌市"
