"""Physical constants, each with its unit and its source."""

from typing import Final

WGS84_A_M: Final = 6_378_137.0
"""Semi-major axis of the WGS-84 ellipsoid, metres (NGA.STND.0036, table 3.1)."""

WGS84_F: Final = 1.0 / 298.257223563
"""Flattening of the WGS-84 ellipsoid (NGA.STND.0036, table 3.1)."""

WGS84_B_M: Final = WGS84_A_M * (1.0 - WGS84_F)
"""Semi-minor axis of the WGS-84 ellipsoid, metres: a(1 - f)."""

WGS84_E2: Final = WGS84_F * (2.0 - WGS84_F)
"""First eccentricity squared of the WGS-84 ellipsoid: f(2 - f)."""

EARTH_MEAN_RADIUS_M: Final = 6_371_008.8
"""Mean radius of the WGS-84 ellipsoid (2a + b)/3, metres (Moritz 1980, Geodetic Reference System)."""

MOON_RADIUS_M: Final = 1_737_400.0
"""Radius of the lunar reference sphere, metres (IAU WGCCRE 2015)."""

EFFECTIVE_EARTH_FACTOR: Final = 4.0 / 3.0
"""Ratio of the effective to the true Earth radius for radio waves (ITU-R P.310)."""

KNOT_MPS: Final = 1852.0 / 3600.0
"""One knot, metres per second (exact by definition of the nautical mile)."""

FOOT_M: Final = 0.3048
"""One international foot, metres (exact by definition)."""

EARTH_GM_M3PS2: Final = 3.986004418e14
"""Gravitational constant times mass of the Earth, atmosphere included, m³/s² (NGA.STND.0036, table 3.1)."""

EARTH_J2: Final = 1.082629821313e-3
"""Dynamic form factor of the Earth, no unit (NGA.STND.0036, table 3.4: of the WGS-84 ellipsoid)."""

EARTH_SPIN_RADPS: Final = 7.292115e-5
"""Angular velocity of the Earth, rad/s (NGA.STND.0036, table 3.1)."""
