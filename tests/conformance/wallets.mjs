// Wallets on the engine of another house (oid4vc-ts) fetch what was offered:
// [{offer, tx_code, named: "jwk" | "did", copies: how many more}].
import { createHash, randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { clientAuthenticationAnonymous, setGlobalConfig } from "@openid4vc/oauth2";
import { Openid4vciClient } from "@openid4vc/openid4vci";
import * as jose from "jose";

setGlobalConfig({ allowInsecureUrls: true }); // the service of a test speaks http on loopback

async function fetched({ offer, tx_code: txCode, named, copies }) {
  const others = new Map();
  const { publicKey, privateKey } = await jose.generateKeyPair("ES256", { extractable: true });
  const jwk = await jose.exportJWK(publicKey);
  const unused = async () => {
    throw new Error("nothing of this kind is expected");
  };
  const client = new Openid4vciClient({
    callbacks: {
      fetch,
      hash: (data, algorithm) => createHash(algorithm.replace("-", "")).update(data).digest(),
      generateRandom: (count) => randomBytes(count),
      clientAuthentication: clientAuthenticationAnonymous(),
      signJwt: async (_signer, { header, payload }) => ({
        jwt: await new jose.SignJWT(payload).setProtectedHeader(header).sign(others.get(_signer.publicJwk?.x) ?? privateKey),
        signerJwk: _signer.publicJwk ?? jwk,
      }),
      verifyJwt: unused,
      decryptJwe: unused,
      encryptJwe: unused,
    },
  });
  const credentialOffer = await client.resolveCredentialOffer(offer);
  const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer);
  const [credentialConfigurationId] = credentialOffer.credential_configuration_ids;
  const { accessTokenResponse } = await client.retrievePreAuthorizedCodeAccessTokenFromOffer({
    credentialOffer,
    issuerMetadata,
    txCode,
  });
  const accessToken = accessTokenResponse.access_token;
  const { c_nonce: nonce } = await client.requestNonce({ issuerMetadata });
  const did = `did:jwk:${Buffer.from(JSON.stringify(jwk)).toString("base64url")}`;
  const signer =
    named === "did"
      ? { method: "did", alg: "ES256", didUrl: `${did}#0` }
      : { method: "jwk", alg: "ES256", publicJwk: jwk };
  const { jwt } = await client.createCredentialRequestJwtProof({
    issuerMetadata,
    credentialConfigurationId,
    nonce,
    signer,
  });
  const proofs = [jwt];
  for (let count = 0; count < (copies ?? 0); count += 1) {
    const another = await jose.generateKeyPair("ES256", { extractable: true });
    const publicJwk = await jose.exportJWK(another.publicKey);
    others.set(publicJwk.x, another.privateKey);
    const signed = { issuerMetadata, credentialConfigurationId, nonce, signer: { method: "jwk", alg: "ES256", publicJwk } };
    proofs.push((await client.createCredentialRequestJwtProof(signed)).jwt);
  }
  let { credentialResponse } = await client.retrieveCredentials({
    issuerMetadata,
    credentialConfigurationId,
    accessToken,
    proofs: { jwt: proofs },
  });
  let waited = 0;
  while (credentialResponse.transaction_id) {
    waited += 1;
    await new Promise((done) => setTimeout(done, credentialResponse.interval * 1000));
    const asked = { issuerMetadata, accessToken, transactionId: credentialResponse.transaction_id };
    credentialResponse = (await client.retrieveDeferredCredentials(asked)).deferredCredentialResponse;
  }
  if (!waited) {
    await client.sendNotification({
      issuerMetadata,
      accessToken,
      notification: { notificationId: credentialResponse.notification_id, event: "credential_accepted" },
    });
  }
  const known = issuerMetadata.credentialIssuer.credential_configurations_supported[credentialConfigurationId];
  const kept = await jose.exportJWK(privateKey);
  const all = credentialResponse.credentials.map((one) => one.credential);
  return { private: kept, credential: all[0], all, waited, holder: jwk, did, format: known.format };
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
