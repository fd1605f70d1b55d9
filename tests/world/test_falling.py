"""Made-up falling objects: launched where and as asked, then under the forces of nature alone."""

import numpy as np
import pytest
from tests.world.made import ballistic, exercise

from kizuna.geo.frames import ecef_to_geodetic, enu_basis
from kizuna.kernels import ballistic as kernel
from kizuna.models.ballistic import PATH
from kizuna.shapes import Float
from kizuna.world.flights import Flights
from kizuna.world.traffic import build

ONE_METRE = 1.0


@pytest.fixture(scope="module")
def made() -> Flights:
    return build(exercise(ballistic(8, launch_s=[60.0, 90.0])), ".")


def knots(made: Flights, number: int) -> tuple[Float, Float, Float]:
    """Times since the start of the exercise, places and velocities of one object."""
    rows = slice(made.first[number], made.first[number + 1])
    return made.time_s[rows] - exercise(ballistic(1)).start_s, made.position_m[rows], made.velocity_mps[rows]


def test_they_rise_from_the_ground_in_the_box_and_come_back_to_it(made: Flights) -> None:
    for number in range(8):
        time_s, place, velocity = knots(made, number)
        lat, lon, alt = ecef_to_geodetic(place)
        assert 60.0 <= time_s[0] <= 90.0
        assert 20.0 <= lat[0] <= 21.0
        assert 150.0 <= lon[0] <= 151.0
        assert np.abs(alt[[0, -1]]).max() < ONE_METRE
        assert alt[1:-1].min() > 0.0
        assert np.linalg.norm(velocity[0]) < 10.0
        assert alt.max() > 50e3


def test_thrust_ends_as_asked(made: Flights) -> None:
    for number in range(8):
        time_s, place, velocity = knots(made, number)
        # Thrust ends where the speed grows no more.
        speed = np.linalg.norm(velocity, axis=1)
        end = int(np.argmax(speed[: len(speed) // 3]))
        east, north, up = enu_basis(*ecef_to_geodetic(place[0])[:2]) @ velocity[end]
        assert 1_500.0 < speed[end] < 3_000.0
        assert 200.0 < np.degrees(np.arctan2(east, north)) % 360.0 < 300.0
        assert 40.0 < np.degrees(np.arctan2(up, np.hypot(east, north))) < 50.0
        assert 20.0 < speed[end] / (time_s[end] - time_s[0]) + 9.81 < 50.0


def test_between_knots_the_path_is_that_of_the_forces() -> None:
    made = build(exercise(ballistic(4, mass_kg_per_m2=[4_000.0, 4_000.0])), ".")
    for number in range(4):
        time_s, _, _ = knots(made, number)
        # From half-way on; thrust has long ended.
        late = (
            made.time_s[made.first[number]] - time_s[0] + np.arange(time_s[-1] // 2, time_s[-1] - 1.0) + 0.5
        )
        place, velocity = made.state(np.full(len(late), number), late)
        start = np.concatenate([place[0], velocity[0], [-np.log(4_000.0)]])
        states = np.tile(start, (len(late), 1))
        kernel.move(states, late - late[0], False, PATH)
        assert np.linalg.norm(states[:, :3] - place, axis=1).max() < ONE_METRE


def test_another_object_changes_nobody(made: Flights) -> None:
    more = build(exercise(ballistic(9, launch_s=[60.0, 90.0])), ".")
    assert np.array_equal(more.position_m[: made.first[-1]], made.position_m)
    assert made.kinds == ("ballistic",) * 8
    assert made.identities == (None,) * 8
