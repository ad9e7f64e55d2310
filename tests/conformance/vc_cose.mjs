// Verifies the COSE_Sign1 that Mikra seals with @auth0/cose, and seals with it what Mikra verifies.
// Requests on standard input, answers on standard output; see node.py. Bytes travel as base64.
import {readFileSync} from 'node:fs';
import {Sign1} from '@auth0/cose';
import * as jose from 'jose';

const ALGORITHMS = {EdDSA: -8, ES256: -7, ES384: -35, ES512: -36};

const actions = {
  async verify({sealed, key, alg}) {
    const message = Sign1.decode(Buffer.from(sealed, 'base64'));
    await message.verify(await jose.importJWK(key, alg), {algorithms: [ALGORITHMS[alg]]});
    const headers = Object.fromEntries([...message.protectedHeaders.esMap ?? message.protectedHeaders]
      .filter(([, value]) => typeof value === 'string'));
    return {payload: JSON.parse(Buffer.from(message.payload).toString()), headers};
  },
  async seal({payload, key, alg, kid, typ, content}) {
    const headers = [[1, ALGORITHMS[alg]], [3, content], [4, Buffer.from(kid)], [16, typ]];
    const text = Buffer.from(JSON.stringify(payload));
    const message = await Sign1.sign(headers, undefined, text, await jose.importJWK(key, alg));
    return {sealed: Buffer.from(message.encode()).toString('base64')};
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
