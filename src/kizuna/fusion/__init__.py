"""Tracks become one picture."""
