// What a flood of hostile requests consists of: every route, with bodies cut at each byte, strings that broke other programs
// in every place and encoding, bodies in every packing, and bodies damaged by chance. Endless only in the last.
import { number, text } from "./binary_batch.mjs";

/** A mark that no answer may repeat; each request has its own, by its number. */
export const markOf = (n) => `canary-${n.toString(36).padStart(6, "0")}-7d`;
/** What stands for a string or a mark until a request is made. */
export const PLACE = "~~~~~~place~~~~~";

const bytes = (latin1) => Buffer.from(latin1, "latin1");
const latin1 = (value) => Buffer.from(value).toString("latin1");
const escapedForJson = (value) => JSON.stringify(value).slice(1, -1);

/** Ways to write a string, as bytes in a latin-1 text. */
export const ENCODINGS = {
  "as it is": latin1,
  "for JSON": (value) => latin1(escapedForJson(value)),
  "as JSON escapes": (value) => [...Array(value.length).keys()].map((at) => `\\u${value.charCodeAt(at).toString(16).padStart(4, "0")}`).join(""),
  "percent-encoded": (value) => [...Buffer.from(value)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
  "percent-encoded twice": (value) => [...Buffer.from(value)].map((byte) => `%25${byte.toString(16)}`).join(""),
  "in UTF-16LE": (value) => Buffer.from(`\ufeff${value}`, "utf16le").toString("latin1"),
  "in UTF-16BE": (value) => Buffer.from(`\ufeff${value}`, "utf16le").swap16().toString("latin1"),
  "in latin-1": (value) => Buffer.from(value, "latin1").toString("latin1"),
  "in overlong UTF-8": (value) => [...Buffer.from(value)].map((byte) => (byte < 128 ? String.fromCharCode(0xc0 | (byte >> 6), 0x80 | (byte & 63)) : String.fromCharCode(byte))).join(""),
  "in base64": (value) => Buffer.from(value).toString("base64"),
};

/** What may not be in a header, a path or a query: there HTTP itself would be broken, which is the platform's to judge. */
const forHeader = (written) => written.replace(/[\0-\x1f\x7f]/g, "").trim();
const forPath = (written) => [...Buffer.from(written, "latin1")].map((byte) => (byte > 32 && byte < 127 && byte !== 35 && byte !== 63 ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, "0")}`)).join("");
const HEADERS = ["user-agent", "accept-language", "referer", "cookie", "x-forwarded-for", "if-none-match", "idempotency-key", "origin", "sec-gpc", "x-passerby-key", "x-passerby-timestamp", "x-passerby-nonce", "x-passerby-signature"];

/** Each text of a JSON value replaced. */
function replaced(value, by) {
  if (typeof value === "string") return by;
  if (Array.isArray(value)) return value.map((one) => replaced(one, by));
  return value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replaced(one, by)])) : value;
}

/** Whether a route makes or changes something of the owner's, whose name must stay. */
const isOwners = (route) => /^(PUT|POST) \/api\/v1\/sites/.test(route);
const isJson = (asked) => asked.body && asked.type === "application/json";
const withPath = (asked, path) => ({ ...asked, path });
const bare = (asked) => asked.path.split("?")[0];

/** Where a string can be: what it makes of a request, or nothing where there is no such place. `written` is latin-1. */
const PLACES = {
  "the body": (asked, written) => (asked.body ? { ...asked, body: bytes(written) } : null),
  "each text of the body": (asked, written, route) =>
    isJson(asked) && !isOwners(route) ? { ...asked, body: bytes(JSON.stringify(replaced(JSON.parse(asked.body), PLACE)).replaceAll(PLACE, () => written)) } : null,
  "a key of the body": (asked, written) =>
    isJson(asked) ? { ...asked, body: bytes(JSON.stringify({ [PLACE]: [PLACE], ...JSON.parse(asked.body) }).replaceAll(PLACE, () => written)) } : null,
  "the query": (asked, written) => withPath(asked, `${bare(asked)}?site=${forPath(written)}&${forPath(written)}=${forPath(written)}`),
  "the path": (asked, written, route) => (isOwners(route) ? null : withPath(asked, `${bare(asked)}/${forPath(written)}`)),
  headers: (asked, written) => ({ ...asked, headers: { ...asked.headers, ...Object.fromEntries(HEADERS.map((name) => [name, forHeader(written)])) } }),
  "the key": (asked, written) => ({ ...asked, headers: { ...asked.headers, authorization: `Bearer ${forHeader(written)}` } }),
  "the type": (asked, written) => ({ ...asked, headers: { ...asked.headers, "content-type": forHeader(written) } }),
};

/** Types that bodies come with, none of them only. */
const TYPES = [
  null, "", "text/plain", "text/plain;charset=UTF-16", "application/json", "application/json; charset=utf-7", "application/x-ndjson", "text/csv",
  "application/vnd.apache.parquet", "application/octet-stream", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/html",
  "image/svg+xml", "application/xml", "application/wasm", "*/*", "a/b;".repeat(50), "\xff\xfe", "application/json, text/plain",
];
const PACKINGS = [null, "identity", "gzip", "deflate", "br", "zstd", "compress", "gzip, gzip", "x-gzip", "\xff"];

/** A batch with an event of every kind, in JSON. */
export const everyKind = (site) => ({
  v: 1, site, screen_width: 1440,
  dropped: [{ id: "0".repeat(32), events: 3 }],
  events: [
    { name: "pageview", url: `https://${site}/a?utm_source=news#/b`, referrer: "https://www.google.com/", age_ms: 5, props: { plan: PLACE } },
    { name: "engagement", url: `https://${site}/`, scroll_depth: 50, engagement_time_ms: 900 },
    { name: "Buy", url: `https://${site}/`, revenue: { amount: "10.29", currency: "EUR" }, interactive: true },
    { name: "component", url: `https://${site}/`, component: { name: "Button", action: "interaction", variant: "b", version: "1", duration_ms: 3 } },
    { name: "command", url: `https://${site}/`, command: { name: "save", flags: ["-v"], success: true, duration_ms: 3, version: "1" } },
    { name: "request", url: `https://${site}/`, request: { route: "/api", method: "GET", status: 200, duration_ms: 3, bytes_in: 1, bytes_out: 2 } },
    { name: "query", url: `https://${site}/`, query: { system: "sqlite", fingerprint: "1", duration_ms: 3, rows: 9 } },
    { name: "error", url: `https://${site}/`, error: { type: "TypeError", fingerprint: "1" } },
    { name: "check", url: `https://${site}/`, check: { name: "home", status: 200, success: true, duration_ms: 3 } },
    { name: "vital", url: `https://${site}/`, vital: { name: "LCP", value: 2500, rating: "good", target: "img" } },
  ],
});

/** The same in the binary form, of page views with properties. */
export function binary(site) {
  const event = [32 | 64, ...number(0), ...number(9), ...text(`https://${site}/a`), ...text("https://www.google.com/"), ...number(1), ...text("plan"), ...text(PLACE)];
  return Buffer.from([1, ...text(site), ...number(1440), ...Array(12).fill(7), ...number(0), ...number(2), ...event, ...event]);
}

/** Texts of a body marked, where it has a place for it. */
const marked = (body, mark) => bytes(body.toString("latin1").replaceAll(PLACE, mark));

/** One byte changed, doubled, taken out or replaced by a run; several times. */
function damaged(body, chance) {
  let out = Buffer.from(body);
  for (let times = chance.whole(1, 4); times > 0 && out.length > 0; times--) {
    const at = chance.whole(0, out.length - 1);
    const to = Math.min(out.length, at + chance.whole(1, 24));
    const [head, part, tail] = [out.subarray(0, at), out.subarray(at, to), out.subarray(to)];
    const ways = [
      () => [head, Buffer.from([chance.whole(0, 255)]), out.subarray(at + 1)],
      () => [head, Buffer.from([out[at] ^ (1 << chance.whole(0, 7))]), out.subarray(at + 1)],
      () => [head, part, part, tail],
      () => [head, tail],
      () => [head, tail, part],
      () => [head, Buffer.alloc(chance.whole(1, 300), chance.one(["\0", "\xff", "[", '{"', "9", "%", "\\u", "é", "\ud83d"])), tail],
      () => [head, Buffer.from(chance.one(["null", "-1", "1e999", "18446744073709551616", "true", '""', "[]", "{}", "NaN", "\\u0000", "\r\n", "=1+1", "../"])), tail],
    ];
    out = Buffer.concat(chance.one(ways)());
  }
  return out;
}

/**
 * `count` requests: `{route, what, mark, method, path, headers, body, chunked}`. `samples` are what is asked of each route,
 * `{route, asked}`, `strings` the hostile ones; everything else is decided by `chance`.
 */
export function* flood({ samples, strings, chance, count }) {
  let made = 0;
  const request = (route, what, asked, more = {}) => {
    const mark = markOf(made++);
    const { method, path, type, body = null, key } = asked;
    const headers = { ...(type ? { "content-type": type } : {}), ...(key ? { authorization: `Bearer ${key}` } : {}), ...asked.headers };
    const withMark = `${path}${path.includes("?") ? "&" : "?"}mark=${mark}`;
    return { route, what, mark, method, path: withMark, headers, body: body && marked(Buffer.from(body), mark), ...more };
  };
  const withBody = samples.filter(({ asked }) => asked.body);

  for (const { route, asked } of withBody) {
    const body = Buffer.from(asked.body);
    for (let length = 0; length < body.length; length++) {
      yield request(route, "cut", { ...asked, body: body.subarray(0, length) }, { chunked: length % 3 === 1 });
    }
  }
  for (const { route, asked } of withBody) {
    for (const type of TYPES) {
      for (const packing of PACKINGS) {
        const headers = { ...asked.headers, ...(type === null ? {} : { "content-type": type }), ...(packing === null ? {} : { "content-encoding": packing }) };
        yield request(route, "packed", { ...asked, type: null, headers }, { chunked: made % 2 === 1 });
      }
    }
  }
  // Every string in every place of some route, each time written in another way; the routes take turns.
  const places = Object.entries(PLACES);
  const encodings = Object.values(ENCODINGS);
  const share = (count - made) * 0.55 + made;
  for (let round = 0; made < share; round++) {
    for (const [n, string] of strings.entries()) {
      for (const [at, [place, put]] of places.entries()) {
        if (made >= share) break;
        const { route, asked } = samples[(n * 7 + round * 3 + at) % samples.length];
        const written = encodings[(n + round + at) % encodings.length](string + markOf(made));
        const hostile = put(asked, written, route);
        if (hostile) yield request(route, place, hostile, { chunked: chance.happens(0.2) });
      }
    }
  }
  while (made < count) {
    const { route, asked } = chance.one(withBody);
    yield request(route, "damaged", { ...asked, body: damaged(Buffer.from(asked.body), chance) }, { chunked: chance.happens(0.2) });
  }
}
