"""What a tracker has to remark on its input, in sentences."""

import numpy as np

from kizuna.models.measurement import HIGHEST_M
from kizuna.shapes import BoolN
from kizuna.tracking.filter import POSITION, RADAR, Filter
from kizuna.tracking.register import Register


class Remarks:
    """Notices what an analyst should know of the input before believing the tracks."""

    def __init__(self) -> None:
        self._shared: dict[int, set[int]] = {}

    def look(self, tracks: Register, alive: BoolN) -> None:
        """Notice identities that several confirmed tracks use at once; which ones are `alive`: (T,)."""
        for channel in (POSITION, RADAR):
            said = tracks.live("identity")[:, channel]
            rows = np.flatnonzero(alive & (said >= 0))
            names, count = np.unique(said[rows], return_counts=True)
            for name in names[count > 1]:
                numbers = tracks.number[rows[said[rows] == name]]
                self._shared.setdefault(int(name), set()).update(numbers.tolist())

    def sentences(self, heard: Filter) -> list[str]:
        """All remarks so far, one sentence each."""
        made = []
        names = heard.identities.names()
        for name, numbers in self._shared.items():
            *others, last = sorted(numbers)
            listed = ", ".join(map(str, others)) + f" and {last}"
            made.append(f"identity {names[name]} is used by {len(numbers)} objects at once (tracks {listed})")
        for sensor, flat, plots in zip(heard.sources.names, heard.flat, heard.plots, strict=True):
            if 2 * flat > plots:
                made.append(
                    f"sensor {sensor!r}: 2-D plots without heights; heights are assumed "
                    f"{HIGHEST_M / 2.0:,.0f} ± {HIGHEST_M / np.sqrt(12.0):,.0f} m"
                )
        return made
