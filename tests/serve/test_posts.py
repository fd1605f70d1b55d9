"""Posts that people play, over HTTP to a server of its own: what they see, may and may not, and retries."""

import base64
import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.exercise.test_decisions import ORGANISATION

from kizuna.bus.clock import WallClock, machine_s
from kizuna.command.desk import Desk, Outcome
from kizuna.command.keys import Keys, make
from kizuna.command.read import authority_of
from kizuna.command.record import Recorder
from kizuna.command.token import post_of, token_of
from kizuna.command.verify import verify_all
from kizuna.errors import WorkError
from kizuna.exercise.posts import Pictures, PlayedPosts
from kizuna.messages import codec
from kizuna.messages.track import Tracks
from kizuna.serve.views import DraftIn

NAMES = ("ABC", "XYZ", "head", "aide", "guest")


@dataclass
class Server:
    """A server in a process of its own, and the folder with its files."""

    folder: Path
    process: subprocess.Popen[str]
    url: str

    @classmethod
    def begin(cls, folder: Path) -> "Server":
        """One at a port that is free."""
        program = Path(sys.executable).parent / "kizuna"
        words = (
            "two.yaml",
            "--keys",
            "keys",
            "--ledgers",
            "ledgers",
            "--tracks",
            "tracks.parquet",
            "--port",
            "0",
        )
        process = subprocess.Popen(
            [program, "command", "serve", *words], cwd=folder, stdout=subprocess.PIPE, encoding="utf-8"
        )
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.fullmatch(r"two: 3 posts at (http://127\.0\.0\.1:\d+), described at .*/docs\n", said)
        assert found, said
        return cls(folder, process, found[1])

    def ask(
        self, post: str, path: str, body: Any = None, method: str = "", **headers: str
    ) -> tuple[int, Any]:
        """Status and answer to what a post asks."""
        token = token_of(Keys.read(self.folder / "keys"), post, machine_s() + 600.0)
        return self.ask_with(f"Bearer {token}", path, body, method, **headers)

    def ask_with(
        self, token: str, path: str, body: Any = None, method: str = "", **headers: str
    ) -> tuple[int, Any]:
        """The same with any token."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method or None)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in {"Authorization": token, "Content-Type": "application/json", **named}.items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def act(self, post: str, order: str, step: str, **headers: str) -> tuple[int, Any]:
        """What becomes of a step."""
        return self.ask(post, f"/orders/{order}/{step}", method="POST", **headers)

    def draft(self, post: str, order: str, action: str, about: str = "7") -> tuple[int, Any]:
        """What becomes of a draft about the first nation."""
        return self.ask(
            post, "/orders", {"order": order, "action": action, "about": about, "concerned": ["ABC"]}
        )

    def end(self, kill: bool = False) -> None:
        """Stop it."""
        self.process.kill() if kill else self.process.terminate()
        self.process.communicate()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests of this file; each uses orders of its own."""
    folder = tmp_path_factory.mktemp("posts")
    (folder / "two.yaml").write_text(ORGANISATION)
    make(folder / "keys", NAMES)
    tracks = Tracks.of(
        time=[0.0, 0.0, 1e5],
        node=["ABC", "XYZ", "ABC"],
        track=[7, 8, 9],
        lat_deg=[35.0, 36.0, 37.0],
        lon_deg=[138.0] * 3,
        alt_m=[9_000.0] * 3,
        ve_mps=[200.0, np.nan, 0.0],
        vn_mps=[0.0, np.nan, 0.0],
        status=["confirmed"] * 3,
        identity=["4B1805", None, None],
    )
    codec.write(tracks, folder / "tracks.parquet")
    served = Server.begin(folder)
    yield served
    served.end()


def test_nobody_acts_without_a_token_of_a_post(server: Server, tmp_path: Path) -> None:
    keys = Keys.read(server.folder / "keys")
    make(tmp_path, ["head"])
    bad = {
        "nothing": "",
        "no token": "Bearer abc",
        "expired": f"Bearer {token_of(keys, 'head', machine_s() - 1.0)}",
        "of another key": f"Bearer {token_of(Keys.read(tmp_path), 'head', machine_s() + 600.0)}",
        "of a node": f"Bearer {token_of(keys, 'ABC', machine_s() + 600.0)}",
    }
    for what, token in bad.items():
        assert server.ask_with(token, "/orders")[0] == 401, what


def test_a_token_can_t_be_made_over_to_another_post_or_time(tmp_path: Path) -> None:
    make(tmp_path, ["head", "aide"])
    keys = Keys.read(tmp_path)
    token = token_of(keys, "head", 100.0)
    assert post_of(token, keys.register, 99.9) == "head"
    assert post_of(token, keys.register, 100.0) is None
    signature = token.partition(".")[2]
    for told in ({"post": "aide", "expires_s": 100.0}, {"post": "head", "expires_s": 1e9}):
        forged = base64.urlsafe_b64encode(json.dumps(told, sort_keys=True).encode()).decode().rstrip("=")
        assert post_of(f"{forged}.{signature}", keys.register, 50.0) is None
    endless = base64.urlsafe_b64encode(b'{"post": "head", "expires_s": 1' + b"0" * 400 + b"}").decode()
    assert post_of(f"{endless}.{signature}", keys.register, 50.0) is None


def test_an_order_goes_from_draft_to_done(server: Server) -> None:
    assert server.draft("aide", "one", "declare_identity")[1]["state"] == "drafted"
    assert server.act("aide", "one", "propose")[1]["state"] == "proposed"
    (seen,) = [each for each in server.ask("guest", "/orders")[1] if each["order"] == "one"]
    assert (seen["asked"], seen["needed"], seen["answers"]) == (["ABC", "XYZ"], 2, [])
    assert seen["may"] == ["consent", "refuse", "withdraw"]
    assert 0.0 < seen["expires_s"] <= 300.0
    assert server.act("guest", "one", "consent")[0] == 200
    (seen,) = [each for each in server.ask("head", "/orders")[1] if each["order"] == "one"]
    assert seen["answers"] == [{"post": "guest", "nation": "XYZ", "consents": True}]
    assert "issue" in seen["may"]
    status, done = server.act("head", "one", "issue")
    assert (status, done["state"], done["policies"]) == (200, "issued", ["declare_identity: head decides"])
    for post, step, state in (
        ("aide", "acknowledge", "acknowledged"),
        ("aide", "begin", "executing"),
        ("aide", "finish", "done"),
    ):
        assert server.act(post, "one", step)[1]["state"] == state
    assert "one" not in {each["order"] for each in server.ask("head", "/orders")[1]}
    assert "one" in {each["order"] for each in server.ask("head", "/orders?ended=true")[1]}


def test_who_may_not_is_told_by_which_rule(server: Server) -> None:
    server.draft("aide", "two", "declare_identity")
    server.act("aide", "two", "propose")
    status, said = server.act("aide", "two", "issue")
    assert (status, said["became"], said["state"]) == (403, "refused", "proposed")
    assert said["why"] == "aide may not issue declare_identity: “declare_identity: aide proposes” and no more"
    status, said = server.act("head", "two", "issue")
    assert status == 403
    assert "needs consent of 2 of ABC, XYZ" in said["why"]
    assert server.act("head", "nowhere", "issue")[0] == 404
    assert server.act("head", "two", "explode")[0] == 422
    assert server.draft("head", "three", "no_action")[0] == 403
    assert server.ask("head", "/orders", {"order": "x", "action": "warn_public", "as": "root"})[0] == 422


def test_a_retry_changes_nothing(server: Server) -> None:
    server.draft("aide", "four", "declare_identity")
    first = server.act("aide", "four", "propose", Idempotency_Key="k1")
    assert server.act("aide", "four", "propose", Idempotency_Key="k1") == first
    assert server.act("aide", "four", "propose")[1]["became"] == "repeated"
    assert server.act("aide", "four", "withdraw", Idempotency_Key="k1")[0] == 422
    # Another post's key is another key.
    assert server.act("guest", "four", "refuse", Idempotency_Key="k1")[1]["state"] == "cancelled"
    status, said = server.act("head", "four", "issue")
    assert (status, said["became"]) == (409, "late")


def test_a_post_sees_the_picture_of_its_node_alone(server: Server) -> None:
    """And of the future, nothing."""
    status, seen = server.ask("aide", "/picture")
    assert (status, seen["node"], [each["track"] for each in seen["tracks"]]) == (200, "ABC", [7])
    assert seen["tracks"][0]["identity"] == "4B1805"
    seen = server.ask("guest", "/picture")[1]
    assert [(each["track"], each["ve_mps"]) for each in seen["tracks"]] == [(8, None)]


def test_when_a_ledger_can_t_be_written_nobody_acts_any_more(server: Server) -> None:
    path = server.folder / "two.yaml"
    authority = authority_of(str(path))
    told: list[str] = []

    def full(outcome: Outcome) -> None:
        told.append(outcome.act.order)
        raise WorkError("the disk is full")

    recorder = Recorder(authority.organisation, {}, 0.0)
    clock = WallClock(0.0, machine_s())
    posts = PlayedPosts(Desk(authority, full), recorder, clock, 0.0, {}, Pictures(None))
    for name in ("one", "two"):
        with pytest.raises(WorkError, match="full"):
            posts.draft("aide", DraftIn(order=name, action="declare_identity", concerned=("ABC",)))
    assert told == ["one"]


def test_posts_and_the_interface_are_described(server: Server) -> None:
    posts = {each["post"]: each for each in server.ask("guest", "/posts")[1]}
    roles = posts["aide"]["roles"]
    assert (roles["declare_identity"], roles["warn_public"]) == ("propose", "consent")
    paths = server.ask_with("", "/openapi.json")[1]["paths"]
    assert set(paths) == {"/posts", "/orders", "/picture", "/orders/{order}/{step}"}


def test_killed_and_begun_again_it_goes_on(server: Server) -> None:
    """All that was acknowledged stands in ledgers that verify, and the orders are as they were."""
    server.draft("aide", "five", "declare_identity", about="9")
    server.act("aide", "five", "propose")
    server.act("guest", "five", "consent")
    before = server.ask("head", "/orders?ended=true")[1]
    server.end(kill=True)
    held = verify_all(sorted((server.folder / "ledgers").glob("*.ledger")))
    acts = [entry.body for each in held for entry in each.entries if entry.kind == "order"]
    assert [body["step"] for body in acts if body["order"] == "five"] == ["draft", "propose", "consent"]
    again = Server.begin(server.folder)
    server.process, server.url = again.process, again.url
    after = server.ask("head", "/orders?ended=true")[1]
    for order in (*before, *after):
        order.pop("expires_s")
        for step in order["steps"]:
            step["time_s"] = round(step["time_s"], 3)
    assert after == before
    assert server.act("head", "five", "issue")[1]["state"] == "issued"
    assert len(verify_all(sorted((server.folder / "ledgers").glob("*.ledger")))) == 2
