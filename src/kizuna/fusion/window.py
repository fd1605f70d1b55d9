"""Bring detections that arrive late and from everywhere back into order of time, inside a short window."""

import numpy as np

from kizuna.messages.detection import Detections


class Window:
    """Holds detections back for a while, so that late ones take their place in order of time.

    What arrives after its time has been released, and after the time for which it can be turned back, is too
    late: it is counted and left out. Rows of equal time are ordered by sensor and then by arrival, so that
    the order of arrival of two sensors' reports makes no difference.

    Parameters
    ----------
    length_s
        For how long detections are held back, s; 0 for a node whose detections all come in order.
    rewind_s
        For how long after that detections are still let through, s; to a tracker that can turn time back.
    """

    def __init__(self, length_s: float, rewind_s: float = 0.0) -> None:
        self._length_s = length_s
        self._rewind_s = rewind_s
        self._waiting: list[Detections] = []
        self._released_s = -np.inf
        self.too_late = 0
        """How many detections came after their time was released."""

    def add(self, detections: Detections) -> None:
        """Take detections in, in any order."""
        late = detections.time <= self._released_s - self._rewind_s
        if late.any():
            self.too_late += int(np.count_nonzero(late))
            detections = detections.take(~late)
        if len(detections):
            self._waiting.append(detections)

    def advance(self, now_s: float) -> None:
        """Let time pass: what is older than the window is released, and nothing comes before it any more."""
        self._released_s = max(self._released_s, now_s - self._length_s)

    def release(self) -> Detections:
        """Give out, in order of time, all detections that are released; each one once.

        Those of one call may be earlier than those of the call before, by up to `rewind_s`.
        """
        if not self._waiting:
            return Detections.empty()
        waiting = Detections.join(self._waiting)
        ready = waiting.time <= self._released_s
        if ready.all():
            self._waiting, out = [], waiting
        else:
            self._waiting, out = [waiting.take(~ready)], waiting.take(ready)
        return out.take(np.lexsort((out.sensor.codes, out.time)))
