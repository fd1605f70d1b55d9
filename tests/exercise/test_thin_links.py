"""Over thin links, tracks in few bytes keep the picture that plain tables lose."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.exercise.test_shared_tracks import bytes_of

from kizuna.exercise.run import run

EXAMPLE = Path(__file__).parents[2] / "examples" / "exercises" / "thin.yaml"
DURATION_S, BITS_PER_S = 240, 1_200


def played(folder: Path, thin: bool) -> dict[str, Any]:
    """The summary of each variant of the example's first minutes, on its links or on boundless ones."""
    text = EXAMPLE.read_text().replace("duration_s: 600", f"duration_s: {DURATION_S}")
    limit = f"capacity_bps: {BITS_PER_S}, "
    assert limit in text
    (folder / "thin.yaml").write_text(text if thin else text.replace(limit, ""))
    run(folder / "thin.yaml", folder / "out", None, (), "kizuna run thin.yaml", lambda what, share: None)
    made: dict[str, Any] = json.loads((folder / "out" / "summary.json").read_text())["variants"]
    return made


def test_few_bytes_cost_next_to_nothing_where_there_is_room(tmp_path: Path) -> None:
    """An eighth of the bytes at 10 m for 2 % more error, and a twelfth for 6 % when little news stay home."""
    variants = played(tmp_path, thin=False)
    plain = variants["plain"]
    assert variants["exact"]["rmse_m"] == pytest.approx(plain["rmse_m"], rel=1e-3)
    assert variants["coarse"]["rmse_m"] < 1.02 * plain["rmse_m"]
    assert variants["sparing"]["rmse_m"] < 1.06 * plain["rmse_m"]
    shares = [bytes_of(variants[name]) / bytes_of(plain) for name in ("exact", "coarse", "sparing")]
    assert shares[0] < 0.3
    assert shares[1] < 0.13
    assert shares[2] < 0.09
    for name in ("coarse", "sparing"):
        assert variants[name]["completeness"] > plain["completeness"] - 0.005


def test_a_thin_link_carries_the_picture(tmp_path: Path) -> None:
    """Plain tables wait in line until they are old; packed ones go as there is room, the best first."""
    variants = played(tmp_path, thin=True)
    alone = variants["national"]["completeness"]
    assert variants["plain"]["completeness"] < alone + 0.05
    assert variants["exact"]["completeness"] > alone + 0.3
    assert variants["coarse"]["completeness"] > variants["exact"]["completeness"]
    assert variants["coarse"]["rmse_m"] < variants["exact"]["rmse_m"]
    for name in ("exact", "coarse", "sparing"):
        for link in variants[name]["links"].values():
            assert link["bytes"] <= 1.05 * BITS_PER_S / 8 * DURATION_S
