"""What JupyterLab is told on a closed network, and how the notebooks come into a city's folder."""

import json

import pytest

from dxaudit import DxauditError
from dxaudit.session.lab import as_arguments, lay_notebooks, open_lab, server_settings


@pytest.fixture
def notebooks(tmp_path):
    folder = tmp_path / "shipped"
    folder.mkdir()
    cells = [
        {"cell_type": "markdown", "id": "a", "metadata": {}, "source": ["# 問い"]},
        {
            "cell_type": "code",
            "id": "b",
            "metadata": {},
            "execution_count": 3,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["汐凪市\n"]}],
            "source": ["import dxaudit as dx\n", 'FOLDER = "../data/samples/shionagi"'],
        },
    ]
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for name in ("01_explore.ipynb", "07_session.ipynb", "department_report.ipynb"):
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_the_notebooks_open_on_the_city_and_carry_nothing_of_another(tmp_path, notebooks):
    city = tmp_path / "市"
    city.mkdir()
    target = lay_notebooks(city, notebooks)
    assert sorted(p.name for p in target.iterdir()) == ["01_explore.ipynb", "07_session.ipynb"]
    laid = json.loads((target / "01_explore.ipynb").read_text(encoding="utf-8"))
    code = laid["cells"][1]
    assert "".join(code["source"]) == 'import dxaudit as dx\nFOLDER = ".."'
    assert code["outputs"] == [] and code["execution_count"] is None
    assert "汐凪" not in (target / "01_explore.ipynb").read_text(encoding="utf-8")


def test_what_people_wrote_into_a_notebook_stays(tmp_path, notebooks):
    city = tmp_path / "市"
    city.mkdir()
    own = lay_notebooks(city, notebooks) / "01_explore.ipynb"
    own.write_text("{}", encoding="utf-8")
    lay_notebooks(city, notebooks)
    assert own.read_text(encoding="utf-8") == "{}"


def test_the_server_listens_to_this_machine_only_and_asks_no_other(tmp_path):
    settings = server_settings(tmp_path, tmp_path / "own")
    assert settings["ServerApp"]["ip"] == "127.0.0.1"
    assert settings["LabApp"]["news_url"] is None
    assert settings["LabApp"]["extension_manager"] == "readonly"
    assert settings["LabApp"]["check_for_updates_class"].endswith("NeverCheckForUpdate")
    assert not [v for part in settings.values() for v in part.values() if isinstance(v, str) and v.startswith("http")]
    # No token is set here: the server then makes one of its own, and asks for it.
    assert not {"token", "password"} & set(settings["ServerApp"])


def test_jupyterlab_takes_every_setting_it_is_given(tmp_path):
    from jupyter_server.serverapp import ServerApp
    from jupyterlab.handlers.announcements import NeverCheckForUpdate
    from jupyterlab.labapp import LabApp

    settings = server_settings(tmp_path, tmp_path / "own")
    lab = LabApp()
    lab.parse_command_line(as_arguments(settings))
    assert lab.news_url is None
    assert lab.extension_manager == "readonly"
    assert lab.check_for_updates_class is NeverCheckForUpdate
    server = ServerApp()
    server.parse_command_line(as_arguments(settings))
    assert (server.ip, server.root_dir, server.allow_remote_access) == ("127.0.0.1", str(tmp_path), False)


def test_a_folder_that_does_not_exist_is_one_line(tmp_path):
    with pytest.raises(DxauditError, match="フォルダがありません"):
        open_lab(tmp_path / "ない")
