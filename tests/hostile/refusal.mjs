// What every refusal looks like, whatever was sent.
import assert from "node:assert/strict";

const CODE = /^[a-z][a-z0-9_]*$/;

/**
 * Asserts a clear refusal: a 4xx (the given one, if given) with `{"error","code","hint"}`, nothing else but results per
 * event and the status again, and nothing of `sent` in it.
 */
export function assertRefused(answer, { status, code, sent = [], what = "" } = {}) {
  const about = `${what} ${answer.status} ${answer.text.slice(0, 300)}`;
  if (status !== undefined) assert.equal(answer.status, status, about);
  assert.ok(answer.status >= 400 && answer.status < 500, `must be a 4xx: ${about}`);
  assert.equal(answer.headers.get("content-type"), "application/json", about);
  assert.ok(answer.json && typeof answer.json === "object", `must be JSON: ${about}`);
  const { error, code: given, hint, results, status: told = answer.status, ...rest } = answer.json;
  assert.ok(typeof error === "string" && error.length > 0, about);
  assert.ok(typeof hint === "string" && hint.length > 0, about);
  assert.match(given, CODE, about);
  assert.deepEqual([rest, told], [{}, answer.status], about);
  if (code !== undefined) assert.equal(given, code, about);
  if (results !== undefined) {
    for (const result of results) assert.ok(Object.keys(result).every((key) => ["outcome", "reason", "id"].includes(key)), about);
  }
  const headers = JSON.stringify([...answer.headers]);
  for (const secret of [sent].flat()) {
    assert.ok(!answer.text.includes(secret) && !headers.includes(secret), `repeats what was sent: ${about}`);
  }
}

/** Events that a site has received, by outcome and reason: `{"received": 3, "accepted/accepted": 2, …}`. */
export async function tally(api, site) {
  const { received, outcomes } = await api.outcomes(site);
  const table = Object.fromEntries(outcomes.map((row) => [`${row.outcome}/${row.reason}`, row.count]));
  const sum = outcomes.reduce((total, row) => total + row.count, 0);
  assert.equal(sum, received, "the outcomes add up to what was received");
  return { received, ...table };
}
