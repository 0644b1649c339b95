"""The batch on a dask cluster: the same files, and a machine that dies in the middle of a report costs nothing."""

import sys

import nbformat
import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.publish.readback import stated

distributed = pytest.importorskip("distributed")

DEPARTMENTS = ["市民課", "税務課", "財政課"]
# A forked kernel's parent is the fork server, whose parent is the dask worker.
KILL = """import os, psutil; from pathlib import Path
first = Path({mark!r})
if department == '税務課' and not first.exists():
    first.touch(); os.kill(psutil.Process(os.getppid()).ppid(), 9)
print(department)"""


@pytest.fixture(scope="module")
def cluster():
    with distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as running:
        yield running


@pytest.fixture(scope="module")
def state():
    frame = pd.DataFrame({"department": DEPARTMENTS, "business": "住民票の交付", "annual_hours": [10.0, 20.0, 30.0]})
    return dx.from_tables(businesses=frame)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="kernels are forked on Linux only")
def test_a_worker_that_dies_costs_no_report(state, cluster, tmp_path):
    own = nbformat.v4.new_notebook()
    parameters = "department = ''\nsource = ''\nlang = 'ja'"
    own.cells = [
        nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(KILL.format(mark=str(tmp_path / "killed"))),
    ]
    nbformat.write(own, tmp_path / "own.ipynb")
    result = dx.report(
        state, tmp_path / "out", notebook=tmp_path / "own.ipynb", scheduler=cluster.scheduler_address, formats=("html",)
    )
    assert (tmp_path / "killed").exists()
    assert not result.failed and set(result.done) == set(DEPARTMENTS)
    for name in DEPARTMENTS:
        assert stated(tmp_path / "out" / name / "report.html")[0] == name
        assert [path.name for path in (tmp_path / "out" / name).iterdir()] == ["report.html"]


def test_nobody_at_the_address_is_one_line(state, tmp_path, monkeypatch):
    monkeypatch.setattr("dxaudit.scheduler.CONNECT_SECONDS", 1)
    with pytest.raises(dx.DxauditError, match="スケジューラ") as raised:
        dx.report(state, tmp_path / "out", scheduler="tcp://127.0.0.1:9")
    assert "\n" not in str(raised.value)
    assert not list((tmp_path / "out").rglob("report.*"))
