// What a browser keeps after consent, and only then: what could not be delivered, and the week of the first visit.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/eventually.mjs";
import { leave, stage } from "./stage.mjs";

const it = stage();
const { visit } = it;
const OPT_IN = 'data-consent="opt-in"';
const agree = (page) => page.evaluate(() => passerby.consent(true));
/** Opens the site anew and agrees again, as a site does that remembers it. */
const again = async (page, url) => {
  await page.goto(`${url}/again`);
  await agree(page);
};
const databases = (page) => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
const kept = (page) =>
  page.evaluate(
    () =>
      new Promise((done, fail) => {
        const opening = indexedDB.open("passerby");
        opening.onerror = fail;
        opening.onsuccess = () => {
          const asked = opening.result.transaction("passerby").objectStore("passerby").getAllKeys();
          asked.onsuccess = () => {
            opening.result.close();
            done(asked.result);
          };
        };
      }),
  );
const outcomes = async (site) =>
  Object.fromEntries((await it.api.outcomes(site)).outcomes.map(({ reason, count }) => [reason, count]));
const cohorts = () => it.api.counts("cohort.test", "event:cohort", "pageviews", { filters: [["is_not", "event:cohort", ["(none)"]]] });
const monday = (days = 0) => {
  const now = new Date(Date.now() - days * 86_400_000);
  return new Date(now - ((now.getUTCDay() + 6) % 7) * 86_400_000).toISOString().slice(0, 10);
};

test("what could not be delivered comes with the next visit, as old as it is", () =>
  visit("outage.test", { attributes: OPT_IN }, async ({ page, url, names, faults, deliveries }) => {
    faults.push("503:60");
    await agree(page);
    await eventually(() => assert.equal(deliveries.length, 1));
    await page.evaluate(() => passerby("Read", { props: { chapter: 1 } }));
    await leave(page);
    assert.equal(deliveries.length, 1, "nothing is tried that would fail");
    await again(page, url);
    await names({ pageview: 2, Read: 1 });
    const late = deliveries.at(-1).body;
    assert.equal(late[0], 3, "a batch that waited");
    assert.ok(deliveries.slice(0, -1).every(({ body }) => body[0] === 2));
    await eventually(async () => assert.deepEqual(await kept(page), ["week"]), "what was delivered is kept no longer");
  }));

test("without a network, too", () =>
  visit("offline.test", { attributes: OPT_IN }, async ({ context, page, url, names }) => {
    await agree(page);
    await names({ pageview: 1 });
    await context.setOffline(true);
    await page.evaluate(() => passerby("Read"));
    await leave(page);
    await context.setOffline(false);
    await again(page, url);
    await names({ pageview: 2, Read: 1 });
  }));

test("what the collector took without its answer arriving is not counted twice", () =>
  visit("answer.test", { attributes: OPT_IN }, async ({ page, url, names, faults, deliveries }) => {
    // A browser tries lost connections again by itself.
    faults.push(...Array(9).fill("lose-answer"));
    await agree(page);
    await eventually(() => assert.ok(deliveries.length > 0 && deliveries.at(-1).status));
    await page.waitForTimeout(100);
    await leave(page);
    faults.length = 0;
    await again(page, url);
    await names({ pageview: 2 });
    await eventually(async () => assert.ok((await outcomes("answer.test")).duplicate >= 1));
  }));

test("what fails again is kept on", () =>
  visit("longer.test", { attributes: OPT_IN }, async ({ page, url, names, faults, deliveries }) => {
    faults.push("503:60");
    await agree(page);
    await eventually(() => assert.equal(deliveries.length, 1));
    await leave(page);
    // The next page view goes through; what is late is refused, and comes with the visit after.
    const upTo = deliveries.length;
    it.proxy.faults.push("", "503");
    await again(page, url);
    await eventually(() => assert.equal(deliveries.length, upTo + 2));
    await names({ pageview: 1 });
    await leave(page);
    await again(page, url);
    await names({ pageview: 3 });
  }));

for (const [what, attributes, agreed] of [
  ["before consent", OPT_IN, false],
  ["where consent is not needed", "", false],
  ["with data-keep=\"false\"", `${OPT_IN} data-keep="false"`, true],
]) {
  test(`${what} nothing is kept`, () =>
    visit("nothing.test", { attributes }, async ({ page, url, faults }) => {
      faults.push("503:60");
      if (agreed) await agree(page);
      await page.evaluate(() => passerby("Read"));
      await leave(page);
      await page.goto(url);
      assert.deepEqual(await databases(page), []);
      assert.deepEqual(await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length]), ["", 0, 0]);
    }));
}

test("who takes the consent back keeps nothing, whether the module is there or not", () =>
  visit("back.test", { attributes: OPT_IN }, async ({ page, url, names }) => {
    await agree(page);
    await names({ pageview: 1 });
    assert.deepEqual(await databases(page), ["passerby"]);
    await page.evaluate(() => passerby.consent(false));
    await eventually(async () => assert.deepEqual(await databases(page), []));
    await agree(page);
    await page.evaluate(() => passerby("Again"));
    await eventually(async () => assert.deepEqual(await databases(page), ["passerby"]));
    await page.goto(`${url}/later`);
    assert.deepEqual(await databases(page), ["passerby"]);
    await page.evaluate(() => passerby.consent(false));
    await eventually(async () => assert.deepEqual(await databases(page), []));
  }));

test("page views say the week of the first one, and nothing else tells visitors apart", () =>
  visit("cohort.test", { attributes: OPT_IN }, async ({ page, url, names }) => {
    await agree(page);
    await names({ pageview: 1 });
    assert.deepEqual(await cohorts(), { [monday()]: 1 });
    // As it would be after ten weeks.
    await page.evaluate(
      (week) =>
        new Promise((done) => {
          const opening = indexedDB.open("passerby");
          opening.onsuccess = () => {
            const transaction = opening.result.transaction("passerby", "readwrite");
            transaction.objectStore("passerby").put(week, "week");
            transaction.oncomplete = done;
          };
        }),
      monday(70),
    );
    await again(page, url);
    await names({ pageview: 2 });
    assert.deepEqual(await cohorts(), { [monday(70)]: 1, [monday()]: 1 });
    const range = [monday(70), new Date().toISOString().slice(0, 10)];
    const body = { site_id: "cohort.test", date_range: range, cohorts: "kept" };
    const { results } = await it.api.mustOwner("POST", "/api/v2/retention", body);
    assert.deepEqual(results.map(({ cohort, visitors }) => [cohort, visitors]), [[monday(), 1]], "nobody of the other week was seen in it");
    // Nothing but the week is there.
    assert.deepEqual(await kept(page), ["week"]);
  }));
