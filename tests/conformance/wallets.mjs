// Wallets on the engine of another house (oid4vc-ts) fetch what was offered: [{offer, tx_code, named: "jwk" | "did"}].
import { createHash, randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { clientAuthenticationAnonymous, setGlobalConfig } from "@openid4vc/oauth2";
import { Openid4vciClient } from "@openid4vc/openid4vci";
import * as jose from "jose";

setGlobalConfig({ allowInsecureUrls: true }); // the service of a test speaks http on loopback

async function fetched({ offer, tx_code: txCode, named }) {
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
        jwt: await new jose.SignJWT(payload).setProtectedHeader(header).sign(privateKey),
        signerJwk: jwk,
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
  const { credentialResponse } = await client.retrieveCredentials({
    issuerMetadata,
    credentialConfigurationId,
    accessToken,
    proofs: { jwt: [jwt] },
  });
  await client.sendNotification({
    issuerMetadata,
    accessToken,
    notification: { notificationId: credentialResponse.notification_id, event: "credential_accepted" },
  });
  const known = issuerMetadata.credentialIssuer.credential_configurations_supported[credentialConfigurationId];
  const kept = await jose.exportJWK(privateKey);
  return { private: kept, credential: credentialResponse.credentials[0].credential, holder: jwk, did, format: known.format };
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
