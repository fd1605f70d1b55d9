"""An HTTP server at one address, until it is stopped."""

import socket

import uvicorn
from fastapi import FastAPI

from kizuna.errors import WorkError


class Listener:
    """A server whose address is known before it answers.

    Parameters
    ----------
    host, port
        Where to listen; port 0 takes one that is free.

    Raises
    ------
    WorkError
        When the address can't be had.
    """

    def __init__(self, host: str, port: int) -> None:
        try:
            self._socket = socket.create_server((host, port))
        except OSError as error:
            raise WorkError(f"{host}:{port}: can't listen there ({error.strerror})") from error

    @property
    def url(self) -> str:
        """Where it answers."""
        host, port = self._socket.getsockname()[:2]
        return f"http://{host}:{port}"

    def serve(self, app: FastAPI) -> None:
        """Answer until Ctrl-C or a signal to end."""
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
        server.run(sockets=[self._socket])
