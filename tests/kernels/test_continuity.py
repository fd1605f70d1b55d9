"""Who carries an object from picture to picture, worked out by hand."""

import numpy as np

from kizuna.kernels.continuity import follow

Row = tuple[int, list[int], int]
"""Track, objects within the cutoff, assigned object (-1 for none)."""


def followed(pictures: list[tuple[list[int], list[Row]]], objects: int, tracks: int):
    """Carrier and switch of each picture's objects: {object: (track, switched)} for each picture."""
    target_start, target_object = [0], []
    row_start, row_track, edge_start, edge_target, assigned = [0], [], [0], [], []
    for present, rows in pictures:
        entry = {each: len(target_object) + place for place, each in enumerate(present)}
        target_object += present
        target_start.append(len(target_object))
        for track, near, chosen in rows:
            row_track.append(track)
            edge_target += [entry[each] for each in near]
            edge_start.append(len(edge_target))
            assigned.append(entry.get(chosen, -1))
        row_start.append(len(row_track))
    arrays = (target_start, target_object, row_start, row_track, edge_start, edge_target, assigned)
    carrier, switched = follow(*(np.array(array, dtype=np.int64) for array in arrays), objects, tracks)
    return [
        {
            target_object[place]: (int(carrier[place]), bool(switched[place]))
            for place in range(target_start[picture], target_start[picture + 1])
        }
        for picture in range(len(pictures))
    ]


def alone(track: int) -> tuple[list[int], list[Row]]:
    """A picture in which this track has object 0 to itself."""
    return [0], [(track, [0], 0)]


NOTHING: tuple[list[int], list[Row]] = ([0], [])


def test_the_first_track_is_no_switch_and_another_one_is():
    assert followed([alone(0), alone(0), alone(1)], 1, 2) == [
        {0: (0, False)},
        {0: (0, False)},
        {0: (1, True)},
    ]


def test_a_pause_forgets_nothing():
    got = followed([alone(0), NOTHING, NOTHING, alone(1), NOTHING, alone(1)], 1, 2)
    assert [picture[0] for picture in got] == [
        (0, False),
        (-1, False),
        (-1, False),
        (1, True),
        (-1, False),
        (1, False),
    ]


def test_an_object_keeps_its_track_though_another_is_assigned():
    contested = ([0], [(0, [0], -1), (1, [0], 0)])
    assert followed([alone(0), contested], 1, 2)[1] == {0: (0, False)}


def test_an_object_goes_over_when_its_track_leaves_the_cutoff():
    left = ([0], [(0, [], -1), (1, [0], 0)])
    assert followed([alone(0), left], 1, 2)[1] == {0: (1, True)}


def test_a_kept_track_serves_nobody_else():
    # Track 0 is kept by object 0; the assignment would give it to object 1.
    crossed = ([0, 1], [(0, [0, 1], 1), (1, [0], 0)])
    assert followed([alone(0), crossed], 2, 2)[1] == {0: (0, False), 1: (-1, False)}


def test_two_objects_that_swap_tracks_switch_both():
    before = ([0, 1], [(0, [0], 0), (1, [1], 1)])
    after = ([0, 1], [(0, [1], 1), (1, [0], 0)])
    assert followed([before, after], 2, 2)[1] == {0: (1, True), 1: (0, True)}


def test_a_track_that_went_to_another_object_is_not_kept_by_its_former():
    # Track 0 leaves object 0 for object 1; when both are near again, it stays with object 1.
    gone = ([0, 1], [(0, [1], 1)])
    both = ([0, 1], [(0, [0, 1], 1)])
    got = followed([alone(0), gone, both], 2, 1)
    assert got[1] == {0: (-1, False), 1: (0, False)}
    assert got[2] == {0: (-1, False), 1: (0, False)}
