"""How JupyterLab is opened on one municipality's folder, on a PC that reaches no network.

News, update checks and the extension manager are off, a token is asked for, and only this machine is listened to.
The notebooks are laid into the city's folder once; what people wrote into them stays. An empty folder gets the
sample city, so that a newcomer has something to try.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from dxaudit.errors import DxauditError
from dxaudit.vocabulary import text
from dxaudit.writing import write_text

NOTEBOOK_FOLDER = "notebooks"
FIRST_NOTEBOOK = "01_explore.ipynb"

_FOLDER_LINE = re.compile(r'^(FOLDER\s*=\s*)"[^"]*"')
"""The one line of a notebook that says which city it looks at."""

_USER_SETTINGS = {
    "@jupyterlab/translation-extension/plugin.jupyterlab-settings": {"locale": "ja_JP"},
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"codeCellConfig": {"lineNumbers": False}},
}


def lay_notebooks(folder: Path, notebooks: Path) -> Path:
    """Copy the workbench's notebooks into ``folder/notebooks``, leaving alone those that are there already.

    The report notebooks of the batch stay with the package; the others open on the folder above them.

    Returns
    -------
    Path
        The folder of notebooks.
    """
    target = folder / NOTEBOOK_FOLDER
    try:
        target.mkdir(exist_ok=True)
        for notebook in sorted(notebooks.glob("[0-9]*.ipynb")):
            own = target / notebook.name
            if not own.exists():
                write_text(own, _for_city(notebook))
    except OSError as error:
        raise DxauditError(
            f"ノートブックを置けません ({error.strerror})", where=str(target), remedy="フォルダの権限を確かめてください"
        ) from None
    return target


def _for_city(notebook: Path) -> str:
    """A workbench notebook that opens on the folder above it and shows nothing of the sample city."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
        cell["source"] = [_FOLDER_LINE.sub(r'\1".."', line) for line in cell["source"]]
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def server_settings(folder: Path, settings_folder: Path) -> dict[str, dict[str, object]]:
    """What the Jupyter server is told: this machine only, with a token, nothing asked of any other machine."""
    return {
        "ServerApp": {
            "root_dir": str(folder),
            "ip": "127.0.0.1",
            "allow_remote_access": False,
            "default_url": f"/lab/tree/{NOTEBOOK_FOLDER}/{FIRST_NOTEBOOK}",
        },
        "LabApp": {
            "news_url": None,
            "check_for_updates_class": "jupyterlab.handlers.announcements.NeverCheckForUpdate",
            "extension_manager": "readonly",
            "user_settings_dir": str(settings_folder / "settings"),
            "workspaces_dir": str(settings_folder / "workspaces"),
        },
    }


def open_lab(folder: Path, *, open_browser: bool = True, port: int = 8888) -> int:
    """Open JupyterLab on ``folder`` and stay until it is closed.

    Raises
    ------
    DxauditError
        No such folder, a folder that cannot be written, or JupyterLab is not installed.
    """
    if not folder.is_dir():
        raise DxauditError("フォルダがありません", where=str(folder), remedy="自治体のフォルダを指定してください")
    if find_spec("jupyterlab") is None or find_spec("ipywidgets") is None:
        raise DxauditError("JupyterLabが入っていません", remedy="pip install 'dxaudit[workbench]' で入れてください")
    from jupyter_core.paths import jupyter_config_dir
    from jupyterlab.labapp import LabApp

    from dxaudit.publish.shipped import sample_city, shipped

    folder = folder.resolve()
    if not any(folder.iterdir()):
        shutil.copytree(sample_city(), folder, dirs_exist_ok=True)
        print(text("cli.lab.sample_laid"), file=sys.stderr)
    lay_notebooks(folder, shipped(NOTEBOOK_FOLDER))
    own = Path(jupyter_config_dir()) / "dxaudit"
    _write_user_settings(own / "settings")
    settings = server_settings(folder, own)
    settings["ServerApp"]["open_browser"] = open_browser
    settings["ServerApp"]["port"] = port
    # As arguments, since the server reads its settings anew and takes no ready-made configuration.
    LabApp.launch_instance(argv=as_arguments(settings))
    return 0


def as_arguments(settings: dict[str, dict[str, object]]) -> list[str]:
    """Settings as command-line arguments of Jupyter."""
    return [f"--{part}.{name}={value}" for part, values in settings.items() for name, value in values.items()]


def _write_user_settings(folder: Path) -> None:
    """The Japanese interface and no news, unless this user has chosen otherwise before."""
    for name, content in _USER_SETTINGS.items():
        path = folder / name
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(content), encoding="utf-8")
