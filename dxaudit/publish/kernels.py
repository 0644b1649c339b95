"""Which kernel a report's notebook runs in: always this Python, started as cheaply as the system allows.

`ForkProvisioner` asks the batch's fork server for a kernel; where there is none (Windows, a notebook run by hand, a
server that died) the kernel is launched in the ordinary way and reads the handed-over city from its file.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
import time
import uuid
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

import psutil
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import default

from dxaudit.publish.run import FORK_SERVER, fits_sockets

QUICK = 0.002
"""Seconds between two looks at a kernel that is ending; the library looks every 0.1 s, a hundred times in a batch."""

_running: dict[int, ProcessTree | None] = {}
"""Kernels that this process has started and not yet seen end, by process id; the tree of one launched plainly."""


class ReportKernelManager(AsyncKernelManager):
    """A manager whose kernel is the Python that the batch itself runs in.

    A kernel named ``python3`` may be registered by another environment on the same PC; a report must not run there.
    """

    @property
    def kernel_spec(self) -> KernelSpec:
        return KernelSpec(
            argv=[
                sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}",
                # Reports leave nothing in the user's own history.
                "--HistoryManager.enabled=False", "--log-level=ERROR",
            ],
            display_name="dxaudit",
            language="python",
            metadata={"kernel_provisioner": {"provisioner_name": "dxaudit-fork"}},
        )  # fmt: skip

    @default("client_factory")
    def _default_client_factory(self) -> type:
        return ReportKernelClient

    @default("transport")
    def _default_transport(self) -> str:
        # TCP kernels started side by side race for ports; Windows has no ipc.
        return "ipc" if hasattr(os, "fork") and fits_sockets(_runtime_folder()) else "tcp"

    @default("ip")
    def _default_ip(self) -> str:
        if self.transport == "tcp":
            return "127.0.0.1"
        return str(Path(_runtime_folder()) / f"k{uuid.uuid4().hex[:10]}")

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
        await super()._async_launch_kernel(kernel_cmd, **kw)
        _running[self.provisioner.pid] = self.provisioner.tree

    _launch_kernel = _async_launch_kernel

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        pid = self.provisioner.pid if self.provisioner else None
        await super()._async_cleanup_resources(restart)
        _running.pop(pid, None)

    cleanup_resources = _async_cleanup_resources

    async def _async_wait(self, pollinterval: float = QUICK) -> None:
        await super()._async_wait(pollinterval)


class ReportKernelClient(AsyncKernelClient):
    """A client that takes a fresh kernel to be ready as soon as it has answered and its outputs can be heard.

    The library's own listens until nothing was heard for 0.2 s, so that a client that shares a kernel starts with a
    clean slate; whoever runs our notebooks looks whose answer a message is.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return once the kernel answers.

        Raises
        ------
        RuntimeError
            The kernel died, or did not answer within ``timeout`` seconds.
        """
        ends = time.monotonic() + (float("inf") if timeout is None else timeout)
        while time.monotonic() < ends:
            if await self._answers():
                return
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
        raise RuntimeError(f"Kernel didn't respond in {timeout:.0f} seconds")

    async def _answers(self) -> bool:
        """Whether the kernel replies, and anything is heard where its outputs will come from."""
        self.kernel_info()
        try:
            reply = await self.get_shell_msg(timeout=1)
            await self.get_iopub_msg(timeout=0.2)
        except Empty:
            # Not yet up, or our subscription to its outputs was not when it spoke; it is asked again.
            return False
        self._handle_kernel_info_reply(reply)
        return True


def _runtime_folder() -> str:
    return os.environ.get("JUPYTER_RUNTIME_DIR") or tempfile.gettempdir()


def end_kernels() -> None:
    """Kill every kernel of this process, and what those have started."""
    for pid, tree in list(_running.items()):
        if tree is not None:
            tree.end()
        else:
            with suppress(OSError):
                os.killpg(pid, signal.SIGKILL)


class ProcessTree:
    """A plainly launched kernel and what it has started, on systems that know no process groups as well.

    A process that outlives its parent is no longer found from there. So the tree is looked at while the kernel runs,
    and what was seen then is ended with it.
    """

    EVERY = 0.5
    """Seconds between two looks, which take some milliseconds on a PC with many processes."""

    def __init__(self, pid: int) -> None:
        self._root = pid
        self._seen: set[psutil.Process] = set()
        self._born = time.time()
        self._looked = 0.0
        self._ended = False
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            self._seen.add(process)
            self._born = process.create_time()

    def look(self) -> None:
        """Remember what runs below the kernel now."""
        if time.monotonic() - self._looked < self.EVERY:
            return
        self._looked = time.monotonic()
        for process in list(self._seen):
            with suppress(psutil.Error):
                self._seen.update(process.children(recursive=True))

    def end(self) -> None:
        """Kill the kernel and what it has started."""
        if self._ended:
            return
        self._ended = True
        if not psutil.pid_exists(self._root):
            self._adopt()
        self._looked = 0.0
        self.look()
        if hasattr(os, "killpg"):
            # Children that it started since the last look share its group, unless they left it.
            with suppress(OSError):
                os.killpg(self._root, signal.SIGKILL)
        for process in self._seen:
            with suppress(psutil.Error):
                process.kill()
        # The kernel itself is its manager's to wait for, who wants its exit status.
        psutil.wait_procs([process for process in self._seen if process.pid != self._root], timeout=2)

    def _adopt(self) -> None:
        """Find the children of a kernel that died by itself: Windows goes on naming the dead parent."""
        dead = {process.pid for process in self._seen} | {self._root}
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                # A number may have belonged to another process before the kernel was born.
                if process.ppid() in dead and process.create_time() >= self._born:
                    self._seen.add(process)


class ForkProvisioner(LocalProvisioner):
    """Starts kernels by asking the batch's fork server; launches them plainly where there is none.

    Attributes
    ----------
    tree : ProcessTree or None
        Of a kernel that was launched plainly; a forked one is ended by the server with all that it started.
    """

    tree: ProcessTree | None = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        address = os.environ.get(FORK_SERVER)
        forked = ForkedKernel.ask(address, cmd, kwargs) if address else None
        if forked is None:
            info = await super().launch_kernel(cmd, **kwargs)
            self.tree = ProcessTree(self.pid)
            return info
        self.process = forked
        self.pid = self.pgid = forked.pid
        self.cwd = kwargs.get("cwd") or str(Path.cwd())
        return self.connection_info

    async def poll(self) -> int | None:
        status = await super().poll()
        if self.tree is not None and status is None:
            self.tree.look()
        return status

    async def kill(self, restart: bool = False) -> None:
        if self.tree is not None:
            self.tree.end()
        await super().kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        # A kernel that died by itself was never killed, and may leave processes behind.
        if self.tree is not None:
            self.tree.end()
            self.tree = None
        await super().cleanup(restart)

    async def wait(self) -> int | None:
        while self.process is not None and await self.poll() is None:
            await asyncio.sleep(QUICK)
        return await super().wait()


class ForkedKernel:
    """A kernel that is the fork server's child, with the face of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, connection: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._connection = connection

    @classmethod
    def ask(cls, address: str, cmd: list[str], kwargs: dict[str, Any]) -> ForkedKernel | None:
        """A kernel from the server at ``address``; None where no server answers."""
        request = {
            "argv": cmd[cmd.index("-m") + 1 :],
            "cwd": str(kwargs.get("cwd") or Path.cwd()),
            "env": dict(kwargs.get("env") or os.environ),
        }
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(30)
        try:
            connection.connect(address)
            message = json.dumps(request).encode("ascii") + b"\n"
            sent = socket.send_fds(connection, [message], [1, 2])
            connection.sendall(message[sent:])
            answer = connection.makefile("rb", buffering=0).readline()
            return cls(json.loads(answer)["pid"], connection)
        except (OSError, ValueError):
            connection.close()
            return None
        finally:
            if connection.fileno() >= 0:
                connection.settimeout(None)

    def poll(self) -> int | None:
        """The exit status, None while it runs."""
        if self.returncode is None:
            try:
                said = self._connection.recv(256, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return None
            except OSError:
                said = b""
            if said:
                self.returncode = int(json.loads(said.splitlines()[0])["status"])
            else:
                # The server has gone and cannot tell; its kernel must not outlive it.
                self.send_signal(signal.SIGKILL)
                self.returncode = -signal.SIGKILL
            self._connection.close()
        return self.returncode

    def wait(self) -> int | None:
        """The exit status; only called after `poll` has told that it ended."""
        return self.poll()

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel and what it started."""
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)
