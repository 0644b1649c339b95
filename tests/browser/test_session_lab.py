"""A working session as a person holds it: JupyterLab in a real browser, at the size of a municipal laptop."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).parents[2]
TOKEN = "browser-test"
PATIENCE = 90
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="Chromium and its driver are not installed")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab") / "汐凪市"
    shutil.copytree(ROOT / "data" / "samples" / "shionagi", folder)
    return folder


@pytest.fixture(scope="module")
def lab(city, tmp_path_factory):
    """JupyterLab as `dxaudit lab` opens it; the page also exposes its commands, so that a test can call them."""
    port = free_port()
    config = tmp_path_factory.mktemp("config")
    (config / "jupyter_lab_config.json").write_text(json.dumps({"LabApp": {"expose_app_in_browser": True}}))
    code = (
        "import sys; from pathlib import Path; from dxaudit.session import open_lab;"
        "open_lab(Path(sys.argv[1]), open_browser=False, port=int(sys.argv[2]))"
    )
    environment = {**os.environ, "JUPYTER_TOKEN": TOKEN, "JUPYTER_CONFIG_DIR": str(config)}
    log = (config / "log.txt").open("w+b")
    command = [sys.executable, "-c", code, str(city), str(port)]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # Only a test container runs as root; a person's PC never needs this.
        (config / "jupyter_server_config.json").write_text(json.dumps({"ServerApp": {"allow_root": True}}))
    server = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=config)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(PATIENCE * 2):
            try:
                urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=2).read()
                break
            except OSError:
                assert server.poll() is None, (config / "log.txt").read_text(encoding="utf-8", errors="replace")
                time.sleep(0.5)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:  # a busy machine; what is tested is the session, not how Jupyter ends
            server.kill()
            server.wait()
        log.close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    options = Options()
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--window-size=1366,768",
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_script_timeout(PATIENCE)
    yield driver
    driver.quit()


def requests_seen(browser):
    addresses = []
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
            addresses.append(message["params"].get("url") or message["params"]["request"]["url"])
    return addresses


def until(browser, condition, what):
    wait = WebDriverWait(browser, PATIENCE, 0.3, ignored_exceptions=[StaleElementReferenceException])
    return wait.until(lambda _: condition(), f"waited in vain for: {what}")


def open_and_run(browser, lab, name="07_session.ipynb"):
    browser.get(f"{lab}/lab/tree/notebooks/{name}?token={TOKEN}&reset")
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".jp-Notebook .jp-CodeCell"), "the notebook")
    run = (
        "const done = arguments[0]; const app = window.jupyterapp;"
        "app.restored.then(() => app.commands.execute('notebook:run-all-cells')).then(() => done(true),"
        " error => done(String(error)));"
    )
    until(browser, lambda: browser.execute_script("return !!window.jupyterapp"), "the application")
    until(browser, lambda: "Idle" in status(browser) or "アイドル" in status(browser), "a kernel")
    assert browser.execute_async_script(run) is True


def status(browser):
    found = browser.find_elements(By.CSS_SELECTOR, ".jp-Notebook-ExecutionIndicator, #jp-main-statusbar")
    return " ".join(e.get_attribute("data-status") or e.text for e in found) + browser.execute_script(
        "const w = window.jupyterapp && window.jupyterapp.shell.currentWidget;"
        "const k = w && w.sessionContext && w.sessionContext.session && w.sessionContext.session.kernel;"
        "return k && k.status === 'idle' ? 'Idle' : ''"
    )


def cells(browser):
    """Of the open notebook's code cells: how many ran, and what went wrong."""
    return browser.execute_script(
        "const cells = window.jupyterapp.shell.currentWidget.content.model.cells; let ran = 0, code = 0, errors = [];"
        "for (const cell of cells) { if (cell.type !== 'code') continue; code += 1;"
        " if (cell.executionCount) ran += 1; const o = cell.outputs;"
        " for (let i = 0; i < o.length; i++) if (o.get(i).type === 'error') errors.push(String(o.get(i).data)); }"
        "return [code, ran, errors];"
    )


def headings(browser):
    return [e.text for e in browser.find_elements(By.CSS_SELECTOR, ".jp-OutputArea .widget-vbox h3") if e.text]


def panel(browser, title):
    """The panel as it stands now: JupyterLab takes cells out of the page and back while it scrolls."""

    def find():
        for box in browser.find_elements(By.CSS_SELECTOR, ".jp-OutputArea-output > .widget-vbox"):
            heads = box.find_elements(By.CSS_SELECTOR, "h3")
            if heads and title in heads[0].text:
                return box
        return None

    box = until(browser, find, title)
    browser.execute_script("arguments[0].scrollIntoView({block: 'start'})", box)
    time.sleep(0.5)
    return until(browser, find, title)


def fill(box, label, value):
    row = next(
        r
        for r in box.find_elements(By.CSS_SELECTOR, ".widget-text")
        if r.find_element(By.CSS_SELECTOR, ".widget-label").text == label
    )
    field = row.find_element(By.CSS_SELECTOR, "input")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys(value, Keys.TAB)


def sign(browser, title, button, why):
    fill(panel(browser, title), "決めた人", "情報政策課長")
    fill(panel(browser, title), "理由", why)
    buttons = panel(browser, title).find_elements(By.CSS_SELECTOR, "button")
    next(b for b in buttons if b.text == button).click()


def shown(browser, title, css):
    return [e.text for e in panel(browser, title).find_elements(By.CSS_SELECTOR, css)]


def written(city):
    log = city / "decisions.jsonl"
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


WEIGHTS, OVERLAPS, CONTEST, CHANGES = (
    "五つの観点の重み",
    "重複・類似システムの確認",
    "数字を確かめる・訂正する",
    "この会議で変わったこと",
)


def test_a_session_is_held_kept_and_reaches_no_other_machine(browser, lab, city):
    files_before = {p: p.read_bytes() for p in city.rglob("*.xlsx")}
    open_and_run(browser, lab)
    until(browser, lambda: len(headings(browser)) >= 5, "the panels")

    ranking = shown(browser, WEIGHTS, "table")
    handle = panel(browser, WEIGHTS).find_elements(By.CSS_SELECTOR, ".noUi-handle")[4]
    for _ in range(15):
        handle.send_keys(Keys.ARROW_RIGHT)
    until(browser, lambda: shown(browser, WEIGHTS, "table") != ranking, "another ranking")
    took = "".join(c for c in shown(browser, WEIGHTS, ".dxaudit-took")[0] if c.isdigit())
    assert int(took) < 300
    sign(browser, WEIGHTS, "記録する", "制度を重く見る")
    until(browser, lambda: len(written(city)) == 1, "the weights on file")
    assert written(city)[0]["what"]["regulation"] > 1

    first = shown(browser, OVERLAPS, "select option")[0]
    assert shown(browser, OVERLAPS, "table"), "no evidence beside the pair"
    sign(browser, OVERLAPS, "重複ではない", "対象者が違う")
    until(browser, lambda: len(written(city)) == 2, "the verdict on file")
    until(browser, lambda: first not in shown(browser, OVERLAPS, "select option"), "the rejected pair gone")

    fill(panel(browser, CONTEST), "正しい値", "K-001")
    sign(browser, CONTEST, "訂正を記録する", "番号の付け直し")
    until(browser, lambda: len(written(city)) == 3, "the correction on file")
    assert written(city)[2]["what"]["new"] == "K-001"

    asked = requests_seen(browser)
    outside = [a for a in asked if not a.startswith((lab, lab.replace("http", "ws"), "data:", "blob:", "chrome"))]
    assert asked and outside == []

    open_and_run(browser, lab)
    standing = shown(browser, CHANGES, "select option")
    assert len(standing) == 3
    assert any("K-001" in line for line in standing)
    assert {p: p.read_bytes() for p in files_before} == files_before


@pytest.mark.parametrize("name", sorted(p.name for p in (ROOT / "notebooks").glob("0[1-68]*.ipynb")))
def test_every_notebook_runs_in_jupyterlab(browser, lab, name):
    open_and_run(browser, lab, name)

    def done():
        code, ran, errors = cells(browser)
        assert errors == []
        return code == ran

    until(browser, done, f"all cells of {name}")
