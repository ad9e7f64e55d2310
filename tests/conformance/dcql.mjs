// dcql: {query, credentials}. {ok, answered: ids, best: {id: [number of the credential, ...]}} or {ok: false, error}.
// A list of requests on standard input, a list of answers on standard output.
import {DcqlQuery} from 'dcql';

function answer({query, credentials}) {
  try {
    const parsed = DcqlQuery.parse(query);
    DcqlQuery.validate(parsed);
    const found = DcqlQuery.query(parsed, credentials);
    const best = {};
    for(const [id, match] of Object.entries(found.credential_matches)) {
      best[id] = (match.valid_credentials ?? []).map(one => one.input_credential_index);
    }
    return {ok: true, can: found.can_be_satisfied, best};
  } catch(error) {
    return {ok: false, error: String(error?.message ?? error)};
  }
}

const chunks = [];
for await (const chunk of process.stdin) {
  chunks.push(chunk);
}
process.stdout.write(JSON.stringify(JSON.parse(Buffer.concat(chunks).toString()).map(answer)));
