"""The verb `kizuna keys`: an authority for a network of nodes, and a certificate for each."""

from pathlib import Path
from typing import Annotated

import typer

keys = typer.Typer(no_args_is_help=True, rich_markup_mode=None, epilog="Example: kizuna keys init keys")


@keys.callback()
def make() -> None:
    """Make the keys of a network: an authority, and a certificate for each node."""


@keys.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The folder for the authority.", metavar="DIR")],
) -> None:
    """Make an authority: whoever has its key can let nodes into the network.

    Example: kizuna keys init keys
    """
    from kizuna.bus.keys import make_authority

    print(f"Authority: {make_authority(folder)}")


@keys.command()
def issue(
    folder: Annotated[Path, typer.Argument(help="The folder of the authority.", metavar="DIR")],
    node: Annotated[str, typer.Argument(help="Name of the node.", metavar="NODE")],
    host: Annotated[
        list[str] | None,
        typer.Option(help="Name or address of its machine; again for more.", metavar="HOST"),
    ] = None,
) -> None:
    """Issue a node its certificate and key: it needs these two and the authority's certificate, no more.

    Example: kizuna keys issue keys JPN --host 192.0.2.7
    """
    from kizuna.bus.keys import issue as issue_to

    print(f"Certificate: {issue_to(folder, node, tuple(host or ()))}")
