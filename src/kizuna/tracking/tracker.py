"""One node's tracker: detections in, in order of time or late; pictures out, at any time."""

from itertools import pairwise
from typing import Any

import numpy as np

from kizuna.constants import WGS84_A_M, WGS84_E2
from kizuna.errors import InputError
from kizuna.kernels import local
from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.messages.track import STATUSES, Tracks
from kizuna.models.motion import Motion
from kizuna.models.sets import civil
from kizuna.shapes import Float, FloatN, FloatNx3, FloatNx6, FloatNx21, IntN
from kizuna.tracking.biases import Biases
from kizuna.tracking.cores import Cores, joined
from kizuna.tracking.course import Associator, Course
from kizuna.tracking.existence import Belief
from kizuna.tracking.filter import POSITION, RADAR, Filter, Measurements, Sources
from kizuna.tracking.forest import Deferral
from kizuna.tracking.history import History
from kizuna.tracking.moving import falling
from kizuna.tracking.online import Online, parts
from kizuna.tracking.past import Past
from kizuna.tracking.recognise import Shown, recognise
from kizuna.tracking.remarks import Remarks
from kizuna.tracking.smooth import smoothed

_CONFIRMED, _COASTED = STATUSES.index("confirmed"), STATUSES.index("coasted")


class Tracker:
    """Multi-sensor tracker in ECEF.

    Detections are worked off in slices of time, aligned to the clock, so that the tracks don't depend on how
    the stream was cut into batches.

    Parameters
    ----------
    sensors
        The sensors whose detections may come.
    motion
        How objects move; as airliners do when absent.
    belief
        When tracks are confirmed and dropped.
    associator
        How detections are paired with tracks: `gnn`, each to one (global nearest neighbour), `bp`, shared by
        their joint probabilities (belief propagation), or `mht`, each to one, decided later (multiple
        hypotheses).
    deferral
        How late `mht` decides.
    late_s
        How late a detection may come and still take its place in order of time, s. What was worked off since
        then is worked off again, and objects keep the numbers that they were shown under. With 0, detections
        come in order.
    keep_pairs
        Whether to keep which measurements updated which tracks, for `take_pairs`; of `bp` those that are
        surely theirs.
    keep_history
        Whether to keep what the tracks were made of, for `smoothed`; not when detections may be late.
    register
        Whether to estimate the sensors' biases as it goes, and to take them off what comes next.
    cores
        How many cores to use; the tracks are the same on any number.
    learn_clutter
        Whether to learn how much clutter there is, and where, for all radars; without, for those of which
        it isn't stated.
    learn_detection
        Whether to learn how probably radars detect, by range.
    """

    def __init__(
        self,
        sensors: Sensors,
        motion: Motion | None = None,
        belief: Belief | None = None,
        associator: Associator = "gnn",
        late_s: float = 0.0,
        keep_pairs: bool = False,
        keep_history: bool = False,
        register: bool = False,
        deferral: Deferral | None = None,
        cores: int = 1,
        learn_clutter: bool = False,
        learn_detection: bool = False,
    ) -> None:
        self._motion = motion or civil()
        self.sources = Sources.of(sensors, learn_clutter, learn_detection)
        self._cores = Cores(cores)
        self._filter = Filter(self.sources, self._cores)
        self._slice_s = self._motion.longest_slice_s
        self._remarks = Remarks()
        self._course = Course(
            self.sources,
            self._motion,
            belief or Belief(),
            associator,
            deferral or Deferral(),
            self._remarks,
            self._slice_s,
            self._cores,
        )
        self._online = Online(self.sources, late_s) if register else None
        if keep_pairs or register:
            self._course.pairs = []
        if keep_history:
            if not self._motion.is_straight:
                raise ValueError("only straight models of motion can be smoothed")
            if associator == "mht":
                raise ValueError("what mht decides later can't be smoothed")
            self._course.history = History()
        self._pending: list[Measurements] = []
        self._last_s = -np.inf
        self._late_s = late_s
        self._past = Past(late_s, self._slice_s, self._course) if late_s > 0.0 else None
        self._shown: Shown | None = None
        self._rewound = False
        self._done_s = -np.inf
        self._highest = 0
        self.too_late = 0
        """How many detections came too late and were left out."""

    @property
    def count(self) -> int:
        """How many tracks are alive, tentative ones included."""
        return self._course.tracks.count

    @property
    def kept(self) -> int:
        """How many detections are kept because earlier ones may still come."""
        waiting = sum(len(part.time_s) for part in self._pending)
        return waiting + (self._past.kept if self._past is not None else 0)

    def take_pairs(self) -> tuple[IntN, Measurements]:
        """Numbers (N,) of confirmed tracks and the measurements that updated them, since the last call."""
        kept, self._course.pairs = self._course.pairs or [], []
        if not kept:
            nothing = np.empty(0, dtype=np.int64)
            return nothing, self._filter.measure(Detections.empty())
        return np.concatenate([number for number, _ in kept]), Measurements.join([each for _, each in kept])

    def smoothed(self, pictures: Tracks, times_s: FloatN) -> Tracks:
        """Pictures that were taken at these times, by what is known by now: `kizuna.tracking.smooth`."""
        if self._course.history is None:
            raise ValueError("the tracker keeps no history")
        return smoothed(self._course.history, self.sources, self._motion, pictures, times_s)

    def remarks(self) -> list[str]:
        """What should be known of the input before the tracks are believed, one sentence each."""
        corrected = self._online.sentences() if self._online is not None else []
        return self._remarks.sentences(self._filter) + corrected

    def identity_conflicts(self) -> dict[str, list[dict[str, Any]]]:
        """Identities that several objects used at once (`shared`), and objects that changed theirs."""
        return self._remarks.conflicts(self._filter)

    @property
    def biases(self) -> Biases | None:
        """What is known by now of the sensors' biases; None when they aren't estimated."""
        return self._online.biases if self._online is not None else None

    def process(self, detections: Detections) -> None:
        """Take detections in; those of the last, still open slice wait for the next call or picture.

        Parameters
        ----------
        detections
            In order of time, none earlier than what was processed before; in any order when they may be late.

        Raises
        ------
        InputError
            When a detection's sensor is unknown, or its time lies before those of an earlier call.
        """
        if self._online is None:
            self._take_in(detections)
            return
        for part in parts(detections):
            self._take_in(self._online.correct(part))
            self._online.learn(*self.take_pairs())

    def _take_in(self, detections: Detections) -> None:
        if self._past is not None:
            detections = self._not_too_late(detections)
        if not len(detections):
            return
        first_s, last_s = float(detections.time.min()), float(detections.time.max())
        if first_s < self._last_s and self._past is None:
            problem = f"time {first_s:.3f} lies before {self._last_s:.3f}, which is processed already"
            raise InputError("detections", "row 0", problem, "detections in order of time")
        self._last_s = max(self._last_s, last_s)
        measurements = self._filter.measure(detections)
        if len(measurements.time_s):
            self._pending.append(measurements)
            if self._past is not None:
                self._reorder(self._past, first_s)
            self._work_off(float(np.floor(self._last_s / self._slice_s)) * self._slice_s, including=False)

    def picture(self, time_s: float, node: str) -> Tracks:
        """Confirmed and coasted tracks at a time, after all detections with time up to it.

        Parameters
        ----------
        time_s
            The picture's time, no earlier than the last processed detection.
        node
            Whose picture it is.
        """
        self._work_off(time_s, including=True)
        self._course.end_silence(time_s)
        course, tracks = self._course, self._course.tracks
        if self._rewound and self._shown is not None:
            recognise(self._shown, course, time_s, self._highest)
        rows = np.flatnonzero(tracks.live("confirmed"))
        rows = rows[np.argsort(tracks.number[rows], kind="stable")]

        def show(part: slice) -> tuple[FloatNx6, FloatNx21, FloatNx3, FloatNx3, FloatNx21]:
            mine = course.at(rows[part], time_s)
            return *mine, *local.to_local(*mine, WGS84_A_M, WGS84_E2)

        state, cov, place, velocity, shown = joined(self._cores.share(show, len(rows)))
        if self._past is not None:
            self._past.look(time_s)
            self._past.forget(max(self._last_s, time_s) - self._late_s)
            self._shown, self._rewound = Shown(time_s, tracks.number[rows].copy(), state, cov), False
            self._done_s = max(self._done_s, time_s)
            self._highest = max(self._highest, course.next_number - 1)
        sensors, silent = course.heard(rows, time_s)
        said = tracks.identity[rows]
        return Tracks(
            time=np.full(len(rows), time_s),
            node=Labels.constant(node, len(rows)),
            track=tracks.number[rows],
            lat_deg=place[:, 0],
            lon_deg=place[:, 1],
            alt_m=place[:, 2],
            ve_mps=velocity[:, 0],
            vn_mps=velocity[:, 1],
            vu_mps=velocity[:, 2],
            cov=shown,
            status=Labels(np.where(silent, _COASTED, _CONFIRMED).astype(np.int32), STATUSES),
            identity=Labels(
                np.where(said[:, POSITION] >= 0, said[:, POSITION], said[:, RADAR]).astype(np.int32),
                self._filter.identities.names(),
            ),
            kind=Labels.constant(None, len(rows)),
            sensors=sensors,
            originator=Labels.constant(node, len(rows)),
            releasable_to=Labels.constant(None, len(rows)),
        )

    def falling(self, time_s: float) -> tuple[IntN, Float, Float]:
        """Confirmed tracks that fall freely, for `kizuna.tracking.warning`.

        Parameters
        ----------
        time_s
            The time of the last picture, or later.

        Returns
        -------
        tuple
            Their numbers (K,), states (K, 7) and packed covariances (K, 28) as in `kizuna.kernels.ballistic`.
        """
        tracks = self._course.tracks
        confirmed = np.flatnonzero(tracks.live("confirmed"))
        rows, state, cov = falling(tracks, self._motion, confirmed, time_s)
        return tracks.number[rows], state, cov

    def _not_too_late(self, detections: Detections) -> Detections:
        """Those that may still take their place."""
        fresh = detections.time > max(self._last_s, self._done_s) - self._late_s
        self.too_late += int(np.count_nonzero(~fresh))
        return detections.take(fresh)

    def _reorder(self, past: Past, first_s: float) -> None:
        """Turn time back if a detection at `first_s` is late; put what is pending in order of time."""
        if first_s <= self._done_s:
            self._course, worked = past.rewind(first_s)
            self._pending[:0] = worked
            self._rewound = True
        pending = Measurements.join(self._pending)
        self._pending = [pending.take(np.lexsort((pending.sensor, pending.time_s)))]

    def _work_off(self, until_s: float, *, including: bool) -> None:
        """Work off pending measurements before `until_s`, or up to and including it, slice by slice."""
        if not self._pending:
            return
        pending = Measurements.join(self._pending)
        ready = int(np.searchsorted(pending.time_s, until_s, side="right" if including else "left"))
        slices = np.floor(pending.time_s[:ready] / self._slice_s)
        new = np.diff(slices) > 0.0
        if self._past is not None:
            # A picture cuts a slice, and must do so again.
            new |= np.diff(np.searchsorted(self._past.looks, pending.time_s[:ready])) > 0
        edges = [0, *(np.flatnonzero(new) + 1).tolist(), ready] if ready else [0]
        for first, last in pairwise(edges):
            part = pending.take(slice(first, last))
            self._course.work(part)
            if self._past is not None:
                following = slices[last] if last < ready else np.floor(until_s / self._slice_s)
                self._past.remember(part, following, self._course)
                self._done_s = max(self._done_s, float(part.time_s[-1]))
        self._pending = [pending.take(slice(ready, None))] if ready < len(pending.time_s) else []
