"""The exercise file as one record: what was asked for, each key with its unit, its limits and its meaning."""

from typing import Annotated, Any, Literal

from pydantic import Strict, model_validator

from kizuna.forms.keys import Name, Record, Text, Utc, key
from kizuna.geo.time import parse_utc
from kizuna.scenario.keys import LONGEST_S, Airport, Outages, Seconds
from kizuna.scenario.sensor import Sensor, SensorType
from kizuna.scenario.traffic import Box, Traffic

Lateness = Literal["even", "exponential", "heavy"]
Share = Literal["nothing", "detections", "tracks"]
Rule = Literal["tracklets", "inverse_intersection", "intersection", "naive"]
Topology = Literal["all", "ring", "hub"]
Motion = Literal["civil", "steady", "terminal", "agile", "balloon", "ballistic", "any"]


class Node(Record):
    """One nation's computer in the network."""

    node: Name = key("Name of the node")
    nation: Name = key("Nation that it serves")
    sensors: Annotated[tuple[Name, ...], Strict(False)] | None = key(
        "Sensors that it hears; all of its nation when absent", default=None
    )
    marking: Name | None = key("How it marks its records, for rules of release", default=None)
    outside: bool = key(
        "Whether it is outside the alliance: without sensors, and with notices only, whatever the rules say",
        default=False,
    )
    answers_s: float = key(
        "Median time after which its people acknowledge a notice that asks for it",
        "s",
        10.0,
        ge=0.0,
        le=3_600.0,
    )
    unmanned: Outages = key("When nobody is there to acknowledge notices", default=())


class Link(Record):
    """A connection from one node to another."""

    from_: Name = key("Node that sends", alias="from")
    to: Name = key("Node that hears")
    delay_s: float = key("Time that every message takes", "s", ge=0.0, le=600.0)
    jitter_s: float = key(
        "Additional time, drawn for each message: its greatest value when drawn evenly, else its mean",
        "s",
        0.0,
        ge=0.0,
        le=600.0,
    )
    lateness: Lateness = key("How the additional time is drawn", default="even")
    loss: float = key("Probability that a message is lost", "1", 0.0, ge=0.0, le=1.0)
    duplication: float = key("Probability that a message arrives twice", "1", 0.0, ge=0.0, le=1.0)
    held_back: float = key(
        "Probability that a message is held back, so that others overtake it", "1", 0.0, ge=0.0, le=1.0
    )
    held_back_s: float = key("For how long", "s", 1.0, ge=0.0, le=600.0)
    in_order: bool = key("Whether a message waits for those sent before it, as in a stream", default=False)
    capacity_bps: float | None = key(
        "Bits that pass in a second; no limit when absent", "bit/s", None, gt=0.0
    )
    queue_bytes: float | None = key(
        "Bytes that may wait for the link; what comes on top is lost; no limit when absent",
        "byte",
        None,
        ge=0.0,
    )
    both_ways: bool = key("Whether there is the same link in the other direction", default=False)
    outages: Outages = key("When nothing passes", default=())
    outages_per_hour: float = key(
        "How often it fails by chance, both directions together", "1/h", 0.0, ge=0.0, le=3_600.0
    )
    outage_s: float = key("How long it then fails, on average", "s", 60.0, gt=0.0, le=86_400.0)


class Partition(Record):
    """A time in which the network is broken into parts that don't reach one another."""

    from_s: Seconds = key("When it breaks, after the start of the exercise", "s")
    to_s: Seconds = key("When it is whole again", "s")
    groups: Annotated[tuple[Annotated[tuple[Name, ...], Strict(False)], ...], Strict(False)] = key(
        "The parts, each a list of nodes; nodes in no list form one more part", min_length=1
    )


class Phase(Record):
    """A part of the exercise that rules of release may name."""

    phase: Name = key("Name of the phase")
    from_s: Seconds = key("When it begins, after the start of the exercise", "s")


class Notice(Record):
    """Something that a node says to nations in words."""

    from_: Name = key("Node that says it", alias="from")
    to: Annotated[tuple[Name, ...], Strict(False)] = key("Nations to which it is addressed", min_length=1)
    at_s: Seconds = key("When, after the start of the exercise", "s")
    text: Text = key("What it says")
    area: Name | None = key("Area that it is about, one of `areas`", default=None)
    kind: Literal["words", "reservation", "launch", "incident", "check"] = key(
        "What it is: words, an airspace reservation, a launch, an incident, or a test of the line",
        default="words",
    )
    answer_within_s: float | None = key(
        "It asks to be acknowledged within this time", "s", None, gt=0.0, le=86_400.0
    )


class Line(Record):
    """A line of dialogue that must stay open: calls are made over it, and must be acknowledged."""

    from_: Name = key("Node that calls", alias="from")
    to: Name = key("Nation that must answer")
    every_s: float = key("Time from one call to the next", "s", gt=0.0, le=86_400.0)
    answer_within_s: float = key("Within which each must be acknowledged", "s", gt=0.0, le=86_400.0)
    area: Name | None = key("Area that calls are about, for rules of release", default=None)


class Variant(Record):
    """One way to do the exercise."""

    variant: Name = key("Name of the variant; its results lie in a folder of this name")
    share: Share = key(
        "What nodes send over the links: nothing, the detections of their own sensors, or their own tracks"
    )
    rules: bool = key(
        "Whether the rules of release hold; where they don't, all is released to all allies", default=True
    )
    organisation: Text | None = key(
        "File of the command structure, relative to this one; models of people then decide at its posts",
        default=None,
    )
    fuse: Rule = key("How tracks of several nodes are combined", default="tracklets")
    report_every_s: float = key("Time from one report of a track to its next", "s", 5.0, gt=0.0, le=600.0)
    hold_s: float = key("For how long a track is held that nobody reports", "s", 30.0, gt=0.0, le=3_600.0)
    precision_m: float | None = key(
        "Greatest error of places when tracks are sent in few bytes, 0 for none; when absent, they go as "
        "plain tables",
        "m",
        None,
        ge=0.0,
        le=10_000.0,
    )
    least_nats: float = key(
        "Reports that would teach a peer less stay at home; needs precision_m", "nat", 0.0, ge=0.0, le=100.0
    )
    topology: Topology = key(
        "Which links there are: all; those between neighbours in a ring of the nodes in their order; "
        "those from and to one node",
        default="all",
    )
    hub: Name | None = key("The node in the middle, for the topology hub", default=None)
    window_s: float = key(
        "Time for which a node waits, so that detections that come late are processed in order of time",
        "s",
        3.0,
        ge=0.0,
        le=600.0,
    )
    rewind_s: float = key(
        "Time for which a node turns back and tracks anew when detections come later than the window; "
        "with a window of 0 the picture never waits",
        "s",
        0.0,
        ge=0.0,
        le=600.0,
    )
    motion: Motion = key("How nodes expect objects to move, as with kizuna track --motion", default="civil")
    estimate_biases: bool = key(
        "Whether nodes estimate the biases of the sensors that they hear as they go, and correct them",
        default=False,
    )


class Exercise(Record):
    """Kizuna exercise: a scenario, the sensors, nodes and links, and the variants to compare."""

    exercise: Name = key("Name of the exercise")
    title: Text = key("What it is, in a few words; the report's heading")
    notional: Text = key("A sentence that says what in it is notional; the report prints it")
    start: Utc = key("When it begins, UTC, such as 2018-08-01T05:00:00Z", form="date-time")
    duration_s: float = key("How long it lasts", "s", gt=0.0, le=LONGEST_S)
    seed: int = key("Seed of all that is drawn; the same seed gives the same results", ge=0, lt=2**63)
    picture_every_s: float = key("Time from one picture of a node to its next", "s", 1.0, gt=0.0, le=3_600.0)
    record_every_s: float = key(
        "Time from one picture that is written down and measured to the next", "s", 5.0, gt=0.0, le=3_600.0
    )
    score_cutoff_m: float = key(
        "Distance beyond which a track does not count as being an object", "m", 2_000.0, gt=0.0, le=1e6
    )
    airports: dict[Name, Airport] = key("Places, by name", default={})
    sensor_types: dict[Name, SensorType] = key("What sensors have in common, by name", default={})
    traffic: Annotated[tuple[Traffic, ...], Strict(False)] = key("What moves", min_length=1)
    sensors: Annotated[tuple[Sensor, ...], Strict(False)] = key("What sees it", min_length=1)
    nodes: Annotated[tuple[Node, ...], Strict(False)] = key("Who hears the sensors", min_length=1)
    links: Annotated[tuple[Link, ...], Strict(False)] = key("Which node reaches which", default=())
    partitions: Annotated[tuple[Partition, ...], Strict(False)] = key(
        "When the network is broken into parts", default=()
    )
    coverage: Text | None = key(
        "File of protected areas and notional defenders, relative to this one; needed where variants have an "
        "organisation",
        default=None,
    )
    release: dict[Name, Text] | None = key(
        "Rules of release: for each nation a file of Cedar policies; a nation without one releases nothing. "
        "When the key is absent, all is released",
        default=None,
    )
    areas: dict[Name, Box] = key(
        "Areas that rules of release and notices may name", default={}, max_length=16
    )
    phases: Annotated[tuple[Phase, ...], Strict(False)] = key(
        "Phases that rules of release may name, in order of time", default=()
    )
    notices: Annotated[tuple[Notice, ...], Strict(False)] = key(
        "What nodes say to nations in words, in every variant, as far as rules of release permit", default=()
    )
    dialogue: Annotated[tuple[Line, ...], Strict(False)] = key(
        "Lines of dialogue that must stay open; the report says when they broke", default=()
    )
    variants: Annotated[tuple[Variant, ...], Strict(False)] = key("The ways to compare", min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _take_over_types(cls, data: Any) -> Any:
        """Give each sensor the keys of its type that it doesn't set itself."""
        if not isinstance(data, dict):
            return data
        types, sensors = data.get("sensor_types"), data.get("sensors")
        if not isinstance(types, dict) or not isinstance(sensors, list | tuple):
            return data
        return {**data, "sensors": [_with_type(sensor, types) for sensor in sensors]}

    @property
    def start_s(self) -> float:
        """When it begins, seconds since 1970-01-01 UTC."""
        return parse_utc(self.start)

    @property
    def end_s(self) -> float:
        """When it ends, seconds since 1970-01-01 UTC."""
        return self.start_s + self.duration_s

    @property
    def allies(self) -> tuple[Node, ...]:
        """The nodes that are not outside the alliance."""
        return tuple(node for node in self.nodes if not node.outside)

    def sensors_of(self, node: Node) -> tuple[str, ...]:
        """Names of the sensors that a node hears, in the order of the file."""
        if node.outside:
            return ()
        if node.sensors is not None:
            return node.sensors
        return tuple(sensor.sensor for sensor in self.sensors if sensor.nation == node.nation)

    def directed_links(self, variant: Variant | None = None) -> tuple[Link, ...]:
        """The links, those that go both ways as two; of one variant's topology when one is given."""
        made: list[Link] = []
        for link in self.links:
            one_way = link.model_copy(update={"both_ways": False})
            made.append(one_way)
            if link.both_ways:
                made.append(one_way.model_copy(update={"from_": link.to, "to": link.from_}))
        return tuple(link for link in made if variant is None or self._is_in(variant, link))

    def _is_in(self, variant: Variant, link: Link) -> bool:
        """Whether a variant's topology has a link."""
        if variant.topology == "hub":
            return variant.hub in (link.from_, link.to)
        if variant.topology == "ring":
            nodes = [node.node for node in self.nodes]
            steps = (nodes.index(link.from_) - nodes.index(link.to)) % len(nodes)
            return steps in (1, len(nodes) - 1)
        return True


def _with_type(sensor: Any, types: dict[Any, Any]) -> Any:
    if not isinstance(sensor, dict):
        return sensor
    name = sensor.get("type")
    taken = types.get(name) if isinstance(name, str) else None
    return {**taken, **sensor} if isinstance(taken, dict) else sensor
