// Writes down how each language writes numbers and dates, as Intl knows it, with samples and the plural rules' results:
//
//   node views/words/intl.mjs > views/words/intl.json
//
// Catalogues take the parts from there, and the tests of `views` hold its own functions to the samples.
import { pathToFileURL } from "node:url";

export const LANGUAGES = ["de", "en", "es", "fr", "it", "ja", "pl", "pt-BR"];

const DAY = 86_400_000;
/** Numbers that lie on both sides of every step. */
export const NUMBERS = [
  0, 1, 7.6, 999, 1000, 1234, 9999, 12_345, 99_940, 123_456, 999_499, 1_234_567, 12_345_678, 999_499_000, 1_234_567_890,
];
export const DECIMALS = [1.5, 2.25, 1234.5, 0.1, 12_345.67];
export const PERCENTAGES = [0, 1, 45, 100];
export const DAYS = ["2026-01-01", "2026-02-09", "2026-03-17", "2026-04-05", "2026-05-31", "2026-06-06", "2026-07-14",
  "2026-08-20", "2026-09-01", "2026-10-25", "2026-11-21", "2026-12-31"];

const part = (parts, type) => parts.find((found) => found.type === type)?.value ?? "";
const number = (tag, options) => new Intl.NumberFormat(tag, options);
const date = (tag, options) => new Intl.DateTimeFormat(tag, { ...options, timeZone: "UTC" });
const PLACES = { day: "{0}", month: "{1}", weekday: "{2}", year: "{3}" };

/** A format of dates as a template. */
const template = (format) =>
  format.formatToParts(0).map((found) => PLACES[found.type] ?? found.value).join("");

/** The names of twelve months in a format. Words of a list are parted by spaces, so their own do not break. */
const months = (format) =>
  [...Array(12).keys()].map((month) => part(format.formatToParts(Date.UTC(2026, month, 9)), "month").replaceAll(" ", "\u00a0")).join(" ");

/** The same where nothing else stands there. */
const alone = (format) =>
  [...Array(12).keys()].map((month) => format.format(Date.UTC(2026, month, 9))).join(" ");

/** The number as `format::count` shortens it: one decimal below a hundred, none above. */
const short = (tag, value) => {
  const shortened = (digits) => number(tag, { notation: "compact", maximumFractionDigits: digits });
  if (value < 9_999.5) return number(tag, { maximumFractionDigits: 0 }).format(value);
  const parts = shortened(1).formatToParts(value);
  const whole = parts.filter((found) => found.type === "integer").map((found) => found.value).join("");
  return shortened(whole.length > 2 ? 0 : 1).format(value);
};

/** The powers of ten from which on numbers are shortened, with their words. */
const units = (tag) => {
  const found = [];
  for (let power = 4; power < 13; power++) {
    const parts = number(tag, { notation: "compact" }).formatToParts(10 ** power);
    const word = parts.slice(parts.findLastIndex((part) => part.type === "integer") + 1).map((part) => part.value).join("");
    const digits = Number(parts.filter((part) => part.type === "integer").map((part) => part.value).join(""));
    const unit = power - Math.log10(digits);
    if (word && digits < 1000 && (unit < 4 || unit === power) && !found.some(([known]) => known === unit)) found.push([unit, word]);
  }
  return found.map(([power, word]) => `${power}${word.replaceAll(" ", "\u00a0")}`).join(" ");
};

/** Where Intl mixes styles, or uses Latin letters: what stands after hours, minutes and seconds. */
const CLOCKS = { de: "\u00a0h \u00a0min \u00a0s", ja: "時間 分 秒" };

/** What stands after a number of a unit. */
const after = (tag, unit) =>
  number(tag, { style: "unit", unit, unitDisplay: "narrow" }).format(5).slice(1).replaceAll(" ", "\u00a0");

/** All of a language. English is written as in Britain, its large numbers as in America. */
export function of(tag) {
  const dates = tag === "en" ? "en-GB" : tag;
  // Britain's Intl alone gives a month four letters.
  const three = (text) => (tag === "en" ? text.replace("Sept", "Sep") : text);
  const beside = date(dates, { month: "long", year: "numeric" });
  const day = date(dates, { day: "numeric", month: "short" });
  const dayAndWeekday = date(dates, { day: "numeric", month: "short", weekday: "short" });
  const dayAndYear = date(dates, { day: "numeric", month: "short", year: "numeric" });
  const large = number(tag, { useGrouping: true }).formatToParts(1_234_567.5);
  const grouped = (value) => number(tag, { maximumFractionDigits: 0 }).format(value);
  const weekday = (shift) => part(dayAndWeekday.formatToParts(shift * DAY), "weekday");
  const parts = [
    part(large, "group"),
    part(large, "decimal"),
    grouped(1234).length === 4 ? "2" : "1",
    number(tag, { style: "percent" }).format(0.05).replace("5", "{0}"),
    tag === "en" ? "3k 6M 9B" : units(tag),
    CLOCKS[tag] ?? [after(tag, "hour"), after(tag, "minute"), after(tag, "second")].join(" "),
    months(beside),
    three(months(day)),
    three(alone(date(dates, { month: "short" }))),
    [...Array(7).keys()].map(weekday).join(" "),
    template(day),
    template(dayAndWeekday),
    template(dayAndYear),
    template(beside),
  ];
  const rules = new Intl.PluralRules(tag);
  // What only fractions have is no form of ours: counts are whole.
  const forms = ["one", "few", "many", "other"].filter((form) => form === rules.select(1e6) || [0, 1, 2, 5].some((count) => rules.select(count) === form));
  let hash = 0x811c9dc5;
  for (let count = 0; count <= 1_000_000; count++) {
    hash = Math.imul(hash ^ forms.indexOf(rules.select(count)), 0x01000193) >>> 0;
  }
  const sampled = (values, show) => values.map((value) => [value, show(value)]);
  const instant = (text) => Date.parse(text);
  return {
    parts,
    plurals: { forms, hash },
    grouped: sampled(NUMBERS, grouped),
    short: sampled(NUMBERS, (value) => (tag === "en" ? short(tag, value).replace("K", "k") : short(tag, value))),
    decimal: sampled(DECIMALS, (value) => number(tag, { maximumFractionDigits: 2 }).format(value)),
    percent: sampled(PERCENTAGES, (value) => number(tag, { style: "percent" }).format(value / 100)),
    days: sampled(DAYS, (text) => [
      ...[day, dayAndWeekday, dayAndYear].map((format) => three(format.format(instant(text)))), beside.format(instant(text)),
    ]),
  };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const lines = LANGUAGES.map((tag) => {
    const fields = Object.entries(of(tag)).map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
    return `  ${JSON.stringify(tag)}: {\n${fields.join(",\n")}\n  }`;
  });
  console.log(`{\n${lines.join(",\n")}\n}`);
}
