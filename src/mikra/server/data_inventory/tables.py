"""Every column of the database: personal, with its processing and place; or named as not personal.

Keep it in the order of `store.models`. A column of free text that people fill belongs to the first kind, even where
they are asked to name nobody in it.
"""

from __future__ import annotations

from mikra.server.data_inventory.kinds import Personal, Place, Table


def _table(model: str, other: str, **personal: tuple[str, Place]) -> Table:
    columns = {name: Personal(*one) for name, one in personal.items()}
    return Table(model=model, personal=columns, other=frozenset(other.split()))


_LEARNERS = (
    _table(
        "store.Learner",
        "id created tenant erased restricted",
        key=("awards", Place.REFERENCE),
        profile=("awards", Place.LEARNER_KEY),
    ),
    _table(
        "store.LearnerToken",
        "id tenant kind",
        learner=("awards", Place.REFERENCE),
        token=("awards", Place.DIGEST),
    ),
    _table("store.Wrapped", "id created tenant", wrapped=("awards", Place.WRAPPED)),
    _table(
        "store.Award",
        "created tenant edition batch state changed supersedes trial route",
        id=("proof", Place.PSEUDONYM),
        learner=("awards", Place.REFERENCE),
        row=("awards", Place.PSEUDONYM),
        awarded_on=("proof", Place.PSEUDONYM),
        ends_on=("proof", Place.PSEUDONYM),
        reason=("proof", Place.CLEAR),
        same=("awards", Place.DIGEST),
        facts=("awards", Place.LEARNER_KEY),
        list_number=("proof", Place.PSEUDONYM),
        list_index=("proof", Place.PSEUDONYM),
    ),
    _table(
        "store.Sealed",
        "id created tenant award form generation seal_key",
        content=("awards", Place.LEARNER_KEY),
        digest=("proof", Place.PSEUDONYM),
        payload_digest=("proof", Place.PSEUDONYM),
    ),
    _table(
        "store.Change",
        "id created tenant award state",
        reason=("proof", Place.CLEAR),
        by=("work", Place.REFERENCE),
        tombstone=("proof", Place.PSEUDONYM),
    ),
    _table("store.Dictionary", "id edition content digest name"),
)
_LISTS = (
    _table(
        "store.Batch",
        "id created tenant edition state mapping options findings trial awarded_on note approved scheduled started"
        " finished release problem total sealed source",
        key=("lists", Place.REFERENCE),
        secret=("lists", Place.BATCH_KEY),
        upload=("lists", Place.BATCH_KEY),
        prepared_by=("work", Place.REFERENCE),
        hands=("work", Place.PSEUDONYM),
        approved_by=("work", Place.REFERENCE),
        receipt=("proof", Place.PSEUDONYM),
    ),
    _table("store.ReceiptPart", "id created tenant batch number", content=("proof", Place.PSEUDONYM)),
    _table(
        "store.BatchRow",
        "id tenant batch number state list_number list_index warned double_of slot",
        key=("lists", Place.REFERENCE),
        cells=("lists", Place.ROW_KEY),
        same=("lists", Place.DIGEST),
        award_stem=("proof", Place.PSEUDONYM),
        keys=("lists", Place.DIGEST),
    ),
    _table(
        "store.PriorCase",
        "id created tenant edition state batch changed",
        key=("prior", Place.REFERENCE),
        secret=("prior", Place.CASE_KEY),
        assessor=("work", Place.REFERENCE),
        hands=("work", Place.PSEUDONYM),
    ),
    _table(
        "store.PriorEvidence",
        "id created tenant kind media size",
        case=("prior", Place.REFERENCE),
        secret=("prior", Place.CASE_KEY),
        content=("prior", Place.CASE_KEY),
    ),
    _table(
        "store.PriorDecision",
        "id created tenant outcome",
        case=("prior", Place.REFERENCE),
        secret=("prior", Place.CASE_KEY),
        by=("work", Place.REFERENCE),
    ),
    _table("store.KnownColumns", "id created tenant edition headings mapping"),
)
_LETTERS = (
    _table(
        "store.Delivery",
        "id created tenant kind channel state due tries expires answered",
        award=("letters", Place.REFERENCE),
        problem=("letters", Place.CLEAR),
        token=("letters", Place.HASHED),
        opened=("letters", Place.CLEAR),
        claimed=("letters", Place.CLEAR),
        guardian=("letters", Place.CLEAR),
        message_id=("letters", Place.PSEUDONYM),
        resent_from=("letters", Place.REFERENCE),
    ),
    _table(
        "store.DeliveryStep",
        "id state",
        delivery=("letters", Place.REFERENCE),
        at=("letters", Place.CLEAR),
        reason=("letters", Place.CLEAR),
    ),
    _table(
        "store.NameRequest",
        "id created tenant state decided",
        award=("requests", Place.REFERENCE),
        text=("requests", Place.LEARNER_KEY),
        answer=("requests", Place.CLEAR),
    ),
)
_CASES = (
    _table(
        "store.RightsCase",
        "id created tenant kind state received due extended proven exported decided",
        learner=("rights", Place.REFERENCE),
        key=("rights", Place.REFERENCE),
        secret=("rights", Place.CASE_KEY),
        by=("work", Place.REFERENCE),
    ),
)
_WALLETS = (
    _table(
        "store.Wallet",
        "created",
        id=("wallets", Place.PSEUDONYM),
        person=("wallets", Place.REFERENCE),
        wrapped=("wallets", Place.WRAPPED),
        profile=("wallets", Place.WALLET_KEY),
        recovery=("wallets", Place.HASHED),
    ),
    _table(
        "store.Held",
        "id created form source verdict checked removed",
        wallet=("wallets", Place.REFERENCE),
        content=("wallets", Place.WALLET_KEY),
        about=("wallets", Place.WALLET_KEY),
        digest=("wallets", Place.DIGEST),
        award=("wallets", Place.REFERENCE),
    ),
    _table(
        "store.Address",
        "id created confirmed first",
        wallet=("wallets", Place.REFERENCE),
        token=("wallets", Place.DIGEST),
        content=("wallets", Place.WALLET_KEY),
    ),
    _table(
        "store.Proof",
        "id created way tenant recovers",
        wallet=("wallets", Place.REFERENCE),
        award=("wallets", Place.REFERENCE),
        content=("wallets", Place.WALLET_KEY),
        subject=("wallets", Place.DIGEST),
    ),
    _table(
        "store.Return", "id created tenant opens", wallet=("wallets", Place.REFERENCE), to=("wallets", Place.REFERENCE)
    ),
    _table(
        "store.Consent",
        "id created tenant revoked",
        wallet=("wallet_consents", Place.REFERENCE),
        learner=("wallet_consents", Place.REFERENCE),
    ),
    _table(
        "store.Transfer",
        "id created expires fetched",
        wallet=("wallets", Place.REFERENCE),
        token=("wallets", Place.HASHED),
        content=("wallets", Place.WALLET_KEY),
    ),
    _table(
        "store.Share",
        "id created password once expires used stopped",
        wallet=("shares", Place.REFERENCE),
        token=("shares", Place.HASHED),
        content=("shares", Place.WALLET_KEY),
    ),
    _table(
        "store.WalletAnswer",
        "id created",
        wallet=("shares", Place.REFERENCE),
        content=("shares", Place.WALLET_KEY),
    ),
    _table("store.ShareDay", "id day count", share=("shares", Place.REFERENCE)),
    _table(
        "store.WalletOffer",
        "id created tenant configuration language tries expires redeemed token_ends client issued event rehearsal"
        " profile grant refresh_ends refreshed family given deferred waits",
        award=("letters", Place.REFERENCE),
        code=("letters", Place.HASHED),
        reference=("letters", Place.HASHED),
        typed=("letters", Place.HASHED),
        token=("letters", Place.HASHED),
        notification=("letters", Place.HASHED),
        dpop=("letters", Place.DIGEST),
        attested=("letters", Place.DIGEST),
        refresh=("letters", Place.HASHED),
        transaction=("letters", Place.HASHED),
        keys=("letters", Place.PSEUDONYM),
        interaction=("letters", Place.HASHED),
    ),
    _table(
        "store.WalletRequest",
        "id created tenant profile client redirect configuration detailed expires opened decided code_ends used",
        offer=("letters", Place.REFERENCE),
        state=("letters", Place.CLEAR),
        challenge=("letters", Place.DIGEST),
        dpop=("letters", Place.DIGEST),
        attested=("letters", Place.DIGEST),
        request=("letters", Place.HASHED),
        page=("letters", Place.HASHED),
        code=("letters", Place.HASHED),
    ),
    _table(
        "store.WalletCopy",
        "id created tenant",
        award=("letters", Place.REFERENCE),
        list_number=("letters", Place.PSEUDONYM),
        list_index=("letters", Place.PSEUDONYM),
    ),
    _table("store.WalletClient", "client redirects"),
    _table("store.SpentNonce", "digest ends"),
    _table("store.Feedback", "id tenant edition month promised workload use", comment=("feedback", Place.CLEAR)),
)
_WORK = (
    _table(
        "store.Design",
        "id created tenant code title search state draft version saver stated quality_on programme changed last_used"
        " deleted",
        authors=("work", Place.PSEUDONYM),
        made_by=("work", Place.REFERENCE),
    ),
    _table("store.DraftVersion", "id created tenant design number content", by=("work", Place.REFERENCE)),
    _table(
        "store.Edition",
        "id created tenant design number label content digest title published_on review_by withdrawn",
        published_by=("work", Place.REFERENCE),
    ),
    _table(
        "store.Review",
        "id created tenant design state version decided",
        asked_by=("work", Place.REFERENCE),
        decided_by=("work", Place.REFERENCE),
        reason=("work", Place.CLEAR),
        checklist=("work", Place.CLEAR),
    ),
    _table(
        "store.Comment",
        "id created tenant review where resolved",
        text=("work", Place.CLEAR),
        by=("work", Place.REFERENCE),
    ),
    _table(
        "store.Entry",
        "id tenant number at verb digest",
        actor=("proof", Place.PSEUDONYM),
        subject=("proof", Place.PSEUDONYM),
        reason=("proof", Place.CLEAR),
        detail=("proof", Place.PSEUDONYM),
    ),
    _table("store.Head", "tenant number digest"),
    _table("store.DailyHead", "id created tenant day number digest sealed"),
)
_STAFF = (
    _table(
        "store.Person",
        "operator is_active created",
        id=("staff", Place.PSEUDONYM),
        password=("staff", Place.HASHED),
        last_login=("staff", Place.CLEAR),
        email=("staff", Place.CLEAR),
        name=("staff", Place.CLEAR),
        language=("staff", Place.CLEAR),
    ),
    _table(
        "store.Membership",
        "id created tenant ended",
        person=("staff", Place.REFERENCE),
        roles=("staff", Place.CLEAR),
    ),
    _table("store.SetUp", "id digest expires spent"),
    _table(
        "account.EmailAddress",
        "id verified primary",
        user=("staff", Place.REFERENCE),
        email=("staff", Place.CLEAR),
    ),
    _table(
        "account.EmailConfirmation",
        "id created sent",
        email_address=("staff", Place.REFERENCE),
        key=("staff", Place.CLEAR),
    ),
    _table(
        "mfa.Authenticator",
        "id type created_at",
        user=("staff", Place.REFERENCE),
        data=("staff", Place.CLEAR),
        last_used_at=("staff", Place.CLEAR),
    ),
    _table(
        "socialaccount.SocialAccount",
        "id provider date_joined",
        user=("staff", Place.REFERENCE),
        uid=("staff", Place.CLEAR),
        last_login=("staff", Place.CLEAR),
        extra_data=("staff", Place.CLEAR),
    ),
    _table(
        "socialaccount.SocialToken",
        "id app expires_at",
        account=("staff", Place.REFERENCE),
        token=("staff", Place.CLEAR),
        token_secret=("staff", Place.CLEAR),
    ),
    _table("socialaccount.SocialApp", "id provider provider_id name client_id secret key settings"),
    _table("store.SignOn", "id created tenant kind label secret enabled"),
    _table(
        "sessions.Session",
        "expire_date",
        session_key=("sessions", Place.CLEAR),
        session_data=("sessions", Place.CLEAR),
    ),
)
_SERVICE = (
    _table(
        "store.Tenant", "id created slug name language languages settings demonstration stopped issuing_blocked closed"
    ),
    _table("store.Provider", "id created tenant name body policy logo accent issues changed"),
    _table(
        "store.SealKey", "id created tenant provider use name address certificate label not_after retired compromised"
    ),
    _table("store.Skill", "id iri language label kind reuse search"),
    _table("store.StatusList", "number tenant group size taken secret address issuer open version dirty"),
    _table("store.StatusMark", "id list value at", **dict.fromkeys(("index", "tombstone"), ("proof", Place.PSEUDONYM))),
    _table("store.Published", "id created tenant list encoding content at until version"),
    _table(
        "store.Presentation",
        "id created digest lock client_id mode same_device query tenant language state fault response_code expires",
        purpose=("presentations", Place.CLEAR),
        answer=("presentations", Place.ASKER_KEY),
    ),
    _table("store.Lease", "name holder until"),
    _table("store.Beat", "task at good said"),
    _table(
        "store.Asked",
        "id created tenant key request status",
        caller=("answers", Place.PSEUDONYM),
        answer=("answers", Place.CLEAR),
    ),
    _table("auth.Permission", "id name content_type codename"),
    _table("auth.Group", "id name"),
    _table("auth.Group_permissions", "id group permission"),
    _table("contenttypes.ContentType", "id app_label model"),
)
_PROGRAMS = (
    _table(
        "store.ApiKey",
        "id created tenant name start digest scopes expires last_used revoked",
        made_by=("work", Place.REFERENCE),
    ),
    _table("store.Webhook", "id created tenant url secret events seen stopped problem removed"),
    _table("store.Message", "id created tenant webhook event state due tries again", body=("proof", Place.PSEUDONYM)),
    _table("store.Attempt", "id message at status problem milliseconds"),
    _table("store.KnownVerifier", "id created tenant name kind mark"),
    _table("store.DroppedFile", "id created tenant edition digest batch"),
)
TABLES = _LEARNERS + _LISTS + _LETTERS + _CASES + _WALLETS + _WORK + _STAFF + _SERVICE + _PROGRAMS
