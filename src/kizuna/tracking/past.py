"""What a tracker keeps of its past, so that late measurements can still take their place."""

from dataclasses import dataclass

import numpy as np

from kizuna.shapes import FloatN
from kizuna.tracking.course import Course
from kizuna.tracking.filter import Measurements

_MOMENTS = 16
"""So many courses are kept in the time that measurements may be late."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The course of the tracks before a slice of time."""

    slice_number: float
    course: Course


class Past:
    """Courses at some moments of the last seconds, and all measurements since the first of them.

    Parameters
    ----------
    late_s
        How late a measurement may come, s.
    slice_s
        Length of a slice of time, s.
    course
        The course at the beginning.
    """

    def __init__(self, late_s: float, slice_s: float, course: Course) -> None:
        self._late_s = late_s
        self._slice_s = slice_s
        self._moments = [Moment(-np.inf, course.copy())]
        self._worked: list[Measurements] = []
        self._looks: list[float] = []

    @property
    def looks(self) -> FloatN:
        """(K,) times of pictures, at which slices are cut, s."""
        return np.array(self._looks)

    @property
    def kept(self) -> int:
        """How many measurements are kept."""
        return sum(len(part.time_s) for part in self._worked)

    def look(self, time_s: float) -> None:
        """Remember that a picture was taken."""
        self._looks.append(time_s)

    def remember(self, measurements: Measurements, next_slice: float, course: Course) -> None:
        """Keep what has been worked off, and now and then the course before a slice that is still to come."""
        self._worked.append(measurements)
        if next_slice <= np.floor(measurements.time_s[0] / self._slice_s):
            # A picture has cut the slice: the rest of it comes yet.
            return
        spacing = max(self._late_s / _MOMENTS / self._slice_s, 1.0)
        if next_slice - self._moments[-1].slice_number >= spacing:
            self._moments.append(Moment(next_slice, course.copy()))

    def rewind(self, time_s: float) -> tuple[Course, list[Measurements]]:
        """The course before a time, and all measurements worked off since then, which are forgotten here."""
        number = np.floor(time_s / self._slice_s)
        while len(self._moments) > 1 and self._moments[-1].slice_number > number:
            self._moments.pop()
        moment = self._moments[-1]
        course = moment.course.copy()
        if not self._worked:
            # Pictures were taken before any measurement came.
            return course, []
        worked = Measurements.join(self._worked)
        first = self._first(worked, moment)
        self._worked = [worked.take(slice(0, first))]
        return course, [worked.take(slice(first, None))]

    def forget(self, time_s: float) -> None:
        """Forget what is not needed for measurements from this time on."""
        number = np.floor(time_s / self._slice_s)
        if len(self._moments) < 2 or self._moments[1].slice_number > number:
            return
        while len(self._moments) > 1 and self._moments[1].slice_number <= number:
            self._moments.pop(0)
        worked = Measurements.join(self._worked)
        self._worked = [worked.take(slice(self._first(worked, self._moments[0]), None))]
        since_s = self._moments[0].slice_number * self._slice_s
        self._looks = [each for each in self._looks if each >= since_s]

    def _first(self, worked: Measurements, moment: Moment) -> int:
        """Row of the first measurement after a moment."""
        return int(np.searchsorted(np.floor(worked.time_s / self._slice_s), moment.slice_number))
