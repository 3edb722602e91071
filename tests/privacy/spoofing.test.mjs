// What a client says of itself makes nobody another visitor and puts nobody elsewhere: only its connection and its user
// agent count, and behind the operator's own proxy what that says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pageview } from "../harness/api.mjs";
import { Worker } from "../harness/worker.mjs";

const SITE = "spoofing.test";
const ADDRESSES = [
  "cf-connecting-ip", "cf-connecting-ipv6", "cf-pseudo-ipv4", "x-forwarded-for", "forwarded", "forwarded-for", "x-forwarded",
  "true-client-ip", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "client-ip", "fastly-client-ip", "x-originating-ip",
  "x-remote-ip", "x-remote-addr", "remote-addr", "x-appengine-user-ip", "x-azure-clientip", "x-envoy-external-address",
  "x-nf-client-connection-ip", "x-plausible-ip", "x-test-ip", "via",
];
const COUNTRIES = ["cf-ipcountry", "x-country-code", "x-vercel-ip-country", "cloudfront-viewer-country", "x-appengine-country", "x-geo-country"];
const TIMES = ["x-now", "date", "x-timestamp"];
const VALUES = {
  address: ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", "192.0.2.1, 198.51.100.2", 'for="[2001:db8::1]:4711";by=203.0.113.4', "127.0.0.1", "unknown", "%00"],
  country: ["KP", "kp", "XX", "T1"],
  time: ["2020-01-01T00:00:00Z", "Wed, 01 Jan 2020 00:00:00 GMT"],
};
/** `[header, value]`, each with each. */
const MATRIX = [
  ...ADDRESSES.flatMap((name) => VALUES.address.map((value) => [name, value])),
  ...COUNTRIES.flatMap((name) => VALUES.country.map((value) => [name, value])),
  ...TIMES.flatMap((name) => VALUES.time.map((value) => [name, value])),
];

async function withWorker(env, check) {
  const worker = await Worker.start({ test: false, env });
  try {
    await worker.api.putSite(SITE);
    await check(worker.api);
  } finally {
    await worker.dispose();
  }
}

/** Says the same of itself in the body of each endpoint that browsers send to. */
const LIES = { ip: "192.0.2.7", user_agent: "Mozilla/5.0 (Spoof)", userAgent: "Mozilla/5.0 (Spoof)", timestamp: 1, country: "KP", visitor: "spoof", id: "spoof" };
const url = `https://${SITE}/`;
const BODIES = [
  ["/e", { v: 1, site: SITE, ...LIES, events: [{ ...LIES, ...pageview(url) }] }],
  ["/api/event", { ...LIES, n: "pageview", u: url, d: SITE }],
  ["/api/send", { type: "event", ...LIES, payload: { ...LIES, website: SITE, hostname: SITE, url: "/" } }],
];

for (const [what, env, always, country] of [
  ["from its own connection", {}, {}, "(not set)"],
  [
    "behind the operator's proxy",
    { PASSERBY_CLIENT_IP_HEADER: "x-proxy-ip", PASSERBY_COUNTRY_HEADER: "x-proxy-country" },
    { "x-proxy-ip": "203.0.113.9", "x-proxy-country": "EE" },
    "EE",
  ],
]) {
  test(`who forges what programs believe elsewhere is the same visitor, ${what}`, { timeout: 60_000 }, () =>
    withWorker(env, async (api) => {
      let sent = 0;
      for (const [name, value] of MATRIX) {
        const answer = await api.send(SITE, [pageview(url)], { [name]: value, ...always });
        assert.deepEqual([answer.status, answer.json.results], [200, [{ outcome: "accepted" }]], `${name}: ${value}`);
        sent++;
      }
      for (const [path, body] of BODIES) {
        const headers = { "content-type": "application/json", ...always };
        const answer = await api.request("POST", path, { body: JSON.stringify(body), headers });
        assert.ok(answer.status < 300, `${path}: ${answer.status} ${answer.text}`);
        sent++;
      }
      assert.deepEqual(await api.totals(SITE, ["visitors", "pageviews"]), { visitors: 1, pageviews: sent });
      assert.deepEqual(await api.counts(SITE, "visit:country", "visitors"), { [country]: 1 });
      // The measure does tell visitors apart.
      await api.send(SITE, [pageview(url)], { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", ...always });
      assert.equal((await api.totals(SITE, ["visitors"])).visitors, 2);
    }),
  );
}
