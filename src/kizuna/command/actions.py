"""The words of command: what may be decided, and which relationship between headquarters carries what."""

from typing import Final, Literal

Relationship = Literal["OPCOM", "OPCON", "TACOM", "TACON", "support", "liaison"]
Role = Literal["decide", "consent", "propose"]

OPERATIONAL: Final = ("declare_identity", "set_alert", "task_sensor", "hand_over", "assign_defender")
"""Actions that a nation may place under another's command."""

SOVEREIGN: Final = ("share", "warn_public", "send_notice")
"""Actions that only posts of the nation concerned decide, whoever commands its units."""

PAUSE: Final = "pause"
"""To stop the exercise, which concerns no nation."""

ACTIONS: Final = (*OPERATIONAL, *SOVEREIGN, PAUSE)
"""All actions that there are unless an organisation adds its own, which then are operational."""

CARRIES: Final[dict[Relationship, tuple[str, ...]]] = {
    "OPCOM": OPERATIONAL,
    "OPCON": OPERATIONAL,
    "TACOM": ("task_sensor", "hand_over", "assign_defender"),
    "TACON": ("task_sensor", "hand_over"),
    "support": (),
    "liaison": (),
}
"""What the holder of a relationship may decide for the other side; after the definitions of NATO's AAP-06.

OPCOM and OPCON direct forces in whole missions, and an organisation's own actions go with them. TACOM assigns
tasks, TACON directs movement and control. Support and liaison carry no authority.
"""
