// What conformance suites send to a verifier: credentials sealed by others, whole and with one thing wrong each.
// The wrong ones are sealed over what is wrong, so that only the rule can refuse them, and not the mathematics.
import * as ecdsaSd from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import * as eddsaJcs from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {createHash} from 'node:crypto';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import jsonld from 'jsonld';
import {answer, loader, makeKey} from './world.mjs';
import {cryptosuite as ecdsaRdfc} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {cryptosuite as eddsaRdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {encode} from 'base58-universal';

const packaged = {'eddsa-rdfc-2022': eddsaRdfc, 'ecdsa-rdfc-2019': ecdsaRdfc};
const FIRST = 'urn:uuid:00000000-0000-4000-8000-000000000001';
const clock = (days = 0) => new Date(Date.now() + days * 864e5).toISOString().replace(/\.\d+Z$/, 'Z');

function unsecured(version, issuer) {
  const named = {name: 'https://schema.org/name', description: 'https://schema.org/description'};
  return {
    '@context': version === '1.1' ?
      ['https://www.w3.org/2018/credentials/v1', 'https://w3id.org/security/data-integrity/v2', named] :
      ['https://www.w3.org/ns/credentials/v2'],
    id: `urn:uuid:${crypto.randomUUID()}`,
    type: ['VerifiableCredential'],
    issuer,
    ...version === '1.1' ? {issuanceDate: clock()} : {},
    credentialSubject: {id: 'urn:uuid:1a0e4ef5-0000-4000-8000-000000000000', name: 'Ana', description: 'Of Ana.'}
  };
}

const sorted = value => Array.isArray(value) ? value.map(sorted) : value && typeof value === 'object' ?
  Object.fromEntries(Object.keys(value).sort().map(name => [name, sorted(value[name])])) : value;

async function canonical(value, form, digest) {
  if (form === 'jcs') {
    return JSON.stringify(sorted(value));
  }
  return jsonld.canonize(value, {
    algorithm: 'RDFC-1.0', format: 'application/n-quads', base: null, safe: false, rdfDirection: 'i18n-datatype',
    messageDigestAlgorithm: digest === 'sha384' ? 'SHA-384' : 'SHA-256', documentLoader: loader()
  });
}

// A proof over exactly what is given. `change` sets members of the proof, and takes away those that are null.
async function proofOf(document, {key, suite, change = {}, form, digest}) {
  const proof = {
    type: 'DataIntegrityProof', cryptosuite: suite, created: clock(), verificationMethod: key.id,
    proofPurpose: 'assertionMethod', ...change
  };
  for (const name of Object.keys(proof).filter(each => proof[each] === null)) {
    delete proof[name];
  }
  const how = form ?? (suite.includes('jcs') ? 'jcs' : 'rdfc');
  const hash = digest ?? (key.id.includes('z82L') ? 'sha384' : 'sha256');
  const options = {...proof, '@context': document['@context']};
  const parts = await Promise.all([options, document].map(each => canonical(each, how, hash)));
  const data = Buffer.concat(parts.map(part => createHash(hash).update(part).digest()));
  const kept = how === 'jcs' ? options : proof;
  return {...kept, proofValue: `z${encode(await key.signer().sign({data}))}`};
}

async function packagedSeal(document, key, suite) {
  const cryptosuite = suite === 'eddsa-jcs-2022' ? eddsaJcs.createSignCryptosuite() : packaged[suite];
  const by = new DataIntegrityProof({signer: key.signer(), cryptosuite});
  return vc.issue({credential: document, suite: by, documentLoader: loader()});
}

async function fixtures({suite, kind, version}) {
  const key = await makeKey(kind);
  const plain = () => unsecured(version, key.controller);
  const sealed = async (change, more = {}, document = plain()) =>
    ({...document, proof: await proofOf(document, {key, suite, change, ...more})});
  const found = {whole: await sealed({})};
  if (suite in packaged || suite === 'eddsa-jcs-2022') {
    found.packaged = await packagedSeal(plain(), key, suite);
  }
  const wrong = {
    noMethod: {verificationMethod: null}, wrongMethod: {verificationMethod: 'did:key:invalidVm'},
    noPurpose: {proofPurpose: null}, wrongPurpose: {proofPurpose: 'invalidPurpose'},
    wrongType: {type: 'UnknownProofType'}, wrongSuite: {cryptosuite: 'UnknownCryptosuite'},
    noSuite: {cryptosuite: null}, wrongCreated: {created: 'invalidDate'}, wrongExpires: {expires: 'invalidDate'},
    ended: {expires: clock(-1)}, noCreated: {created: null}, createdBefore: {created: clock(-365)},
    createdBare: {created: clock().slice(0, -1)}, expiresBare: {expires: clock(1).slice(0, -1)},
    forAuthentication: {proofPurpose: 'authentication', challenge: 'c', domain: 'domain.example'},
    challenged: {challenge: 'c', domain: 'domain.example'}
  };
  for (const [name, change] of Object.entries(wrong)) {
    found[name] = await sealed(change);
  }
  found.wrongForm = await sealed({}, {form: suite.includes('jcs') ? 'rdfc' : 'jcs'});
  found.wrongDigest = await sealed({}, {digest: 'sha512'});
  const document = plain();
  document.credentialSubject.undefinedTerm = 'lost';
  found.undefinedTerm = await sealed({}, {}, document);
  const based = plain();
  based['@context'].push({'@base': 'https://invalid.example.com/'});
  found.relativeType = await sealed({}, {}, {...based, type: [...based.type, 'UndefinedCredential']});
  Object.assign(found, await chains(plain(), key, suite));
  return found;
}

// Sets and chains (VC Data Integrity 1.0, 4.3): a proof that names others covers them.
async function chains(document, key, suite) {
  const first = await proofOf(document, {key, suite, change: {id: FIRST}});
  const after = async (previousProof, covered = [first]) =>
    proofOf({...document, proof: covered}, {key, suite, change: {previousProof}});
  const other = await makeKey('P-256');
  const byOther = await proofOf(document, {key: other, suite: 'ecdsa-rdfc-2019'});
  return {
    chain: {...document, proof: [first, await after(FIRST)]},
    chainAsList: {...document, proof: [first, await after([FIRST])]},
    chainToNothing: {...document, proof: [first, await after('urn:uuid:00000000-0000-4000-8000-000000000009', [])]},
    chainToNothingInList: {...document, proof: [first, await after(['urn:uuid:00000000-0000-4000-8000-000000000009'], [])]},
    chainOfNumber: {...document, proof: [first, {...await after(FIRST), previousProof: 456321}]},
    chainBroken: {...document, proof: [{...first, proofValue: 'invalidProofValue'}, await after(FIRST)]},
    chainUncovered: {...document, proof: [first, await after(FIRST, [])]},
    set: {...document, proof: [first, byOther]},
    setOfOthers: {...document, proof: [byOther]},
    idNoUrl: {...document, proof: await proofOf(document, {key, suite, change: {id: 'first'}})}
  };
}

async function derived({version}) {
  const key = await makeKey('P-256');
  const mandatoryPointers = ['/issuer', ...version === '1.1' ? ['/issuanceDate'] : []];
  const cryptosuite = ecdsaSd.createSignCryptosuite({mandatoryPointers});
  const by = new DataIntegrityProof({signer: key.signer(), cryptosuite});
  const base = await vc.issue({credential: unsecured(version, key.controller), suite: by, documentLoader: loader()});
  const show = new DataIntegrityProof({
    cryptosuite: ecdsaSd.createDiscloseCryptosuite({selectivePointers: ['/credentialSubject/name']})
  });
  return {base, whole: await vc.derive({verifiableCredential: base, suite: show, documentLoader: loader()})};
}

const suites = {
  'ecdsa-sd-2023': ecdsaSd.createVerifyCryptosuite(), 'eddsa-jcs-2022': eddsaJcs.createVerifyCryptosuite(), ...packaged
};

async function verify({document}) {
  const suite = new DataIntegrityProof({cryptosuite: suites[[document.proof].flat()[0].cryptosuite]});
  const result = await vc.verifyCredential({credential: document, suite, documentLoader: loader()});
  return {verified: result.verified};
}

const actions = {fixtures, derived, verify};

await answer(request => actions[request.do](request));
