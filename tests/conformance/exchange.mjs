// A learner's wallet of another house (the packages of the Learner Credential Wallet): opens an interaction link, signs a
// DIDAuthentication by Ed25519Signature2020 or eddsa-rdfc-2022, and verifies what it gets: [{interaction, suite, version, fault}].
import * as vc from '@digitalcredentials/vc';
import {DataIntegrityProof} from '@digitalcredentials/data-integrity';
import {Ed25519Signature2020} from '@digitalcredentials/ed25519-signature-2020';
import {Ed25519VerificationKey2020} from '@digitalcredentials/ed25519-verification-key-2020';
import * as Ed25519Multikey from '@digitalcredentials/ed25519-multikey';
import {cryptosuite} from '@digitalcredentials/eddsa-rdfc-2022-cryptosuite';
import {securityLoader} from '@digitalcredentials/security-document-loader';
import {answer} from './world.mjs';

const documentLoader = securityLoader().build();
const json = {'content-type': 'application/json', accept: 'application/json'};

async function key() {
  const pair = await Ed25519VerificationKey2020.generate();
  pair.controller = `did:key:${pair.fingerprint()}`;
  pair.id = `${pair.controller}#${pair.fingerprint()}`;
  return pair;
}

async function suiteOf(name, pair) {
  if (name === 'Ed25519Signature2020') {
    return new Ed25519Signature2020({key: pair});
  }
  const multikey = await Ed25519Multikey.from(pair);
  multikey.id = pair.id;
  return new DataIntegrityProof({signer: multikey.signer(), cryptosuite});
}

async function post(url, body) {
  const said = await fetch(url, {method: 'POST', headers: json, body: JSON.stringify(body)});
  return {status: said.status, body: await said.json()};
}

async function fetched({interaction, suite: name, version, fault}) {
  const address = interaction.replace(/^interaction:/, '');
  const said = await fetch(address, {headers: json});
  const {protocols} = await said.json();
  const {verifiablePresentationRequest: asked} = (await post(protocols.vcapi, {})).body;
  const [query] = asked.query;
  if (!query.acceptedCryptosuites.some(one => one.cryptosuite === name)) {
    throw new Error(`Not accepted: ${name}`);
  }
  const pair = await key();
  const holder = fault === 'holder' ? (await key()).controller : pair.controller;
  const presentation = vc.createPresentation({holder, version});
  const signed = await vc.signPresentation({
    presentation, suite: await suiteOf(name, pair), documentLoader,
    challenge: fault === 'challenge' ? 'another' : asked.challenge,
    domain: fault === 'domain' ? 'https://other.example' : asked.domain
  });
  if (fault === 'altered') {
    signed.id = 'urn:uuid:00000000-0000-4000-8000-000000000001';
  }
  const given = await post(protocols.vcapi, {verifiablePresentation: signed});
  if (given.status !== 200) {
    return {status: given.status, said: given.body, context: signed['@context']};
  }
  const [credential] = given.body.verifiablePresentation.verifiableCredential;
  const verified = await vc.verifyCredential({
    credential, suite: new Ed25519Signature2020(), documentLoader, checkStatus: async () => ({verified: true})
  });
  const altered = await vc.verifyCredential({
    credential: {...credential, issuanceDate: '2001-01-01T00:00:00Z'},
    suite: new Ed25519Signature2020(), documentLoader, checkStatus: async () => ({verified: true})
  });
  return {
    status: 200, credential, holder, protocols: Object.keys(protocols), context: signed['@context'],
    verified: verified.verified, why: verified.verified ? '' : JSON.stringify(verified.error?.errors ?? String(verified.error)),
    altered: altered.verified, again: (await post(protocols.vcapi, {verifiablePresentation: signed})).status
  };
}

await answer(fetched);
