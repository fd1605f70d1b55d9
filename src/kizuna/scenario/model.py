"""The exercise file as records: what was asked for, every key with its unit, its limits and what it means."""

from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from kizuna.geo.time import parse_utc
from kizuna.messages.columns import columns_of
from kizuna.messages.sensor import Sensors

ObjectKind = Literal["aircraft", "cruise", "balloon", "drone"]
SensorKind = Literal["radar", "bearing", "position"]
Share = Literal["nothing", "detections"]

LONGEST_S = 7 * 86_400.0
"""An exercise of more than a week is taken for a slip of units."""


def _in_order(pair: tuple[float, float]) -> tuple[float, float]:
    if pair[0] > pair[1]:
        raise PydanticCustomError("order", "the first number is greater than the second")
    return pair


def _utc(text: str) -> str:
    try:
        parse_utc(text)
    except ValueError:
        raise PydanticCustomError("utc", "is not a time") from None
    return text


Name = Annotated[str, Field(pattern=r"^[^\s/\\:.][^\s/\\:]*$")]
"""A name also names folders and stands in lists that are split at spaces."""
Text = Annotated[str, Field(min_length=1)]
Utc = Annotated[str, AfterValidator(_utc), Field(json_schema_extra={"format": "date-time"})]
LatDeg = Annotated[float, Field(ge=-90.0, le=90.0)]
LonDeg = Annotated[float, Field(ge=-180.0, le=180.0)]
FlightAltM = Annotated[float, Field(ge=0.0, le=30_000.0)]
SpeedMps = Annotated[float, Field(gt=0.0, le=2_000.0)]
Seconds = Annotated[float, Field(ge=0.0, le=LONGEST_S)]


def _key(description: str, unit: str = "", default: Any = ..., **limits: Any) -> Any:
    """Field whose description and unit stand in the JSON Schema."""
    extra: JsonDict | None = {"unit": unit} if unit else None
    return Field(default, description=description, json_schema_extra=extra, **limits)


def _column(name: str, description: str) -> Any:
    """Field that may be null, with the limits of this column of the table of sensors."""
    spec = columns_of(Sensors)[name]
    limits = {"gt": spec.above, "ge": spec.low, "le": spec.high}
    finite = {key: value for key, value in limits.items() if abs(value) != float("inf")}
    return _key(description, spec.unit, None, **finite)


class Record(BaseModel):
    """Base of all records of an exercise file: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Airport(Record):
    """A named place on the ground."""

    lat_deg: LatDeg = _key("Latitude", "deg")
    lon_deg: LonDeg = _key("Longitude, east positive", "deg")
    alt_m: float = _key("Height of the ground above the ellipsoid", "m", ge=-500.0, le=6_000.0)


class Outage(Record):
    """A time in which a sensor or a link is silent, counted from the start of the exercise."""

    from_s: Seconds = _key("When the silence begins, after the start of the exercise", "s")
    to_s: Seconds = _key("When it ends", "s")


Outages = Annotated[tuple[Outage, ...], Strict(False)]


class RecordedTraffic(Record):
    """Objects whose positions were recorded."""

    source: Literal["recorded"] = _key("Where the traffic comes from")
    file: Text = _key(
        "Parquet file with the columns time, object, lat_deg, lon_deg, alt_m; a path relative to this file"
    )
    kind: ObjectKind = _key("What the objects are", default="aircraft")
    nation: Name | None = _key("Whose they are; null: nobody's in particular", default=None)
    identity: bool = _key("Whether they say who they are (transponder, ADS-B)", default=True)
    longest_gap_s: float = _key(
        "Positions of one object farther apart in time than this are not joined: it was away",
        "s",
        60.0,
        gt=0.0,
    )


class FlightsTraffic(Record):
    """Generated flights between airports: climb, cruise on a great circle, descent."""

    source: Literal["flights"] = _key("Where the traffic comes from")
    name: Name = _key("Name of this traffic; its objects are called NAME-1, NAME-2 …")
    count: int = _key("How many flights", ge=1, le=100_000)
    between: Annotated[tuple[Name, ...], Strict(False)] = _key(
        "Airports; each flight draws two different ones", min_length=2
    )
    cruise_alt_m: Annotated[tuple[FlightAltM, FlightAltM], Strict(False), AfterValidator(_in_order)] = _key(
        "Least and greatest cruising height, drawn evenly", "m", (9_000.0, 12_000.0)
    )
    cruise_mps: Annotated[tuple[SpeedMps, SpeedMps], Strict(False), AfterValidator(_in_order)] = _key(
        "Least and greatest cruising speed, drawn evenly", "m/s", (220.0, 255.0)
    )
    under_way: bool = _key(
        "true: departures are spread from one flight's length before the start to the end, so that the air is "
        "full from the first second; false: all depart during the exercise",
        default=True,
    )
    kind: ObjectKind = _key("What the objects are", default="aircraft")
    nation: Name | None = _key("Whose they are; null: nobody's in particular", default=None)
    identity: bool = _key("Whether they say who they are (transponder, ADS-B)", default=True)


class Box(Record):
    """A box of latitudes and longitudes."""

    lat_deg: Annotated[tuple[LatDeg, LatDeg], Strict(False), AfterValidator(_in_order)] = _key(
        "Southern and northern edge", "deg"
    )
    lon_deg: Annotated[tuple[LonDeg, LonDeg], Strict(False)] = _key(
        "Western and eastern edge; west greater than east: the box lies across 180°", "deg"
    )


class IncomingTraffic(Record):
    """Generated objects that come from an area and fly level and straight towards places."""

    source: Literal["incoming"] = _key("Where the traffic comes from")
    name: Name = _key("Name of this traffic; its objects are called NAME-1, NAME-2 …")
    count: int = _key("How many objects", ge=1, le=10_000)
    kind: ObjectKind = _key("What the objects are")
    from_: Box = _key("Area in which they appear, drawn evenly", alias="from")
    towards: Annotated[tuple[Name, ...], Strict(False)] = _key(
        "Airports; each object flies the great circle to one of them, in turn, and ends there", min_length=1
    )
    alt_m: Annotated[tuple[FlightAltM, FlightAltM], Strict(False), AfterValidator(_in_order)] = _key(
        "Least and greatest height, drawn evenly", "m"
    )
    speed_mps: Annotated[tuple[SpeedMps, SpeedMps], Strict(False), AfterValidator(_in_order)] = _key(
        "Least and greatest speed, drawn evenly", "m/s"
    )
    appear_s: Annotated[tuple[Seconds, Seconds], Strict(False), AfterValidator(_in_order)] = _key(
        "First and last time of appearing after the start of the exercise, drawn evenly", "s", (0.0, 0.0)
    )
    nation: Name | None = _key("Whose they are; null: nobody's in particular", default=None)
    identity: bool = _key("Whether they say who they are (transponder, ADS-B)", default=False)


Traffic = Annotated[RecordedTraffic | FlightsTraffic | IncomingTraffic, Field(discriminator="source")]


class SensorType(Record):
    """What sensors of one make have in common; a sensor that names this type may say otherwise."""

    kind: SensorKind = _key(
        "radar: range and azimuth; bearing: azimuth alone; position: receives what targets report (ADS-B)"
    )
    sigma_range_m: float | None = _column("sigma_range_m", "Standard deviation of a range")
    sigma_azimuth_deg: float | None = _column("sigma_azimuth_deg", "Standard deviation of an azimuth")
    sigma_elevation_deg: float | None = _column(
        "sigma_elevation_deg", "Standard deviation of an elevation; a radar without it is 2-D"
    )
    sigma_range_rate_mps: float | None = _column("sigma_range_rate_mps", "Standard deviation of a range rate")
    sigma_position_m: float | None = _column(
        "sigma_position_m", "Standard deviation of a reported position, along each horizontal axis"
    )
    sigma_altitude_m: float | None = _column(
        "sigma_altitude_m",
        "Standard deviation of a reported altitude: of `position` (25 when absent), or of a 2-D radar's Mode C "
        "(none when absent)",
    )
    max_range_m: float | None = _column(
        "max_range_m", "Farthest slant range; `position` sensors without it hear as far as the horizon"
    )
    period_s: float | None = _column("period_s", "Time of one revolution or frame")
    pd: float | None = _column(
        "pd", "Probability of detection in one scan up to 3/4 of max_range_m; 0.9 when absent"
    )
    clutter_per_scan: float | None = _column(
        "clutter_per_scan", "Mean number of false reports in one scan; 0 when absent"
    )


class SensorRow(SensorType):
    """One sensor as in the table of sensors."""

    sensor: Name = _key("Name of the sensor")
    nation: Name = _key("Nation that owns it")
    lat_deg: float | None = _column("lat_deg", "Latitude")
    lon_deg: float | None = _column("lon_deg", "Longitude, east positive")
    alt_m: float | None = _column("alt_m", "Height of the antenna above the ellipsoid")


def _kind_or_type(schema: JsonDict) -> None:
    """A sensor's kind may stand in its type."""
    required = cast("list[str]", schema["required"])
    schema["required"] = [name for name in required if name != "kind"]
    schema["anyOf"] = [{"required": ["kind"]}, {"required": ["type"]}]


class Sensor(SensorRow):
    """One sensor of an exercise; its place is an airport, or a latitude, a longitude and a height."""

    model_config = ConfigDict(json_schema_extra=_kind_or_type)

    type: Name | None = _key("Name of one of `sensor_types`, whose keys it takes over", default=None)
    airport: Name | None = _key("Airport where it stands, instead of lat_deg, lon_deg, alt_m", default=None)
    mast_m: float | None = _key(
        "Height of the antenna above the ground of the airport; 0 when absent", "m", None, ge=0.0, le=1_000.0
    )
    outages: Outages = _key("When it is silent", default=())


class Node(Record):
    """One nation's computer in the network."""

    node: Name = _key("Name of the node")
    nation: Name = _key("Nation that it serves")
    sensors: Annotated[tuple[Name, ...], Strict(False)] | None = _key(
        "Sensors that it hears; all of its nation when absent", default=None
    )


class Link(Record):
    """A connection from one node to another."""

    from_: Name = _key("Node that sends", alias="from")
    to: Name = _key("Node that hears")
    delay_s: float = _key("Time that every message takes", "s", ge=0.0, le=600.0)
    jitter_s: float = _key(
        "Greatest additional time, drawn evenly from 0 for each message", "s", 0.0, ge=0.0, le=600.0
    )
    loss: float = _key("Probability that a message is lost", "1", 0.0, ge=0.0, le=1.0)
    both_ways: bool = _key("Whether there is the same link in the other direction", default=False)
    outages: Outages = _key("When nothing passes", default=())


class Variant(Record):
    """One way to do the exercise."""

    variant: Name = _key("Name of the variant; its results lie in a folder of this name")
    share: Share = _key("What nodes send over the links: nothing, or the detections of their own sensors")
    window_s: float = _key(
        "Time for which a node waits, so that detections that come late are processed in order of time",
        "s",
        3.0,
        ge=0.0,
        le=600.0,
    )


class Exercise(Record):
    """Kizuna exercise: a scenario, the sensors, nodes and links, and the variants to compare."""

    exercise: Name = _key("Name of the exercise")
    title: Text = _key("What it is, in a few words; the report's heading")
    notional: Text = _key("A sentence that says what in it is notional; the report prints it")
    start: Utc = _key("When it begins, UTC, such as 2018-08-01T05:00:00Z")
    duration_s: float = _key("How long it lasts", "s", gt=0.0, le=LONGEST_S)
    seed: int = _key("Seed of all that is drawn; the same seed gives the same results", ge=0, lt=2**63)
    picture_every_s: float = _key("Time from one picture of a node to its next", "s", 1.0, gt=0.0, le=3_600.0)
    score_cutoff_m: float = _key(
        "Distance beyond which a track does not count as being an object", "m", 2_000.0, gt=0.0, le=1e6
    )
    airports: dict[Name, Airport] = _key("Places, by name", default={})
    sensor_types: dict[Name, SensorType] = _key("What sensors have in common, by name", default={})
    traffic: Annotated[tuple[Traffic, ...], Strict(False)] = _key("What moves", min_length=1)
    sensors: Annotated[tuple[Sensor, ...], Strict(False)] = _key("What sees it", min_length=1)
    nodes: Annotated[tuple[Node, ...], Strict(False)] = _key("Who hears the sensors", min_length=1)
    links: Annotated[tuple[Link, ...], Strict(False)] = _key("Which node reaches which", default=())
    variants: Annotated[tuple[Variant, ...], Strict(False)] = _key("The ways to compare", min_length=1)

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

    def sensors_of(self, node: Node) -> tuple[str, ...]:
        """Names of the sensors that a node hears, in the order of the file."""
        if node.sensors is not None:
            return node.sensors
        return tuple(sensor.sensor for sensor in self.sensors if sensor.nation == node.nation)

    def directed_links(self) -> tuple[Link, ...]:
        """The links, those that go both ways as two."""
        made: list[Link] = []
        for link in self.links:
            one_way = link.model_copy(update={"both_ways": False})
            made.append(one_way)
            if link.both_ways:
                made.append(one_way.model_copy(update={"from_": link.to, "to": link.from_}))
        return tuple(made)


class SensorList(Record):
    """The sensors of recorded detections, for `kizuna track`."""

    sensors: Annotated[tuple[SensorRow, ...], Strict(False)] = _key("The sensors", min_length=1)


def _with_type(sensor: Any, types: dict[Any, Any]) -> Any:
    if not isinstance(sensor, dict):
        return sensor
    name = sensor.get("type")
    taken = types.get(name) if isinstance(name, str) else None
    return {**taken, **sensor} if isinstance(taken, dict) else sensor
