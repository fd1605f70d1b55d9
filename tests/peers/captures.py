"""The captures of ASTERIX that asterix-decoder ships, where `make setup-peers` has put it."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def captures() -> Path:
    """The folder of the captures; whoever asks for it is skipped where it isn't there.

    asterix-decoder is licensed under the GPL, so it is neither copied nor imported: its captures are read
    where it was installed, in a folder of its own, since it calls its package as libasterix does.
    """
    folder = ROOT / ".tools" / "asterix-decoder" / "asterix" / "sample_data"
    if not folder.is_dir():
        pytest.skip("asterix-decoder isn't there; `make setup-peers` installs it")
    return folder
