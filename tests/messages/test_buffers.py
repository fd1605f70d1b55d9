"""Arrow arrays by their buffers are those that pyarrow makes itself, and nothing loads pandas."""

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from kizuna.messages import buffers

_WITHOUT_PANDAS = """
import sys
from kizuna.messages import codec
from kizuna.messages.track import Tracks
made = Tracks.of(time=[1.0, 2.0], node=["a", "é"], track=[1, 2], lat_deg=[0.0, 1.0], lon_deg=[0.0, 1.0],
                 alt_m=[0.0, 1.0], status=["confirmed", "coasted"], ve_mps=[1.0, float("nan")])
codec.write(made, sys.argv[1])
assert codec.read(Tracks, sys.argv[1]).node.values() == ["a", "é"]
print("pandas" in sys.modules)
"""


@pytest.mark.parametrize("first", [0, 3, 9])
def test_numbers_there_and_back(first):
    """Of pieces that begin anywhere in their memory, too."""
    values = np.array([1.0, np.nan, 3.0, np.nan, 5.0, 6.0, np.nan, 8.0, 9.0, np.nan, 11.0])
    made = buffers.from_numbers(values, np.isnan(values))
    assert made.equals(pa.array(values, from_pandas=True))
    pieces = pa.chunked_array([made.slice(first), made.slice(0, 2), pa.nulls(2, pa.float64())])
    expected = [*values[first:], *values[:2], np.nan, np.nan]
    assert np.array_equal(buffers.to_floats(pieces), expected, equal_nan=True)
    assert buffers.to_floats(pa.chunked_array([], pa.float64())).size == 0


def test_codes_there_and_back():
    codes = np.array([0, -1, 1, 1, -1], dtype=np.int32)
    made = buffers.from_numbers(codes, codes < 0)
    assert made.to_pylist() == [0, None, 1, 1, None]
    assert buffers.to_codes(made.slice(1)).tolist() == [-1, 1, 1, -1]


def test_text():
    values = ["", "abc", "é😀", "z"]
    assert buffers.from_text(values).equals(pa.array(values))
    assert buffers.from_text([]).equals(pa.array([], pa.string()))


def test_reading_and_writing_load_no_pandas(tmp_path):
    """It takes a second, and pyarrow loads it wherever it converts."""
    run = [sys.executable, "-c", _WITHOUT_PANDAS, tmp_path / "tracks.parquet"]
    assert subprocess.run(run, capture_output=True, text=True, check=True).stdout.strip() == "False"
