"""Where there is light on the Moon: terrain, horizons, Sun and Earth at its south pole."""
