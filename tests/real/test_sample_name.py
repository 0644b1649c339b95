"""No real municipality has the sample cities' names or codes."""

import csv
import os
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
REAL = Path(os.environ.get("DXAUDIT_REAL", Path(__file__).parents[3] / "shared" / "real"))
LIST = REAL / "municipal-dx-progress" / "peer_municipalities_r5.csv"
sys.path.insert(0, str(SAMPLES))

from generator.city import HOLDOUT, SHIONAGI  # noqa: E402


@pytest.mark.skipif(not LIST.exists(), reason="the list of municipalities is not here")
@pytest.mark.parametrize("city", [SHIONAGI, HOLDOUT], ids=lambda c: c.key)
def test_the_city_does_not_exist(city):
    with LIST.open(encoding="utf-8-sig") as source:
        rows = list(csv.DictReader(source))
    assert len(rows) == 1741
    assert city.name not in {r["団体名"] for r in rows}
    assert city.code not in {r["団体コード"] for r in rows}
