// What must be found nowhere: made by the thousand, each once, and in the shapes of what people and programs send.
import { binaryIp } from "./haystack.mjs";

/** As many numbers as five letters write, and one without a divisor in common, which takes neighbours far from each other. */
const [WORDS, STEP] = [26 ** 5, 7_368_787];

/** Letters that no list, no dictionary and no detector knows: eleven, others for each number. */
function word(n) {
  let letters = "";
  for (let rest = (n * STEP) % WORDS; letters.length < 5; rest = Math.floor(rest / 26)) letters += String.fromCharCode(97 + (rest % 26));
  return `kanari${letters}`;
}

/** Three digits for each of some numbers below 155, so that no address is the beginning of another. */
const octets = (n, count) => Array.from({ length: count }, (_, at) => 100 + (Math.floor(n / 155 ** at) % 155));

function luhn(digits) {
  const sum = [...digits].reverse().reduce((sum, digit, at) => {
    const value = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return sum + (value > 9 ? value - 9 : value);
  }, 0);
  return digits + ((10 - (sum % 10)) % 10);
}

function iban(account) {
  // ISO 13616: DE is 1314, and the check digits make the whole 1 modulo 97.
  const check = 98n - (BigInt(`${account}131400`) % 97n);
  return `DE${String(check).padStart(2, "0")}${account}`;
}

const base64url = (text) => Buffer.from(text).toString("base64url");
const hex = (n) => (0x1000 + (n & 0xfff)).toString(16);
/** Hexadecimal digits, thirty-two, that look drawn by lot. */
const digest = (n) => Array.from({ length: 4 }, (_, at) => (Math.imul(n + 1, 0x9e3779b1 + 2 * at) >>> 0).toString(16).padStart(8, "0")).join("");

/** How each class of canary is written, by number. */
const SHAPES = {
  word,
  ipv4: (n) => `198.${octets(n, 3).join(".")}`,
  ipv6: (n) => `2001:db8:${hex(n)}:${hex(n >> 12)}:77aa:4c1d:9b1c:5e2f`,
  ipv4Mapped: (n) => `::ffff:199.${octets(n, 3).join(".")}`,
  email: (n) => `${word(n)}@canary.example`,
  card: (n) => luhn(`4111${String(n).padStart(11, "7")}`),
  iban: (n) => iban(`37040044${String(n).padStart(10, "5")}`),
  jwt: (n) => `eyJhbGciOiJIUzI1NiJ9.${base64url(JSON.stringify({ sub: word(n) }))}.${base64url(digest(n))}`,
  apiKey: (n) => `sk_live_${digest(n)}`,
  userAgent: (n) => `Kanarie${n % 90}/${word(n)}`,
};
/** What the scrubber must find by itself wherever a text may be kept. */
export const PERSONAL = ["ipv4", "ipv6", "ipv4Mapped", "email", "card", "iban", "jwt", "apiKey"];
/** Other ways in which the same is written down, in addition to all that any text may become. */
const ALSO = {
  ipv6: (text) => [binaryIp(text)],
  // The same address as sixteen bytes of which the first are zeros, and with its last part in hexadecimal digits.
  ipv4Mapped: (text) => {
    const bytes = Buffer.from([0, 0, 255, 255, ...text.slice(7).split(".").map(Number)]);
    return [bytes, Buffer.from(`::ffff:${bytes.toString("hex", 4, 6)}:${bytes.toString("hex", 6, 8)}`)];
  },
  // Whoever is written to is known by the part before the sign.
  email: (text) => [Buffer.from(text.split("@")[0])],
  jwt: (text) => [Buffer.from(text.split(".")[1])],
};

/** A supply of canaries, which remembers each that it gave away. */
export class Canaries {
  /** `{what, text, also}` of each: where it was put, how it reads, and what else would be it. */
  given = [];

  /** A canary of a class, for a place. */
  of(shape, what) {
    const text = SHAPES[shape](this.given.length);
    this.given.push({ what: `${shape} as ${what}`, text, also: ALSO[shape]?.(text) ?? [] });
    return text;
  }

  /** One that is a word. */
  word(what) {
    return this.of("word", what);
  }
}
