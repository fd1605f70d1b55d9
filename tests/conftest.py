"""What every test shares: how hypothesis searches, and a browser where there is one."""

import os
import shutil

import pytest
from hypothesis import settings

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}

# The first call of a kernel compiles it, so that a deadline would only tell which test came first.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if IN_CI else "here")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium that can look at a page; without one the test is skipped, and fails in CI."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    sentence = "no Chromium was found: `make setup-browser` says how to get one"
    if IN_CI:
        pytest.fail(sentence)
    pytest.skip(sentence)
