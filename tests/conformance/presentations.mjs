// Wallets on the engine of another house (oid4vc-ts) answer what was asked: [{request, credential, private, nonce?}].
import { createHash, randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { clientAuthenticationAnonymous, setGlobalConfig } from "@openid4vc/oauth2";
import { Openid4vpClient } from "@openid4vc/openid4vp";
import * as jose from "jose";

setGlobalConfig({ allowInsecureUrls: true }); // the service of a test speaks http on loopback

const unused = async () => {
  throw new Error("nothing of this kind is expected");
};
const callbacks = {
  fetch,
  hash: (data, algorithm) => createHash(algorithm.replace("-", "")).update(data).digest(),
  generateRandom: (count) => randomBytes(count),
  clientAuthentication: clientAuthenticationAnonymous(),
  signJwt: unused,
  decryptJwe: unused,
  verifyJwt: async (signer, { compact }) => {
    const pem = `-----BEGIN CERTIFICATE-----\n${signer.x5c[0]}\n-----END CERTIFICATE-----`;
    const key = await jose.importX509(pem, signer.alg);
    try {
      await jose.compactVerify(compact, key);
      return { verified: true, signerJwk: await jose.exportJWK(key) };
    } catch {
      return { verified: false };
    }
  },
  encryptJwe: async ({ publicJwk, enc }, data) => {
    const header = { alg: "ECDH-ES", enc, kid: publicJwk.kid };
    const made = new jose.CompactEncrypt(new TextEncoder().encode(data)).setProtectedHeader(header);
    return { jwe: await made.encrypt(await jose.importJWK(publicJwk, "ECDH-ES")), encryptionJwk: publicJwk };
  },
  getX509CertificateMetadata: () => ({ sanDnsNames: [], sanUriNames: [] }),
};
const client = new Openid4vpClient({ callbacks });

async function answered({ request, credential, private: jwk, nonce }) {
  const parsed = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: request });
  const { authorizationRequestPayload: asked } = await client.resolveOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: parsed.params,
    responseMode: { type: "direct_post" },
  });
  const claims = {
    nonce: nonce ?? asked.nonce,
    aud: asked.client_id,
    iat: Math.floor(Date.now() / 1000),
    sd_hash: createHash("sha256").update(credential).digest("base64url"),
  };
  const bound = await new jose.SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", typ: "kb+jwt" })
    .sign(await jose.importJWK(jwk, "ES256"));
  const supported = {
    authorization_encryption_alg_values_supported: ["ECDH-ES"],
    authorization_encryption_enc_values_supported: ["A128GCM", "A256GCM"],
    authorization_signing_alg_values_supported: [],
  };
  const encrypted = asked.response_mode === "direct_post.jwt";
  const { authorizationResponsePayload, jarm } = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: asked,
    clientMetadata: asked.client_metadata,
    authorizationResponsePayload: { vp_token: { [asked.dcql_query.credentials[0].id]: [credential + bound] } },
    ...(encrypted ? { jarm: { encryption: { nonce: "unused" }, serverMetadata: supported } } : {}),
  });
  const { response } = await client.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: asked,
    authorizationResponsePayload,
    jarm,
  });
  return { status: response.status, mode: asked.response_mode };
}

const answers = [];
for (const request of JSON.parse(await text(process.stdin))) {
  try {
    answers.push(await answered(request));
  } catch (error) {
    answers.push({ refused: String(error.message) });
  }
}
console.log(JSON.stringify(answers));
