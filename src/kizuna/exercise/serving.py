"""A server for posts that people play: keys, ledgers, pictures and clock wired together."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from kizuna.bus.clock import WallClock, machine_s
from kizuna.command.desk import Desk
from kizuna.command.entry import Entry
from kizuna.command.keys import Keys
from kizuna.command.ledger import Ledger
from kizuna.command.merge import merged
from kizuna.command.organisation import Organisation
from kizuna.command.read import authority_of
from kizuna.command.record import Recorder
from kizuna.command.token import token_of
from kizuna.command.verify import verify_all
from kizuna.errors import InputError
from kizuna.exercise.posts import Pictures, PlayedPosts, orders_of
from kizuna.serve.app import make_app
from kizuna.serve.listen import Listener

_HOUR_S = 3_600.0


@dataclass(frozen=True, slots=True)
class Place:
    """What a server works with.

    Parameters
    ----------
    organisation
        The organisation file.
    keys
        Folder with the private keys of all nodes and posts.
    ledgers
        Folder for the ledgers; those that are there are continued.
    tracks
        Recorded pictures to show as time passes; None for none.
    """

    organisation: Path
    keys: Path
    ledgers: Path
    tracks: Path | None = None


def serve_posts(place: Place, host: str, port: int, tell: Callable[[str], None]) -> None:
    """Serve the posts of an organisation until it is stopped.

    Parameters
    ----------
    place
        What to work with.
    host, port
        Where to listen; port 0 takes one that is free.
    tell
        Told a sentence with the address.

    Raises
    ------
    InputError
        When a file is wrong, a key is missing, or ledgers don't verify.
    WorkError
        When the address can't be had, or a ledger can't be written.
    """
    authority = authority_of(str(place.organisation))
    organisation = authority.organisation
    nodes = _nodes(organisation)
    keys = Keys.read(place.keys)
    for name in (*nodes, *organisation.posts):
        if name not in keys.register:
            problem = f"holds no key of {name!r}"
            raise InputError(str(place.keys), "", problem, "one of each node and post (`kizuna ledger keys`)")
    pictures = Pictures(place.tracks)
    now_s = machine_s()
    clock = WallClock(now_s, now_s)
    entries = _written(place.ledgers, nodes, keys)
    start_s = entries[0].stamp.time_s if entries else now_s
    orders = orders_of(authority, entries, start_s)
    with ExitStack() as stack:
        place.ledgers.mkdir(parents=True, exist_ok=True)
        opened = {
            node: stack.enter_context(Ledger(place.ledgers / f"{node}.ledger", node, keys, now_s))
            for node in nodes
        }
        recorder = Recorder(organisation, opened, start_s)
        recorder.resume(entries, now_s - start_s)
        desk = Desk(authority, recorder, orders)
        posts = PlayedPosts(desk, recorder, clock, start_s, keys.register, pictures)
        listener = Listener(host, port)
        url = listener.url
        tell(f"{organisation.name}: {len(organisation.posts)} posts at {url}, described at {url}/docs")
        listener.serve(make_app(posts, organisation.name))


def make_token(keys: Path, post: str, hours: float) -> str:
    """A token of a post for some hours from now.

    Raises
    ------
    InputError
        When there is no key of the post.
    """
    return token_of(Keys.read(keys), post, machine_s() + hours * _HOUR_S)


def _nodes(organisation: Organisation) -> list[str]:
    """The nodes with headquarters, in the order of the file."""
    return list(dict.fromkeys(place.node for place in organisation.headquarters.values()))


def _written(folder: Path, nodes: list[str], keys: Keys) -> list[Entry]:
    """What the ledgers of a folder hold, proved, in an order that respects cause and effect."""
    there = [folder / f"{node}.ledger" for node in nodes if (folder / f"{node}.ledger").exists()]
    return list(merged([each.entries for each in verify_all(there, keys.register)]))
