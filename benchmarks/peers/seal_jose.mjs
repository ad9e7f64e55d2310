// npm `jose`: credentials a second, composed (the learner's fields set in one object) and sealed as a compact JWS.
// Usage: node seal_jose.mjs ALGORITHM KEY.pem DOCUMENT.json TIMES ROUNDS      prints the best rate, by CPU time
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [, , algorithm, keyFile, documentFile, times, rounds] = process.argv;
const require = createRequire(pathToFileURL(process.env.PEERS + "/"));
const { CompactSign, importPKCS8 } = await import(pathToFileURL(require.resolve("jose")));

const key = await importPKCS8(readFileSync(keyFile, "utf8"), algorithm);
const document = JSON.parse(readFileSync(documentFile, "utf8"));
const encoder = new TextEncoder();

async function seal(i) {
  document.id = `urn:credential:${i}`;
  document.credentialSubject.id = `urn:epass:person:${i}`;
  document.credentialSubject.givenName = { en: [`Learner ${i}`] };
  return new CompactSign(encoder.encode(JSON.stringify(document))).setProtectedHeader({ alg: algorithm }).sign(key);
}

let best = Infinity;
for (let round = 0; round < Number(rounds); round++) {
  const start = process.cpuUsage();
  for (let i = 0; i < Number(times); i++) await seal(i);
  const { user, system } = process.cpuUsage(start);
  best = Math.min(best, (user + system) / 1e6);
}
console.log(Number(times) / best);
