// Is an SD-JWT VC withdrawn? By the package of another house (@sd-jwt/sd-jwt-vc), which fetches the list token that it points
// to; a wallet's rule is added: both under the same authority (x5c, without the anchor): [{text, anchor}].
import {createHash, createPublicKey, verify, X509Certificate} from 'node:crypto';
import {SDJwtVcInstance} from '@sd-jwt/sd-jwt-vc';
import {answer} from './world.mjs';

const hasher = (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest();
const header = text => JSON.parse(Buffer.from(text.split('.')[0], 'base64url'));

// The key of x5c, where its one certificate is the anchor's work.
function certified(text, anchor) {
  const chain = header(text).x5c.map(one => new X509Certificate(Buffer.from(one, 'base64')));
  const root = new X509Certificate(Buffer.from(anchor, 'base64'));
  if (chain.some(one => one.fingerprint256 === root.fingerprint256)) {
    throw new Error('The anchor is sent along');
  }
  if (!chain[0].verify(root.publicKey) || !chain[0].checkIssued(root)) {
    throw new Error('Another authority');
  }
  return chain[0].publicKey;
}

const holds = key => async (data, signature) => verify(
  'sha256', Buffer.from(data), {key: createPublicKey(key.export({type: 'spki', format: 'pem'})), dsaEncoding: 'ieee-p1363'},
  Buffer.from(signature, 'base64url'));

async function looked({text, anchor}) {
  const seen = [];
  const lists = [];
  const instance = new SDJwtVcInstance({
    hasher, hashAlg: 'sha-256', verifier: holds(certified(text, anchor)),
    statusListFetcher: async uri => {
      const said = await fetch(uri, {headers: {accept: 'application/statuslist+jwt'}});
      lists.push(await said.text());
      return lists.at(-1);
    },
    statusVerifier: async (data, signature) => holds(certified(lists.at(-1), anchor))(data, signature),
    statusValidator: async status => {
      seen.push(status);
      if (status !== 0) {
        throw new Error(`Status ${status}`);
      }
    }
  });
  try {
    await instance.verify(text, {currentDate: Math.floor(Date.now() / 1000), skewSeconds: 60});
    return {ok: true, seen, header: header(lists[0])};
  } catch (error) {
    return {ok: false, seen, error: String(error?.message ?? error)};
  }
}

await answer(looked);
