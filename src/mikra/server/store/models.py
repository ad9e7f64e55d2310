"""All models, for Django to find."""

from __future__ import annotations

from mikra.server.store.answers import WalletAnswer
from mikra.server.store.api import ApiKey, Attempt, DroppedFile, Message, Webhook
from mikra.server.store.audit import DailyHead, Entry, Head
from mikra.server.store.awards import Award, Change, Dictionary, Sealed
from mikra.server.store.batches import Batch, BatchRow, KnownColumns, ReceiptPart
from mikra.server.store.copies import WalletCopy
from mikra.server.store.deliveries import Delivery, DeliveryStep, NameRequest
from mikra.server.store.designs import Comment, Design, DraftVersion, Edition, Review
from mikra.server.store.feedback import Feedback
from mikra.server.store.issuing import SpentNonce, WalletClient, WalletOffer, WalletRequest
from mikra.server.store.known_verifiers import KnownVerifier
from mikra.server.store.learners import Learner, LearnerToken
from mikra.server.store.people import Membership, Person, SetUp
from mikra.server.store.presenting import Presentation
from mikra.server.store.prior_learning import PriorCase, PriorDecision, PriorEvidence
from mikra.server.store.rights_cases import RightsCase
from mikra.server.store.shares import Share, ShareDay
from mikra.server.store.sign_on import SignOn
from mikra.server.store.skills import Skill
from mikra.server.store.status import Published, StatusList, StatusMark
from mikra.server.store.tenants import Provider, SealKey, Tenant, Wrapped
from mikra.server.store.wallets import Address, Consent, Held, Proof, Return, Transfer, Wallet
from mikra.server.store.work import Asked, Beat, Lease

__all__ = [
    "Address",
    "ApiKey",
    "Asked",
    "Attempt",
    "Award",
    "Batch",
    "BatchRow",
    "Beat",
    "Change",
    "Comment",
    "Consent",
    "DailyHead",
    "Delivery",
    "DeliveryStep",
    "Design",
    "Dictionary",
    "DraftVersion",
    "DroppedFile",
    "Edition",
    "Entry",
    "Feedback",
    "Head",
    "Held",
    "KnownColumns",
    "KnownVerifier",
    "Learner",
    "LearnerToken",
    "Lease",
    "Membership",
    "Message",
    "NameRequest",
    "Person",
    "Presentation",
    "PriorCase",
    "PriorDecision",
    "PriorEvidence",
    "Proof",
    "Provider",
    "Published",
    "ReceiptPart",
    "Return",
    "Review",
    "RightsCase",
    "SealKey",
    "Sealed",
    "SetUp",
    "Share",
    "ShareDay",
    "SignOn",
    "Skill",
    "SpentNonce",
    "StatusList",
    "StatusMark",
    "Tenant",
    "Transfer",
    "Wallet",
    "WalletAnswer",
    "WalletClient",
    "WalletCopy",
    "WalletOffer",
    "WalletRequest",
    "Webhook",
    "Wrapped",
]
