// A month of made-up visits: a few of everything are common and most are rare (Zipf), what they came with goes together,
// and so do the pages that they see. The same as of the example `size` of the crate `columns`, and always the same.

let state = 7n;
/** A number by chance, from 0 to before 1: xorshift64*. */
function unit() {
  state ^= state >> 12n;
  state = BigInt.asUintN(64, state ^ (state << 25n));
  state ^= state >> 27n;
  return Number(BigInt.asUintN(64, state * 0x2545f4914f6cdd1dn) >> 11n) / 2 ** 53;
}

const below = (end) => Math.floor(unit() * end);
const is = (share) => unit() < share;

/** The sums of weights. */
function sums(weights) {
  let sum = 0;
  return weights.map((weight) => (sum += weight));
}

const zipf = (length) => sums(Array.from({ length }, (_, rank) => 1 / (rank + 1)));

function of(law) {
  const wanted = unit() * law.at(-1);
  let [low, high] = [0, law.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (law[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

const SOURCES = zipf(800);
const PAGES = zipf(2_500);
const COUNTRIES = zipf(180);
const BROWSERS = zipf(14);
const HOURS = sums(Array.from({ length: 24 }, (_, hour) => 1.2 - Math.cos(((hour - 3) / 24) * 2 * Math.PI)));

function cameBy() {
  const source = is(0.35) ? 0 : of(SOURCES) + 1;
  if (source === 0) return {};
  const name = source <= 6 ? `Search ${source}` : source <= 20 ? `Social ${source}` : `site${source}.example`;
  const campaign = is(0.15) ? { utm_medium: "cpc", utm_source: "cpc", utm_campaign: `campaign-${(source * 7 + below(8)) % 60}` } : {};
  return { source: name, referrer: `https://${name.toLowerCase().replace(" ", "-")}/`, ...campaign };
}

function cameWith() {
  const browser = of(BROWSERS);
  const device = is(0.9) ? browser % 2 : below(3);
  const country = of(COUNTRIES);
  return {
    device: ["Desktop", "Mobile", "Tablet"][device],
    browser: `Browser ${browser}`,
    browser_version: String(120 + browser),
    os: `OS ${(browser * 3 + device + (is(0.15) ? 1 : 0)) % 10}`,
    language: "en",
    country: String.fromCharCode(65 + (country % 26), 65 + Math.floor(country / 26)),
  };
}

/** The events of so many visits in the thirty days before today, as lines of an import. */
export function* month(visits, hostname) {
  const today = Math.floor(Date.now() / 86_400_000);
  const perDay = Math.floor(visits / 30);
  for (let day = today - 30; day < today; day++) {
    let last;
    for (let number = 0; number < perDay; number++) {
      const again = last && is(0.12) ? last : undefined;
      const who = again ?? { visitor: `${day} ${number}`, ...cameWith() };
      const came = cameBy();
      let page = is(0.5) ? (Number(/\d+/.exec(came.source ?? "0")[0]) * 13) % 40 : of(PAGES);
      // Visits end before the day does, and a visitor's begin far enough from one another.
      let second = Math.min(day * 86_400 + of(HOURS) * 3_600 + below(3_500), (day + 1) * 86_400 - 4_000);
      const views = is(0.48) ? 1 : Math.min(2 + Math.floor(Math.log(1 - unit()) / Math.log(0.55)), 40);
      for (let view = 0; view < views; view++) {
        if (view > 0) {
          page = is(0.6) ? (page * 31 + 7 + below(3)) % 300 : of(PAGES);
          second += Math.floor(-Math.log(1 - unit()) * 45);
        }
        const pathname = page === 0 ? "/" : `/${["blog", "docs", "shop", "help"][page % 4]}/a-title-of-${page}-words`;
        const event = { ...who, ...came, hostname, pathname, timestamp: new Date(second * 1_000).toISOString() };
        yield { ...event, name: "pageview" };
        if (is(0.04)) yield { ...event, name: ["Sign up", "Download", "Outbound link"][below(3)] };
      }
      if (!last || is(0.1)) last = who;
    }
  }
}
