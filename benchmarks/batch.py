"""How fast the batch is, measured side by side in one run on the same inputs; medians of three.

Routes, each making html reports of the same departments of the sample city, each a program started anew:

commands   the ``papermill`` and ``nbconvert`` commands one after the other, the city analysed anew each time:
           what a user does without us
api        papermill's Python API in two processes, the city analysed anew each time, our html
batch      ``dxaudit report``, two jobs
cells      the notebook's cells in a plain script: the city read and analysed once, then two processes that write
           nothing
floor      the same with the analysed city given: what no batch can do without

The executed notebooks of the batch are compared with those of papermill's API, output by output.

Usage: ``python benchmarks/batch.py [--departments 20] [--scale 60,120] [--kills 50]``
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
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

import nbformat
import pandas as pd

import dxaudit as dx
from dxaudit.publish.analysis import analyse, open_city, packed
from dxaudit.publish.run import HANDOVER, Job
from dxaudit.publish.shipped import DEPARTMENT_NOTEBOOK, sample_city, shipped

NOTEBOOK = shipped(DEPARTMENT_NOTEBOOK)
SECTIONS = ("who", "perspectives", "issues", "systems", "skills", "bottlenecks", "hearing")
LIMITS = (("commands", "batch", 10.0), ("api", "batch", 4.0))
"""How many times as long one route is asked to take as the other, at least."""
MOST_OVER_CELLS = 1.5


def cpu() -> float:
    """CPU seconds of this process and of all its children that have ended."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def run(program: list[str]) -> None:
    """Run a program; what it says is of interest only where it fails."""
    done = subprocess.run(program, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)


def commands(departments: list[str], folder: Path) -> None:
    for number, department in enumerate(departments):
        made = folder / f"{number}.ipynb"
        given = ["-p", "department", department, "-p", "source", str(sample_city()), "-p", "lang", "ja"]
        for command in (
            ["papermill", str(NOTEBOOK), str(made), *given, "--no-progress-bar", "-k", "python3"],
            ["jupyter-nbconvert", "--to", "html", "--no-input", str(made)],
        ):
            run([str(Path(sys.executable).parent / command[0]), *command[1:]])


def by_api(department: str, folder: str) -> None:
    import papermill

    from dxaudit.publish import formats
    from dxaudit.publish.run import checked

    given = {"department": department, "source": str(sample_city()), "lang": "ja"}
    notebook = papermill.execute_notebook(str(NOTEBOOK), None, given, progress_bar=False, kernel_name="python3")
    job = Job(department, str(NOTEBOOK), given, folder, ("html", "ipynb"))
    checked(notebook, job)
    formats.write_all(notebook, Path(folder), job.formats, department=department)


def api(departments: list[str], folder: Path) -> None:
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        for job in [pool.submit(by_api, name, str(folder / name)) for name in departments]:
            job.result()


_city = None


def by_cells(department: str) -> None:
    from dxaudit.publish.sections import department as report

    for name in SECTIONS:
        list(getattr(report, name)(_city, department).outputs())


def cells(departments: list[str], folder: Path) -> None:
    global _city
    _city = open_city(sample_city())
    with ProcessPoolExecutor(2, get_context("fork")) as pool:
        list(pool.map(by_cells, departments))


def batch(departments: list[str], folder: Path, formats: str = "html") -> None:
    chosen = [part for name in departments for part in ("--department", name)]
    program = [sys.executable, "-m", "dxaudit.cli", "report", str(sample_city()), "-o", str(folder / "batch")]
    run([*program, "--format", formats, "--jobs", "2", *chosen])


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
        began, used = time.perf_counter(), cpu()
        result = dx.report(state, scratch / f"scale{count}", formats=("html", "xlsx"), jobs=2)
        took, used = time.perf_counter() - began, cpu() - used
        done.set()
        watcher.join()
        assert not result.failed, result.failed
        each = f"{1000 * took / count:.0f} ms each, {1000 * used / count:.0f} ms of CPU"
        asked = {60: " (asked: below 60 s)", 120: " (asked: below 120 s)"}.get(count, "")
        print(f"{count} departments, html + xlsx: {took:6.1f} s{asked}, {each}; peak {peak[0] / 1e9:.2f} GB (below 2)")


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
        if status == 0 and sent >= kills:
            break
        if status == 0:
            # Done before all kills were sent: once more from the start.
            shutil.rmtree(out)
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
    parser.add_argument("--departments", type=int, default=20)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--scale", default="")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--of", type=int, default=120)
    parser.add_argument("--route", choices=("api", "cells"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--names", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.route:
        {"api": api, "cells": cells}[options.route](json.loads(options.names), options.folder)
        return
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        if options.departments:
            measure_routes(options, scratch)
        if options.scale:
            measure_scale([int(n) for n in options.scale.split(",")], scratch)
        if options.kills:
            measure_kills(options.kills, options.of, scratch)


def anew(route: str, departments: list[str], folder: Path) -> None:
    """A route of this file in a process of its own."""
    given = ["--route", route, "--folder", str(folder), "--names", json.dumps(departments)]
    run([sys.executable, __file__, *given])


def measure_routes(options: argparse.Namespace, scratch: Path) -> None:
    city = analyse(dx.read(sample_city()))
    departments = city.departments()[: options.departments]
    handed = scratch / "city.pickle"
    handed.write_bytes(packed(city))
    took: dict[str, list[float]] = {}
    used: dict[str, list[float]] = {}

    def measure(route: str, work, *arguments) -> None:
        began, spent = time.perf_counter(), cpu()
        work(*arguments)
        took.setdefault(route, []).append(time.perf_counter() - began)
        used.setdefault(route, []).append(cpu() - spent)

    for turn in range(options.repeat):
        where = scratch / f"run{turn}"
        where.mkdir()
        measure("batch", batch, departments, where)
        measure("cells", anew, "cells", departments, where)
        os.environ[HANDOVER] = str(handed)
        measure("floor", anew, "cells", departments, where)
        del os.environ[HANDOVER]
        measure("api", anew, "api", departments, where)
        measure("commands", commands, departments, where)
    print(f"{len(departments)} departments, html; medians of {options.repeat}")
    middle = {name: statistics.median(values) for name, values in took.items()}
    for name, value in middle.items():
        spent = statistics.median(used[name])
        print(f"{name:10} {value:7.1f} s  {value / len(departments):6.2f} s each  {spent:7.1f} s of CPU")
    for slow, fast, least in LIMITS:
        print(f"{slow} / {fast}: {middle[slow] / middle[fast]:5.1f}  (asked: at least {least:g})")
    print(f"batch / cells: {middle['batch'] / middle['cells']:6.2f}  (asked: at most {MOST_OVER_CELLS:g})")
    print(f"batch / floor: {middle['batch'] / middle['floor']:6.2f}")
    measure_identity(departments, scratch)


def measure_identity(departments: list[str], scratch: Path) -> None:
    """Compare the batch's executed notebooks with those that papermill's API made, output by output."""
    batch(departments, scratch, "ipynb")
    same = 0
    for name in departments:
        ours, plain = (
            nbformat.read(folder / name / "report.ipynb", as_version=4)
            for folder in (scratch / "batch", scratch / "run0")
        )
        same += [c.get("outputs") for c in ours.cells] == [c.get("outputs") for c in plain.cells]
    print(f"identical in all outputs to plain papermill's: {same} of {len(departments)} notebooks (asked: all)")


if __name__ == "__main__":
    main()
