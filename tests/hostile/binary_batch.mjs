// The binary form of a batch, written from its description alone: an encoder that shares no line with the product's.
import { randomBytes } from "node:crypto";

/** A number in base 128, lowest bits first. */
export function number(value) {
  const out = [];
  let rest = BigInt(value);
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...out, Number(rest)];
}

/** A text: its length doubled, then its bytes in UTF-8. */
export function text(value) {
  const utf8 = Buffer.from(value);
  return [...number(utf8.length * 2), ...utf8];
}

/** A batch of page views of these addresses, each `ageMs` old. */
export function pageviews(site, urls, { ageMs = 0, base = randomBytes(12) } = {}) {
  const events = urls.flatMap((url) => [0, ...number(0), ...number(ageMs), ...text(url)]);
  return Buffer.from([1, ...text(site), ...number(1440), ...base, ...number(0), ...number(urls.length), ...events]);
}
