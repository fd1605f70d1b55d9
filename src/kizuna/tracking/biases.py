"""Biases of sensors: what is known of them, and detections without them."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kizuna.messages.detection import Detections
from kizuna.shapes import FloatNx3

PRIOR: Final = np.array([1_000.0, np.radians(1.0), 2.0])
"""Standard deviations of biases before anything is known, m, rad, s."""
_SIGNIFICANT: Final = 3.0
"""A bias is corrected if it is this many standard deviations from zero."""


@dataclass(frozen=True, slots=True, eq=False)
class Biases:
    """Biases of S sensors, with how sure they are."""

    sensor: tuple[str, ...]
    value: FloatNx3
    """Range in m, azimuth in rad, clock in s: what the sensor says is too long, too far clockwise, too late.

    Without position reports, clocks are relative to their median.
    """
    sigma: FloatNx3
    """Standard deviations."""

    @classmethod
    def none(cls, sensors: tuple[str, ...]) -> "Biases":
        """No biases, of which nothing is known."""
        return cls(sensors, np.zeros((len(sensors), 3)), np.tile(PRIOR, (len(sensors), 1)))

    @property
    def significant(self) -> NDArray[np.bool_]:
        """(S, 3) which biases are surely not zero."""
        return np.asarray(np.abs(self.value) > _SIGNIFICANT * self.sigma)

    def correct(self, detections: Detections) -> Detections:
        """Detections without the biases that are significant, in order of time."""
        taken = np.where(self.significant, self.value, 0.0)
        return without(detections, taken[detections.sensor.recode({n: k for k, n in enumerate(self.sensor)})])

    def figures(self) -> dict[str, dict[str, list[float]]]:
        """Each sensor's biases with their standard deviations, in m, degrees and s, for a file."""
        units = (("range_m", 1.0), ("azimuth_deg", float(np.degrees(1.0))), ("clock_s", 1.0))
        return {
            name: {
                unit: [round(float(v) * factor, 5), round(float(s) * factor, 5)]
                for (unit, factor), v, s in zip(units, value, sigma, strict=True)
            }
            for name, value, sigma in zip(self.sensor, self.value, self.sigma, strict=True)
        }

    def sentences(self, corrected: NDArray[np.bool_] | None = None) -> list[str]:
        """One for each sensor with biases that are `corrected`, (S, 3): the significant ones when absent."""
        made = []
        corrected = self.significant if corrected is None else corrected
        for name, value, sigma, told in zip(self.sensor, self.value, self.sigma, corrected, strict=True):
            biases = [
                f"range {value[0]:+.0f} ± {sigma[0]:.0f} m",
                f"azimuth {np.degrees(value[1]):+.3f} ± {np.degrees(sigma[1]):.3f}°",
                f"clock {value[2]:+.2f} ± {sigma[2]:.2f} s",
            ]
            if told.any():
                listed = ", ".join(text for text, yes in zip(biases, told, strict=True) if yes)
                made.append(f"sensor {name!r} is biased and corrected: {listed}")
        return made


def without(detections: Detections, taken: FloatNx3) -> Detections:
    """Detections with these biases (N, 3) taken off, in m, rad and s, in order of time."""
    azimuth_deg = detections.azimuth_deg - np.degrees(taken[:, 1])
    made = replace(
        detections,
        time=detections.time - taken[:, 2],
        range_m=np.maximum(detections.range_m - taken[:, 0], 0.0),
        # Where nothing is taken off, nothing changes: not even by a last bit.
        azimuth_deg=np.where(taken[:, 1] == 0.0, detections.azimuth_deg, azimuth_deg % 360.0),
    )
    return made.take(np.argsort(made.time, kind="stable"))
