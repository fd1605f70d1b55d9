"""Positions as BaseStation and its likes tell them, at port 30003."""
