"""What we write as ASTERIX, libasterix reads: each number within half of the unit in which it is counted."""

from pathlib import Path
from typing import Any

import asterix.base as base
import numpy as np
from tests.gateways.asterix_made import DAY_S
from tests.peers.test_asterix_against_libasterix import NM_M, edition

from kizuna.constants import FOOT_M
from kizuna.gateways.asterix.write import write
from kizuna.messages.detection import Detections
from kizuna.messages.track import Tracks


def read_back(category: str, data: bytes) -> list[Any]:
    """Records of a file that we wrote, as libasterix reads them."""
    records, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at + 1 : at + 3], "big")
        for block in base.RawDatablock.parse(base.Bits.from_bytes(data[at : at + size])):
            assert block.get_category() == int(category)
            records += edition(category).cv_uap.parse(block.get_raw_records())
        at += size
    return records


def quantity(record: Any, item: str, part: str, unit: str) -> float:
    """The number in a part of an item."""
    found = record.get_item(item).variation
    for name in filter(None, part.split("/")):
        found = found.get_item(name).variation
    return float(found.content.as_quantity(unit))


def test_plots_that_we_write_are_read_by_libasterix(tmp_path: Path) -> None:
    luck = np.random.RandomState(1)
    count = 200
    identity = [[None, "3c660c", "2613", "A320"][k % 4] for k in range(count)]
    plots = Detections.of(
        time=np.sort(DAY_S + luck.uniform(0, 86_399, count)),
        sensor=[["25-201", "hill"][k % 2] for k in range(count)],
        kind=["radar"] * count,
        range_m=luck.uniform(100, 470_000, count),
        azimuth_deg=luck.uniform(0, 360, count),
        alt_m=np.where(np.arange(count) % 3 == 0, np.nan, luck.uniform(-300, 20_000, count)),
        identity=identity,
    )
    remarks = write(plots, tmp_path / "plots.ast")
    assert [str(remark) for remark in remarks] == [
        f"{tmp_path}/plots.ast: 'hill' is written as SAC 0, SIC: 1"
    ]
    records = read_back("48", (tmp_path / "plots.ast").read_bytes())
    assert len(records) == count
    for k, record in enumerate(records):
        source = record.get_item("010").variation
        sac, sic = (source.get_item(name).as_uint() for name in ("SAC", "SIC"))
        assert (sac, sic) == [(25, 201), (0, 1)][k % 2]
        assert abs(quantity(record, "140", "", "s") - (plots.time[k] - DAY_S)) <= 1 / 256 + 1e-6
        assert abs(quantity(record, "040", "RHO", "NM") * NM_M - plots.range_m[k]) <= NM_M / 512 + 1e-6
        assert abs((quantity(record, "040", "THETA", "°") - plots.azimuth_deg[k] + 180) % 360 - 180) <= 0.003
        assert (record.get_item("090") is None) == np.isnan(plots.alt_m[k])
        if not np.isnan(plots.alt_m[k]):
            assert (
                abs(quantity(record, "090", "FL", "FL") * 100 * FOOT_M - plots.alt_m[k])
                <= 12.5 * FOOT_M + 1e-6
            )
        address = record.get_item("220")
        assert (address and address.as_uint()) == (0x3C660C if identity[k] == "3c660c" else None)
        code = record.get_item("070")
        assert (code and code.variation.get_item("MODE3A").variation.content.as_string()) == (
            "2613" if identity[k] == "2613" else None
        )


def test_tracks_that_we_write_are_read_by_libasterix(tmp_path: Path) -> None:
    luck = np.random.RandomState(2)
    count = 200
    sigma = luck.uniform([20, 20, 20, 1, 1, 0.1], [500, 500, 300, 30, 30, 5], (count, 6))
    cov = np.zeros((count, 21))
    cov[:, [0, 6, 11, 15, 18, 20]] = sigma**2
    cov[:, 1] = 0.5 * sigma[:, 0] * sigma[:, 1]
    cov[::4] = np.nan
    tracks = Tracks.of(
        time=np.sort(DAY_S + luck.uniform(0, 86_399, count)),
        node=["25-100"] * count,
        track=np.arange(count) * 300,
        lat_deg=luck.uniform(-90, 90, count),
        lon_deg=luck.uniform(-179.9, 179.9, count),
        alt_m=luck.uniform(-100, 30_000, count),
        ve_mps=np.where(np.arange(count) % 5 == 0, np.nan, luck.uniform(-300, 300, count)),
        vn_mps=luck.uniform(-300, 300, count),
        vu_mps=luck.uniform(-50, 50, count),
        cov=cov,
        status=[["confirmed", "tentative", "coasted"][k % 3] for k in range(count)],
        identity=[[None, "3c0a55", "4276"][k % 3] for k in range(count)],
    )
    assert write(tracks, tmp_path / "tracks.ast") == []
    records = read_back("62", (tmp_path / "tracks.ast").read_bytes())
    assert len(records) == count
    for k, record in enumerate(records):
        assert record.get_item("040").as_uint() == tracks.track[k]
        for part, column in (("LAT", tracks.lat_deg), ("LON", tracks.lon_deg)):
            assert abs(quantity(record, "105", part, "°") - column[k]) <= 90 / 2**25 + 1e-9
        assert abs(quantity(record, "130", "", "ft") * FOOT_M - tracks.alt_m[k]) <= 3.125 * FOOT_M + 1e-6
        assert abs(quantity(record, "220", "", "ft/min") * FOOT_M / 60 - tracks.vu_mps[k]) <= 0.016
        assert (record.get_item("185") is None) == (k % 5 == 0)
        if k % 5:
            assert abs(quantity(record, "185", "VX", "m/s") - tracks.ve_mps[k]) <= 0.125
            assert abs(quantity(record, "185", "VY", "m/s") - tracks.vn_mps[k]) <= 0.125
        assert (record.get_item("500") is None) == (k % 4 == 0)
        if k % 4:
            assert abs(quantity(record, "500", "APC/X", "m") - sigma[k, 0]) <= 0.25
            assert abs(quantity(record, "500", "APC/Y", "m") - sigma[k, 1]) <= 0.25
            assert abs(quantity(record, "500", "AGA", "ft") * FOOT_M - sigma[k, 2]) <= 3.2 * FOOT_M
            assert abs(quantity(record, "500", "ATV/Y", "m/s") - sigma[k, 4]) <= 0.125
            assert abs(quantity(record, "500", "ARC", "ft/min") * FOOT_M / 60 - sigma[k, 5]) <= 0.016
        status = record.get_item("080").variation
        assert status.get_item("CNF").as_uint() == (k % 3 == 1)
        coasting = status.get_item("CST")
        assert (coasting is not None and coasting.as_uint() == 1) == (k % 3 == 2)
