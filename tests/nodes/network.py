"""Nodes that track many objects, each far from the others, with Kalman filters that are exactly right."""

from collections.abc import Iterable

import numpy as np

from kizuna.bus.links import Link
from kizuna.bus.port import Message
from kizuna.bus.simulated import SimulatedBus
from kizuna.fusion.combine import Estimates, Motion, Rule
from kizuna.fusion.states import shown, states_of
from kizuna.geo.frames import geodetic_to_ecef
from kizuna.messages.columns import Labels
from kizuna.messages.report import Reports
from kizuna.messages.track import STATUSES, Tracks
from kizuna.nodes.release import Release
from kizuna.nodes.sharing import Plan, Sharing, relays_of
from kizuna.seeds import generator

NODES = ("A", "B", "C", "D", "E")
Q = 2.0
"""Power of the objects' random acceleration along each axis, m²/s³."""
SIGMAS_M = np.array(
    [[100, 300, 200], [200, 100, 150], [150, 150, 150], [80, 200, 300], [250, 90, 90]], dtype=float
)
"""Standard deviation of each node's measurements along each axis; each measures every fourth second."""
EVERY_S, STEP_S = 4, 1.0
MOTION = Motion(Q, Q)


def ring(delay_s: float = 0.3, nodes: tuple[str, ...] = NODES, **trouble: float) -> list[Link]:
    """Each node linked with its two neighbours."""
    pairs = [(nodes[i], nodes[(i + step) % len(nodes)]) for i in range(len(nodes)) for step in (1, -1)]
    return [Link(sender, to, delay_s, **trouble) for sender, to in pairs]


def mesh(delay_s: float = 0.3, nodes: tuple[str, ...] = NODES, **trouble: float) -> list[Link]:
    """Each node linked with every other."""
    return [Link(a, b, delay_s, **trouble) for a in nodes for b in nodes if a != b]


class Trackers:
    """The truth, and every node's Kalman filter of every object; node n sees objects `seen[n]`.

    Objects begin 200 km apart. All is drawn from a seed.
    """

    def __init__(self, objects: int, seed: int, seen: Iterable[Iterable[int]] | None = None) -> None:
        self.draw = generator(seed, "network")
        self.seen = [np.arange(objects) if seen is None else np.array(list(each)) for each in seen or NODES]
        side = np.arange(objects)
        self.truth = np.zeros((objects, 6))
        self.truth[:, :3] = geodetic_to_ecef(-60.0 + 2.0 * (side // 60), 3.0 * (side % 60), 1e4)
        self.truth[:, 3:] = 100.0
        spread = np.array([100.0] * 3 + [20.0] * 3)
        self.held = []
        for rows in self.seen:
            state = self.truth[rows] + spread * self.draw.standard_normal((len(rows), 6))
            cov = np.repeat(np.diag(spread**2)[None], len(rows), axis=0)
            self.held.append(Estimates(state, cov, np.zeros(len(rows))))

    def step(self, now_s: float) -> None:
        """Move the truth to this time, one step on, and let those nodes measure whose turn it is."""
        noise = self.draw.standard_normal((2, len(self.truth), 3))
        # The two parts of ∫ acceleration: velocity, and position given velocity.
        change = np.sqrt(Q * STEP_S) * noise[0]
        self.truth[:, :3] += STEP_S * self.truth[:, 3:] + 0.5 * STEP_S * change
        self.truth[:, :3] += np.sqrt(Q * STEP_S**3 / 12.0) * noise[1]
        self.truth[:, 3:] += change
        for node, rows in enumerate(self.seen):
            if (round(now_s) + node) % EVERY_S == 0:
                held = self.held[node].at(np.arange(len(rows)), now_s, MOTION)
                place = self.truth[rows, :3] + SIGMAS_M[node] * self.draw.standard_normal((len(rows), 3))
                gain = held.cov[:, :, :3] @ np.linalg.inv(held.cov[:, :3, :3] + np.diag(SIGMAS_M[node] ** 2))
                held.state += np.einsum("nij,nj->ni", gain, place - held.state[:, :3])
                held.cov -= gain @ held.cov[:, :3]
                held.cov = 0.5 * (held.cov + held.cov.transpose(0, 2, 1))
                self.held[node] = held

    def tracks(self, node: int, now_s: float) -> Tracks:
        """A node's own picture; its track numbers begin at 1, object by object."""
        rows = self.seen[node]
        held = self.held[node].at(np.arange(len(rows)), now_s, MOTION)
        place, velocity, cov = shown(held.state, held.cov)
        return Tracks.of(
            time=np.full(len(rows), now_s),
            node=[NODES[node]] * len(rows),
            track=1 + rows,
            lat_deg=place[:, 0],
            lon_deg=place[:, 1],
            alt_m=place[:, 2],
            ve_mps=velocity[:, 0],
            vn_mps=velocity[:, 1],
            vu_mps=velocity[:, 2],
            cov=cov,
            status=Labels(np.ones(len(rows), dtype=np.int32), STATUSES),
            sensors=np.ones(len(rows), dtype=np.int64),
        )


class Network:
    """Sharing nodes over simulated links, fed by `Trackers`, which begin at time 1000."""

    def __init__(
        self,
        links: list[Link],
        trackers: Trackers,
        rule: Rule = "tracklets",
        start_s: float = 1000.0,
        every_s: float = 5.0,
    ) -> None:
        self.bus = SimulatedBus(start_s, links, seed=1)
        self.trackers = trackers
        self.now_s = start_s
        for held in trackers.held:
            held.time_s[:] = start_s
        reached = {name: frozenset(self.bus.port(name).peers) for name in NODES}
        self.nodes = []
        for name in NODES:
            plan = Plan(NODES, relays_of(name, reached), rule, every_s, motion=MOTION)
            node = Sharing(self.bus.port(name), Release("tracks"), plan)
            self.bus.port(name).listen(lambda message, node=node: hear(node, message))
            self.nodes.append(node)

    def run(self, until_s: float) -> None:
        """Let time pass, second by second."""
        while self.now_s < until_s:
            self.now_s += STEP_S
            self.bus.run(self.now_s)
            self.trackers.step(self.now_s)
            for number, node in enumerate(self.nodes):
                node.pass_on(self.now_s)
                own = self.trackers.tracks(number, self.now_s)
                if node.due(self.now_s):
                    node.tick(self.now_s, own)

    def picture(self, node: int) -> Tracks:
        """A node's fused picture now, its own tracks brought up to date first."""
        self.nodes[node].refresh(self.now_s, self.trackers.tracks(node, self.now_s))
        return self.nodes[node].picture.tracks(self.now_s)

    def errors(self, node: int) -> tuple[np.ndarray, np.ndarray]:
        """Squared errors of the fused tracks, in units of their covariances (NEES), and in m²."""
        state, cov = states_of(self.picture(node))
        off = state[:, None, :3] - self.trackers.truth[None, :, :3]
        nearest = np.argmin((off**2).sum(axis=2), axis=1)
        error = state - self.trackers.truth[nearest]
        nees = np.einsum("ni,ni->n", error, np.linalg.solve(cov, error[:, :, None])[:, :, 0])
        return nees, (error[:, :3] ** 2).sum(axis=1)


def hear(node: Sharing, message: Message) -> None:
    """Hand a message to a sharing node."""
    assert isinstance(message.payload, Reports)
    node.receive(message.sender, message.payload)
