"""The verbs of `kizuna command` for posts that people play: a server for them, and their tokens."""

from pathlib import Path
from typing import Annotated

import typer

_Keys = Annotated[
    Path, typer.Option(help="Folder of private keys, as `kizuna ledger keys` makes.", metavar="DIR")
]


def serve(
    file: Annotated[Path, typer.Argument(help="The organisation file.", metavar="ORGANISATION.yaml")],
    keys: _Keys,
    ledgers: Annotated[
        Path, typer.Option(help="Folder for the ledgers; those that are there are continued.", metavar="DIR")
    ],
    tracks: Annotated[
        Path | None,
        typer.Option(help="Recorded pictures of the nodes, shown as time passes.", metavar="TRACKS.parquet"),
    ] = None,
    host: Annotated[
        str,
        typer.Option(help="Where to listen; others than this machine need TLS before it.", metavar="NAME"),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="0 takes one that is free.", min=0, max=65535, metavar="N")
    ] = 8321,
) -> None:
    """Let people play the posts of an organisation over HTTP.

    They see orders and their node's picture, and draft, propose, consent, issue and acknowledge. Each shows
    a token of its post (`kizuna command token`). Ctrl-C ends it; started again, it goes on where it was.

    Example: kizuna command serve joint.yaml --keys keys --ledgers ledgers
    """
    from kizuna.exercise.serving import Place, serve_posts

    def tell(sentence: str) -> None:
        print(sentence, flush=True)

    serve_posts(Place(file, keys, ledgers, tracks), host, port, tell)


def token(
    post: Annotated[str, typer.Argument(help="Whose token.", metavar="POST")],
    keys: _Keys,
    hours: Annotated[float, typer.Option(help="For how long it is good.", min=0.001, max=1000.0)] = 12.0,
) -> None:
    """Print a token with which its holder acts for a post, signed with the post's key.

    Example: kizuna command token JPN-director --keys keys
    """
    from kizuna.exercise.serving import make_token

    print(make_token(keys, post, hours))
