"""PyPI `joserfc`: credentials a second, composed (the learner's fields set in one dict) and sealed as a compact JWS.

Usage: python seal_joserfc.py ALGORITHM KEY.pem DOCUMENT.json TIMES ROUNDS      prints the best rate, by CPU time
"""

import json
import sys
import time
from pathlib import Path

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

algorithm, key_file, document_file, times, rounds = sys.argv[1:]
kind = {"ES256": ECKey, "EdDSA": OKPKey, "RS256": RSAKey}[algorithm]
key = kind.import_key(Path(key_file).read_text())
document = json.loads(Path(document_file).read_text())
header = {"alg": algorithm}

best = float("inf")
for _ in range(int(rounds)):
    start = time.process_time()
    for i in range(int(times)):
        document["id"] = f"urn:credential:{i}"
        document["credentialSubject"]["id"] = f"urn:epass:person:{i}"
        document["credentialSubject"]["givenName"] = {"en": [f"Learner {i}"]}
        payload = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        jws.serialize_compact(header, payload, key, algorithms=[algorithm])
    best = min(best, time.process_time() - start)
print(int(times) / best)
