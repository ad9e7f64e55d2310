// W3C Data Integrity by Digital Bazaar's packages: verify, issue, derive, present, canonize.
import * as ecdsaSd from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import * as eddsaJcs from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import jsonld from 'jsonld';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {Ed25519Signature2020} from '@digitalbazaar/ed25519-signature-2020';
import {answer, contexts, loader, makeKey, message} from './world.mjs';
import {cryptosuite as ecdsaRdfc} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {cryptosuite as eddsaRdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';

const verifying = {
  'eddsa-rdfc-2022': eddsaRdfc,
  'eddsa-jcs-2022': eddsaJcs.createVerifyCryptosuite(),
  'ecdsa-rdfc-2019': ecdsaRdfc,
  'ecdsa-sd-2023': ecdsaSd.createVerifyCryptosuite()
};

function signing(name, {mandatoryPointers}) {
  if (name === 'eddsa-jcs-2022') {
    return eddsaJcs.createSignCryptosuite();
  }
  if (name === 'ecdsa-sd-2023') {
    return ecdsaSd.createSignCryptosuite({mandatoryPointers});
  }
  return verifying[name];
}

function suitesFor(document) {
  return [document.proof].flat().map(proof => proof.type === 'Ed25519Signature2020' ?
    new Ed25519Signature2020() : new DataIntegrityProof({cryptosuite: verifying[proof.cryptosuite]}));
}

async function verify({document, challenge, domain}) {
  const legacy = [document.proof].flat().some(proof => proof.type === 'Ed25519Signature2020');
  const options = {suite: suitesFor(document), documentLoader: loader({legacy})};
  const presentation = [document.type].flat().includes('VerifiablePresentation');
  if (presentation) {
    const inner = [document.verifiableCredential ?? []].flat().flatMap(suitesFor);
    options.suite = [...options.suite, ...inner];
  }
  const result = presentation ? await vc.verify({presentation: document, challenge, domain, ...options}) :
    await vc.verifyCredential({credential: document, checkStatus, ...options});
  return {verified: result.verified, error: result.verified ? '' : message(result.error)};
}

// Of the shape of each entry the library judges itself; the lists are not fetched here.
const checkStatus = async () => ({verified: true});

async function issue({document, suite: name, kind, ...rest}) {
  const key = await makeKey(kind);
  const made = JSON.parse(JSON.stringify(document).replaceAll('did:key:ISSUER', key.controller));
  const suite = new DataIntegrityProof({
    signer: key.signer(), date: '2026-06-01T12:00:00Z', cryptosuite: signing(name, rest)
  });
  return {document: await vc.issue({credential: made, suite, documentLoader: loader()})};
}

async function derive({document, selectivePointers}) {
  const suite = new DataIntegrityProof({cryptosuite: ecdsaSd.createDiscloseCryptosuite({selectivePointers})});
  return {document: await vc.derive({verifiableCredential: document, suite, documentLoader: loader()})};
}

async function present({credentials, challenge, domain, suite: name, kind}) {
  const key = await makeKey(kind);
  const presentation = vc.createPresentation({verifiableCredential: credentials, holder: key.controller});
  const suite = new DataIntegrityProof({signer: key.signer(), cryptosuite: verifying[name]});
  return {document: await vc.signPresentation({presentation, suite, challenge, domain, documentLoader: loader()})};
}

async function canonize({document}) {
  return {quads: await jsonld.canonize(document, {
    algorithm: 'RDFC-1.0', format: 'application/n-quads', base: null, safe: true, rdfDirection: 'i18n-datatype',
    documentLoader: loader()
  })};
}

const actions = {verify, issue, derive, present, canonize, contexts: () => Object.fromEntries(contexts)};

await answer(request => actions[request.do](request));
