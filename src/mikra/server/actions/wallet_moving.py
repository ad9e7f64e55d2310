"""All of one wallet into another of the same person: files as they were checked, proofs, consents, links. Nothing is
judged anew on the way, so that a file whose issuer has erased its own copy comes along like any other.
"""

from __future__ import annotations

import uuid

import orjson
import zstandard

from mikra.errors import ConflictError
from mikra.server.actions import wallets
from mikra.server.store import personal
from mikra.server.store.answers import WalletAnswer
from mikra.server.store.base import new_id
from mikra.server.store.shares import Share
from mikra.server.store.wallets import Consent, Held, Proof, Wallet


def move(new: Wallet, old: Wallet) -> None:
    """What is in `new` goes over to `old`. Call it inside `work()`, `old` locked; ConflictError where it is full."""
    rows = list(Held.of(new).select_related("award").order_by("id"))
    if Held.of(old).count() + len(rows) > wallets.MOST:
        raise ConflictError("This wallet is full.", expected=f"at most {wallets.MOST} files", fix="Take something out.")
    names = {str(one.id): str(_file(one, old)) for one in rows}
    before, after = wallets.key_of(new), wallets.key_of(old)
    for proof in Proof.of(new):
        proof.content = personal.seal_away(after, personal.look_into(before, bytes(proof.content)))
        proof.wallet = old
        proof.save(update_fields=("content", "wallet"))
    known = Consent.of(old).filter(revoked=None).values_list("learner_id", flat=True)
    Consent.of(new).exclude(learner_id__in=list(known)).update(wallet=old)
    for share in Share.of(new):
        told = personal.look_into(before, bytes(share.content))
        told["held"] = [names.get(one, one) for one in told["held"]]
        share.content, share.wallet = personal.seal_away(after, told), old
        share.save(update_fields=("content", "wallet"))
    for answer in WalletAnswer.of(new):
        answer.content = personal.seal_away(after, personal.look_into(before, bytes(answer.content)))
        answer.wallet = old
        answer.save(update_fields=("content", "wallet"))
    mine, theirs = wallets.profile(old), wallets.profile(new)
    old.profile = personal.seal_away(after, {**mine, **{name: theirs[name] for name in theirs if not mine.get(name)}})
    old.save(update_fields=("profile",))


def _file(one: Held, to: Wallet) -> uuid.UUID:
    """The same file under the key of the other wallet; where it is there already, that one, in sight if either was."""
    data, about = wallets.content(one), wallets.about(one)
    digest = wallets.digest_of(to, data)
    known = Held.of(to).filter(digest=digest).first()
    if known is not None:
        if one.removed is None and known.removed is not None:
            Held.of(to).filter(pk=known.pk).update(removed=None)
        return known.pk
    key, made_id = wallets.key_of(to), new_id()
    press = zstandard.ZstdCompressor(level=3)
    Held(
        id=made_id,
        created=one.created,
        wallet=to,
        content=personal.encrypt(key, press.compress(data), about=made_id.bytes),
        about=personal.encrypt(key, press.compress(orjson.dumps(about))),
        form=one.form,
        digest=digest,
        source=one.source,
        award=one.award,
        verdict=one.verdict,
        checked=one.checked,
        removed=one.removed,
    ).save(force_insert=True)
    return made_id
