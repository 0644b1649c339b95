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
import uuid
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import default

from dxaudit.publish.run import FORK_SERVER, fits_sockets

_running: set[int] = set()
"""Process groups of kernels that this process has started and not yet seen end."""


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
        _running.add(self.provisioner.pid)

    _launch_kernel = _async_launch_kernel

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        pid = self.provisioner.pid if self.provisioner else None
        await super()._async_cleanup_resources(restart)
        _running.discard(pid)

    cleanup_resources = _async_cleanup_resources


def _runtime_folder() -> str:
    return os.environ.get("JUPYTER_RUNTIME_DIR") or tempfile.gettempdir()


def end_kernels() -> None:
    """Kill every kernel of this process, and what those have started."""
    for pid in list(_running):
        try:
            if hasattr(os, "killpg"):
                os.killpg(pid, signal.SIGKILL)
            else:
                os.kill(pid, signal.SIGTERM)
        except OSError:
            continue


class ForkProvisioner(LocalProvisioner):
    """Starts kernels by asking the batch's fork server; launches them plainly where there is none."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        address = os.environ.get(FORK_SERVER)
        forked = ForkedKernel.ask(address, cmd, kwargs) if address else None
        if forked is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process = forked
        self.pid = self.pgid = forked.pid
        self.cwd = kwargs.get("cwd") or str(Path.cwd())
        return self.connection_info

    async def wait(self) -> int | None:
        # LocalProvisioner looks every 100 ms, which a batch of reports pays a hundred times.
        while self.process is not None and await self.poll() is None:
            await asyncio.sleep(0.002)
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
