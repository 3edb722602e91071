// What strangers learn from a share, by attacks: averaging, differencing, paging, sorting, bisecting, waiting for one visitor.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { makeShare } from "../access/shares.mjs";
import { pageview } from "../harness/api.mjs";
import { Worker } from "../harness/worker.mjs";
import { assertRefused } from "../hostile/refusal.mjs";

const SITE = "crowd.test";
const NOW = "2026-03-15T12:00:00Z";
const DAYS = Array.from({ length: 60 }, (_, n) => new Date(Date.parse("2026-01-01") + n * 86_400_000).toISOString().slice(0, 10));
/** Who looks like this comes on each day; on every other day there is one more, whom the attacker is after. */
const ALIKE = { source: "Google", channel: "Organic Search", country: "EE", device: "Mobile", browser: "Chrome", os: "Android", utm_campaign: "spring" };
const CROWD = 200;
/** The cells that such a visitor is in: each dimension with its value. */
const VALUES = [
  ["event:page", "/"], ["visit:entry_page", "/"], ["visit:source", ALIKE.source], ["visit:channel", ALIKE.channel], ["visit:country", ALIKE.country],
  ["visit:device", ALIKE.device], ["visit:browser", ALIKE.browser], ["visit:os", ALIKE.os], ["visit:utm_campaign", ALIKE.utm_campaign],
];
const is = ([dimension, value]) => ["is", dimension, [value]];

let worker, api, noised, exact;
before(async () => {
  worker = await Worker.start();
  api = worker.api;
  await api.putSite(SITE);
  const events = DAYS.flatMap((day, number) => {
    const visit = (n, more) => ({ name: "pageview", visitor: `${day} ${n}`, timestamp: `${day}T${String(6 + (n % 16)).padStart(2, "0")}:00:00Z`, url: `https://${SITE}/`, ...ALIKE, ...more });
    const crowd = Array.from({ length: CROWD + ((number * 7 + (number >> 2)) % 2) }, (_, n) => visit(n));
    // And the long tail of every log: pages, countries and systems by the law of Zipf, few of each of them.
    const tail = Array.from({ length: 60 }, (_, n) => {
      const rank = Math.floor(1 / (((n * 37 + number * 11) % 61) / 61 + 0.016));
      return visit(1_000 + n, { url: `https://${SITE}/post-${rank}`, country: ["DE", "FI", "SE", "LV", "LI"][rank % 5], os: rank % 7 ? "Windows" : "Haiku", browser: `Browser ${rank % 9}`, source: `site-${rank}.test`, utm_campaign: undefined });
    });
    return [...crowd, ...tail];
  });
  for (let begin = 0; begin < events.length; begin += 4_000) {
    assert.equal((await api.importEvents(SITE, events.slice(begin, begin + 4_000))).status, 200);
  }
  noised = (await makeShare(api, SITE)).token;
  exact = (await makeShare(api, SITE, { noise: "none" })).token;
});
after(() => worker?.dispose());

const query = (more) => ({ site_id: SITE, metrics: ["visitors"], date_range: [DAYS[0], DAYS[59]], ...more });
const post = (token, body, now = NOW) => api.request("POST", "/api/v2/query", { key: token, body: JSON.stringify(body), headers: { "x-now": now } });
async function told(token, more, now) {
  const answer = await post(token, query(more), now);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}
const truth = async (more) => (await api.query(SITE, query(more), { "x-now": NOW })).results;

test("averaging: whatever the wording, it is the same number", { timeout: 120_000 }, async () => {
  const [page, country] = [VALUES[0], VALUES[4]];
  const numbers = [];
  for (let n = 0; n < 200; n++) {
    const range = [[DAYS[0], DAYS[59]], [DAYS[0], "2026-03-01"]][n % 2];
    const wording = [
      { filters: [is(page), is(country)] },
      { filters: [is(country), is(page), is(country)] },
      { filters: [is(country)], dimensions: ["event:page"] },
      { filters: [is(page)], dimensions: ["visit:country"], order_by: [["visitors", n % 2 ? "asc" : "desc"]] },
      { filters: [is(page), is(country)], dimensions: ["visit:country"], include: { total_rows: true } },
    ][n % 5];
    const { results } = await told(noised, { ...wording, date_range: range, pagination: { limit: 1 + (n % 7) * 100 } });
    numbers.push(results.find(({ dimensions }) => dimensions.every((value) => [page[1], country[1]].includes(value))).metrics[0]);
  }
  assert.equal(new Set(numbers).size, 1);
  const another = (await makeShare(api, SITE)).token;
  assert.equal((await told(another, { filters: [is(page), is(country)] })).results[0].metrics[0], numbers[0], "nor does another link average it");
});

test("differencing ranges: who comes on several days is told by none of the sums", { timeout: 60_000 }, async () => {
  await api.putSite("named.test");
  const days = DAYS.slice(0, 8);
  const came = days.flatMap((day, number) =>
    Array.from({ length: 100 + number }, (_, n) => ({ name: "pageview", visitor: `member ${n}`, timestamp: `${day}T23:59:00Z`, url: "https://named.test/", country: "EE" })),
  );
  assert.equal((await api.importEvents("named.test", came)).json.accepted, came.length);
  const { token } = await makeShare(api, "named.test");
  const ask = async (more) => (await told(token, { site_id: "named.test", ...more })).results;
  const sum = (rows) => rows.reduce((total, { metrics }) => total + metrics[0], 0);
  for (const filters of [[], [is(["visit:country", "EE"])]]) {
    for (const range of [[0, 7], [0, 3], [4, 7], [2, 6]]) {
      const date_range = range.map((n) => days[n]);
      const each = await ask({ date_range, filters, dimensions: ["time:day"] });
      assert.equal(sum(await ask({ date_range, filters })), sum(each));
      assert.equal(sum(await ask({ date_range, filters, dimensions: ["event:page"] })), sum(await ask({ date_range, filters, dimensions: ["event:page", "time:day"] })));
    }
  }
});

test("differencing ranges: a range is the sum of its days", { timeout: 60_000 }, async () => {
  const { results } = await told(noised, { dimensions: ["time:day"] });
  assert.equal(results.length, 60);
  const days = results.map(({ metrics }) => metrics[0]);
  const sum = (list) => list.reduce((total, one) => total + one, 0);
  for (const [first, last] of [[0, 59], [0, 58], [1, 59], [20, 27], [27, 27]]) {
    assert.equal((await told(noised, { date_range: [DAYS[first], DAYS[last]] })).results[0].metrics[0], sum(days.slice(first, last + 1)));
  }
  const months = (await told(noised, { dimensions: ["time:month"] })).results.map(({ metrics }) => metrics[0]);
  assert.deepEqual(months, [sum(days.slice(0, 31)), sum(days.slice(31, 59)), days[59]]);
  assert.equal(sum((await told(noised, { dimensions: ["time:week"] })).results.map(({ metrics }) => metrics[0])), sum(days));
});

test("one visitor more: a guess from a number is right as often as docs/privacy.md says", { timeout: 120_000 }, async () => {
  const cells = [[], ...VALUES.map((one) => [one]), ...VALUES.flatMap((one, at) => VALUES.slice(at + 1).map((other) => [one, other]))];
  assert.equal(cells.length, 46);
  const [right, votes, all] = [{ numbers: 0, visitors: 0 }, DAYS.map(() => 0), DAYS.map((_, n) => (n * 7 + (n >> 2)) % 2 === 1)];
  let numbers = 0;
  for (const cell of cells) {
    // The attacker knows everything of everybody else.
    const others = cell.length === 0 ? CROWD + 60 : CROWD;
    const { results } = await told(noised, { filters: cell.map(is), dimensions: ["time:day"] });
    const real = await truth({ filters: cell.map(is), dimensions: ["time:day"] });
    if (real.some(({ metrics }, n) => metrics[0] !== others + all[n])) continue; // The tail is in it, which only makes it harder.
    results.forEach(({ metrics }, n) => {
      const there = metrics[0] > others;
      right.numbers += there === all[n];
      votes[n] += there ? 1 : -1;
      numbers++;
    });
  }
  assert.ok(numbers > 40 * 60, `${numbers}`);
  right.visitors = votes.filter((vote, n) => vote > 0 === all[n]).length / DAYS.length;
  right.numbers /= numbers;
  console.log(`right by one number in ${right.numbers.toFixed(3)} of ${numbers} guesses, by all of them in ${right.visitors.toFixed(3)} of 60`);
  // 0.562 and 0.80 are the bounds; three and a half standard deviations of so many guesses are allowed for.
  assert.ok(right.numbers < 0.562 + 3.5 * Math.sqrt(0.25 / numbers), `${right.numbers}`);
  assert.ok(right.visitors < 0.8 + 3.5 * Math.sqrt(0.16 / 60), `${right.visitors}`);
});

test("k holds in every row, sorted and paged as one likes", { timeout: 120_000 }, async () => {
  for (const [token, name] of [[noised, "noise"], [exact, "no noise"]]) {
    let rows = 0;
    for (const dimension of ["event:page", "visit:entry_page", "visit:source", "visit:channel", "visit:country", "visit:device", "visit:browser", "visit:os", "visit:utm_campaign"]) {
      for (const [date_range, time] of [[[DAYS[0], DAYS[59]], []], [[DAYS[7], DAYS[7]], []], [[DAYS[0], DAYS[13]], ["time:day"]]]) {
        const dimensions = [dimension, ...time];
        const real = Object.fromEntries((await truth({ date_range, dimensions })).map(({ dimensions, metrics }) => [dimensions.join(), metrics[0]]));
        const whole = (await told(token, { date_range, dimensions })).results;
        const counts = whole.map(({ dimensions, metrics }) => [real[dimensions.join()], metrics[0]]);
        for (const [visitors, number] of counts) assert.ok(visitors >= 5 && number >= 5, `${name} ${dimensions} ${visitors} ${number}`);
        if (token === exact && time.length === 0) {
          for (const [visitors, number] of counts) assert.equal(number, visitors);
          const rest = Object.values(real).reduce((sum, one) => sum + one, 0) - counts.reduce((sum, [, one]) => sum + one, 0);
          assert.ok(rest === 0 || rest >= 5 || counts.length === 0, `${dimensions} leaves ${rest}`);
        }
        const paged = [];
        for (let offset = 0; offset <= whole.length; offset += 3) paged.push(...(await told(token, { date_range, dimensions, pagination: { limit: 3, offset } })).results);
        assert.deepEqual(paged.slice(0, whole.length), whole);
        assert.equal((await told(token, { date_range, dimensions, include: { total_rows: true }, pagination: { limit: 1, offset: 0 } })).meta.total_rows, whole.length);
        const byNumber = (await told(token, { date_range, dimensions, order_by: [["visitors", "asc"]] })).results.map(({ metrics }) => metrics[0]);
        assert.deepEqual(byNumber, byNumber.toSorted((a, b) => a - b));
        rows += whole.length;
      }
    }
    assert.ok(rows > 50, `${name} tells something: ${rows}`);
  }
});

test("weeks and months of a share are those of the site", { timeout: 30_000 }, async () => {
  for (const unit of ["time:day", "time:week", "time:month"]) {
    const date_range = ["2026-01-07", "2026-02-20"];
    const real = await truth({ date_range, dimensions: [unit], order_by: [[unit, "asc"]] });
    assert.deepEqual((await told(exact, { date_range, dimensions: [unit] })).results, real, unit);
    const noisy = (await told(noised, { date_range, dimensions: [unit] })).results;
    assert.deepEqual(noisy.map(({ dimensions }) => dimensions), real.map(({ dimensions }) => dimensions), unit);
    for (const [n, { metrics }] of noisy.entries()) assert.ok(Math.abs(metrics[0] - real[n].metrics[0]) < 400, `${unit} ${metrics} of ${real[n].metrics}`);
  }
});

test("bisecting: who is alone with two values is in no row, and looks like nobody", { timeout: 60_000 }, async () => {
  for (const token of [noised, exact]) {
    const nobody = await told(token, { filters: [["is", "visit:country", ["XX"]], ["is", "visit:os", ["Haiku"]]], date_range: [DAYS[3], DAYS[3]] });
    assert.deepEqual(nobody.results, [{ dimensions: [], metrics: [null], suppressed: true }]);
    let hidden = 0;
    for (const os of ["Haiku", "Windows"]) {
      for (const country of ["DE", "FI", "SE", "LV", "LI"]) {
        const filters = [["is", "visit:os", [os]], ["is", "visit:country", [country]]];
        const real = (await truth({ filters, date_range: [DAYS[3], DAYS[3]] }))[0].metrics[0];
        const { results } = await told(token, { filters, date_range: [DAYS[3], DAYS[3]] });
        if (real < 5) assert.deepEqual(results, nobody.results, `${os} ${country} ${real}`);
        hidden += real > 0 && real < 5;
      }
    }
    assert.ok(hidden > 0, "there are such visitors");
  }
});

test("waiting for one visitor: nothing changes when somebody comes", { timeout: 60_000 }, async () => {
  const asked = [{}, { dimensions: ["time:day"] }, { dimensions: ["event:page"] }, { filters: [is(VALUES[4])], dimensions: ["visit:os"] }];
  const range = ["2026-02-20", "2026-03-15"];
  const look = () => Promise.all([noised, exact].flatMap((token) => asked.map((more) => told(token, { ...more, date_range: range }))));
  const before = await look();
  for (const [ip, age_ms] of [["203.0.113.1", 0], ["203.0.113.2", 23 * 3_600_000]]) {
    const answer = await api.send(SITE, [pageview(`https://${SITE}/`, { age_ms })], { "x-now": NOW, "x-test-ip": ip });
    assert.deepEqual(answer.json.results, [{ outcome: "accepted" }]);
  }
  assert.equal((await truth({ date_range: ["2026-03-14", "2026-03-15"] }))[0].metrics[0], 2, "they are counted");
  assert.deepEqual(await look(), before);
});

test("the budget: new filtered questions end, old ones do not, and tomorrow there are more", { timeout: 120_000 }, async () => {
  const { token } = await makeShare(api, SITE);
  const zoned = "2026-03-15T22:30:00Z";
  const page = (n) => ({ filters: [["is", "event:page", [`/post-${n}`]]] });
  const ask = (more, now = zoned) => post(token, query(more), now);
  for (let n = 0; n < 190; n += 10) {
    const queries = Array.from({ length: 10 }, (_, i) => query(page(n + i)));
    assert.equal((await post(token, { queries }, zoned)).status, 200);
  }
  for (let n = 190; n < 200; n++) assert.equal((await ask(page(n))).status, 200);
  const refused = await ask(page(200));
  assertRefused(refused, { status: 429, code: "noise_budget", sent: "/post-200" });
  assert.equal(refused.headers.get("retry-after"), "5400", "the site's midnight");
  assertRefused(await post(token, { queries: [query({}), query(page(3)), query(page(201))] }, zoned), { status: 429, code: "noise_budget" });
  assert.equal((await ask(page(7))).status, 200, "what was answered is answered again");
  assert.equal((await ask({ ...page(7), date_range: [DAYS[3], DAYS[9]], dimensions: ["time:day"] })).status, 200, "of whatever days");
  assert.equal((await ask({ dimensions: ["event:page"] })).status, 200, "questions without a filter are free");
  assert.equal((await post(noised, query(page(200)), zoned)).status, 200, "another link has its own");
  await worker.kill();
  await worker.startAgain();
  assertRefused(await ask(page(202)), { status: 429, code: "noise_budget" });
  assert.equal((await ask(page(202), "2026-03-16T00:00:00Z")).status, 200);
});

test("what was not chosen is refused however it is asked, and costs nothing of the budget", { timeout: 60_000 }, async () => {
  const { token } = await makeShare(api, SITE, { dimensions: ["event:page", "visit:country"] });
  const chosen = ["event:page", "visit:country"];
  const dimensions = await api.request("GET", "/api/v2/dimensions", { key: token });
  assert.deepEqual(dimensions.json.dimensions, chosen, "it says what it tells");
  for (const [dimension, value] of VALUES) {
    const asked = [
      { dimensions: [dimension] },
      { dimensions: [dimension, "time:day"] },
      { filters: [is([dimension, value])] },
      { filters: [is([dimension, value])], dimensions: ["event:page"] },
      { filters: [is(["event:page", "/"])], dimensions: [dimension], order_by: [[dimension, "asc"]] },
      { filters: [["is", dimension, [value]], ["is", dimension, [value]]] },
    ];
    for (const more of asked) {
      const answer = await post(token, query(more));
      if (chosen.includes(dimension)) assert.equal(answer.status, 200, answer.text);
      else assertRefused(answer, { status: 403, code: "not_shared", sent: dimension === "event:page" ? [] : value.length > 3 ? value : [], what: JSON.stringify(more) });
    }
    if (chosen.includes(dimension)) continue;
    // Among several, it alone is refused, and the others stay in their places.
    const { json } = await post(token, { queries: [query({}), query({ dimensions: [dimension] }), query({ dimensions: ["event:page"] })] });
    const [whole, refused, pages] = json.results;
    assert.deepEqual([refused.code, refused.results, refused.meta], ["not_shared", undefined, undefined]);
    assert.deepEqual([whole, pages], (await post(token, { queries: [query({}), query({ dimensions: ["event:page"] })] })).json.results);
  }
  // What is refused is not counted: two hundred of them leave the budget as it was.
  for (let n = 0; n < 200; n += 20) {
    const queries = Array.from({ length: 20 }, (_, i) => query({ filters: [is(["visit:os", `system ${n + i}`])] }));
    assert.ok((await post(token, { queries })).json.results.every(({ code }) => code === "not_shared"));
  }
  assert.equal((await post(token, query({ filters: [is(["visit:country", "EE"])] }))).status, 200);
  await api.putSite("goal.test", { timezone: "UTC", goals: [{ event: "Signup", display_name: "Secret goal" }] });
  for (const [dimensions, goals] of [[["event:page"], []], [undefined, ["Secret goal"]]]) {
    const { token: key } = await makeShare(api, "goal.test", { dimensions });
    assert.deepEqual((await api.request("GET", "/api/v1/sites/goal.test", { key })).json.goals, goals, "nor are goals named");
  }
  const none = (await makeShare(api, SITE, { dimensions: [] })).token;
  assert.equal((await post(none, query({}))).status, 200, "visitors in all are told by every share");
  for (const [dimension] of VALUES) assertRefused(await post(none, query({ dimensions: [dimension] })), { status: 403, code: "not_shared" });
});

test("a question of several that goes too far tells nothing of the others", { timeout: 30_000 }, async () => {
  for (const bad of [{ metrics: ["pageviews"] }, { date_range: "day" }, { dimensions: ["visit:city"] }, { filters: [["is_not", "visit:country", ["EE"]]] }]) {
    const answer = await post(noised, { queries: [query({}), query(bad)] });
    assertRefused(answer, { status: 400, what: JSON.stringify(bad) });
  }
  assertRefused(await post(noised, { queries: Array(21).fill(query({})) }), { status: 400, code: "invalid_query" });
  assertRefused(await post(noised, { queries: [query({ site_id: "another.test" })] }), { status: 403, code: "other_site" });
});
