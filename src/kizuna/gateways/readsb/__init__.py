"""Traces of aircraft, as the decoder readsb and the map tar1090 keep them in JSON."""
