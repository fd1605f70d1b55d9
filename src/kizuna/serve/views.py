"""What goes over HTTP between a post and the server, and what the server must be given to answer."""

from collections.abc import Mapping
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

Word = Annotated[str, Field(min_length=1, max_length=200)]
PostStep = Literal[
    "propose",
    "consent",
    "refuse",
    "issue",
    "acknowledge",
    "begin",
    "finish",
    "fail",
    "withdraw",
    "cancel",
]
"""What a post may do with an order that is there."""


class _View(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PostView(_View):
    """A post: who fills it, where, and its part in each action."""

    post: str
    nation: str
    headquarters: str
    node: str
    roles: Mapping[str, str]


class AnswerView(_View):
    """What a post has answered when it was asked for consent."""

    post: str
    nation: str
    consents: bool


class StepView(_View):
    """What was done, when (seconds after the start) and by whom."""

    time_s: float
    step: str
    post: str


class OrderView(_View):
    """An order, how far it has come, what it waits for, and what the post that asks may do with it."""

    order: str
    action: str
    about: str
    concerned: tuple[str, ...]
    state: str
    expires_s: float | None
    """Seconds until it expires; null when it no longer can."""
    asked: tuple[str, ...]
    """Nations whose consent counts."""
    needed: int
    """How many of them must consent."""
    people: int
    """How many posts must take part."""
    answers: tuple[AnswerView, ...]
    steps: tuple[StepView, ...]
    may: tuple[str, ...]
    """The steps that the authority of the post permits now."""


class TrackView(_View):
    """A track of the picture of a post's node."""

    track: int
    lat_deg: float
    lon_deg: float
    alt_m: float
    ve_mps: float | None
    vn_mps: float | None
    status: str
    identity: str | None
    kind: str | None


class PictureView(_View):
    """What a post's node holds to be true."""

    node: str
    utc: str | None
    """When; null when there is no picture."""
    tracks: tuple[TrackView, ...]


class DraftIn(_View):
    """What a new order is to be."""

    order: Word
    action: Word
    about: Annotated[str, Field(max_length=200)] = ""
    concerned: Annotated[tuple[Word, ...], Field(max_length=50)] = ()


class ActView(_View):
    """What became of what a post did, and by which policies."""

    order: str
    step: str
    became: Literal["applied", "repeated", "late", "refused"]
    state: str | None
    why: str
    policies: tuple[str, ...]


class Posts(Protocol):
    """The desk at which posts act; whoever wires parts together makes one."""

    def post_of(self, token: str) -> str | None:
        """The post to which a token belongs; None when it isn't valid."""
        ...

    def posts(self) -> list[PostView]:
        """All posts."""
        ...

    def orders(self, post: str, final: bool) -> list[OrderView]:
        """The orders that a post has to do with; also those that have ended, when asked."""
        ...

    def picture(self, post: str) -> PictureView:
        """What the post's node holds to be true now."""
        ...

    def draft(self, post: str, asked: DraftIn) -> ActView:
        """Draft an order."""
        ...

    def step(self, post: str, order: str, step: PostStep) -> ActView | None:
        """Do something with an order; None when there is no such order."""
        ...
