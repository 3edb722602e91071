// Requests of every route of the collector, each with as much of a person in it as will go in.
import { CHROME, eventId } from "../harness/api.mjs";
import { routes, sample } from "../access/routes.mjs";
import { PERSONAL } from "./canaries.mjs";

/** What stays on disk on purpose: the path of every page view here. */
export const KEPT = "/kept-9c27/ordinary-page";

/** Headers in which programs say who somebody is, and the shape of what they say. */
const HEADERS = {
  "cf-connecting-ip": "ipv4", "cf-connecting-ipv6": "ipv6", "cf-pseudo-ipv4": "ipv4", "x-forwarded-for": "ipv4",
  "x-real-ip": "ipv6", "true-client-ip": "ipv4Mapped", "x-client-ip": "ipv4", "x-cluster-client-ip": "ipv4", "client-ip": "ipv4",
  "fastly-client-ip": "ipv6", "x-originating-ip": "ipv4", "x-remote-ip": "ipv4", "x-remote-addr": "ipv6", "x-appengine-user-ip": "ipv4",
  "x-envoy-external-address": "ipv4Mapped", "x-test-ip": "ipv4", via: "ipv4", "x-canary": "word", "x-request-id": "word",
  "x-amzn-trace-id": "word", "x-forwarded-user": "email", "x-auth-request-email": "email", from: "email", "x-api-key": "apiKey",
  "x-csrf-token": "word", "proxy-authorization": "jwt", "sec-ch-ua": "userAgent", "sec-ch-ua-full-version-list": "userAgent",
  "sec-ch-ua-model": "word", "sec-ch-ua-platform-version": "word", "x-original-url": "word", "x-forwarded-host": "word",
};
/** Headers around whose canary something else has to stand. */
const DRESSED = {
  "user-agent": ["userAgent", (text) => `${CHROME} ${text}`],
  forwarded: ["ipv6", (text) => `for="[${text}]";proto=https`],
  cookie: ["word", (text) => `id=${text}; passerby_session=9999999999.${text}`],
  referer: ["word", (text) => `https://search.example/${text}?q=${text}`],
  origin: ["word", (text) => `https://${text}.example`],
  "accept-language": ["word", (text) => `de,x-${text};q=0.5`],
  "if-none-match": ["word", (text) => `"${text}"`],
  "x-passerby-nonce": ["word", (text) => `${text}-nonce`],
};
/** What advertisers and mailers append to addresses. */
const CLICK_IDS = ["gclid", "fbclid", "msclkid", "ttclid", "mc_eid", "_hsenc", "session", "token", "email", "q"];

/** Headers full of canaries, under the names of their places. */
export function taintedHeaders(canaries, what) {
  const plain = Object.entries(HEADERS).map(([name, shape]) => [name, canaries.of(shape, `${name} of ${what}`)]);
  const dressed = Object.entries(DRESSED).map(([name, [shape, dress]]) => [name, dress(canaries.of(shape, `${name} of ${what}`))]);
  return Object.fromEntries([...plain, ...dressed]);
}

/** A query of identifiers, without its question mark. */
const clickIds = (canaries, what) => CLICK_IDS.map((name) => `${name}=${canaries.word(`${name} of ${what}`)}`).join("&");

/** Events that carry a person in every field that has room, `site` the only thing that is right about them. */
export function taintedEvents(canaries, site, what) {
  const word = (where) => canaries.word(`${where} of ${what}`);
  const each = (where, make) => PERSONAL.map((shape) => make(canaries.of(shape, `${where} of ${what}`)));
  const address = (more = "") =>
    `https://${word("user")}:${word("password")}@${site}${KEPT}${more}?${clickIds(canaries, `query of ${what}`)}#${word("fragment")}`;
  const referrer = (path = "") => `https://${word("user of referrer")}@search.example${path}?${clickIds(canaries, `query of referrer of ${what}`)}`;
  const event = (more) => ({ id: eventId(), name: "pageview", url: address(), age_ms: 0, ip: word("ip"), user_agent: `${CHROME} ${word("user_agent")}`, ...more });
  return [
    event({ referrer: referrer() }),
    ...each("path", (text) => event({ url: address(`/${text}`) })),
    ...each("path, escaped", (text) => event({ url: address(`/${encodeURIComponent(text)}`) })),
    ...each("path of referrer", (text) => event({ referrer: referrer(`/${text}`) })),
    ...each("campaign", (text) => event({ url: `https://${site}${KEPT}?utm_source=${encodeURIComponent(text)}&utm_term=${text}` })),
    event({ name: "Signup", props: Object.fromEntries(each("prop", (text) => text).map((text, at) => [`p${at}`, text])) }),
    event({ name: "Signup", props: Object.fromEntries(each("key of prop", (text) => [text, "yes"])) }),
    event({ name: "Signup", props: { sentence: each("sentence", (text) => `then ${text}, please`).join(" ") } }),
    event({ name: "Outbound Link: Click", props: { url: `https://${word("user in prop")}@shop.example/?${clickIds(canaries, `prop of ${what}`)}` } }),
    ...each("name", (text) => event({ name: `Mail ${text}` })),
    ...each("error", (text) => event({ name: "error", error: { class: text, fingerprint: text } })),
    ...each("component", (text) => event({ name: "component", component: { name: text, variant: text, action: text } })),
    ...each("request", (text) => event({ name: "request", request: { method: "GET", route: `/r/${text}?q=${word("route")}`, status: 200, duration_ms: 1 } })),
    // An import keeps it as a path, so it has to be scrubbed like one.
    event({ url: `ftp://${canaries.of("email", `address that is none of ${what}`)}/` }),
    event({ age_ms: word("age") }),
    event({ revenue: { amount: word("amount"), currency: word("currency") } }),
  ];
}

/** Batches for everything that takes events, `{method, path, body, type, key}`. */
export function eventRequests(canaries, site, api) {
  const json = (path, body, more) => ({ method: "POST", path, body: JSON.stringify(body), type: "application/json", ...more });
  const line = (event) => ({ ...event, visitor: canaries.of("email", "visitor of an import"), timestamp: new Date().toISOString() });
  const lines = taintedEvents(canaries, site, "an import").map((event) => JSON.stringify(line(event))).join("\n");
  return [
    json("/e", { v: 1, site, screen_width: 1440, events: taintedEvents(canaries, site, "POST /e") }),
    json("/api/v1/events", { site, events: taintedEvents(canaries, site, "POST /api/v1/events") }, { key: api.key }),
    ...taintedEvents(canaries, site, "POST /api/event").map(({ name, url, referrer, props, revenue }) =>
      json("/api/event", { n: name, u: url, d: site, r: referrer, p: props, $: revenue })),
    ...taintedEvents(canaries, site, "POST /api/send").map(({ name, url, referrer, props }) => {
      const said = { ip: canaries.of("ipv4", "ip of Umami"), userAgent: canaries.word("userAgent of Umami"), id: canaries.word("id of Umami") };
      return json("/api/send", { type: "event", payload: { website: site, hostname: site, url, referrer, name: name === "pageview" ? "" : name, data: props, title: canaries.word("title of Umami"), ...said } });
    }),
    json("/api/send", { type: "identify", payload: { website: site, hostname: site, data: { who: canaries.word("data of identify") } } }),
    { method: "POST", path: `/api/v1/import?site=${site}&${clickIds(canaries, "an import's address")}`, body: lines, type: "application/x-ndjson", key: api.key },
  ];
}

/** Whether the owner's own words are what a request brings, which stay as they are. */
const isOwners = (route) => /^(PUT|POST) \/api\/v1\/sites/.test(route);

/** Each text of a JSON value replaced. */
function replaced(value, by) {
  if (typeof value === "string") return by();
  if (Array.isArray(value)) return value.map((one) => replaced(one, by));
  return value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaced(one, by)])) : value;
}

/** For each route the ways to ask it: as it wants it, and wrong in each part. `fresh` gives a site that may be deleted. */
export async function routeRequests(canaries, api, fresh) {
  const all = [];
  for (const { route } of routes()) {
    const word = (where) => canaries.word(`${where} of ${route}`);
    const asked = await sample(route, await fresh(), api);
    const tainted = (path, what) => `${path}${path.includes("?") ? "&" : "?"}${clickIds(canaries, what)}`;
    const path = tainted(asked.path, `address of ${route}`);
    const body = asked.body ?? (asked.method === "POST" ? "" : undefined);
    const wrong = (more) => ({ ...asked, body, path, ok: undefined, ...more });
    all.push(
      wrong({ key: `passerby_${word("key")}_${word("key")}` }),
      wrong({ key: canaries.of("jwt", `bearer of ${route}`) }),
      wrong({ path: `${asked.path.split("?")[0]}/${word("path")}?${clickIds(canaries, `unknown path of ${route}`)}`, key: api.key }),
      wrong({ method: "PATCH", body: word("body"), key: api.key }),
    );
    if (body !== undefined) {
      all.push(
        wrong({ body: `${body.slice(0, -1)}"${word("broken body")}`, key: api.key }),
        wrong({ body: `{"${word("key in body")}":"${word("body")}"}`, key: api.key }),
        wrong({ type: `text/${word("type")}`, key: api.key }),
        wrong({ encoding: word("encoding"), key: api.key }),
      );
      if (asked.body && asked.type === "application/json" && !isOwners(route)) {
        all.push(wrong({ body: JSON.stringify(replaced(JSON.parse(asked.body), () => word("a text of the body"))), key: api.key }));
      }
    }
    // The right one comes last, as some take away what they are about.
    all.push({ ...asked, body, path, key: api.key });
  }
  const files = ["/", "/p.js", "/nothing.js", "/p/", "/app/", "/favicon.ico"];
  for (const file of files) all.push({ method: "GET", path: `${file}?${clickIds(canaries, file)}` });
  for (const file of files) all.push({ method: "GET", path: `${file}${canaries.word(`path of ${file}`)}/../%2e%2e/${canaries.word(file)}` });
  return all;
}
