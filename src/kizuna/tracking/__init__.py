"""Detections become one node's tracks."""
