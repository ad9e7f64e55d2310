"""RFC 3161, 2.4: the request for a timestamp and the authority's answer, as bytes; how they travel is in `adapters`.

A granted answer must carry a token with the nonce and the policy that were asked for (2.4.2); whether the token itself
is good is checked in `timestamps`.
"""

from __future__ import annotations

from typing import Any

from mikra.errors import ProtocolError

_BROKEN = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
"""What reading DER that is none raises."""

_GRANTED = ("granted", "granted_with_mods")


def request(imprint: bytes, *, nonce: int, policy: str = "") -> bytes:
    """2.4.1: a request over a SHA-256 digest, with the authority's certificates asked for. `policy` is an OID or ""."""
    from asn1crypto import tsp

    members: dict[str, Any] = {
        "version": "v1",
        "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": imprint},
        "nonce": nonce,
        "cert_req": True,
    }
    if policy:
        members["req_policy"] = policy
    return bytes(tsp.TimeStampReq(members).dump())


def token(answer: bytes, *, nonce: int, policy: str = "") -> bytes:
    """2.4.2: the token (DER) in a granted answer. ProtocolError where it is refused, or not what was asked for."""
    try:
        return _token(answer, nonce, policy)
    except _BROKEN:
        raise _bad("answer_malformed", "something that is no timestamp", "a timestamp (RFC 3161)") from None


def _token(answer: bytes, nonce: int, policy: str) -> bytes:
    from asn1crypto import cms, core, tsp

    parts = core.Sequence.load(answer, strict=True)
    status = tsp.PKIStatusInfo.load(parts[0].dump(), strict=True)
    if status["status"].native not in _GRANTED:
        raise _refused(status)
    content = cms.ContentInfo.load(parts[1].dump(), strict=True)
    info = tsp.TSTInfo.load(bytes(content["content"]["encap_content_info"]["content"]), strict=True)
    if info["nonce"].native != nonce:
        raise _bad("nonce_mismatch", "the answer to another question", "an answer with our own number")
    if policy and info["policy"].dotted != policy:
        raise _bad("policy_mismatch", info["policy"].dotted, policy)
    return bytes(content.dump())


def _refused(status: Any) -> ProtocolError:
    """2.4.2: PKIStatusInfo: what the authority says, and why."""
    fail = status["fail_info"].native
    reasons = sorted(fail) if isinstance(fail, set) else [str(fail)] if fail else []
    texts = [str(text) for text in status["status_string"].native or ()]
    return ProtocolError(
        "The timestamp authority refuses.",
        found="; ".join([str(status["status"].native), *reasons, *texts])[:200],
        fix="Ask the authority what it needs: an account, another policy, another kind of digest.",
        code=str(status["status"].native),
    )


def _bad(code: str, found: str, expected: str) -> ProtocolError:
    return ProtocolError(
        "The timestamp authority's answer is not what was asked for.",
        found=found,
        expected=expected,
        fix="Try again; if it stays so, use another authority.",
        code=code,
    )
