"""Tokens of posts: who shows one acts for the post, until it expires; signed with the post's key."""

import base64
import json
from typing import Final

from kizuna.command.keys import Keys, Register, signed_by

_FOR: Final = b"kizuna token of a post\x00"
"""Stands before what is signed, so that no token is ever taken for an entry of a ledger."""


def token_of(keys: Keys, post: str, expires_s: float) -> str:
    """A token of a post until a time, s since 1970-01-01 UTC; InputError when there is no key of the post."""
    told = json.dumps({"post": post, "expires_s": expires_s}, sort_keys=True).encode()
    return f"{_text(told)}.{_text(keys.sign(post, _FOR + told))}"


def post_of(token: str, register: Register, now_s: float) -> str | None:
    """The post whose token this is; None when it isn't signed by one in the register, or has expired."""
    try:
        told, signature = map(_bytes, token.split("."))
        held = json.loads(told)
        post, expires_s = held["post"], float(held["expires_s"])
        key = register[post]
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    if not signed_by(key, signature, _FOR + told) or not now_s < expires_s:
        return None
    return str(post)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
