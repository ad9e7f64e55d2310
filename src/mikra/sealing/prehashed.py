"""Whether a seal holds over data whose digest is known already: for very many files that begin alike.

`algorithms.signature_fault` says why one does not hold; here the answer is yes or no, of the same mathematics.
"""

from __future__ import annotations

from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from mikra.sealing.algorithms import ALGORITHMS, der_signature, key_fault, rsa_padding
from mikra.sealing.jades import public_key

Check = Callable[[bytes, bytes], bool]
"""(signature in JOSE form, digest) -> whether it holds."""


def digest_check(algorithm: str, certificate: bytes) -> Check | None:
    """The check under the key of a certificate (DER); None where it takes no digest (EdDSA) or cannot be used."""
    key = public_key(certificate)
    if isinstance(key, str) or key_fault(algorithm, key) or ALGORITHMS[algorithm].digest is None:
        return None
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _ecdsa(algorithm, key)
    return _rsa(algorithm, key) if isinstance(key, rsa.RSAPublicKey) else None


def _ecdsa(name: str, key: ec.EllipticCurvePublicKey) -> Check:
    algorithm, verify = ALGORITHMS[name], key.verify
    assert algorithm.digest is not None
    how, size = ec.ECDSA(Prehashed(algorithm.digest)), 2 * algorithm.size

    def holds(value: bytes, digest: bytes) -> bool:
        if len(value) != size:
            return False
        try:
            verify(der_signature(name, value), digest, how)
        except InvalidSignature:
            return False
        return True

    return holds


def _rsa(name: str, key: rsa.RSAPublicKey) -> Check:
    algorithm, verify, size = ALGORITHMS[name], key.verify, (key.key_size + 7) // 8
    assert algorithm.digest is not None
    scheme, how = rsa_padding(algorithm), Prehashed(algorithm.digest)

    def holds(value: bytes, digest: bytes) -> bool:
        if len(value) != size:
            return False
        try:
            verify(value, digest, scheme, how)
        except InvalidSignature:
            return False
        return True

    return holds
