"""Posts played by people: the desk, the ledgers and the pictures behind what they see and do."""

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from kizuna.bus.clock import Clock
from kizuna.command.authority import Authority, Picture
from kizuna.command.desk import Act, Desk, Outcome
from kizuna.command.entry import Entry
from kizuna.command.keys import Register
from kizuna.command.orders import FINAL, STEPS, Order
from kizuna.command.organisation import Organisation, Situation
from kizuna.command.record import Recorder
from kizuna.command.token import post_of
from kizuna.errors import InputError, WorkError
from kizuna.geo.time import format_utc
from kizuna.messages import codec
from kizuna.messages.track import Tracks
from kizuna.serve.views import (
    ActView,
    AnswerView,
    DraftIn,
    OrderView,
    PictureView,
    PostStep,
    PostView,
    StepView,
    TrackView,
)

_TICK_S = 1e-3


class Pictures:
    """Recorded pictures, shown as time passes: the first when the exercise begins.

    Parameters
    ----------
    path
        A file of tracks; without one there are no pictures.

    Raises
    ------
    InputError
        When it can't be read.
    """

    def __init__(self, path: Path | None) -> None:
        self._tracks = Tracks.empty() if path is None else codec.read(Tracks, path)
        self._start_s = float(self._tracks.time[0]) if len(self._tracks) else math.nan

    def of(self, node: str, since_s: float) -> Tracks:
        """The last picture of a node up to a time, s after the start of the exercise."""
        until = int(np.searchsorted(self._tracks.time, self._start_s + since_s, side="right"))
        own = self._tracks.take(slice(0, until))
        own = own.take(np.flatnonzero(own.node.equal(node)))
        return own.take(np.flatnonzero(own.time == own.time[-1])) if len(own) else own


class PlayedPosts:
    """What a server of posts serves: `kizuna.serve.views.Posts`.

    Parameters
    ----------
    desk, recorder
        Where orders are decided, and where that is written down.
    clock
        What time it is.
    start_s
        When the exercise began, s since 1970-01-01 UTC.
    register
        Public keys of the posts.
    pictures
        What the nodes see.
    """

    def __init__(
        self,
        desk: Desk,
        recorder: Recorder,
        clock: Clock,
        start_s: float,
        register: Register,
        pictures: Pictures,
    ) -> None:
        self._desk = desk
        self._recorder = recorder
        self._clock = clock
        self._start_s = start_s
        organisation = desk.authority.organisation
        self._register = {name: register[name] for name in organisation.posts if name in register}
        self._pictures = pictures
        self._failed: WorkError | None = None

    @property
    def _organisation(self) -> Organisation:
        return self._desk.authority.organisation

    def post_of(self, token: str) -> str | None:
        """The post to which a token belongs; None when it isn't valid."""
        return post_of(token, self._register, self._clock.now_s())

    def posts(self) -> list[PostView]:
        """All posts."""
        held = self._organisation
        return [
            PostView(
                post=name,
                nation=post.nation,
                headquarters=post.headquarters,
                node=held.node_of(name),
                roles={action: row[name] for action, row in held.authority.items() if name in row},
            )
            for name, post in held.posts.items()
        ]

    def orders(self, post: str, final: bool) -> list[OrderView]:
        """The orders that a post has to do with; also those that have ended, when asked."""
        now_s, situation = self._now()
        return [
            self._view(order, post, now_s, situation)
            for order in self._desk.orders.values()
            if self._concerns(order, post) and (final or order.state not in FINAL)
        ]

    def picture(self, post: str) -> PictureView:
        """What the post's node holds to be true now."""
        node = self._organisation.node_of(post)
        shown = self._pictures.of(node, self._clock.now_s() - self._start_s)
        names = ("lat_deg", "lon_deg", "alt_m", "ve_mps", "vn_mps")
        numbers = zip(*(getattr(shown, name).tolist() for name in names), strict=True)
        words = zip(*(each.values() for each in (shown.status, shown.identity, shown.kind)), strict=True)
        tracks = [
            TrackView(
                track=track,
                **{name: _known(value) for name, value in zip(names, row, strict=True)},
                status=status or "",
                identity=identity,
                kind=kind,
            )
            for track, row, (status, identity, kind) in zip(shown.track.tolist(), numbers, words, strict=True)
        ]
        utc = format_utc(float(shown.time[0])) if len(shown) else None
        return PictureView(node=node, utc=utc, tracks=tuple(tracks))

    def draft(self, post: str, asked: DraftIn) -> ActView:
        """Draft an order; what the picture says of its thing is taken from the post's node."""
        now_s, situation = self._now()
        picture = self._seen(post, asked.about)
        before = self._desk.orders.get(asked.order)
        if before is not None:
            picture = before.picture
        act = Act(now_s, post, "draft", asked.order, asked.action, asked.about, asked.concerned, picture)
        return self._take(act, situation)

    def step(self, post: str, order: str, step: PostStep) -> ActView | None:
        """Do something with an order; None when there is no such order."""
        now_s, situation = self._now()
        if order not in self._desk.orders:
            return None
        return self._take(Act(now_s, post, step, order), situation)

    def _take(self, act: Act, situation: Situation) -> ActView:
        """Act; after what could not be written down, nobody acts any more, as desk and ledgers differ."""
        if self._failed is not None:
            raise self._failed
        try:
            return _told(self._desk.take(act, situation))
        except WorkError as error:
            self._failed = error
            raise

    def _now(self) -> tuple[float, Situation]:
        """The time after the start, and what is there then; orders whose deadline has passed expire first."""
        now_s = max(0.0, self._clock.now_s() - self._start_s)
        situation = Situation(self._organisation, time_s=now_s)
        self._recorder.exchange(now_s)
        self._desk.expire(now_s, situation)
        return now_s, situation

    def _concerns(self, order: Order, post: str) -> bool:
        """Whether a post has a part in an order, or its nation has."""
        held = self._organisation
        nation, rule = held.posts[post].nation, held.rules[order.action]
        row = held.authority.get(order.action, {})
        return nation in order.concerned or nation in rule.nations(order.concerned) or post in row

    def _view(self, order: Order, post: str, now_s: float, situation: Situation) -> OrderView:
        rule = self._organisation.rules[order.action]
        expires = (order.state, "expire") in STEPS
        return OrderView(
            order=order.name,
            action=order.action,
            about=order.about,
            concerned=order.concerned,
            state=order.state,
            expires_s=round(order.begun_s + rule.deadline_s - now_s, 3) if expires else None,
            asked=rule.nations(order.concerned),
            needed=rule.needed(order.concerned),
            people=rule.people,
            answers=tuple(
                AnswerView(post=name, nation=order.nations[name], consents=answer)
                for name, answer in order.answers.items()
            ),
            steps=tuple(StepView(time_s=at, step=step, post=by) for at, step, by in order.steps),
            may=self._desk.may(post, order.name, now_s, situation),
        )

    def _seen(self, post: str, about: str) -> Picture:
        """What the picture of a post's node says of a track, by its number."""
        held = self._organisation
        shown = self._pictures.of(held.node_of(post), self._clock.now_s() - self._start_s)
        rows = [row for row, track in enumerate(shown.track.tolist()) if str(track) == about]
        if not rows:
            return Picture()
        one = shown.take(slice(rows[0], rows[0] + 1))
        nations = {place.node: place.nation for place in held.headquarters.values() if place.nation}
        sources = (one.originator.values()[0] or held.node_of(post)).split(" ")
        return Picture(
            confirming=len({nations.get(node, node) for node in sources}),
            identity=one.identity.values()[0] or "",
            kind=one.kind.values()[0] or "",
        )


def orders_of(authority: Authority, entries: Iterable[Entry], start_s: float) -> dict[str, Order]:
    """The orders as they stood when ledgers were last written, by taking all steps again.

    Parameters
    ----------
    authority
        Who may do what.
    entries
        Those of the ledgers, in an order that respects cause and effect.
    start_s
        When the exercise began, s since 1970-01-01 UTC.

    Raises
    ------
    InputError
        When a step is there that the organisation doesn't permit.
    """
    desk = Desk(authority)
    for entry in entries:
        if entry.kind != "order" or entry.body["became"] != "applied":
            continue
        time_s = entry.stamp.time_s - start_s
        situation = Situation(authority.organisation, time_s=time_s)
        if entry.body["step"] == "expire":
            # Ledgers know times to the microsecond.
            desk.expire(time_s + _TICK_S, situation)
            continue
        done = desk.take(_act(entry, time_s), situation)
        if done.became != "applied":
            place = f"entry {entry.number} of {entry.ledger!r}"
            raise InputError("--ledgers", place, f"is not permitted ({done.why})", "the same organisation")
    return desk.orders


def _act(entry: Entry, time_s: float) -> Act:
    """The step that an entry tells of."""
    body = entry.body
    return Act(
        time_s,
        entry.post,
        body["step"],
        body["order"],
        body.get("action", ""),
        body.get("about", ""),
        tuple(body.get("concerned", ())),
        Picture(**body.get("picture", {})),
    )


def _told(outcome: Outcome) -> ActView:
    return ActView(
        order=outcome.act.order,
        step=outcome.act.step,
        became=outcome.became,
        state=outcome.state,
        why=outcome.why,
        policies=outcome.policies,
    )


def _known(value: float) -> float | None:
    """A number, or null for one that isn't known."""
    return None if math.isnan(value) else value
