"""Random alliances: topologies, policies and marked records, with the bytes of all that leaves each node."""

from dataclasses import dataclass

import numpy as np

from kizuna.bus.links import Link
from kizuna.bus.port import Message
from kizuna.bus.simulated import SimulatedBus
from kizuna.fusion.numbers import own_number
from kizuna.messages import codec
from kizuna.messages.notice import Notices
from kizuna.messages.packed import Packed, Told, unpack
from kizuna.messages.report import Reports
from kizuna.messages.track import Tracks
from kizuna.nodes.dialogue import Dialogue
from kizuna.nodes.outlet import Thrift
from kizuna.nodes.policy import Grant, Policies
from kizuna.nodes.release import Release
from kizuna.nodes.rules import Area, Rules
from kizuna.nodes.sharing import Plan, Sharing, relays_of
from kizuna.seeds import generator

NODES = ("A", "B", "C", "D", "E")
TRACKS = 30
SEA = Area("sea", (0.0, 20.0), (140.0, 160.0))
MARKINGS = ("", "OPEN", "CLOSED")
PHASES = ((0.0, "calm"), (1010.0, "tense"))
TIMES_S = (1000.0, 1005.0, 1010.0, 1015.0)
FOR_GOOD = 1e9


@dataclass(frozen=True)
class Rule:
    """One rule, as its author means it; None for what it doesn't ask."""

    permit: bool
    kind: str
    to: frozenset[str] | None
    identified: bool | None
    at_sea: bool | None
    marking: str | None
    phase: str | None
    grant: Grant

    def cedar(self, name: str) -> str:
        """The rule in Cedar."""
        asked = [f'resource.kind == "{self.kind}"']
        if self.to is not None:
            listed = ", ".join(f'Nation::"{each}"' for each in sorted(self.to))
            asked.append(f"[{listed}].contains(principal)")
        if self.identified is not None:
            asked.append(f"resource.identified == {str(self.identified).lower()}")
        if self.at_sea is not None:
            asked.append(f"{'' if self.at_sea else '!'}resource.areas.contains('sea')")
        if self.marking is not None:
            asked.append(f"resource.marking == '{self.marking}'")
        if self.phase is not None:
            asked.append(f"context.phase == '{self.phase}'")
        notes = f'@id("{name}")'
        if self.permit:
            notes += f'@round_m("{self.grant.round_m:.0f}")@delay_s("{self.grant.delay_s:.0f}")'
            notes += f'@drop("{" ".join(self.grant.drop)}")'
        effect = "permit" if self.permit else "forbid"
        condition = " && ".join(asked).replace("'", '"')
        return f"{notes} {effect} (principal, action, resource) when {{ {condition} }};"

    def applies(self, to: str, record: "Secret | Said", phase: str) -> bool:
        """Whether it speaks of a record that would go to a nation."""
        facts = (
            (self.kind, "tracks" if isinstance(record, Secret) else "notices"),
            (self.identified, isinstance(record, Secret) and record.identity is not None),
            (self.at_sea, record.at_sea),
            (self.marking, record.marking),
            (self.phase, phase),
        )
        return (self.to is None or to in self.to) and all(asked in (None, fact) for asked, fact in facts)


@dataclass(frozen=True)
class Secret:
    """One track and what in it must not be found where it isn't released."""

    owner: str
    nation: str
    track: int
    lat_deg: float
    lon_deg: float
    identity: str | None
    marking: str

    @property
    def at_sea(self) -> bool:
        """Whether it lies in the area."""
        return SEA.lat_deg[0] <= self.lat_deg <= SEA.lat_deg[1] and 140.0 <= self.lon_deg <= 160.0

    @property
    def place(self) -> bytes:
        """Its latitude, as it lies in memory."""
        return np.float64(self.lat_deg).tobytes()

    @property
    def number(self) -> bytes:
        """The number that it has by itself, as it lies in memory."""
        owner = np.array([NODES.index(self.owner)])
        return bytes(own_number(owner, np.array([self.track])).tobytes())


@dataclass(frozen=True)
class Said:
    """One notice, which must not be found where it isn't addressed or released."""

    owner: str
    nation: str
    text: str
    to: frozenset[str]
    at_sea: bool
    marking: str


@dataclass(frozen=True)
class Sent:
    """What has left a node."""

    time_s: float
    sender: str
    to: str
    payload: Reports | Notices
    blob: bytes


class Alliance:
    """One random network: who is linked, by which rules each releases, and what each tracks."""

    def __init__(self, seed: int) -> None:
        draw = generator(seed, "alliance")
        self.nations = {name: str(draw.choice(["V", "W", name])) for name in NODES}
        self.rules = {
            nation: [_rule(draw) for _ in range(draw.integers(0, 5))] for nation in set(self.nations.values())
        }
        self.secrets = [secret for name in NODES for secret in self._tracks(draw, name)]
        self.said = [self._notice(draw, name) for name in NODES]
        self.links = _links(draw)
        self.thrift = Thrift(0.0) if draw.random() < 0.5 else None
        """Half of them send in few bytes; rows that take what was told before must not take too much."""
        self.outside = frozenset(NODES[-1:] if draw.random() < 0.3 else ())
        self.sent: list[Sent] = []
        self.heard: list[tuple[str, str]] = []
        """Which node has heard which text."""

    def _tracks(self, draw: np.random.Generator, node: str) -> list[Secret]:
        """A node's tracks: half are of objects that others track too, the rest its own."""
        made = []
        marking = str(draw.choice(MARKINGS))
        for track in range(1, TRACKS + 1):
            # Shared objects lie every 5 degrees; a metre off, no two nodes write the same number.
            at = (4.0 * track, 150.0) if track <= TRACKS // 2 else tuple(draw.uniform((0, 130), (40, 170)))
            lat, lon = (float(value + draw.uniform(0.0, 1e-5)) for value in at)
            told = track > TRACKS // 2 and draw.random() < 0.7
            identity = f"CANARY-{node}-{track}" if told else None
            made.append(Secret(node, self.nations[node], track, lat, lon, identity, marking))
        return made

    def _notice(self, draw: np.random.Generator, node: str) -> Said:
        """What a node says, of the sea or of nothing, to some nations."""
        marking = next(secret.marking for secret in self.secrets if secret.owner == node)
        to = frozenset(nation for nation in self.nations.values() if draw.random() < 0.5) or frozenset("V")
        text = f"SAID-{node}-{draw.integers(1 << 40)}"
        return Said(node, self.nations[node], text, to, bool(draw.random() < 0.5), marking)

    def grant(self, secret: Secret | Said, nation: str, time_s: float) -> Grant | None:
        """What a nation may have of a record at a time, worked out rule by rule."""
        if isinstance(secret, Said) and nation not in secret.to:
            return None
        if nation == secret.nation:
            return Grant()
        phase = next(name for start_s, name in reversed(PHASES) if start_s <= time_s)
        applying = [rule for rule in self.rules[secret.nation] if rule.applies(nation, secret, phase)]
        if not applying or not all(rule.permit for rule in applying):
            return None
        whole = applying[0].grant
        for rule in applying[1:]:
            whole = whole | rule.grant
        # Words can't be rounded.
        return None if isinstance(secret, Said) and whole.round_m else whole

    def run(self) -> None:
        """Let all nodes report and pass on, four times."""
        bus = SimulatedBus(TIMES_S[0], self.links, seed=1)
        reached = {name: frozenset(bus.port(name).peers) for name in NODES}
        nodes: dict[str, Sharing] = {}
        talks: dict[str, Dialogue] = {}
        policies = {
            nation: Policies("\n".join(rule.cedar(f"r{n}") for n, rule in enumerate(rules)), nation)
            for nation, rules in self.rules.items()
            if rules
        }
        for name in NODES:
            marking = next(secret.marking for secret in self.secrets if secret.owner == name)
            rules = Rules(name, self.nations, policies.get(self.nations[name]), (SEA,), marking, PHASES)
            relays = relays_of(name, reached)
            release = Release("nothing" if name in self.outside else "tracks", rules, self.outside)
            port = self._tapped(bus, name)
            node = Sharing(
                port, release, Plan(NODES, relays, every_s=5.0, hold_s=FOR_GOOD, thrift=self.thrift)
            )
            talks[name] = Dialogue(port, release, self.nations, relays)
            bus.port(name).listen(self._hearer(node, talks[name]))
            nodes[name] = node
        for time_s in TIMES_S:
            bus.run(time_s)
            for name, node in nodes.items():
                node.tick(time_s, self.tracks(name, time_s))
                if time_s == TIMES_S[0]:
                    talks[name].say(self.notices(name))
            for step in (1.0, 2.0, 3.0):
                bus.run(time_s + step)
                for node in nodes.values():
                    node.pass_on(time_s + step)
                for talk in talks.values():
                    talk.tick(time_s + step)
        self.nodes = nodes

    def _tapped(self, bus: SimulatedBus, name: str):
        """A node's port, of which all that leaves by it is kept."""
        alliance, port = self, bus.port(name)
        told = {peer: Told() for peer in port.peers}

        class Tapped:
            node, peers = port.node, port.peers

            def send(self, to: str, kind: str, payload: Reports | Notices | Packed) -> Message:
                read = unpack(payload.data, told[to]) if isinstance(payload, Packed) else payload
                blob = codec.to_ipc(read)
                alliance.sent.append(Sent(bus.clock.now_s(), name, to, read, blob))
                return port.send(to, kind, payload)

            listen = staticmethod(port.listen)

        return Tapped()

    def tracks(self, node: str, time_s: float) -> Tracks:
        """What a node's own tracker holds."""
        mine = [secret for secret in self.secrets if secret.owner == node]
        cov = np.zeros((len(mine), 21))
        cov[:, [0, 6, 11]], cov[:, [15, 18, 20]] = 2500.0, 9.0
        return Tracks.of(
            time=[time_s] * len(mine),
            node=[node] * len(mine),
            track=[secret.track for secret in mine],
            lat_deg=[secret.lat_deg for secret in mine],
            lon_deg=[secret.lon_deg for secret in mine],
            alt_m=[9000.0] * len(mine),
            ve_mps=[0.0] * len(mine),
            vn_mps=[0.0] * len(mine),
            vu_mps=[0.0] * len(mine),
            cov=cov,
            status=["confirmed"] * len(mine),
            identity=[secret.identity for secret in mine],
            sensors=[1] * len(mine),
        )

    def notices(self, node: str) -> Notices:
        """What a node says."""
        mine = [said for said in self.said if said.owner == node]
        return Notices.of(
            time=[TIMES_S[0]] * len(mine),
            originator=[node] * len(mine),
            notice=list(range(len(mine))),
            text=[said.text for said in mine],
            area=[SEA.name if said.at_sea else None for said in mine],
            releasable_to=[" ".join(sorted(said.to)) for said in mine],
        )

    def leaks(self) -> list[str]:
        """Canaries found in what was sent to a node whose nation may not have them."""
        found = []
        for sent in self.sent:
            to = self.nations[sent.to]
            found += self._misaddressed(sent)
            if isinstance(sent.payload, Notices):
                continue
            if sent.to in self.outside:
                found.append(f"reports to {sent.to}, which is outside")
            for secret in self.secrets:
                # A relay may take up to three seconds; the phase may change in between.
                grants = [self.grant(secret, to, time_s) for time_s in (sent.time_s - 3.0, sent.time_s)]
                known = [grant for grant in grants if grant is not None]
                what = f"{secret} in a message from {sent.sender} to {sent.to} at {sent.time_s}"
                if secret.place in sent.blob and not any(grant.round_m == 0.0 for grant in known):
                    found.append(f"place of {what}")
                named = secret.identity is not None and secret.identity.encode() in sent.blob
                if named and not any("identity" not in grant.drop for grant in known):
                    found.append(f"identity of {what}")
                if secret.number in sent.blob and not any(self._ever(secret, to)):
                    found.append(f"number of {what}")
                rows = sent.payload.originator.equal(secret.owner) & (sent.payload.track == secret.track)
                ages = sent.time_s - sent.payload.time[rows]
                if len(ages) and not any(ages.min() >= grant.delay_s for grant in known):
                    found.append(f"report of {what}")
        return found

    def _misaddressed(self, sent: Sent) -> list[str]:
        """Notices found in a message to a node to which they weren't said, or too early."""
        found = []
        for said in self.said:
            if said.text.encode() in sent.blob:
                times_s = (sent.time_s - 3.0, sent.time_s)
                grants = [self.grant(said, self.nations[sent.to], time_s) for time_s in times_s]
                if not any(
                    grant is not None and sent.time_s - TIMES_S[0] >= grant.delay_s for grant in grants
                ):
                    found.append(f"{said} in a message from {sent.sender} to {sent.to} at {sent.time_s}")
        return found

    def _ever(self, secret: Secret, nation: str) -> list[bool]:
        """Whether a nation may have had something of a track, at each time: a number once given stays."""
        return [self.grant(secret, nation, time_s) is not None for time_s in TIMES_S]

    @property
    def cases(self) -> int:
        """Pairs of a record and a node that isn't its own."""
        return (len(self.secrets) + len(self.said)) * (len(NODES) - 1)

    def _hearer(self, node: Sharing, talk: Dialogue):
        """What a node does with a message."""

        def hear(message: Message) -> None:
            if isinstance(message.payload, Notices):
                news = talk.receive(message.sender, message.payload)
                self.heard += [(message.to, str(text)) for text in news.text.values()]
            elif isinstance(message.payload, Packed):
                node.receive_packed(message.sender, message.payload.data)
            else:
                assert isinstance(message.payload, Reports)
                node.receive(message.sender, message.payload)

        return hear


def _rule(draw: np.random.Generator) -> Rule:
    """A rule that asks for some things."""

    def maybe(*choices: object) -> object:
        return choices[draw.integers(len(choices))] if draw.random() < 0.3 else None

    nations = [nation for nation in ("V", "W", *NODES) if draw.random() < 0.5]
    kind = "notices" if draw.random() < 0.3 else "tracks"
    return Rule(
        permit=bool(draw.random() < 0.8),
        kind=kind,
        to=frozenset(nations) if nations and draw.random() < 0.7 else None,
        identified=maybe(True, False) if kind == "tracks" else None,
        at_sea=maybe(True, False),
        marking=maybe(*MARKINGS),
        phase=maybe("calm", "tense"),
        grant=Grant(
            round_m=float(draw.choice([0, 0, 500, 1000, 1700])),
            drop=frozenset({"identity"} if draw.random() < 0.4 else ()),
            delay_s=float(draw.choice([0, 0, 0, 4, 8])),
        ),
    )


def _links(draw: np.random.Generator) -> list[Link]:
    """A ring, a mesh, a hub or anything."""
    pairs = [(a, b) for place, a in enumerate(NODES) for b in NODES[place + 1 :]]
    kind = draw.integers(4)
    if kind == 0:
        pairs = [(a, NODES[(place + 1) % len(NODES)]) for place, a in enumerate(NODES)]
    elif kind == 1:
        pairs = [(NODES[0], b) for b in NODES[1:]]
    elif kind == 2:
        pairs = [pair for pair in pairs if draw.random() < 0.5]
    return [Link(*ends, delay_s=0.1) for a, b in pairs for ends in ((a, b), (b, a))]
