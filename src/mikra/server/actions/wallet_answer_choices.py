"""What of a wallet answers a verifier's question, and how it is shown: attestations, badges, and files brought.

An award of this installation can be shown in any type that it holds what is needed for, bound to its holder. A file
that the learner brought is bound to a key that this service has not, if to any: it answers a verifier who wants no
proof of the holder, and no other.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from mikra import messages
from mikra.errors import ConflictError, InputError
from mikra.exchange import dcql, dcql_match, oid4vp_answer
from mikra.exchange.dcql import Asked, Claim, Query
from mikra.exchange.dcql_match import Holding
from mikra.exchange.oid4vci import OPEN
from mikra.exchange.oid4vci_metadata import EUDI_ID, JWT_ID, LDP_ID, SDJWT_ID
from mikra.exchange.oid4vp import Request
from mikra.public_keys import jwk
from mikra.sealing import sd_jwt
from mikra.sealing.keys import bare_signer
from mikra.server.actions import audit, copy_places, seal_keys, wallet_copies, wallet_forms, wallets
from mikra.server.actions.wallet_answer_questions import Choice, Field, Part, Question, Shown, Way
from mikra.server.actions.wallet_forms import Form
from mikra.server.actions.work import work
from mikra.server.store.awards import Award
from mikra.server.store.wallets import Held, Wallet
from mikra.trust import did
from mikra.vocabulary.wallet_claims import EU_TYPE, LEARNING_CREDENTIAL, MICRO_CREDENTIAL, OUR_TYPE, Holds

_FORMS = (
    (SDJWT_ID, "dc+sd-jwt", OUR_TYPE),
    (EUDI_ID, "dc+sd-jwt", EU_TYPE),
    (JWT_ID, "jwt_vc_json", ""),
    (LDP_ID, "ldp_vc", ""),
)
"""Configuration, format of the query, end of its type."""
_BADGES = {JWT_ID: "jwt_vc_json", LDP_ID: "ldp_vc"}
_KNOWN = frozenset(one.name for one in (*MICRO_CREDENTIAL, *LEARNING_CREDENTIAL))
_DAYS = frozenset(one.name for one in (*MICRO_CREDENTIAL, *LEARNING_CREDENTIAL) if one.holds is Holds.DAY)
_FOR_PROGRAMS = frozenset({"category", "language", "award_id", "edc_digest"})
_OPEN = tuple(
    dict.fromkeys(
        one.name for one in (*MICRO_CREDENTIAL, *LEARNING_CREDENTIAL) if one.open and one.name not in _FOR_PROGRAMS
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card:
    """A credential of the wallet in one form, as a query sees it."""

    held: Held
    form: str
    title: str
    holding: Holding


def of(wallet: Wallet, request: Request, *, language: str) -> tuple[Question, ...] | None:
    """What may be chosen; None where nothing of it is there, or something that is required is not."""
    query = dcql.parse(request.query)
    cards = [card for held in wallets.held(wallet) for card in _cards(held, query, language)]
    able = dcql_match.able(query, [one.holding for one in cards])
    sets = dcql_match.ways(query, able)
    if not sets:
        return None
    found = {id: tuple(_choice(cards[one.number], one.sets, language) for one in _once(able[id], cards)) for id in able}
    many = frozenset(one.id for one in query.credentials if one.multiple)
    return tuple(_question(str(number), one, found, many) for number, one in enumerate(sets))


def _once(listed: tuple[dcql_match.Choice, ...], cards: list[_Card]) -> list[dcql_match.Choice]:
    """Each credential in the first form that answers: to a person they are one."""
    found: dict[uuid.UUID, dcql_match.Choice] = {}
    for one in listed:
        found.setdefault(cards[one.number].held.id, one)
    return list(found.values())


def _question(
    name: str, ways: dcql_match.Ways, found: Mapping[str, tuple[Choice, ...]], many: frozenset[str]
) -> Question:
    """An option of one credential is as many ways as there are credentials for it; or one, where several are taken."""
    listed: list[Way] = []
    for number, ids in enumerate(dict.fromkeys(ways.options)):
        parts = tuple(
            Part(id=id, field=f"{name}.{number}.{id}", choices=found[id], multiple=id in many and len(found[id]) > 1)
            for id in dict.fromkeys(ids)
        )
        if len(parts) > 1:
            listed.append(Way(name=str(number), parts=parts))
            continue
        (part,) = parts
        alone = [choice for one in listed if len(one.parts) == 1 for choice in one.parts[0].choices]
        fresh = tuple(one for one in part.choices if not any(_shows_no_more(other, one) for other in alone))
        if part.multiple and len(fresh) > 1:
            listed.append(Way(name=str(number), parts=(replace(part, choices=fresh),)))
            continue
        for choice in fresh:
            one = replace(part, choices=(choice,), multiple=False)
            listed.append(Way(name=f"{number}-{choice.name}", parts=(one,)))
    return Question(name=name, optional=not ways.required, ways=tuple(listed))


def _shows_no_more(one: Choice, other: Choice) -> bool:
    """Whether it is the same credential, and nothing is gained by showing it as `other`."""
    return one.held.id == other.held.id and one.names <= other.names


def prepare(questions: tuple[Question, ...]) -> None:
    """The keys of the institutions, before a person has decided: lists of withdrawals are sealed under them too."""
    parts = [part for question in questions for way in question.ways for part in way.parts]
    for tenant in {_award(one.held).tenant for part in parts for one in part.choices if one.form}:
        wallet_copies.prepare(tenant)


def _cards(held: Held, query: Query, language: str) -> Iterator[_Card]:
    """Of one file, in each form that is asked for."""
    title = _title(held, language)
    forms = {one.form: one.why for one in wallet_forms.offered(held)}
    award: Award | None = held.award
    if award is None:
        yield from _as_it_came(held, query, title)
    elif not forms[Form.ATTESTATION]:
        trusted = any(one.authorities for one in query.credentials)
        authorities = {"aki": _key_identifiers(award)} if trusted else {}
        for form in _asked_for(query):
            try:
                yield _Card(held=held, form=form, title=title, holding=_holding(award, form, language, authorities))
            except (InputError, ConflictError):  # it lacks what this type must have
                continue


def _title(held: Held, language: str) -> str:
    about = wallets.about(held)
    return str(about.get("title", {}).get(language, "") or about.get("file", ""))


def _asked_for(query: Query) -> list[str]:
    """The forms that the query can mean."""
    wanted = []
    for form, kind, name in _FORMS:
        if any(one.format == kind and _may_be(one, name) for one in query.credentials):
            wanted.append(form)
    return wanted


def _may_be(asked: Asked, name: str) -> bool:
    return not name or not asked.types or any(one.endswith(name) for names in asked.types for one in names)


def _holding(award: Award, form: str, language: str, authorities: Mapping[str, frozenset[str]]) -> Holding:
    if form in _BADGES:
        document = wallet_copies.preview_badge(award, language=language)
        return oid4vp_answer.of_document(_BADGES[form], document, bound=True)
    shown = wallet_copies.preview(award, form, language=language)
    return Holding(
        format="dc+sd-jwt", types=frozenset({shown.vct}), claims=shown.claims, bound=True, authorities=authorities
    )


def _key_identifiers(award: Award) -> frozenset[str]:
    signer = seal_keys.signer_of(wallet_copies.key(award.tenant, "ES256"))
    return oid4vp_answer.key_identifiers((signer.certificate, *signer.chain))


def _as_it_came(held: Held, query: Query, title: str) -> Iterator[_Card]:
    """6.1, `require_cryptographic_holder_binding`: false."""
    if held.form == "sd_jwt" and any(one.format == "dc+sd-jwt" and not one.bound for one in query.credentials):
        try:
            yield _Card(held=held, form="", title=title, holding=_unbound(wallets.content(held)))
        except InputError:
            return


def _unbound(content: bytes) -> Holding:
    return oid4vp_answer.holding("dc+sd-jwt", content.decode("utf-8", "replace").strip())


def _choice(card: _Card, sets: tuple[tuple[Claim, ...], ...], language: str) -> Choice:
    """All of a badge is shown; of an attestation what is asked for, and what always stands in it."""
    shown: tuple[Shown, ...]
    always: tuple[Field, ...] = ()
    if card.form in _BADGES:
        seen = wallet_copies.preview(_award(card.held), SDJWT_ID, language=language).claims
        fields = tuple(_field(name, value, language) for name, value in seen.items() if name not in _FOR_PROGRAMS)
        shown = (Shown(claims=sets[0], fields=fields),)
    else:
        source = card.holding.claims
        shown = _distinct(Shown(claims=one, fields=_asked_fields(one, source, language)) for one in sets)
        always = tuple(_field(name, source[name], language) for name in _OPEN if source.get(name) is not None)
    return Choice(held=card.held, form=card.form, title=card.title, holding=card.holding, sets=shown, always=always)


def _asked_fields(claims: tuple[Claim, ...], source: Mapping[str, Any], language: str) -> tuple[Field, ...]:
    names = dict.fromkeys(str(one.path[0]) for one in claims)
    return tuple(_field(name, source[name], language) for name in names if name in source and name not in _OPEN)


def _distinct(sets: Iterable[Shown]) -> tuple[Shown, ...]:
    """Without those that show nothing less than what the verifier likes better: nobody gains by them."""
    found: list[tuple[frozenset[str], Shown]] = []
    for one in sets:
        paths = frozenset(repr(claim.path) for claim in one.claims)
        if not any(known <= paths for known, _shown in found):
            found.append((paths, one))
    return tuple(one for _paths, one in found)


def _award(held: Held) -> Award:
    award: Award | None = held.award
    assert award is not None  # `_cards`: a file that was brought is shown as it came
    return award


def label_of(name: str, language: str) -> str:
    """Of a claim; one that nobody here knows has its own name as label."""
    return messages.text(f"wallet.claim.{name}", language) if name in _KNOWN else name


def _field(name: str, value: Any, language: str) -> Field:
    if name in _DAYS and isinstance(value, str):
        return Field(name=name, label=label_of(name, language), value=dt.date.fromisoformat(value[:10]))
    text = " · ".join(str(one) for one in value) if isinstance(value, list) else str(value)
    return Field(name=name, label=label_of(name, language), value=text if len(text) <= 160 else f"{text[:157]} …")


def present(choice: Choice, request: Request, *, language: str, at: dt.datetime) -> str | Mapping[str, Any]:
    """The presentation. ConflictError where the credential has come to count no longer; UnavailableError, no key."""
    if not choice.form:
        return sd_jwt.present(wallets.content(choice.held), oid4vp_answer.shown_by(choice.claims)).decode()
    award = _award(choice.held)
    linked = choice.form == LDP_ID
    key = ed25519.Ed25519PrivateKey.generate() if linked else ec.generate_private_key(ec.SECP256R1())
    name, signer = did.did_key if linked else did.did_jwk, bare_signer(key)
    holder = name(key.public_key())
    (place,) = copy_places.give(award, 1, at)
    bound = wallet_copies.Bound(holder=jwk.write(key.public_key()), did=holder, place=place)
    sealed = wallet_copies.seal(award, choice.form, bound, language=language, at=at, profile=OPEN)
    _noted(award, choice.form, at)
    if linked:
        return oid4vp_answer.present_ld(sealed, request, signer=signer, did=holder, key_id=did.key_url(holder), at=at)
    if choice.form == JWT_ID:
        return oid4vp_answer.present_jwt(sealed, request, signer=signer, did=holder, key_id=did.key_url(holder), at=at)
    return oid4vp_answer.present_sd_jwt(sealed.encode(), choice.claims, request, signer=signer, at=at)


def _noted(award: Award, form: str, at: dt.datetime) -> None:
    line = audit.Line(verb="award.to_wallet", subject=f"award:{award.id}", detail={"form": form, "copies": 1})
    with work():
        audit.note_all(award.tenant, "learner", [line], at)
