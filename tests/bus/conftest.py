"""Small tables for the bus to carry."""

from collections.abc import Callable

import numpy as np
import pytest

from kizuna.messages.detection import Detections


@pytest.fixture
def plots() -> Callable[..., Detections]:
    """Radar plots, `count` of them, the first at `time_s` and one more each millisecond."""

    def make(count: int = 3, time_s: float = 100.0) -> Detections:
        return Detections.of(
            time=time_s + 0.001 * np.arange(count),
            sensor=["west"] * count,
            kind=["radar"] * count,
            range_m=np.linspace(1e3, 2e5, count),
            azimuth_deg=np.linspace(0.0, 359.0, count),
            identity=[f"id{row % 50}" for row in range(count)],
        )

    return make
