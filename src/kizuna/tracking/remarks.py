"""What a tracker has to remark on its input, in sentences."""

from typing import Any, Final

import numpy as np

from kizuna.models.measurement import HIGHEST_M
from kizuna.shapes import BoolN, IntN
from kizuna.tracking.filter import POSITION, RADAR, Filter
from kizuna.tracking.register import Register

_LISTED: Final = 3
"""So many tracks whose objects changed their identities are told one by one."""


class Remarks:
    """Notices what an analyst should know of the input before believing the tracks."""

    def __init__(self) -> None:
        self._shared: dict[int, set[int]] = {}
        self._changed: dict[int, dict[int, None]] = {}
        """Of each track, the identities that it has had, each once, in order."""
        self._last: dict[int, tuple[IntN, IntN]] = {}

    def look(self, tracks: Register, alive: BoolN) -> None:
        """Notice identities that several confirmed tracks use at once, or that a track no longer uses.

        Only tracks that are `alive`, (T,), use one at once with others.
        """
        for channel in (POSITION, RADAR):
            said = tracks.live("identity")[:, channel]
            rows = np.flatnonzero(tracks.live("confirmed") & (said >= 0))
            self._compare(channel, tracks.number[rows], said[rows])
            rows = rows[alive[rows]]
            names, count = np.unique(said[rows], return_counts=True)
            for name in names[count > 1]:
                numbers = tracks.number[rows[said[rows] == name]]
                self._shared.setdefault(int(name), set()).update(numbers.tolist())

    def _compare(self, channel: int, number: IntN, said: IntN) -> None:
        """Note which of the tracks of these numbers, (K,), said something else when last looked at."""
        if channel in self._last:
            before, then = self._last[channel]
            _, new, old = np.intersect1d(number, before, assume_unique=True, return_indices=True)
            for at in np.flatnonzero(said[new] != then[old]):
                known = self._changed.setdefault(int(number[new[at]]), {int(then[old[at]]): None})
                known[int(said[new[at]])] = None
        self._last[channel] = number, said

    def conflicts(self, heard: Filter) -> dict[str, list[dict[str, Any]]]:
        """Identities that several objects used at once, and tracks whose object changed its own.

        A code of Mode 3/A in place of an address, or the other way round, is no change.
        """
        names = heard.identities.names()
        shared = [{"identity": names[name], "tracks": sorted(who)} for name, who in self._shared.items()]
        changed: list[dict[str, Any]] = []
        for number, said in self._changed.items():
            told = list(dict.fromkeys(names[name] for name in said))
            if len(told) > len({len(name) for name in told}):
                changed.append({"track": number, "identities": told})
        return {"shared": shared, "changed": changed}

    def sentences(self, heard: Filter) -> list[str]:
        """All remarks so far, one sentence each."""
        made, conflicts = [], self.conflicts(heard)
        for each in conflicts["shared"]:
            *others, last = each["tracks"]
            listed = ", ".join(map(str, others)) + f" and {last}"
            count = len(each["tracks"])
            made.append(f"identity {each['identity']} is used by {count} objects at once (tracks {listed})")
        made += [
            f"track {each['track']} changed its identity: {', then '.join(each['identities'])}"
            for each in conflicts["changed"][:_LISTED]
        ]
        if len(conflicts["changed"]) > _LISTED:
            made.append(f"{len(conflicts['changed']) - _LISTED:,} more tracks changed their identities")
        for sensor, flat, plots in zip(heard.sources.names, heard.flat, heard.plots, strict=True):
            if 2 * flat > plots:
                made.append(
                    f"sensor {sensor!r}: 2-D plots without heights; heights are assumed "
                    f"{HIGHEST_M / 2.0:,.0f} ± {HIGHEST_M / np.sqrt(12.0):,.0f} m"
                )
        return made
