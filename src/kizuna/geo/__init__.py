"""Where and when: frames, geodesics, time and horizons on Earth and Moon."""
