// A wallet on the engine of another house (Sphereon's client, which speaks draft 15): [{offer, tx_code}].
import { text } from "node:stream/consumers";
import { OpenID4VCIClient } from "@sphereon/oid4vci-client";
import * as jose from "jose";

async function fetched({ offer, tx_code: pin }) {
  const { publicKey, privateKey } = await jose.generateKeyPair("ES256", { extractable: true });
  const jwk = await jose.exportJWK(publicKey);
  const did = `did:jwk:${Buffer.from(JSON.stringify(jwk)).toString("base64url")}`;
  const client = await OpenID4VCIClient.fromURI({ uri: offer, clientId: "sphereon", alg: "ES256", kid: `${did}#0` });
  await client.retrieveServerMetadata();
  await client.acquireAccessToken({ pin });
  const [credentialConfigurationId] = client.credentialOffer.credential_offer.credential_configuration_ids;
  const format = client.getCredentialsSupported()[credentialConfigurationId].format;
  const answer = await client.acquireCredentials({
    credentialConfigurationId,
    format,
    kid: `${did}#0`,
    alg: "ES256",
    proofCallbacks: {
      signCallback: async ({ header, payload }) =>
        new jose.SignJWT(payload).setProtectedHeader({ ...header, alg: "ES256", kid: `${did}#0` }).sign(privateKey),
    },
  });
  const given = answer.credentials?.[0]?.credential ?? answer.credential;
  return { credential: given, holder: jwk, did, format };
}

const answers = [];
console.log = console.error; // its own words
for (const request of JSON.parse(await text(process.stdin))) {
  try {
    answers.push(await fetched(request));
  } catch (error) {
    answers.push({ refused: String(error?.message ?? error) });
  }
}
process.stdout.write(JSON.stringify(answers));
