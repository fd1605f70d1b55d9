"""Truth becomes detections."""
