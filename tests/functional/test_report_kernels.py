"""A forked kernel is a kernel like any other: the same outputs, nothing of one report in the next, nothing left."""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
import pandas as pd
import pytest

import dxaudit as dx
from dxaudit.publish import run as running
from dxaudit.publish.analysis import analyse, packed
from dxaudit.publish.run import FORK_SERVER, HANDOVER, Job, executed, run
from dxaudit.publish.shipped import DEPARTMENT_NOTEBOOK, shipped

DEPARTMENTS = ["市民課", "税務課", "財政課"]


@pytest.fixture(scope="module")
def state():
    frame = pd.DataFrame(
        {
            "department": [name for name in DEPARTMENTS for _ in range(4)],
            "business": ["住民票の交付", "証明書の発行", "窓口案内", "統計"] * 3,
            "annual_hours": [1000.0, 400.0, 250.0, 30.0] * 3,
            "medium": ["paper", "both", "paper", "electronic"] * 3,
            "budget": 10.0,
        }
    )
    return dx.from_tables(businesses=frame)


def own_notebook(path, *cells):
    book = nbformat.v4.new_notebook()
    parameters = "department = ''\nsource = ''\nlang = 'ja'"
    book.cells = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})]
    book.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(book, path)
    return path


def shown(notebook):
    """Outputs cell by cell, without what papermill notes about time."""
    return [json.loads(json.dumps(cell.get("outputs", []))) for cell in notebook.cells]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="kernels are forked on Linux only")
def test_a_report_shows_the_same_from_a_forked_kernel_as_from_plain_papermill(state, tmp_path, monkeypatch):
    result = dx.report(state, tmp_path / "out", formats=("ipynb",), departments=["税務課"], jobs=1)
    forked = nbformat.read(tmp_path / "out" / "税務課" / "report.ipynb", as_version=4)
    assert not result.failed
    (tmp_path / "city.pickle").write_bytes(packed(analyse(state)))
    monkeypatch.setenv(HANDOVER, str(tmp_path / "city.pickle"))
    monkeypatch.delenv(FORK_SERVER, raising=False)
    given = {"department": "税務課", "source": "", "lang": "ja"}
    plain = executed(Job("税務課", str(shipped(DEPARTMENT_NOTEBOOK)), given, str(tmp_path), ("ipynb",)))
    assert shown(forked) == shown(plain)
    assert any(output.get("data", {}).get("image/png") for cell in shown(plain) for output in cell)


LOOK = """import os, random, sys, numpy as np, pandas as pd, matplotlib.pyplot as plt
figures, known = plt.get_fignums(), 'json.tool' in sys.modules
print('clean', [pd.get_option('display.max_rows'), os.environ.get('LEFT'), os.getcwd(), figures, known])
print('chance', random.random(), np.random.rand())"""
LEAVE = """pd.set_option('display.max_rows', 7)
os.environ['LEFT'] = department
os.chdir('/')
random.seed(1); np.random.seed(1)
import json.tool
plt.figure()
plt.plot([1, 2]);"""


def test_nothing_of_one_report_reaches_the_next_and_own_charts_are_shown(state, tmp_path):
    book = own_notebook(tmp_path / "own.ipynb", LOOK, LEAVE)
    result = dx.report(state, tmp_path / "out", notebook=book, formats=("html", "ipynb"), jobs=1)
    assert set(result.done) == set(DEPARTMENTS)
    said, chances = set(), set()
    for name in DEPARTMENTS:
        notebook = nbformat.read(tmp_path / "out" / name / "report.ipynb", as_version=4)
        clean, chance = notebook.cells[2].outputs[0].text.splitlines()
        said.add(clean)
        chances.add(chance)
        pictures = [o for o in notebook.cells[3].outputs if "image/png" in o.get("data", {})]
        assert len(pictures) == 1 and pictures[0].metadata.dxaudit.department == name
        assert (tmp_path / "out" / name / "report.html").read_text(encoding="utf-8").count("<img ") == 1
    assert said == {f"clean [60, None, '{tmp_path}', [], False]"}
    assert len(chances) == len(DEPARTMENTS)


def processes_of(mark):
    found = []
    for process in Path("/proc").iterdir():
        try:
            found += [process.name] if mark.encode() in (process / "environ").read_bytes() else []
        except OSError:
            continue
    return found


@pytest.fixture
def marked(request, monkeypatch):
    """A temporary folder of the batch's own; short as on a PC, so that the fork server's socket has room."""
    folder = Path(tempfile.mkdtemp(prefix="dx")) / request.param
    request.addfinalizer(lambda: shutil.rmtree(folder.parent))
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="sockets with a limited path")
@pytest.mark.parametrize("marked", ["deep" * 30], indirect=True)
def test_in_a_folder_too_deep_for_sockets_kernels_are_launched_plainly(state, tmp_path, marked):
    book = own_notebook(tmp_path / "own.ipynb", "if department == '税務課': raise ValueError('x')")
    result = dx.report(state, tmp_path / "out", notebook=book, jobs=2)
    assert set(result.failed) == {"税務課"} and len(result.done) > 0
    assert list(marked.iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
@pytest.mark.parametrize("marked", ["t", "deep" * 30], indirect=True, ids=["forked", "plain"])
def test_a_killed_kernel_fails_alone_and_leaves_neither_process_nor_file(state, tmp_path, marked):
    start = "import os, subprocess; subprocess.Popen(['sleep', '300'])"
    cell = f"{start}\nif department == '税務課': os.kill(os.getpid(), 9)"
    book = own_notebook(tmp_path / "own.ipynb", cell)
    result = dx.report(state, tmp_path / "out", notebook=book, jobs=2)
    assert set(result.failed) == {"税務課"}
    assert list(marked.iterdir()) == []
    assert [p for p in processes_of(f"TMPDIR={marked}") if int(p) != os.getpid()] == []


def test_a_cell_that_never_ends_is_given_up(state, tmp_path, monkeypatch):
    monkeypatch.setattr(running, "CELL_SECONDS", 2)
    monkeypatch.delenv(FORK_SERVER, raising=False)
    # In a session of its own it is no longer in the kernel's process group, as nothing is on Windows.
    start = "import os, subprocess\nsubprocess.Popen(['sleep', '300'], start_new_session=True)"
    monkeypatch.setenv("STARTED_BY", str(tmp_path))
    book = own_notebook(tmp_path / "own.ipynb", start if sys.platform.startswith("linux") else "", "while True: pass")
    given = {"department": "税務課", "source": "", "lang": "ja"}
    outcome = run(Job("税務課", str(book), given, str(tmp_path / "out"), ("html",)))
    assert "2秒" in outcome.reason
    assert not (tmp_path / "out").exists()
    if sys.platform.startswith("linux"):
        assert [p for p in processes_of(f"STARTED_BY={tmp_path}") if int(p) != os.getpid()] == []
