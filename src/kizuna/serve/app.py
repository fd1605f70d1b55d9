"""The HTTP interface for posts that people play: see orders and the picture, and act on them."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import Depends, FastAPI, Header, HTTPException, Path, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from kizuna.errors import KizunaError
from kizuna.serve.views import ActView, DraftIn, OrderView, PictureView, Posts, PostStep, PostView

STATUS: Final = {"applied": 200, "repeated": 200, "late": 409, "refused": 403}
"""HTTP status of what became of an act."""
_REMEMBERED: Final = 10_000
"""Answers that are kept for retries; who tries again later hears from the desk that it was done before."""

_Key = Annotated[
    str | None,
    Header(description="Any text; the same again gets the same answer and does nothing.", max_length=200),
]
_Order = Annotated[str, Path(max_length=200)]
_bearer = HTTPBearer(auto_error=False, description="As `kizuna command token` makes it.")


def make_app(desk: Posts, title: str) -> FastAPI:
    """The server of one organisation.

    All handlers run one after the other in one thread: the ledger's writes stay in order.

    Parameters
    ----------
    desk
        Where posts act.
    title
        Name of the organisation.
    """
    app = FastAPI(
        title=f"Kizuna: posts of {title}",
        description="Orders in an exercise: draft, propose, consent, issue, acknowledge. Each step is asked "
        "of the organisation's policies and stands in its ledgers.",
        version="1",
    )

    async def acting(given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> str:
        post = None if given is None else desk.post_of(given.credentials)
        if post is None:
            why = "no token of a post, or one that has expired"
            raise HTTPException(401, why, {"WWW-Authenticate": "Bearer"})
        return post

    Acting = Annotated[str, Depends(acting)]
    retries = _Retries()
    refusals: dict[int | str, dict[str, Any]] = {code: {"model": ActView} for code in (403, 409)}

    @app.exception_handler(KizunaError)
    async def failed(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 503)

    @app.get("/posts")
    async def posts(_: Acting) -> list[PostView]:
        """All posts, and their parts in each action."""
        return desk.posts()

    @app.get("/orders")
    async def orders(post: Acting, ended: bool = False) -> list[OrderView]:
        """The orders that the post has to do with, their consents, and what it may do with each."""
        return desk.orders(post, ended)

    @app.get("/picture")
    async def picture(post: Acting) -> PictureView:
        """What the post's node holds to be true now; nobody sees another node's picture."""
        return desk.picture(post)

    @app.post("/orders", response_model=ActView, responses=refusals)
    async def draft(post: Acting, asked: DraftIn, idempotency_key: _Key = None) -> Response:
        """Draft an order."""
        what = f"draft {asked.model_dump_json()}"
        return retries.answer(post, idempotency_key, what, lambda: desk.draft(post, asked))

    @app.post("/orders/{order}/{step}", response_model=ActView, responses=refusals)
    async def step(post: Acting, order: _Order, step: PostStep, idempotency_key: _Key = None) -> Response:
        """Propose, consent, refuse, issue, acknowledge, begin, finish, fail, withdraw or cancel an order."""

        def act() -> ActView:
            done = desk.step(post, order, step)
            if done is None:
                raise HTTPException(404, f"there is no order {order!r}")
            return done

        return retries.answer(post, idempotency_key, f"{step} {order}", act)

    return app


class _Retries:
    """Answers that were given, by post and key."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, str], tuple[bytes, ActView]] = OrderedDict()

    def answer(self, post: str, key: str | None, what: str, act: Callable[[], ActView]) -> Response:
        """Act, or give the answer that the same request got before."""
        digest = hashlib.sha256(what.encode()).digest()
        before = None if key is None else self._held.get((post, key))
        if before is not None and before[0] != digest:
            raise HTTPException(422, "the idempotency key was used for another request")
        done = act() if before is None else before[1]
        if key is not None and before is None:
            self._held[post, key] = (digest, done)
            if len(self._held) > _REMEMBERED:
                self._held.popitem(last=False)
        return JSONResponse(done.model_dump(mode="json"), STATUS[done.became])
