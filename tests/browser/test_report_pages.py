"""Reports open in a browser without one request, show what they hold, and the index searches and sorts."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

import dxaudit as dx

webdriver = pytest.importorskip("selenium.webdriver")
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no Chromium with its driver on this machine")

DEPARTMENTS = ["市民課", "税務課", "<img src=x onerror=alert(1)>課"]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    businesses = pd.DataFrame(
        {
            "department": [name for name in DEPARTMENTS for _ in range(2)],
            "bureau": ["市民部", "市民部", "総務部", "総務部", "企画部", "企画部"],
            "business": ["住民票の交付", "<script>document.title='x'</script>"] * 3,
            "annual_hours": [900.0, 100.0, 50.0, 20.0, 4000.0, 1.0],
            "medium": ["paper", "electronic"] * 3,
        }
    )
    folder = tmp_path_factory.mktemp("browser")
    state = dx.from_tables(dx.Settings(municipality="試験市"), businesses=businesses)
    assert not dx.report(state, folder, jobs=2).failed
    return folder


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def requests(browser):
    """Addresses asked for since the last call, those inside the page left out."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    # The browser's own start page is made of chrome:// files.
    return [url for url in asked if not url.startswith(("data:", "chrome:"))]


def test_no_page_asks_for_anything_beyond_itself(out, browser):
    pages = sorted(out.rglob("*.html"))
    assert len(pages) == len(DEPARTMENTS) + 3
    for page in pages:
        requests(browser)
        browser.get_log("browser")
        browser.get(page.as_uri())
        assert requests(browser) == [page.as_uri()], page.name
        assert browser.get_log("browser") == [], "an error in the page"
        assert browser.title != "x"


def test_every_picture_of_a_page_is_there(out, browser):
    browser.get((Path(out) / "市民課" / "report.html").as_uri())
    widths = browser.execute_script("return [...document.images].map(i => i.naturalWidth)")
    assert widths and all(width > 100 for width in widths)
    assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")


def test_the_index_searches_and_sorts_from_a_file(out, browser):
    def shown():
        rows = "[...document.querySelectorAll('#reports tbody tr')].filter(r => !r.hidden)"
        return browser.execute_script(f"return {rows}.map(r => r.cells[0].textContent)")

    browser.get((out / "index.html").as_uri())
    assert shown() == DEPARTMENTS
    search = browser.find_element("id", "search")
    search.send_keys("総務")
    assert shown() == ["税務課"]
    search.clear()
    search.send_keys(" ")
    head = browser.find_elements("css selector", "#reports thead button")[3]
    head.click()
    assert shown() == ["税務課", "市民課", DEPARTMENTS[2]]
    head.click()
    assert shown() == [DEPARTMENTS[2], "市民課", "税務課"]
    links = browser.find_elements("css selector", "#reports tbody a")
    assert len(links) == len(DEPARTMENTS)
    links[0].click()
    assert DEPARTMENTS[2] in browser.title
