"""One nation: hears, tracks, releases."""
