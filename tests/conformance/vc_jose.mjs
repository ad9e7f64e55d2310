// Verifies what Mikra seals with npm jose and did-jwt-vc, and seals with them what Mikra verifies.
// Requests on standard input, answers on standard output; see node.py.
import {readFileSync} from 'node:fs';
import * as jose from 'jose';
import {createVerifiableCredentialJwt, createVerifiablePresentationJwt, verifyCredential, verifyPresentation}
  from 'did-jwt-vc';

const resolver = documents => ({
  resolve: async did => ({didDocument: documents[did], didDocumentMetadata: {}, didResolutionMetadata: {}})
});

const base = (alg, key) => async data => {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  const algorithm = alg === 'EdDSA' ? 'Ed25519' : {name: 'ECDSA', hash: 'SHA-256'};
  return Buffer.from(await crypto.subtle.sign(algorithm, key, bytes)).toString('base64url');
};

const actions = {
  async verify({token, key, alg, typ}) {
    const {payload, protectedHeader} = await jose.compactVerify(token, await jose.importJWK(key, alg), {algorithms: [alg]});
    if(protectedHeader.typ !== typ) {
      throw new Error(`typ ${protectedHeader.typ}`);
    }
    return {payload: JSON.parse(new TextDecoder().decode(payload))};
  },
  async verifyVersion1({token, documents, at}) {
    const options = {policies: {now: at}};
    const {verifiableCredential} = await verifyCredential(token, resolver(documents), options);
    return {payload: verifiableCredential};
  },
  async verifyPresentation1({token, documents, challenge, domain, at}) {
    const options = {challenge, domain, policies: {now: at}};
    const {verifiablePresentation} = await verifyPresentation(token, resolver(documents), options);
    return {payload: verifiablePresentation};
  },
  async seal({payload, key, alg, header}) {
    const text = new TextEncoder().encode(JSON.stringify(payload));
    const token = await new jose.CompactSign(text).setProtectedHeader({alg, ...header}).sign(await jose.importJWK(key, alg));
    return {token};
  },
  async sealVersion1({payload, key, alg, did, kid, presentation}) {
    const signer = base(alg, await jose.importJWK(key, alg));
    const issuer = {did, signer, alg};
    const make = presentation ? createVerifiablePresentationJwt : createVerifiableCredentialJwt;
    return {token: await make(payload, issuer, {header: {kid}})};
  }
};

const answers = [];
for(const request of JSON.parse(readFileSync(0, 'utf8'))) {
  try {
    answers.push({verified: true, ...await actions[request.do](request)});
  } catch(error) {
    answers.push({verified: false, error: String(error)});
  }
}
process.stdout.write(JSON.stringify(answers));
