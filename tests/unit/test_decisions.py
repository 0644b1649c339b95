"""Decisions: appended safely, undone, replayed to the same result; a correction that no longer fits is said."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dxaudit as dx
from dxaudit.decisions import Decision, active, append, apply, cell_of, decide, read_decisions


@pytest.fixture
def state():
    return dx.from_tables(
        businesses=pd.DataFrame(
            {
                "business": ["住民異動届の受付", "証明書交付", "印鑑登録"],
                "department": ["市民課"] * 3,
                "annual_hours": [1200.0, 800.0, None],
                "medium": ["paper", "both", None],
                "systems_used": [("住民記録システム",), (), None],
            }
        )
    )


def test_a_corrected_value_lies_over_the_file_and_says_what_the_file_held(state, tmp_path):
    log = tmp_path / "decisions.jsonl"
    decide(log, "value", {**cell_of(state, "businesses", 0, "annual_hours"), "new": 900}, who="課長", why="桁違い")
    decide(log, "value", {**cell_of(state, "businesses", 2, "annual_hours"), "new": 50}, who="課長", why="記入漏れ")
    decide(log, "value", {**cell_of(state, "businesses", 1, "medium"), "new": None}, who="課長", why="不明のため")
    decide(
        log, "value", {**cell_of(state, "businesses", 1, "systems_used"), "new": ["証明発行"]}, who="課長", why="追記"
    )
    decisions, broken = read_decisions(log)
    after = apply(state, decisions)
    assert after.businesses["annual_hours"].tolist() == [900, 800, 50]
    assert after.businesses["medium"].isna().tolist() == [False, True, True]
    assert after.businesses["systems_used"].tolist()[1] == ("証明発行",)
    assert state.businesses["annual_hours"].tolist()[0] == 1200
    assert decisions[0].what["old"] == 1200 and not broken
    assert not len(after.findings)
    again = apply(state, decisions)
    pd.testing.assert_frame_equal(after.businesses, again.businesses)
    pd.testing.assert_frame_equal(apply(after, decisions).businesses, after.businesses)


def test_a_correction_whose_cell_has_changed_since_is_a_finding_and_not_applied(state, tmp_path):
    log = tmp_path / "decisions.jsonl"
    decide(log, "value", {**cell_of(state, "businesses", 0, "annual_hours"), "new": 900}, who="課長", why="桁違い")
    businesses = state.businesses.copy()
    businesses.loc[0, "annual_hours"] = 1100
    after = apply(state.replace(businesses=businesses), read_decisions(log)[0])
    assert after.businesses["annual_hours"][0] == 1100
    assert after.findings["rule"].tolist() == ["decisions-cell-has-changed"]
    gone = apply(state.replace(businesses=state.businesses.iloc[1:].reset_index(drop=True)), read_decisions(log)[0])
    assert gone.findings["rule"].tolist() == ["decisions-no-such-row"]


def test_undo_takes_back_and_can_be_taken_back(state, tmp_path):
    log = tmp_path / "decisions.jsonl"
    first = decide(log, "weights", {"people": 3.0}, who="部長", why="人材を重く")
    undo = decide(log, "undo", {"decision": first.id}, who="部長", why="取り消し")
    assert active(read_decisions(log)[0]) == ()
    assert apply(state, read_decisions(log)[0]).settings.weights["people"] == 1
    decide(log, "undo", {"decision": undo.id}, who="部長", why="やはり重く")
    assert [d.id for d in active(read_decisions(log)[0])] == [first.id]
    assert apply(state, read_decisions(log)[0]).settings.weights["people"] == 3


@pytest.mark.parametrize(
    ("kind", "who", "why"), [("nonsense", "課長", "x"), ("weights", " ", "x"), ("weights", "課長", "")]
)
def test_a_decision_without_kind_name_or_reason_is_refused_and_nothing_written(tmp_path, kind, who, why):
    log = tmp_path / "decisions.jsonl"
    with pytest.raises(dx.DxauditError):
        decide(log, kind, {}, who=who, why=why)
    assert not log.exists()


def test_a_half_written_last_line_is_named_and_spoils_no_other(tmp_path):
    log = tmp_path / "decisions.jsonl"
    kept = decide(log, "question", {"question": "台帳は二つあるのか", "owner": "税務課"}, who="進行", why="確認")
    with log.open("ab") as out:
        out.write('{"kind": "question", "who": "進'.encode()[:-1])
    after = decide(log, "question", {"question": "次", "owner": "市民課"}, who="進行", why="確認")
    decisions, broken = read_decisions(log)
    assert [d.id for d in decisions] == [kept.id, after.id]
    assert broken == [2]


def test_many_writers_lose_and_mix_nothing(tmp_path):
    log = tmp_path / "decisions.jsonl"

    def write(n):
        return decide(
            log, "question", {"question": "あ" * (n * 37 % 500), "owner": str(n)}, who=f"人{n}", why="同時"
        ).id

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(write, range(80)))
    decisions, broken = read_decisions(log)
    assert {d.id for d in decisions} == made and not broken


def test_kill_9_during_writes_loses_none_that_was_confirmed(tmp_path):
    log = tmp_path / "decisions.jsonl"
    code = (
        "import sys, pathlib; from dxaudit.decisions import decide\n"
        "for n in range(100000):\n"
        "    d = decide(pathlib.Path(sys.argv[1]), 'question', {'question': 'あ' * 200, 'owner': str(n)},"
        " who='進行', why='記録')\n"
        "    print(d.id, flush=True)\n"
    )
    confirmed = []
    chance = random.Random(7)
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", code, str(log)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as writer:
            for _ in range(25):
                confirmed.append(writer.stdout.readline().decode().strip())
            time.sleep(chance.random() * 0.02)
            os.kill(writer.pid, signal.SIGKILL)
            confirmed += [line.decode().strip() for line in writer.stdout if line.endswith(b"\n")]
    assert len(confirmed) >= 100
    assert set(confirmed) <= {d.id for d in read_decisions(log)[0]}


def test_a_thousand_decisions_are_applied_in_under_a_second(tmp_path):
    n = 1000
    frame = pd.DataFrame({"business": [f"業務{i}" for i in range(n)], "annual_hours": [float(i) for i in range(n)]})
    state = dx.from_tables(businesses=frame)
    decisions = [
        Decision("value", "課長", "訂正", {**cell_of(state, "businesses", i, "annual_hours"), "new": i + 0.5})
        for i in range(n)
    ]
    log = tmp_path / "decisions.jsonl"
    append(log, decisions)
    start = time.perf_counter()
    after = apply(state, read_decisions(log)[0])
    assert time.perf_counter() - start < 1
    assert after.businesses["annual_hours"].tolist() == [i + 0.5 for i in range(n)]


@given(
    st.lists(
        st.builds(
            Decision,
            kind=st.sampled_from(["question", "weights", "overlap"]),
            who=st.text(min_size=1),
            why=st.text(),
            what=st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.none(), st.lists(st.text()))),
            at=st.just("2026-10-01T10:00:00+09:00"),
        ),
        max_size=8,
    )
)
def test_what_was_written_is_what_is_read(tmp_path_factory, made):
    log = tmp_path_factory.mktemp("log") / "decisions.jsonl"
    append(log, made)
    decisions, broken = read_decisions(log)
    assert [json.loads(d.line()) for d in decisions] == [json.loads(d.line()) for d in made]
    assert not broken
