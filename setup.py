"""Copies what an installed user needs beside the code: the report notebooks and the sample city.

Everything else about the build stands in pyproject.toml. In a clone (and when installed editable) the originals are
used where they are; see dxaudit/publish/shipped.py.
"""

from pathlib import Path
from shutil import copytree, ignore_patterns

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = ("notebooks", "data/samples/shionagi")


class BuildWithShippedFiles(build_py):
    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return
        for path in SHIPPED:
            target = Path(self.build_lib, "dxaudit", "shipped", path)
            copytree(path, target, dirs_exist_ok=True, ignore=ignore_patterns(".ipynb_checkpoints", "~$*"))


setup(cmdclass={"build_py": BuildWithShippedFiles})
