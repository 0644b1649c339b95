"""The process that kernels are forked from: libraries imported and the analysed city in memory once, for all reports.

It has one thread and never holds a kernel itself, since a process with threads, or with ZeroMQ in use, cannot be
forked safely. Over a Unix socket it takes one JSON request per kernel (argv, cwd, environment; the descriptors for
standard output and error travel beside it), forks, and answers with the process id, later with the exit status. A
client that hangs up takes its kernel's process group with it; the batch that closes our input ends us and all kernels.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

INLINE = "module://matplotlib_inline.backend_inline"
LONGEST_REQUEST = 4_000_000
# Not among them: matplotlib_inline, which would bind figures to a shell that is not the kernel's.
PRELOADED = (
    "ipykernel.ipkernel", "ipykernel.kernelapp", "ipykernel.zmqshell", "tornado.platform.asyncio",
    "IPython.core.debugger", "IPython.core.logger", "IPython.core.oinspect", "IPython.extensions.storemagic",
    "matplotlib.pyplot",
    "dxaudit.issues", "dxaudit.skills", "dxaudit.systems", "dxaudit.workflow",
    "dxaudit.publish.sections.city", "dxaudit.publish.sections.department",
)  # fmt: skip


@dataclass(frozen=True)
class Kernel:
    """A forked kernel and the connection of the one who asked for it."""

    pid: int
    client: socket.socket


def main() -> None:
    """``python -m dxaudit.publish.forkserver SOCKET HANDOVER``: serve until standard input ends."""
    address, handed = sys.argv[1:3]
    # As ipykernel's own launcher does: what lies in the working directory must not shadow a library.
    if sys.path and sys.path[0] in ("", str(Path.cwd())):
        del sys.path[0]
    _preload()
    # The batch is still analysing while we import; it says when the city is there.
    if not os.read(0, 1):
        return
    from dxaudit.publish import analysis

    analysis.hold(Path(handed))
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(address)
    Path(address).chmod(0o600)
    listener.listen(64)
    gc.collect()
    gc.freeze()
    if threading.active_count() != 1:
        raise SystemExit("dxaudit fork server: a library started a thread, kernels cannot be forked")
    os.write(1, b"ready\n")
    os.dup2(2, 1)
    _serve(listener, Path(address).parent)


def _preload() -> None:
    """Import and warm up what every report needs, without starting a thread or choosing a backend."""
    # Read when the libraries are imported, too late to set afterwards: kernels show figures inline, and are not
    # to watch for the death of a parent that is not theirs.
    os.environ["MPLBACKEND"] = INLINE
    os.environ["JPY_PARENT_PID"] = "1"
    for name in PRELOADED:
        import_module(name)
    # A report is not debugged; the debugger would be half of a kernel's start, and starts threads.
    sys.modules["debugpy"] = None
    import_module("ipykernel.debugger")
    del sys.modules["debugpy"]
    _rehearse()
    os.environ.pop("MPLBACKEND")
    os.environ.pop("JPY_PARENT_PID")


def _rehearse() -> None:
    """Make the sections of a made-up department and throw them away: what loads at first use is loaded by then.

    Fonts, text layout, the PNG writer and many small things would else be loaded anew in every kernel. The batch is
    still reading its files meanwhile.
    """
    import pandas as pd

    from dxaudit.publish.analysis import analyse
    from dxaudit.publish.sections import department as report
    from dxaudit.state import from_tables

    rows = {
        "department": "課", "business": ["交付", "受付", "統計"], "annual_hours": [900.0, 400.0, 20.0],
        "annual_cases": [9000, 120, 12], "medium": ["paper", "both", "electronic"], "assigned_staff": [1, 2, 3],
    }  # fmt: skip
    city = analyse(from_tables(businesses=pd.DataFrame(rows)))
    for section in (report.who, report.perspectives, report.issues, report.bottlenecks, report.hearing):
        list(section(city, "課").outputs())


def _serve(listener: socket.socket, folder: Path) -> None:
    selector = selectors.DefaultSelector()
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    os.set_blocking(wake_read, False)
    signal.set_wakeup_fd(wake_write)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    selector.register(listener, selectors.EVENT_READ, "listener")
    selector.register(0, selectors.EVENT_READ, "batch")
    selector.register(wake_read, selectors.EVENT_READ, "child")
    kernels: dict[int, Kernel] = {}
    while True:
        for key, _ in selector.select():
            if key.data == "listener":
                client, _ = listener.accept()
                inherited = [listener.fileno(), wake_read, wake_write, *(k.client.fileno() for k in kernels.values())]
                kernel = _fork(client, inherited)
                if kernel is None:
                    client.close()
                    continue
                kernels[kernel.pid] = kernel
                selector.register(client, selectors.EVENT_READ, kernel)
            elif key.data == "batch":
                if not os.read(0, 4096):
                    for kernel in kernels.values():
                        _kill(kernel)
                    # A batch that was killed could not do it itself, and the folder holds staff answers.
                    shutil.rmtree(folder, ignore_errors=True)
                    return
            elif key.data == "child":
                os.read(wake_read, 4096)
                _bury(kernels, selector)
            elif key.data.pid in kernels and not _still_there(key.data.client):
                _kill(key.data)
                selector.unregister(key.data.client)
                key.data.client.close()


def _still_there(client: socket.socket) -> bool:
    try:
        return bool(client.recv(1))
    except OSError:
        return False


def _kill(kernel: Kernel) -> None:
    """End a kernel and whatever it has started; its process group is its own."""
    try:
        os.killpg(kernel.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _bury(kernels: dict[int, Kernel], selector: selectors.BaseSelector) -> None:
    """Take the exit status of every ended kernel and tell it to who asked."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        kernel = kernels.pop(pid, None)
        if kernel is None:
            continue
        # A kernel that was killed may leave processes of its own behind.
        _kill(kernel)
        if kernel.client.fileno() < 0:
            continue
        with contextlib.suppress(OSError):
            kernel.client.sendall(json.dumps({"status": os.waitstatus_to_exitcode(status)}).encode() + b"\n")
        selector.unregister(kernel.client)
        kernel.client.close()


def _fork(client: socket.socket, inherited: list[int]) -> Kernel | None:
    """Fork a kernel for the request that ``client`` sends; None where it sends none."""
    # The client is a process of our own user and sends at once; a stuck one must not stop the others.
    client.settimeout(10)
    try:
        message, descriptors, _, _ = socket.recv_fds(client, 65536, 2)
        while message and not message.endswith(b"\n") and len(message) < LONGEST_REQUEST:
            message += client.recv(65536)
        request = json.loads(message)
    except (OSError, ValueError):
        return None
    finally:
        client.settimeout(None)
    pid = os.fork()
    if pid == 0:
        _become_kernel(request, descriptors, [*inherited, client.fileno()])
    for descriptor in descriptors:
        os.close(descriptor)
    client.sendall(json.dumps({"pid": pid}).encode() + b"\n")
    return Kernel(pid, client)


def _become_kernel(request: dict, descriptors: list[int], inherited: list[int]) -> None:
    """Turn a fresh fork into a kernel like any other; never returns."""
    status = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL if number == signal.SIGCHLD else signal.default_int_handler)
        for descriptor in inherited:
            os.close(descriptor)
        with Path(os.devnull).open("rb") as nothing:
            os.dup2(nothing.fileno(), 0)
        for target, descriptor in zip((1, 2), descriptors, strict=True):
            os.dup2(descriptor, target)
            os.close(descriptor)
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["env"])
        if hasattr(time, "tzset"):
            time.tzset()
        _reseed()
        sys.argv = request["argv"]
        sys.modules["__main__"] = ModuleType("__main__")
        from ipykernel.kernelapp import IPKernelApp

        IPKernelApp.launch_instance(argv=request["argv"][1:])
        status = 0
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 0 if leaving.code is None else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # The parent's exit handlers are not ours to run.
        os._exit(status)


def _reseed() -> None:
    """Fresh random states, as a newly started process has."""
    import random

    import numpy as np

    random.seed()
    np.random.seed()


if __name__ == "__main__":
    main()
