"""One tree of errors: what was wrong, where it stood, what to do next."""


class KizunaError(Exception):
    """Anything that Kizuna refuses or fails to do.

    KizunaError
    ├── InputError      a file or an argument is wrong: exit status 2
    └── WorkError       the input was fine, the work failed: exit status 1
    """


class InputError(KizunaError):
    """A file, a value or an argument is not what it must be.

    Parameters
    ----------
    file
        The file, or the argument, that is wrong.
    place
        Where in it: a line, a key, a column and a row. Empty when the whole file is meant.
    problem
        What is there, in words.
    expected
        What was expected instead, or what to do next.
    """

    def __init__(self, file: str, place: str, problem: str, expected: str = "") -> None:
        self.file = file
        self.place = place
        self.problem = problem
        self.expected = expected
        sentence = ": ".join(part for part in (file, place, problem) if part)
        super().__init__(f"{sentence}; expected {expected}" if expected else sentence)

    def __reduce__(self) -> tuple[type["InputError"], tuple[str, str, str, str]]:
        """Pickle by the four parts, so that the error comes whole out of another process."""
        return type(self), (self.file, self.place, self.problem, self.expected)


class WorkError(KizunaError):
    """The input was right and the work could not be finished, for example on a full disk."""
