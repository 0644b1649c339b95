"""Which kernel a report's notebook runs in: always this Python, started as cheaply as the system allows."""

from __future__ import annotations

import os
import signal
import sys

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

_running: set[int] = set()
"""Process ids of kernels that this process has started and not yet seen end."""


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
        )  # fmt: skip

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: object) -> None:
        await super()._async_launch_kernel(kernel_cmd, **kw)
        _running.add(self.provisioner.pid)

    _launch_kernel = _async_launch_kernel

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        pid = self.provisioner.pid if self.provisioner else None
        await super()._async_cleanup_resources(restart)
        _running.discard(pid)

    cleanup_resources = _async_cleanup_resources


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
