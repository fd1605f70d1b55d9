"""Know a message that has come before: links double them, and an opponent may replay them."""

from typing import Final

REACH: Final = 4096
"""How many numbers behind the highest a late message may come and still be known to be new."""


class Inbox:
    """What has come from each sender, by the numbers of the messages; its memory is bounded.

    A message `REACH` or more behind the newest of its sender counts as had: an old message that is let in
    twice does harm, one that is refused does none, since newer ones have come.
    """

    def __init__(self) -> None:
        self._newest: dict[str, int] = {}
        self._had: dict[str, set[int]] = {}
        self.refused = 0
        """How many messages have been refused."""

    def is_new(self, sender: str, number: int) -> bool:
        """Whether this message of a sender comes for the first time; from now on it has come."""
        newest = self._newest.setdefault(sender, -1)
        had = self._had.setdefault(sender, set())
        if number in had or number <= newest - REACH:
            self.refused += 1
            return False
        had.add(number)
        if number > newest:
            self._newest[sender] = number
            # Sets shrink now and then, not at each message.
            if len(had) >= 2 * REACH:
                self._had[sender] = {each for each in had if each > number - REACH}
        return True
