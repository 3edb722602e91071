// Carries events into the module and batches out of it, and senses what nobody reports. When, what and how often is
// delivered is decided in Rust (`../src`), or in `twin.js` where WebAssembly may not run.
import { errors } from "./errors.js";
import { links } from "./links.js";
import { load as instance } from "./module.js";
import { reading } from "./reading.js";
import { vitals } from "./vitals.js";

/** Starts delivering; gives the function that takes the calls that wait, or, given 0, forgets all of them. */
export default async (waiting, put, api, config) => {
  // The methods of the module, by number: see `src/exports.rs`.
  const BYTE = 0;
  const TEXT = 1;
  const BEGIN = 2;
  const OPEN = 3;
  const CLOSE = 4;
  const LOSE = 5;
  const TAKE = 6;
  const ANSWERED = 7;
  const FORGET = 8;
  const PLACE = 9;

  // Kinds of events, and what else stands in an event's first byte: see `protocol::binary`.
  const PAGEVIEW = 0;
  const ENGAGEMENT = 1;
  const CUSTOM = 2;
  const COMPONENT = 3;
  const REFERRER = 32;
  const PROPS = 64;
  const REVENUE = 128;

  const unasked = (option) => (option ?? "false") == "false";
  if (
    (config.dnt != null && navigator.doNotTrack == 1) ||
    (unasked(config.local) && /^(localhost$|127\.|\[::1]|$)/.test(location.hostname)) ||
    (unasked(config.automated) && (navigator.webdriver || window.Cypress))
  )
    return () => (waiting.length = 0);

  const { call, memory } = await instance().catch(() => import(__TRACKER_TWIN__).then((twin) => twin.twin()));
  const room = (bytes) => new Uint8Array(memory.buffer, call(PLACE), bytes);
  const buffer = room(31000);
  const long = room(8000);
  const short = room(2000);
  const encoder = new TextEncoder();
  // Requests that are timed are the page's own.
  const deliver = fetch;
  /** Writes a text, cut where it is too long, or a number: base 128, lowest seven bits first. */
  const write = (field, into = short) => {
    if (field.big) call(TEXT, encoder.encodeInto(field, into).written);
    else {
      for (; field > 127; field = Math.floor(field / 128)) call(BYTE, (field % 128) + 128);
      call(BYTE, field);
    }
  };
  /** How many events each stands for of those that there may be very many of. */
  const oneIn = Math.min(Math.max(config.sample | 0, 1), 100);
  const started = waiting[0]?.[0] || Date.now();
  let tap;

  for (const field of [2, config.site || location.hostname, screen.width & 65535, oneIn]) write(field);
  for (const random of crypto.getRandomValues(new Uint8Array(12))) call(BYTE, random);
  call(BEGIN);

  /** What the browser keeps, once the visitor has allowed it. */
  let kept;
  const keep = () => {
    if (`${config.consent}` == "true" && config.keep != "false")
      kept ||= import(__TRACKER_KEPT__)
        .then((part) => part.kept(post))
        .then(
          // Unless the consent was taken back meanwhile.
          (opened) => kept && (kept = opened),
          () => {},
        );
    return kept;
  };

  let timer;
  /** Whether the last delivery failed. */
  let failing;
  const after = (milliseconds) => {
    if (milliseconds < 0) return;
    clearTimeout(timer);
    timer = setTimeout(send, milliseconds);
  };
  /** A batch: to be delivered (0), of a page that is being left (1), for the browser to keep (2). */
  const take = (what) => buffer.slice(0, call(TAKE + 16 * what, Date.now() - started));
  const body = (bytes) => {
    tap?.(bytes);
    return new Blob([bytes], { type: "text/plain" });
  };
  const post = (bytes) => deliver(api, { method: "POST", body: body(bytes), keepalive: !failing, credentials: "omit", signal: AbortSignal.timeout?.(3e4) });
  const send = async () => {
    const bytes = take(0);
    if (!bytes.length) return;
    let status = 0;
    let wait = 0;
    try {
      const answer = await post(bytes);
      wait = +answer.headers.get("retry-after");
      status = answer.status;
      const said = await answer.json();
      tap?.(said.results || said);
      if (status > 399) console.warn("passerby:", said.hint);
    } catch {}
    failing = status < 200 || status > 399;
    after(call(ANSWERED + 16 * status, Math.random(), wait));
    if (!failing) kept?.deliver?.();
  };
  await keep();

  /** The page that is being looked at, as it is sent; nothing where it is not to be counted. */
  let page;
  let { referrer } = document;
  /** Takes an event in: its kind, the fields of its kind in their order, and what else it has. */
  const add = (kind, fields, at = Date.now(), url = page, props = [], money = []) => {
    if (!url || (kind > CUSTOM && Math.random() * oneIn >= 1)) return;
    call(OPEN + 16 * (kind | (referrer && REFERRER) | (props[0] && PROPS) | (money[0] && REVENUE)), at - started);
    write(url, long);
    if (referrer) write(referrer.split(/[?#]/)[0], long);
    referrer = "";
    for (const field of fields) write(field);
    if (props[0]) write(props.length / 2);
    for (const word of props) write(word);
    if (money[0]) {
      write(money[0]);
      for (const letter of money[1]) call(BYTE, letter.charCodeAt());
    }
    after(call(CLOSE));
  };

  const match = (routes, path) =>
    routes?.split(/[\s,]+/).find((route) =>
      RegExp(`^${route.replace(/[^\w*]/g, "\\$&").replace(/\*+/g, (stars) => (stars[1] ? ".*" : "[^/]*"))}$`).test(path),
    );
  /** What is kept of an address: its path, or the masked route that it is one of, and its campaign; nothing if excluded. */
  const clean = (address, base) => {
    const { origin, pathname, search, hash } = new URL(address, base);
    const campaign = search.match(/[?&]((utm_\w+|ref|source)=[^&]*|gclid|msclkid)/g);
    return match(config.exclude, pathname)
      ? ""
      : origin +
          (match(config.mask, pathname) || pathname) +
          (campaign ? "?" + campaign.join("").slice(1) : "") +
          (config.hash != null ? hash.split("?")[0] : "");
  };

  // Routes of the Navigation API change nothing that the page hears of; others are counted by then.
  const route = () => location.pathname + (config.hash != null ? location.hash.split("?")[0] : "");
  let viewed = route();
  self.navigation?.addEventListener("currententrychange", () => setTimeout(() => route() != viewed && put("pageview", false)));

  const reader = reading((at, fields) => add(ENGAGEMENT, fields, at));
  const [load] = performance.getEntriesByType("navigation");
  let navigation = load?.type || "navigate";
  let seen;
  let cleaned;
  const called = ([at, address, name, ...rest]) => {
    const [options] = rest;
    // An automatic page view says instead of options whether the page came back from the back/forward cache.
    if (config.auto == "false" && rest.length && Object(options) != options) return;
    const { url, props, revenue, interactive, component } = options || {};
    // Many events happen on the same page.
    if (address != seen) cleaned = clean((seen = address));
    const own = url ? clean(url, address) : cleaned;
    const given = Object.entries(props || {}).flatMap(([key, value]) => (value == null ? [] : [key, `${value}`]));
    if (name == "pageview") {
      reader(at, true);
      page = own;
      viewed = route();
      given.push("navigation_type", options === true ? "back-forward-cache" : navigation);
      if (kept?.week) given.push("cohort", kept.week);
      navigation = "soft-navigation";
      add(PAGEVIEW, [], at, own, given);
      if (document.querySelector('[name=passerby][content="404"]')) put("404", { props: { path: location.pathname } });
    } else if (name == "component" && component) {
      const { name, variant, version, action, duration_ms } = component;
      add(COMPONENT, [name, variant, version, action].map((word) => `${word ?? ""}`).concat((duration_ms + 1) >>> 0), at, own, given);
    } else {
      const amount = Math.round(revenue?.amount * 1000);
      const currency = `${revenue?.currency}`.toUpperCase();
      const money = /^[A-Z]{3}$/.test(currency) && amount * amount < 1e30 ? [amount < 0 ? -2 * amount - 1 : 2 * amount, currency] : [];
      add(CUSTOM, [`${name ?? ""}`, interactive === false ? 0 : 1], at, own, given, money);
    }
  };

  links(put, (address) => clean(address, location));
  errors(add);
  const measured = vitals(add, load);
  if (config.components != null) import(__TRACKER_COMPONENTS__).then((part) => part.components(add));
  if (config.requests != null) import(__TRACKER_REQUESTS__).then((part) => part.requests(add, config.requests));
  put.inspect = async () => (tap = (await import(__TRACKER_INSPECT__)).inspect());

  // The page's own listeners come first, so that what they report is delivered as well.
  addEventListener("visibilitychange", () => {
    reader(Date.now());
    if (!document.hidden) return;
    measured();
    if (failing || !navigator.onLine) kept?.save?.(() => take(2));
    for (let bytes; (bytes = take(1)).length; ) {
      navigator.sendBeacon(api, body(bytes));
      // What fails stays, for a page that comes back.
      if (failing) break;
    }
  });

  return (stop) => {
    if (stop === 0) {
      page = "";
      kept = 0;
      return call(FORGET);
    }
    keep();
    call(LOSE, Math.max(waiting.length - 300, 0));
    waiting.splice(0).forEach((event) => {
      try {
        called(event);
      } catch (error) {
        console.warn("passerby:", error);
      }
    });
  };
};
