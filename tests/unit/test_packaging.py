"""pip, conda and the lock speak of the same packages, and no file names a registry."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# conda-forge names packages in lower case.
REQUIREMENT = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?\s*>=\s*([0-9.]+)$")


def parsed(line):
    found = REQUIREMENT.match(line)
    assert found, f"not of the form name>=version: {line}"
    return found.group(1).lower().replace("_", "-"), found.group(2)


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def required(project):
    lines = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        lines += extra
    return dict(parsed(line) for line in lines)


def test_environment_yml_asks_for_the_same_packages_as_pyproject(project):
    lines = [
        line.strip().removeprefix("- ")
        for line in (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()
        if line.strip().startswith("- ")
    ]
    conda = dict(parsed(line) for line in lines if ">=" in line)
    conda_only = {"python", "graphviz"}
    assert {name: version for name, version in conda.items() if name not in conda_only} == required(project)
    assert conda["python"] == project["requires-python"].removeprefix(">=")


def test_the_lock_pins_every_required_package_with_hashes(project):
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = {m.lower().replace("_", "-") for m in re.findall(r"^([A-Za-z0-9_.-]+)==", lock, flags=re.M)}
    assert set(required(project)) <= pins
    for block in re.split(r"\n(?=[A-Za-z0-9])", lock.strip()):
        assert "--hash=sha256:" in block, block.splitlines()[0]


@pytest.mark.parametrize("name", ["requirements.lock", "environment.yml", "pyproject.toml", "Makefile", ".ci/run"])
def test_no_build_file_names_a_download_address(name):
    content = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?://|--(?:extra-)?index-url|--find-links", content)
