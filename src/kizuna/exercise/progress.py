"""How long work tells how far it has come."""

from collections.abc import Callable

Report = Callable[[str, float], None]
"""Takes what is being done and the share of it that is done, from 0 to 1."""
