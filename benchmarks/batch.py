"""How fast the batch is, measured side by side in one run on the same inputs; medians of three.

Routes, each making html reports of the same departments of the sample city:

commands   the ``papermill`` and ``nbconvert`` commands one after the other, the city analysed anew each time:
           what a user does without us
api        papermill's Python API in two processes, the city analysed anew each time, our html
api+city   the same with the analysed city handed over on disk
batch      `dxaudit.report`
cells      the notebook's cells in a plain script, two processes, nothing written: the floor

Usage: ``python benchmarks/batch.py [--departments 8] [--scale 60,120] [--kills 50]``
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

import dxaudit as dx
from dxaudit.publish.analysis import analyse, packed
from dxaudit.publish.run import HANDOVER, Job
from dxaudit.publish.shipped import DEPARTMENT_NOTEBOOK, sample_city, shipped

NOTEBOOK = shipped(DEPARTMENT_NOTEBOOK)
SECTIONS = ("who", "perspectives", "issues", "systems", "skills", "bottlenecks", "hearing")


def timed(work, *arguments) -> float:
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


def commands(departments: list[str], folder: Path) -> None:
    """The two commands, one after the other."""
    for number, department in enumerate(departments):
        made = folder / f"{number}.ipynb"
        given = ["-p", "department", department, "-p", "source", str(sample_city()), "-p", "lang", "ja"]
        for command in (
            ["papermill", str(NOTEBOOK), str(made), *given, "--no-progress-bar", "-k", "python3"],
            ["jupyter-nbconvert", "--to", "html", "--no-input", str(made)],
        ):
            subprocess.run(
                [str(Path(sys.executable).parent / command[0]), *command[1:]], check=True, capture_output=True
            )


def by_api(department: str, folder: str) -> None:
    import papermill

    from dxaudit.publish import formats
    from dxaudit.publish.run import checked

    given = {"department": department, "source": str(sample_city()), "lang": "ja"}
    notebook = papermill.execute_notebook(str(NOTEBOOK), None, given, progress_bar=False, kernel_name="python3")
    job = Job(department, str(NOTEBOOK), given, folder, ("html",))
    checked(notebook, job)
    formats.write_all(notebook, Path(folder), job.formats, department=department)


def api(departments: list[str], folder: Path) -> None:
    """papermill's API in two processes."""
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        jobs = [pool.submit(by_api, name, str(folder / str(n))) for n, name in enumerate(departments)]
        for job in jobs:
            job.result()


_city = None


def open_once() -> None:
    global _city
    from dxaudit.publish import open_city

    _city = open_city("")


def by_cells(department: str) -> None:
    from dxaudit.publish.sections import department as report

    for name in SECTIONS:
        list(getattr(report, name)(_city, department).outputs())


def cells(departments: list[str]) -> None:
    """Only what the cells do, in two processes that hold the city already."""
    with ProcessPoolExecutor(2, get_context("spawn"), initializer=open_once) as pool:
        list(pool.map(by_cells, departments))


def batch(departments: list[str], folder: Path, formats: tuple[str, ...] = ("html",)) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    result = dx.report(sample_city(), folder, departments=departments, formats=formats, jobs=2)
    assert not result.failed, result.failed


def enlarged(count: int) -> dx.CurrentState:
    """A city of ``count`` departments: the sample's, repeated under other names."""
    state = dx.read(sample_city())
    own = state.departments()[:40]
    frames: dict[str, list[pd.DataFrame]] = {}
    columns = {"businesses": "department", "systems": "owner_department", "survey": "department",
               "organization": "department", "workflow": "department"}  # fmt: skip
    kept = {t: [c for c in state.table(t).columns if not c.startswith("source_")] for t in columns}
    for number in range(-(-count // len(own))):
        wanted = own[: count - number * len(own)]
        for table, column in columns.items():
            part = state.table(table)[kept[table]]
            part = part[part[column].isin(wanted)].copy()
            part[column] = part[column] + (f"{number + 1}" if number else "")
            for related in ("related_departments", "user_departments"):
                if related in part:
                    part[related] = None
            frames.setdefault(table, []).append(part)
    return dx.from_tables(state.settings, **{t: pd.concat(parts, ignore_index=True) for t, parts in frames.items()})


def tree_memory(pid: int) -> int:
    """Proportional memory of a process and all below it, bytes: shared pages are counted once."""
    total, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            children = Path(f"/proc/{one}/task/{one}/children").read_text().split()
            for task in Path(f"/proc/{one}/task").iterdir():
                children += (task / "children").read_text().split()
            waiting += {int(c) for c in children} - {one}
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        except (OSError, ValueError):
            continue
    return total


def measure_scale(counts: list[int], scratch: Path) -> None:
    for count in counts:
        state = enlarged(count)
        peak, done = [0], threading.Event()

        def watch(peak=peak, done=done) -> None:
            while not done.wait(0.5):
                peak[0] = max(peak[0], tree_memory(os.getpid()))

        watcher = threading.Thread(target=watch)
        watcher.start()
        began = time.perf_counter()
        result = dx.report(state, scratch / f"scale{count}", formats=("html", "xlsx"), jobs=2)
        took = time.perf_counter() - began
        done.set()
        watcher.join()
        assert not result.failed, result.failed
        size = f"{len(result.done)} departments, html + xlsx"
        print(f"{size}: {took:6.1f} s ({1000 * took / len(result.done):.0f} ms each), peak {peak[0] / 1e9:.2f} GB")


def descendants(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        try:
            children = {
                int(c) for t in Path(f"/proc/{one}/task").iterdir() for c in (t / "children").read_text().split()
            }
        except OSError:
            continue
        found += children
        waiting += children
    return found


def environment(process: Path) -> bytes:
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""


def measure_kills(kills: int, count: int, scratch: Path) -> None:
    """SIGKILL the batch, its workers, its server and its kernels at random until ``kills`` were sent; then finish."""
    state = enlarged(count)
    source = scratch / "state.pickle"
    import pickle

    source.write_bytes(pickle.dumps(state))
    out = scratch / "kills"
    code = (
        "import pickle, sys, dxaudit as dx; from pathlib import Path;"
        f"r = dx.report(pickle.loads(Path({str(source)!r}).read_bytes()), {str(out)!r}, jobs=2);"
        "print(len(r.failed)); sys.exit(bool(r.failed))"
    )
    temporary = scratch / "tmp"
    temporary.mkdir()
    chance = random.Random(20261123)
    sent, runs = 0, 0
    hit = {"batch": 0, "below": 0}
    while True:
        runs += 1
        running = subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TMPDIR": str(temporary), "DXAUDIT_KILLED": str(scratch)},
        )
        while sent < kills and running.poll() is None:
            time.sleep(chance.uniform(0.2, 2.5))
            below = descendants(running.pid)
            target = running.pid if chance.random() < 0.12 or not below else chance.choice(below)
            try:
                os.kill(target, signal.SIGKILL)
            except ProcessLookupError:
                continue
            sent += 1
            hit["batch" if target == running.pid else "below"] += 1
        status = running.wait()
        if sent >= kills and status == 0:
            break
        if runs > kills + 20:
            raise SystemExit("the batch does not come to an end")
    time.sleep(3)
    about = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    names = [entry["department"] for entry in about["reports"]]
    from dxaudit.publish.readback import stated

    assert sorted(names) == sorted(["", *state.departments()]), "a department is missing or there twice"
    for entry in about["reports"]:
        folder = out / entry["folder"]
        assert not entry["reason"] and stated(folder / "report.html")[0] == entry["department"]
        assert {p.name for p in folder.iterdir()} <= {"report.html", "summary_a3.html"}, list(folder.iterdir())
    assert {p.name for p in out.iterdir()} == {"index.html", "manifest.json", *(e["folder"] for e in about["reports"])}
    orphans = sum(str(scratch).encode() in environment(p) for p in Path("/proc").iterdir() if p.name.isdecimal())
    strays = [path.name for path in temporary.iterdir() if path.name.startswith("dxaudit")]
    print(f"kills: {sent} {hit} over {runs} runs; {len(names)} reports right, none twice, none half")
    print(f"left behind: {orphans} processes, {len(strays)} folders")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--departments", type=int, default=8)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--scale", default="")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--of", type=int, default=120)
    parser.add_argument("--identical", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        if options.departments:
            measure_routes(options, scratch)
        if options.scale:
            measure_scale([int(n) for n in options.scale.split(",")], scratch)
        if options.kills:
            measure_kills(options.kills, options.of, scratch)


def measure_routes(options: argparse.Namespace, scratch: Path) -> None:
    city = analyse(dx.read(sample_city()))
    departments = city.departments()[: options.departments]
    handed = scratch / "city.pickle"
    handed.write_bytes(packed(city))
    took: dict[str, list[float]] = {}
    for turn in range(options.repeat):
        where = scratch / f"run{turn}"
        where.mkdir()
        took.setdefault("batch", []).append(timed(batch, departments, where / "batch"))
        took.setdefault("api", []).append(timed(api, departments, where / "api"))
        os.environ[HANDOVER] = str(handed)
        took.setdefault("api+city", []).append(timed(api, departments, where / "api+city"))
        took.setdefault("cells", []).append(timed(cells, departments))
        del os.environ[HANDOVER]
        took.setdefault("commands", []).append(timed(commands, departments, where))
    middle = {name: statistics.median(values) for name, values in took.items()}
    for name, value in middle.items():
        each = value / len(departments)
        print(f"{name:10} {value:7.1f} s  {each:6.2f} s each  {value / middle['batch']:5.1f} × the batch")


if __name__ == "__main__":
    main()
