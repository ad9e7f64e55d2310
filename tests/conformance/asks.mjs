// A verifier on the engine of another house (oid4vc-ts): {ask: {...}} -> {link, object, payload}, and
// {read: form, payload, jwk} -> {presentations, encryption}. A list of requests in, a list of answers out.
import { createHash, createPrivateKey, randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { setGlobalConfig } from "@openid4vc/oauth2";
import { Openid4vpVerifier } from "@openid4vc/openid4vp";
import * as jose from "jose";

setGlobalConfig({ allowInsecureUrls: true });

const unused = async () => {
  throw new Error("nothing of this kind is expected");
};

function verifier({ sealed, opened }) {
  return new Openid4vpVerifier({
    callbacks: {
      fetch,
      hash: (data, algorithm) => createHash(algorithm.replace("-", "")).update(data).digest(),
      generateRandom: (count) => randomBytes(count),
      signJwt: sealed ?? unused,
      decryptJwe: opened ?? unused,
      verifyJwt: unused,
      encryptJwe: unused,
    },
  });
}

async function asked({ payload, x5c, pem, request_uri: requestUri }) {
  const key = createPrivateKey(pem);
  const sealed = async (_signer, { header, payload: claims }) => ({
    jwt: await new jose.SignJWT(claims).setProtectedHeader(header).sign(key),
    signerJwk: await jose.exportJWK(key),
  });
  const made = await verifier({ sealed }).createOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: payload,
    jar: {
      requestUri,
      jwtSigner: { method: "x5c", alg: "ES256", x5c },
      expiresInSeconds: 300,
      additionalJwtPayload: { aud: "https://self-issued.me/v2" },
    },
  });
  return { link: made.authorizationRequest, object: made.jar.authorizationRequestJwt, payload: made.authorizationRequestPayload };
}

async function read({ read: form, payload, jwk }) {
  const opened = async (jwe) => {
    const key = await jose.importJWK({ ...jwk, alg: "ECDH-ES" });
    const { plaintext, protectedHeader } = await jose.compactDecrypt(jwe, key);
    return { decrypted: true, payload: new TextDecoder().decode(plaintext), decryptionJwk: jwk, header: protectedHeader };
  };
  const found = await verifier({ opened }).parseOpenid4vpAuthorizationResponse({
    authorizationResponse: form,
    authorizationRequestPayload: payload,
    callbacks: { decryptJwe: opened, verifyJwt: unused },
  });
  const encryption = form.response ? jose.decodeProtectedHeader(form.response).enc : "";
  return { presentations: found.dcql.presentations, nonce: found.expectedNonce, encryption };
}

const answers = [];
for (const request of JSON.parse(await text(process.stdin))) {
  try {
    answers.push(await (request.ask ? asked(request.ask) : read(request)));
  } catch (error) {
    answers.push({ refused: String(error.message) });
  }
}
console.log(JSON.stringify(answers));
