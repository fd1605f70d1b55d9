"""Nothing leaves a node unless it was said so, and the cause of a detection never does."""

from kizuna.messages.detection import Detections
from kizuna.nodes.release import Release

SEEN = Detections.of(
    time=[1.0, 2.0],
    sensor=["west", "west"],
    kind=["bearing", "bearing"],
    azimuth_deg=[10.0, 20.0],
    object=["canary", None],
)


def test_nothing_is_released_by_default() -> None:
    """Silence is the default."""
    assert Release().detections_for("ABC", SEEN) is None


def test_detections_are_released_without_their_cause() -> None:
    """The receiver gets what was measured; what caused it, only the simulation knows."""
    released = Release("detections").detections_for("ABC", SEEN)
    assert released is not None
    assert released.azimuth_deg.tolist() == [10.0, 20.0]
    assert released.object.values() == [None, None]
    assert released.object.names == ()
