"""A variant says how its nodes expect objects to move."""

from pathlib import Path

import numpy as np
import pytest
from tests.exercise.test_shared_tracks import EXERCISE
from tests.tracking.sky import START_S, Sky, radars, watch

from kizuna.bus.journal import Journal
from kizuna.bus.simulated import SimulatedBus
from kizuna.errors import InputError
from kizuna.exercise.node import node_of
from kizuna.messages.track import Tracks
from kizuna.scenario.read import read


def picture(folder: Path, variant_says: str) -> Tracks:
    """What a node of one variant makes of a small sky."""
    variants = "variants:\n  - {variant: one, share: nothing" + variant_says + "}\n"
    (folder / "four.yaml").write_text(EXERCISE[: EXERCISE.index("variants:")] + variants)
    exercise = read(folder / "four.yaml")
    sensors = radars()
    bus = SimulatedBus(0.0, [], seed=1)
    with Journal(folder / "journal") as journal:
        node = node_of(exercise, exercise.variants[0], "A", bus.port("A"), sensors, journal, {})
        node.hear(watch(Sky.of(10, 1), sensors, 40.0, 1), START_S + 40.0)
        node.tick(START_S + 40.0)
        return node.picture()


def test_agile_nodes_believe_in_straight_lines_less(tmp_path: Path) -> None:
    usual, civil, agile = (picture(tmp_path, says) for says in ("", ", motion: civil", ", motion: agile"))
    assert len(usual) == len(agile) == 10
    assert np.array_equal(usual.cov, civil.cov)
    # The variance of the velocity to the east.
    assert np.median(agile.cov[:, 15]) > 4.0 * np.median(usual.cov[:, 15])


def test_a_motion_that_is_not_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="sideways"):
        picture(tmp_path, ", motion: sideways")
