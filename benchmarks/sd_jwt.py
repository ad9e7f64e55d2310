"""S1 and S3 for SD-JWT VC: attestations sealed from an edition compiled once, and verified; beside two peers.

Raw is OpenSSL signing the very bytes that the seal covers. Sealing counts the way from a learner's row to the whole
attestation: claims, salts, digests, seal. Rows are sealed 64 at a time, as a class list is. Verifying is the form,
every disclosure, and the issuer's seal under its certificate; then the same with all that a report needs besides.

    python -m benchmarks.sd_jwt
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from benchmarks import figures
from benchmarks.adapter import AT, course
from benchmarks.figures import Figure
from mikra import base64url
from mikra.conversion.sd_jwt_vc import Projection, micro_credential
from mikra.conversion.wallet_batch import CHUNK, VARYING, Learner, WalletBatch
from mikra.formats import Form, Item
from mikra.issuance.award_id import AwardId
from mikra.issuance.compose import compose
from mikra.issuance.design import Design
from mikra.issuance.design_file import publish, read_design
from mikra.public_keys import jwk
from mikra.sealing import jades, sd_jwt
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.keys import Signer, bare_signer, private_key_signer
from mikra.status.indexes import Place
from mikra.trust.certified_names import certifies
from mikra.verification.openers.sd_jwt import open_item
from mikra.verification.policy import Policy
from mikra.verification.question import Question, Session

PEERS = Path(__file__).parents[1] / ".peers"
ISSUER, NAMESPACE = "https://university.example/open", "https://university.example/ns/"
ROUNDS = 120
PEER_TIMES, PEER_ROUNDS = 200, 5
ROWS: list[Mapping[str, str]] = [
    {
        "given_name": f"Ana{i}",
        "family_name": "Șerban-Żółć",
        "grade": "9",
        "learner_id": f"{i}",
        "award_id": f"urn:uuid:{uuid.UUID(int=i)}",
        "edc_digest": "sha256-" + base64.b64encode(hashlib.sha256(bytes([i])).digest()).decode(),
    }
    for i in range(CHUNK)
]
"""What is at hand when an attestation is made: the learner's row, and the award with its sealed credential."""

SESSION = Session(nonce="n-4711", audience="https://verifier.example", key_binding=True)


@dataclass(frozen=True, slots=True)
class Keys:
    """The issuer's key with its certificate (whose alternative name is the issuer's address), the holder's key."""

    issuer: ec.EllipticCurvePrivateKey
    signer: Signer
    holder: ec.EllipticCurvePrivateKey


def make_keys() -> Keys:
    issuer, holder = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "University of Zed")])
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(issuer.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(ISSUER)]), critical=False)
        .sign(issuer, hashes.SHA256())
    )
    der = built.public_bytes(serialization.Encoding.DER)
    return Keys(issuer, private_key_signer(issuer, der), holder)


def designs() -> Iterator[tuple[str, Design]]:
    yield "mandatory elements", course()
    data = files("mikra.examples").joinpath("university-short-course.yaml").read_bytes()
    yield "all elements", publish(read_design(data, name="x.yaml"), on=AT.date())


def project(design: Design) -> Projection:
    credential = compose(design, ROWS[0], award_id=AwardId.new(AT, bytes(9)), at=AT, pages={})
    return micro_credential(credential, namespace=NAMESPACE, award_id="urn:uuid:0", digest=bytes(32))


def learner(row: Mapping[str, str], fixed: Mapping[str, Any], holder: Mapping[str, str], end: int) -> Learner:
    """From a row to its claims, as the projection of its own award would have them."""
    claims = {
        **fixed,
        "full_name": f"{row['given_name']} {row['family_name']}",
        "family_name": row["family_name"],
        "given_name": row["given_name"],
        "assessment_grade": row["grade"],
        "award_id": row["award_id"],
        "edc_digest": row["edc_digest"],
    }
    if "learner_identification" in fixed:
        claims["learner_identification"] = row["learner_id"]
    return Learner(claims=claims, holder=holder, expires=end)


def sealing(projection: Projection, keys: Keys) -> Callable[[], list[bytes]]:
    batch = WalletBatch(projection=projection, issuer=ISSUER, signer=keys.signer, at=AT, chance=secrets.token_bytes)
    fixed = {name: value for name, value in projection.claims.items() if name in VARYING}
    holder, end = jwk.write(keys.holder.public_key()), int(AT.timestamp()) + 5 * 365 * 86400

    def seal() -> list[bytes]:
        begin, base = batch.begin, "https://university.example/status/1"
        return batch.sealed(
            [begin(learner(row, fixed, holder, end), None, Place(base, number)) for number, row in enumerate(ROWS)]
        )

    return seal


def rates(actions: Mapping[str, tuple[Callable[[], object], int]]) -> dict[str, float]:
    """Name -> how many a second by CPU time, at the best of many short rounds that take turns."""
    best = dict.fromkeys(actions, float("inf"))
    for _ in range(ROUNDS):
        for name, (action, times) in actions.items():
            start = time.process_time()
            action()
            best[name] = min(best[name], (time.process_time() - start) / times)
    return {name: 1 / seconds for name, seconds in best.items()}


def verifying(texts: list[bytes], keys: Keys, session: Session | None = None) -> Callable[[], None]:
    policy = Policy(anchors=(keys.signer.certificate,))
    question = Question(at=AT, policy=policy, **({"session": session} if session else {}))
    items = [Item(form=Form.SEALED, kind="sd_jwt", data=text) for text in texts]

    def verify() -> None:
        for item in items:
            opening = open_item(item, question)
            assert opening.seals
            assert not opening.faults

    return verify


def checking(texts: list[bytes]) -> Callable[[], None]:
    """The form, every disclosure, the issuer's seal under the certificate that comes along, and its name."""

    def check() -> None:
        for text in texts:
            opened = sd_jwt.read(text)
            certificate = _certificate(opened.header["x5c"][0])
            (one,) = opened.jwt.signatures
            key = jades.public_key(certificate)
            assert not signature_fault(one.algorithm, key, one.value, opened.jwt.signing_input(one))
            assert _certified(certificate, str(opened.claims["iss"]))

    return check


_certificate = lru_cache(base64url.decode_standard)
_certified = lru_cache(certifies)


def figures_of(name: str, design: Design, keys: Keys) -> Iterator[Figure]:
    projection = project(design)
    seal = sealing(projection, keys)
    texts = seal()
    covered = texts[0].split(b"~")[0].rsplit(b".", 1)[0]
    opened = sd_jwt.read(texts[0])
    bound = [
        sd_jwt.bind(t, signer=bare_signer(keys.holder), audience=SESSION.audience, nonce=SESSION.nonce, at=AT)
        for t in texts
    ]
    scheme, public = ec.ECDSA(hashes.SHA256()), keys.issuer.public_key()
    signature = keys.issuer.sign(covered, scheme)
    found = rates(
        {
            "raw": (lambda: [keys.issuer.sign(covered, scheme) for _ in ROWS], CHUNK),
            "raw verify": (lambda: [public.verify(signature, covered, scheme) for _ in ROWS], CHUNK),
            "seal": (seal, CHUNK),
            "verify": (checking(texts), CHUNK),
            "report": (verifying(texts, keys), CHUNK),
            "bound": (verifying(bound, keys, SESSION), CHUNK),
        }
    )
    peers = dict(peers_of(texts[0], opened, keys))
    sealed = {peer: value["seal"] for peer, value in peers.items()}
    checked = {peer: value["verify"] for peer, value in peers.items()}
    note = f"{len(opened.disclosures)} disclosures, {len(covered):,} bytes under the seal, {len(texts[0]):,} in all"
    yield Figure(
        id="S1",
        what=f"SD-JWT VC ES256, {name}: share of raw",
        unit="%",
        measured=100 * found["seal"] / found["raw"],
        target=55,
        peers={peer: 100 * value / found["raw"] for peer, value in sealed.items()},
        note=f"stretch 65; {note}",
    )
    yield Figure(id="S1", what=f"SD-JWT VC ES256, {name}: sealed", unit="/s", measured=found["seal"], peers=sealed)
    yield Figure(
        id="S3",
        what=f"SD-JWT VC, {name}: verified",
        unit="/s",
        measured=found["verify"],
        target=7_500,
        peers=checked,
        note=f"raw verification {found['raw verify']:,.0f}/s",
    )
    report = "with path, trust, dates and issuer"
    yield Figure(id="S3", what=f"SD-JWT VC, {name}: {report}", unit="/s", measured=found["report"])
    yield Figure(id="S3", what=f"SD-JWT VC, {name}: {report}, and key binding", unit="/s", measured=found["bound"])


def peers_of(text: bytes, opened: sd_jwt.SdJwt, keys: Keys) -> Iterator[tuple[str, dict[str, float]]]:
    """(peer, {"seal", "verify"}): the same claims, the same ones concealed, the same kind of key."""
    names = sorted({one.place[0] for one in opened.disclosures if len(one.place) == 1}, key=str)
    arrays = sorted({one.place[0] for one in opened.disclosures if len(one.place) == 2}, key=str)
    private = {**jwk.write(keys.issuer.public_key()), "d": _scalar(keys.issuer)}
    given = {"claims": opened.claims, "names": names, "arrays": arrays, "jwk": private, "text": text.decode()}
    with tempfile.TemporaryDirectory() as folder:
        task = Path(folder, "task.json")
        task.write_text(json.dumps(given))
        for name, program in _programs():
            command = [*program, str(task), str(PEER_TIMES), str(PEER_ROUNDS)]
            environment = {**os.environ, "PEERS": str(PEERS / "node")}
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                yield name, json.loads(done.stdout)
            else:
                print(f"{name}: {(done.stderr.strip() or '?').splitlines()[-1]}", file=sys.stderr)


def _scalar(key: ec.EllipticCurvePrivateKey) -> str:
    return base64url.encode(key.private_numbers().private_value.to_bytes(32))


def _programs() -> Iterator[tuple[str, list[str]]]:
    here = Path(__file__).parent / "peers"
    if (PEERS / "node" / ".done").exists():
        yield "npm @sd-jwt", ["node", str(here / "sd_jwt_npm.mjs")]
    if (PEERS / "venv" / ".done").exists():
        yield "sd-jwt", [str(PEERS / "venv" / "bin" / "python"), str(here / "sd_jwt_python.py")]


def measure() -> list[Figure]:
    keys = make_keys()
    return [figure for name, design in designs() for figure in figures_of(name, design, keys)]


if __name__ == "__main__":
    figures.main(measure)
