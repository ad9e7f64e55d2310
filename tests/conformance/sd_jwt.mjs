// @sd-jwt/sd-jwt-vc: {verify, text, jwk, nonce?} or {issue, claims, frame, jwk, header, holder?, nonce?, audience?, at}.
// A list of requests on standard input, a list of answers on standard output.
import {createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify} from 'node:crypto';
import {SDJwtVcInstance} from '@sd-jwt/sd-jwt-vc';

const hasher = (data, algorithm) => createHash(algorithm.replace('-', '')).update(data).digest();
const check = jwk => async (data, signature) => verify(
  'sha256', Buffer.from(data), {key: createPublicKey({key: jwk, format: 'jwk'}), dsaEncoding: 'ieee-p1363'},
  Buffer.from(signature, 'base64url'));
const seal = jwk => async data => sign(
  'sha256', Buffer.from(data), {key: createPrivateKey({key: jwk, format: 'jwk'}), dsaEncoding: 'ieee-p1363'}
).toString('base64url');
const kbVerifier = async (data, signature, payload) => check(payload.cnf.jwk)(data, signature);
const saltGenerator = length => randomBytes(length).toString('base64url');
const base = {hasher, hashAlg: 'sha-256', saltGenerator, signAlg: 'ES256', kbSignAlg: 'ES256'};

async function answer(request) {
  try {
    if(request.verify) {
      const instance = new SDJwtVcInstance({...base, verifier: check(request.jwk), kbVerifier});
      const options = {currentDate: request.at, skewSeconds: 60};
      if(request.nonce) {
        options.keyBindingNonce = request.nonce;
      }
      const {payload, kb} = await instance.verify(request.text, options);
      return {ok: true, claims: payload, audience: kb?.payload?.aud};
    }
    const made = {...base, signer: seal(request.jwk)};
    if(request.holder) {
      made.kbSigner = seal(request.holder);
    }
    const instance = new SDJwtVcInstance(made);
    const issued = await instance.issue(request.claims, request.frame, {header: request.header});
    if(!request.holder) {
      return {ok: true, text: issued};
    }
    const payload = {iat: request.at, aud: request.audience, nonce: request.nonce};
    return {ok: true, text: await instance.present(issued, request.shown, {kb: {payload}})};
  } catch(error) {
    return {ok: false, error: String(error?.message ?? error)};
  }
}

const chunks = [];
for await (const chunk of process.stdin) {
  chunks.push(chunk);
}
const answers = [];
for(const request of JSON.parse(Buffer.concat(chunks).toString())) {
  answers.push(await answer(request));
}
process.stdout.write(JSON.stringify(answers));
