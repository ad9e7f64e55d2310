// How fast @digitalbazaar/vc seals and verifies: the best of some rounds, by CPU time.
// Usage: node rates.mjs SUITE < document.json      prints {"seal": rate, "verify": rate}
import * as eddsaJcs from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {loader, makeKey} from './world.mjs';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite as eddsaRdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';

const suiteName = process.argv[2];
const chunks = [];
for await (const chunk of process.stdin) {
  chunks.push(chunk);
}
const key = await makeKey('Ed25519');
const document = {...JSON.parse(Buffer.concat(chunks).toString())};
document.issuer = typeof document.issuer === 'string' ? key.controller : {...document.issuer, id: key.controller};
const rdfc = suiteName === 'eddsa-rdfc-2022';
const documentLoader = loader();

async function seal(number) {
  const suite = new DataIntegrityProof({
    signer: key.signer(), cryptosuite: rdfc ? eddsaRdfc : eddsaJcs.createSignCryptosuite()
  });
  return vc.issue({credential: {...document, id: `urn:uuid:${number}`}, suite, documentLoader});
}

const sealed = await seal(0);

async function verify() {
  const suite = new DataIntegrityProof({cryptosuite: rdfc ? eddsaRdfc : eddsaJcs.createVerifyCryptosuite()});
  const result = await vc.verifyCredential({credential: sealed, suite, documentLoader});
  if (!result.verified) {
    throw result.error;
  }
}

async function rate(action, times) {
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    const start = process.cpuUsage();
    for (let number = 0; number < times; number++) {
      await action(number);
    }
    const {user, system} = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1e6);
  }
  return times / best;
}

process.stdout.write(JSON.stringify({seal: await rate(seal, 60), verify: await rate(verify, 60)}));
