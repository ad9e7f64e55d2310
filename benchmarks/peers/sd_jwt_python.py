"""PyPI `sd-jwt`: attestations a second, issued and verified.

Usage: python sd_jwt_python.py TASK.json TIMES ROUNDS      prints {"seal", "verify"}, the best rates by CPU time
"""

import json
import sys
import time
from pathlib import Path

from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

task, times, rounds = json.loads(Path(sys.argv[1]).read_text()), int(sys.argv[2]), int(sys.argv[3])
key = JWK(**task["jwk"])
public = JWK(**{name: value for name, value in task["jwk"].items() if name != "d"})


def claims(number):
    found = {}
    for name, value in task["claims"].items():
        if name in task["arrays"]:
            value = [SDObj(one) for one in value]
        found[SDObj(name) if name in task["names"] else name] = value
    found[SDObj("given_name")] = f"Ana{number}"
    return found


def seal(number):
    return SDJWTIssuer(claims(number), key, extra_header_parameters={"typ": "dc+sd-jwt"}).sd_jwt_issuance


def verify(_):
    SDJWTVerifier(task["text"], lambda *_: public).get_verified_payload()


def rate(action):
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for number in range(times):
            action(number)
        best = min(best, time.process_time() - start)
    return times / best


print(json.dumps({"seal": rate(seal), "verify": rate(verify)}))
