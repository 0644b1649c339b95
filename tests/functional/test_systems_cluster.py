"""The reading of a pool's texts on a dask cluster: the same map, and one line where the cluster is not there."""

import pandas as pd
import pytest

import dxaudit as dx

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def pool():
    functions = ["住民記録", "介護保険", "公用車予約", "施設予約", "電子申請", "財務会計"]
    purposes = ["窓口の事務", "支給の決定", "空き照会と予約の受付", "", "予算と決算"]
    rows = []
    for n in range(1500):
        name = f"{functions[n % 6]}システム{n % 97} {chr(0x30A2 + n % 50)}ルカ{n}号"
        rows.append((f"S{n}", name, f"㈱カイシャ{n % 31}", purposes[n % 5]))
    return pd.DataFrame(rows, columns=["system_id", "system", "vendor", "purpose"])


def test_machines_read_what_one_machine_reads(pool, monkeypatch):
    monkeypatch.setattr("dxaudit.systems.cluster._SMALLEST", 200)
    alone = dx.map_systems(dx.from_tables(systems=pool))
    with distributed.LocalCluster(
        2, threads_per_worker=1, processes=False, protocol="tcp", dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        together = dx.map_systems(dx.from_tables(systems=pool), scheduler=cluster.scheduler_address)
    pd.testing.assert_frame_equal(together.systems, alone.systems)
    pd.testing.assert_frame_equal(together.groups(), alone.groups())


def test_nobody_at_the_address_is_one_line(pool, monkeypatch):
    monkeypatch.setattr("dxaudit.scheduler.CONNECT_SECONDS", 1)
    with pytest.raises(dx.DxauditError, match="スケジューラ") as raised:
        dx.map_systems(dx.from_tables(systems=pool.head(3)), scheduler="tcp://127.0.0.1:9")
    assert "\n" not in str(raised.value)
