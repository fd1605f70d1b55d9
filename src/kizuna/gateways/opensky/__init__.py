"""State vectors of the OpenSky Network, as CSV."""
