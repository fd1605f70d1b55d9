"""What sees it: the sensors of an exercise, and what those of one type have in common."""

from typing import Annotated, Any, Literal, cast

from pydantic import ConfigDict, Strict
from pydantic.config import JsonDict

from kizuna.forms.keys import Name, Record, key
from kizuna.messages.columns import columns_of
from kizuna.messages.sensor import Sensors
from kizuna.scenario.keys import Outages

SensorKind = Literal["radar", "bearing", "position"]


def _column(name: str, description: str) -> Any:
    """Field that may be null, with the limits of this column of the table of sensors."""
    spec = columns_of(Sensors)[name]
    limits = {"gt": spec.above, "ge": spec.low, "le": spec.high}
    finite: dict[str, Any] = {key: value for key, value in limits.items() if abs(value) != float("inf")}
    return key(description, spec.unit, None, **finite)


class SensorType(Record):
    """What sensors of one make have in common; a sensor that names this type may say otherwise."""

    kind: SensorKind = key(
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
        "Standard deviation of a reported altitude: of `position` (25 when absent), or of a 2-D radar's "
        "Mode C (none when absent)",
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
    resolution_range_m: float | None = _column(
        "resolution_range_m",
        "How far apart in range a radar resolves two objects every other time; without this and "
        "resolution_azimuth_deg, always",
    )
    resolution_azimuth_deg: float | None = _column(
        "resolution_azimuth_deg", "How far apart in azimuth a radar resolves two objects every other time"
    )


class SensorRow(SensorType):
    """One sensor as in the table of sensors."""

    sensor: Name = key("Name of the sensor")
    nation: Name = key("Nation that owns it")
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

    type: Name | None = key("Name of one of `sensor_types`, whose keys it takes over", default=None)
    airport: Name | None = key("Airport where it stands, instead of lat_deg, lon_deg, alt_m", default=None)
    mast_m: float | None = key(
        "Height of the antenna above the ground of the airport; 0 when absent", "m", None, ge=0.0, le=1_000.0
    )
    outages: Outages = key("When it is silent", default=())
    bias_range_m: float = key("What its ranges are too long; no node knows", "m", 0.0, ge=-1e4, le=1e4)
    bias_azimuth_deg: float = key(
        "What its azimuths are too far clockwise; no node knows", "deg", 0.0, ge=-10.0, le=10.0
    )
    bias_clock_s: float = key("How far its clock is ahead; no node knows", "s", 0.0, ge=-10.0, le=10.0)


class SensorList(Record):
    """The sensors of recorded detections, for `kizuna track`."""

    sensors: Annotated[tuple[SensorRow, ...], Strict(False)] = key("The sensors", min_length=1)
