// Strings that broke other programs, in every place of a request to every route: none breaks anything, and no answer repeats
// one. With PASSERBY_NIGHTLY=1 each string goes to each route, else to some of them in turn.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT, moreData } from "../harness/paths.mjs";
import { Worker } from "../harness/worker.mjs";
import { routes, sample } from "../access/routes.mjs";
import { assertRefused } from "./refusal.mjs";

const NIGHTLY = process.env.PASSERBY_NIGHTLY === "1";
const SITE = "corpora.test";
/** Routes of the ordinary run for a string in a place. */
const ROUTES_EACH = 2;
const SENDERS = 6;
/** Shorter strings are in answers for other reasons. */
const TELLING_CHARS_MIN = 12;

/** The lines of larger sets, where they lie beside the project. */
const lines = (name) => (moreData(name) ? readFileSync(moreData(name), "utf8").split("\n").filter(Boolean) : []);
const STRINGS = [
  ...JSON.parse(readFileSync(join(ROOT, "tests/data/naughty_strings.json"), "utf8")),
  ...(NIGHTLY ? [...lines("xss/h5sc_vectors.txt"), ...lines("xss/payloadbox-xss.txt"), ...lines("malformed/fuzzdb/JSON_Fuzzing.txt")] : []),
];
const ROUTES = routes().map(({ route }) => route).filter((route) => !/^DELETE|panic|logout/.test(route));
let worker, api;
const samples = new Map();

before(async () => {
  worker = await Worker.start();
  api = worker.api;
  await api.putSite(SITE);
  for (const route of ROUTES) samples.set(route, await sample(route, SITE, api));
});
after(() => worker?.dispose());

/** Each text of a JSON value replaced. */
function replaced(value, text) {
  if (typeof value === "string") return text;
  if (Array.isArray(value)) return value.map((one) => replaced(one, text));
  return value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaced(one, text)])) : value;
}

/** A text as a header can carry it: as its bytes in UTF-8, without those that end a header. */
const asHeader = (text) => Buffer.from(text).toString("latin1").replace(/[\0-\x1f\x7f]/g, "").trim();
const escaped = (text) => encodeURIComponent(text.toWellFormed?.() ?? text);
/** Whether the route makes something of the owner's that would change what other requests mean. */
const isOwners = (route) => /^(PUT|POST) \/api\/v1\/sites/.test(route);

/** Where a string may be: what it makes of a request, or nothing where there is no such place. */
const PLACES = {
  "the raw body": (asked, text) => (asked.body ? { ...asked, body: text } : null),
  "each text of the body": (asked, text, route) =>
    asked.body && asked.type === "application/json" && !isOwners(route) ? { ...asked, body: JSON.stringify(replaced(JSON.parse(asked.body), text)) } : null,
  "each text and key of the body": (asked, text, route) =>
    asked.body && !isOwners(route) ? { ...asked, body: JSON.stringify({ [text]: text, ...replaced(JSON.parse(asked.body), { [text]: [text] }) }) } : null,
  "the query": (asked, text) => ({ ...asked, path: `${asked.path.split("?")[0]}?site=${escaped(text)}&${escaped(text)}=${escaped(text)}` }),
  "the query, not escaped": (asked, text) => ({ ...asked, path: `${asked.path.split("?")[0]}?site=${text.replace(/[\s#\0-\x1f]/g, "")}` }),
  "the path": (asked, text, route) => (isOwners(route) ? null : { ...asked, path: `${asked.path.split("?")[0]}/${escaped(text)}` }),
  headers: (asked, text) => {
    const names = ["user-agent", "accept-language", "referer", "cookie", "x-forwarded-for", "x-now", "x-test-ip", "if-none-match", "idempotency-key"];
    return { ...asked, headers: Object.fromEntries(names.map((name) => [name, asHeader(text)])) };
  },
  "the key": (asked, text) => ({ ...asked, headers: { authorization: `Bearer ${asHeader(text)}` }, key: null }),
  "the type": (asked, text) => ({ ...asked, type: asHeader(text) || "x" }),
};

for (const [place, put] of Object.entries(PLACES)) {
  test(`a naughty string as ${place}`, { timeout: NIGHTLY ? 1_200_000 : 60_000 }, async (t) => {
    const jobs = STRINGS.flatMap((text, n) => {
      const turn = NIGHTLY ? ROUTES : Array.from({ length: ROUTES_EACH }, (_, at) => ROUTES[(n * ROUTES_EACH + at) % ROUTES.length]);
      return turn.map((route) => ({ route, text, n }));
    });
    let sent = 0;
    const queue = jobs.values();
    const sender = async () => {
      for (const { route, text, n } of queue) {
        const asked = put(samples.get(route), text, route);
        if (!asked) continue;
        const what = `string ${n} as ${place} of ${route}`;
        const type = asked.type ? { "content-type": asked.type } : {};
        const { method, path, body, key = api.key } = asked;
        const answer = await api.request(method, path, { body, key, headers: { ...type, ...asked.headers } });
        sent++;
        assert.ok(answer.status < 500, `${what}: ${answer.status} ${answer.text.slice(0, 200)}`);
        const isFile = !path.startsWith("/api/") && path !== "/e";
        if (answer.status >= 400 && !isFile) assertRefused(answer, { what, sent: text.length >= TELLING_CHARS_MIN ? text : [] });
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, sender));
    t.diagnostic(`${sent} requests`);
    assert.ok(sent >= STRINGS.length / 4, `${sent} requests`);
    assert.ok(!/panic|uncaught/i.test(worker.log), worker.log.slice(-500));
  });
}
