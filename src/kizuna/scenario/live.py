"""The file of a live node: which node of which exercise it is, where it listens, and what feeds it."""

from pathlib import Path
from typing import Annotated

from pydantic import Strict

from kizuna.forms.keys import Name, Record, Text, key
from kizuna.forms.read import validated
from kizuna.forms.yaml import load


class LiveNode(Record):
    """Kizuna live node: one node of an exercise, on a real network."""

    exercise: Text = key("The exercise file, at a path relative to this file")
    variant: Name = key("The variant in which the nodes take part")
    node: Name = key("Which of the exercise's nodes this is")
    keys: Text = key("Folder with the authority's certificate and the node's own certificate and key")
    listen: Annotated[tuple[Text, ...], Strict(False)] = key(
        "Where it waits for peers, such as tls/0.0.0.0:7451", min_length=1
    )
    connect: Annotated[tuple[Text, ...], Strict(False)] = key("Where it looks for peers", default=())
    feed: Text | None = key(
        "Detections in Parquet to replay, or ASTERIX over UDP, such as udp://239.1.1.1:8600; when absent, "
        "what the exercise's sensors detect",
        default=None,
    )
    out: Text = key("Folder for its pictures and its journal; each start makes one in it")


def read_live(path: Path) -> LiveNode:
    """Read the file of a live node.

    Raises
    ------
    InputError
        With the file, the line, the key, what is there and what was expected.
    """
    data, lines = load(path, "node")
    return validated(LiveNode, data, lines, str(path))
