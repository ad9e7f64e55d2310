"""RFC 3161 over HTTP: what is asked, what is taken, and each answer that is not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from asn1crypto import tsp

from mikra.adapters.http import Rules
from mikra.adapters.timestamps import QUERY, REPLY, HttpTimestamper
from mikra.errors import ProtocolError, UnavailableError
from mikra.sealing import timestamp_protocol
from mikra.sealing.timestamps import request_token, verify_token
from mikra.trust.loader import Loaded
from tests.simulators.network import Network, says
from tests.simulators.timestamps import TimestampAuthority, refusing

URL = "http://time.example.org/tsa"
IMPRINT = hashlib.sha256(b"x").digest()


@dataclass
class Post:
    """Answers what it is told to; notes what was sent."""

    answer: Callable[[bytes], bytes]
    kind: str = REPLY
    sent: list[tuple[str, bytes, str, str]] = field(default_factory=list)

    def post(self, url: str, body: bytes, *, content_type: str, accept: str = "") -> Loaded:
        self.sent.append((url, body, content_type, accept))
        return Loaded(body=self.answer(body), content_type=self.kind)


def asker(post: Post, policy: str = "") -> HttpTimestamper:
    return HttpTimestamper(URL, poster=post, chance=lambda n: bytes(range(n)), policy=policy)


def test_what_is_asked() -> None:
    post = Post(TimestampAuthority().reply)
    asker(post, "1.2.3.4").timestamp(IMPRINT)
    ((url, body, content_type, accept),) = post.sent
    assert (url, content_type, accept) == (URL, QUERY, REPLY)
    asked = tsp.TimeStampReq.load(body, strict=True).native
    assert asked["message_imprint"] == {
        "hash_algorithm": {"algorithm": "sha256", "parameters": None},
        "hashed_message": IMPRINT,
    }
    assert (asked["version"], asked["cert_req"], asked["req_policy"]) == ("v1", True, "1.2.3.4")
    assert asked["nonce"] == int.from_bytes(bytes(range(8))) | 1 << 63, "of full length, whatever was drawn"


def test_the_token_is_good() -> None:
    token = request_token(asker(Post(TimestampAuthority().reply)), b"x")
    assert verify_token(token, covered=b"x").fault is None


def test_a_new_number_for_each_question() -> None:
    import secrets

    post = Post(TimestampAuthority().reply)
    timestamper = HttpTimestamper(URL, poster=post, chance=secrets.token_bytes)
    for _ in range(3):
        timestamper.timestamp(IMPRINT)
    assert len({tsp.TimeStampReq.load(body)["nonce"].native for _, body, _, _ in post.sent}) == 3


class TestRefused:
    def refusal(self, post: Post, policy: str = "") -> ProtocolError:
        with pytest.raises(ProtocolError) as caught:
            asker(post, policy).timestamp(IMPRINT)
        return caught.value

    def test_it_says_no_and_why(self) -> None:
        error = self.refusal(Post(lambda _: refusing(fail="bad_alg", text="SHA-256 only on weekdays")))
        assert error.code == "rejection"
        assert "bad_alg" in error.found
        assert "weekdays" in error.found
        assert self.refusal(Post(lambda _: refusing("waiting"))).code == "waiting"

    def test_the_answer_to_another_question(self) -> None:
        """An old answer played back: its number is another one."""
        old = TimestampAuthority().reply(timestamp_protocol.request(IMPRINT, nonce=1))
        assert self.refusal(Post(lambda _: old)).code == "nonce_mismatch"
        bare = TimestampAuthority()
        from tests.simulators.timestamps import granted

        assert self.refusal(Post(lambda _: granted(bare.timestamp(IMPRINT)))).code == "nonce_mismatch"

    def test_another_policy(self) -> None:
        assert self.refusal(Post(TimestampAuthority(policy="1.2.3.5").reply), "1.2.3.4").code == "policy_mismatch"
        assert asker(Post(TimestampAuthority(policy="1.2.3.5").reply)).timestamp(IMPRINT)

    @pytest.mark.parametrize("body", [b"", b"<html>Please sign in</html>", b"\x30\x00", b"\x30\x03\x02\x01\x00"])
    def test_something_else(self, body: bytes) -> None:
        assert self.refusal(Post(lambda _: body)).code == "answer_malformed"

    def test_cut_anywhere(self) -> None:
        post = Post(TimestampAuthority().reply)
        whole = TimestampAuthority().reply
        asker(post).timestamp(IMPRINT)
        query = post.sent[0][1]
        answer = whole(query)
        for size in range(0, len(answer) - 1, 23):
            self.refusal(Post(lambda _, size=size: answer[:size]))

    def test_a_page_that_asks_to_sign_in(self) -> None:
        error = self.refusal(replace(Post(lambda _: b"<html>"), kind="text/html; charset=utf-8"))
        assert (error.code, error.found) == ("answer_malformed", "text/html")


def test_through_the_guarded_door() -> None:
    network = Network()
    authority = TimestampAuthority(at=datetime(2026, 6, 1, tzinfo=UTC))

    def machine(request: bytes) -> object:
        body = request.split(b"\r\n\r\n", 1)[1]
        return says(authority.reply(body), Content_Type=REPLY)(request)

    network.host("time.example.org", machine, "9.9.9.9")  # type: ignore[arg-type]
    network.machines["9.9.9.9", ""] = machine  # type: ignore[assignment]
    timestamper = HttpTimestamper(
        URL, poster=network.loader(Rules(plain=True)), chance=lambda n: bytes(range(n)), policy=""
    )
    assert verify_token(timestamper.timestamp(IMPRINT), covered=b"x").fault is None
    closed = HttpTimestamper(URL, poster=network.loader(), chance=lambda n: bytes(n))
    with pytest.raises(UnavailableError, match="cannot be reached") as caught:
        closed.timestamp(IMPRINT)
    assert caught.value.code == "url_not_allowed"
