"""Which records may leave a node, and for whom."""

from dataclasses import dataclass, replace
from typing import Literal

from kizuna.messages.columns import Labels
from kizuna.messages.detection import Detections
from kizuna.messages.report import Reports

Share = Literal["nothing", "detections", "tracks"]


@dataclass(frozen=True, slots=True)
class Release:
    """What a node gives to the nodes that its links reach.

    Decided before anything is sent. Nothing leaves unless `share` says so; and the cause of a detection,
    which only a simulation knows, never leaves.
    """

    share: Share = "nothing"

    def detections_for(self, peer: str, detections: Detections) -> Detections | None:
        """The rows that may go to a peer, or None when nothing may.

        Parameters
        ----------
        peer
            The node that would receive them; all peers are treated alike so far.
        detections
            What the node's own sensors have reported.
        """
        del peer
        if self.share != "detections" or not len(detections):
            return None
        if not detections.object.names:
            return detections
        return replace(detections, object=Labels.constant(None, len(detections)))

    def reports_for(self, peer: str, reports: Reports) -> Reports | None:
        """The rows that may go to a peer, or None when nothing may.

        Parameters
        ----------
        peer
            The node that would receive them; all peers are treated alike so far.
        reports
            Of the node's own tracks, or of others' to be passed on.
        """
        del peer
        return reports if self.share == "tracks" and len(reports) else None
