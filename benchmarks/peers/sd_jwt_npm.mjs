// npm `@sd-jwt/sd-jwt-vc`: attestations a second, issued and verified.
// Usage: node sd_jwt_npm.mjs TASK.json TIMES ROUNDS      prints {"seal", "verify"}, the best rates by CPU time
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , taskFile, times, rounds] = process.argv;
const require = createRequire(pathToFileURL(process.env.PEERS + "/"));
const { SDJwtVcInstance } = await import(pathToFileURL(require.resolve("@sd-jwt/sd-jwt-vc")));

const task = JSON.parse(readFileSync(taskFile, "utf8"));
const { d, ...open } = task.jwk;
const key = { key: createPrivateKey({ key: task.jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" };
const publicKey = { key: createPublicKey({ key: open, format: "jwk" }), dsaEncoding: "ieee-p1363" };
const instance = new SDJwtVcInstance({
  hasher: (data) => createHash("sha256").update(data).digest(),
  hashAlg: "sha-256",
  saltGenerator: (length) => randomBytes(length).toString("base64url"),
  signAlg: "ES256",
  signer: async (data) => sign("sha256", Buffer.from(data), key).toString("base64url"),
  verifier: async (data, signature) =>
    verify("sha256", Buffer.from(data), publicKey, Buffer.from(signature, "base64url")),
  statusListFetcher: async () => { throw new Error("not asked"); },
});
const frame = { _sd: task.names };
for (const name of task.arrays) frame[name] = { _sd: task.claims[name].map((_, i) => i) };

const seal = (i) => instance.issue({ ...task.claims, given_name: `Ana${i}` }, frame);
const { status, ...withoutStatus } = task.claims;
const text = await instance.issue(withoutStatus, frame);
const check = () => instance.verify(text, { currentDate: task.claims.iat + 60 });

async function rate(action) {
  let best = Infinity;
  for (let round = 0; round < Number(rounds); round++) {
    const start = process.cpuUsage();
    for (let i = 0; i < Number(times); i++) await action(i);
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1e6);
  }
  return Number(times) / best;
}
console.log(JSON.stringify({ seal: await rate(seal), verify: await rate(check) }));
