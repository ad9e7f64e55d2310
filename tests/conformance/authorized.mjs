// Wallets on the engine of another house (oid4vc-ts) ask their learner's leave and fetch:
// [{offer, redirect, provider: {x5c, jwk} | null, verifier: string | null}]. The learner says yes at once (a rehearsal).
import { createHash, randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import {
  clientAuthenticationClientAttestationJwt,
  clientAuthenticationNone,
  createClientAttestationJwt,
  parseAuthorizationResponseRedirectUrl,
  setGlobalConfig,
} from "@openid4vc/oauth2";
import { Openid4vciClient, Openid4vciWalletProvider } from "@openid4vc/openid4vci";
import * as jose from "jose";

setGlobalConfig({ allowInsecureUrls: true }); // the service of a test speaks http on loopback
const CLIENT = "https://wallet.example/engine";

async function newKey(keys) {
  const { publicKey, privateKey } = await jose.generateKeyPair("ES256", { extractable: true });
  const jwk = await jose.exportJWK(publicKey);
  keys.set(await jose.calculateJwkThumbprint(jwk), privateKey);
  return jwk;
}

async function fetched({ offer, redirect, provider, verifier }) {
  const keys = new Map();
  const [holder, instance, dpopKey] = [await newKey(keys), await newKey(keys), await newKey(keys)];
  const unused = async () => {
    throw new Error("nothing of this kind is expected");
  };
  const callbacks = {
    fetch,
    hash: (data, algorithm) => createHash(algorithm.replace("-", "")).update(data).digest(),
    generateRandom: (count) => randomBytes(count),
    signJwt: async (signer, { header, payload }) => {
      const named = signer.method === "x5c" ? provider.jwk : signer.publicJwk;
      const key = signer.method === "x5c" ? await jose.importJWK(provider.jwk, "ES256") : keys.get(await jose.calculateJwkThumbprint(named));
      return { jwt: await new jose.SignJWT(payload).setProtectedHeader(header).sign(key), signerJwk: named };
    },
    verifyJwt: unused,
    decryptJwe: unused,
    encryptJwe: unused,
  };
  callbacks.clientAuthentication = clientAuthenticationNone({ clientId: CLIENT });
  if (provider) {
    const clientAttestationJwt = await createClientAttestationJwt({
      signer: { method: "x5c", x5c: provider.x5c, alg: "ES256" },
      issuer: "https://provider.example",
      clientId: CLIENT,
      confirmation: { jwk: instance },
      issuedAt: new Date(),
      expiresAt: new Date(Date.now() + 3_600_000),
      callbacks,
    });
    callbacks.clientAuthentication = clientAuthenticationClientAttestationJwt({ clientAttestationJwt, callbacks });
  }
  const client = new Openid4vciClient({ callbacks });
  const credentialOffer = await client.resolveCredentialOffer(offer);
  const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer);
  const [credentialConfigurationId] = credentialOffer.credential_configuration_ids;
  const configuration = issuerMetadata.credentialIssuer.credential_configurations_supported[credentialConfigurationId];
  const proofOf = { signer: { method: "jwk", publicJwk: dpopKey, alg: "ES256" } };
  const asked = await client.createAuthorizationRequestUrlFromOffer({
    credentialOffer,
    issuerMetadata,
    clientId: CLIENT,
    redirectUri: redirect,
    scope: configuration.scope,
    dpop: proofOf,
  });
  const answer = await fetch(asked.authorizationRequestUrl, { redirect: "manual" });
  const location = answer.headers.get("location") ?? "";
  const said = parseAuthorizationResponseRedirectUrl({ url: location });
  if (said.error || said.iss !== credentialOffer.credential_issuer) throw new Error(JSON.stringify(said));
  const { accessTokenResponse, dpop } = await client.retrieveAuthorizationCodeAccessTokenFromOffer({
    issuerMetadata,
    credentialOffer,
    authorizationCode: said.code,
    pkceCodeVerifier: verifier ?? asked.pkce.codeVerifier,
    redirectUri: redirect,
    dpop: asked.dpop ?? proofOf,
  });
  const { c_nonce: nonce } = await client.requestNonce({ issuerMetadata });
  const attestKeys = () =>
    new Openid4vciWalletProvider({ callbacks }).createKeyAttestationJwt({
      signer: { method: "x5c", x5c: provider.x5c, alg: "ES256" },
      use: "proof_type.jwt",
      attestedKeys: [holder],
      nonce,
      issuedAt: new Date(),
      expiresAt: new Date(Date.now() + 3_600_000),
    });
  const keyAttestationJwt = provider ? await attestKeys() : undefined;
  const { jwt } = await client.createCredentialRequestJwtProof({
    issuerMetadata,
    credentialConfigurationId,
    nonce,
    clientId: CLIENT,
    keyAttestationJwt,
    signer: { method: "jwk", alg: "ES256", publicJwk: holder },
  });
  const { credentialResponse } = await client.retrieveCredentials({
    issuerMetadata,
    credentialConfigurationId,
    accessToken: accessTokenResponse.access_token,
    proofs: { jwt: [jwt] },
    dpop,
  });
  return {
    credential: credentialResponse.credentials[0].credential,
    holder,
    kind: accessTokenResponse.token_type,
    pushed: asked.authorizationRequestUrl.includes("request_uri="),
  };
}

const answers = [];
for (const request of JSON.parse(await text(process.stdin))) {
  try {
    answers.push(await fetched(request));
  } catch (error) {
    answers.push({ refused: String(error.message), said: error.errorResponse ?? error.response?.body ?? null });
  }
}
console.log(JSON.stringify(answers));
