// The views of the site itself, in a real browser: what they change is what the API then says, and who may not change it sees
// no form. The first steps, all sites, and what a link shows to strangers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeShare } from "../access/shares.mjs";
import { pageview } from "../harness/api.mjs";
import { eventually } from "../harness/eventually.mjs";
import { ADMIN_KEY } from "../harness/worker.mjs";
import { day, ready, rows, stage, ZONE } from "./stage.mjs";

const site = stage();
const part = (name, domain = "known.test") => `?view=settings&site=${domain}&part=${name}`;
const panel = (name) => `[data-panel=${name}]`;
const owner = { key: ADMIN_KEY };
/** What the API says of a path below the site. */
const asked = async (below = "", domain = "known.test") => (await site.api.request("GET", `/api/v1/sites/${domain}${below}`, owner)).json;
const shown = (page, name) => page.$$eval(`${panel(name)} tbody tr`, (all) => all.map((row) => [...row.cells].slice(0, -1).map((cell) => cell.textContent)));
const refuse = (page) => page.getByRole("alert").waitFor();

test("general settings are saved, and no other setting is lost", async () => {
  const goals = [{ event: "Signup", display_name: "Signup" }];
  await site.api.putSite("set.test", { timezone: "UTC", goals, shards: 2, retention_days: 400 });
  await site.look(part("general", "set.test"), async (page) => {
    await page.getByLabel("Label").fill("The shop");
    await page.getByLabel("Time zone").selectOption("Europe/Berlin");
    await page.getByLabel("Keep events for so many days").fill("90");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Done.").waitFor();
    assert.deepEqual(await asked("", "set.test"), { domain: "set.test", timezone: "Europe/Berlin", goals, shards: 2, retention_days: 90, label: "The shop" });
    assert.equal(await page.getByLabel("Label").inputValue(), "The shop");
    await page.getByText("Times in Europe/Berlin").waitFor();
    await page.getByLabel("Keep events for so many days").fill("");
    await page.getByRole("button", { name: "Save" }).click();
    await eventually(async () => assert.equal((await asked("", "set.test")).retention_days, undefined));
  });
});

test("goals are added by kind, show who reached them as the API does, and are removed one by one", () =>
  site.look(part("goals"), async (page) => {
    await page.getByText("There is no goal yet.").waitFor();
    await page.getByLabel("Name of the event").fill("Signup");
    await page.getByLabel("Only with properties").fill("plan=pro, size=large");
    await page.getByRole("button", { name: "Add goal" }).click();
    await page.locator(`${panel("goals")} tbody tr`).waitFor();
    await page.getByRole("link", { name: "Page", exact: true }).click();
    await page.getByLabel("Path; * stands for anything").fill("/blog/**");
    await page.getByLabel("Name of the goal, if another").fill("Read the blog");
    await page.getByRole("button", { name: "Add goal" }).click();
    await eventually(async () => assert.equal((await shown(page, "goals")).length, 2));
    await page.getByRole("link", { name: "Scroll depth" }).click();
    await page.getByLabel("Path; * stands for anything").fill("/about");
    await page.getByLabel("Percent of the page").fill("75");
    await page.getByRole("button", { name: "Add goal" }).click();
    await eventually(async () => assert.equal((await shown(page, "goals")).length, 3));
    const { goals } = await asked();
    assert.deepEqual(goals, [
      { event: "Signup", display_name: "Signup", custom_props: { plan: "pro", size: "large" } },
      { page_path: "/blog/**", display_name: "Read the blog" },
      { page_path: "/about", display_name: "Visit /about", scroll_threshold: 75 },
    ]);
    const query = { metrics: ["visitors"], dimensions: ["event:goal"], date_range: [day(-27), day(0)] };
    const { results } = await site.api.query("known.test", query);
    const reached = (name) => String(results.find((row) => row.dimensions[0] === name)?.metrics[0] ?? 0);
    assert.ok(Number(reached("Read the blog")) > 0);
    await eventually(async () => assert.deepEqual((await shown(page, "goals")).map((cells) => [cells[0], cells[2]]), goals.map((goal) => [goal.display_name, reached(goal.display_name)])));
    await page.getByRole("link", { name: "Remove the goal Read the blog" }).click();
    await page.getByRole("button", { name: "Remove" }).click();
    await eventually(async () => assert.deepEqual((await asked()).goals.map((goal) => goal.display_name), ["Signup", "Visit /about"]));
    await eventually(async () => assert.equal((await shown(page, "goals")).length, 2));
  }));

test("a key is shown once with what it may, stays while the page asks again, works, and is deleted", () =>
  site.look(part("keys"), async (page) => {
    await page.getByLabel("Name").fill("reader");
    await page.getByLabel("May").selectOption({ label: "read" });
    await page.getByRole("button", { name: "Make a key" }).click();
    const key = await page.locator("#new-key").innerText();
    const query = { site_id: "known.test", metrics: ["visitors"], date_range: "all" };
    assert.equal((await site.api.request("POST", "/api/v2/query", { key, body: JSON.stringify(query) })).status, 200);
    assert.equal(await page.getByLabel("Name").inputValue(), "", "the form is ready for another");
    // The page asks again by itself, and shows the key until somebody looks at something else.
    await page.waitForResponse((answer) => answer.url().endsWith("/keys") && answer.request().method() === "GET", { timeout: 20_000 });
    assert.equal(await page.locator("#new-key").innerText(), key);
    await page.getByRole("link", { name: "Members" }).click();
    await page.getByText("Nobody but whoever runs this server").waitFor();
    assert.equal(await page.locator("#new-key").count(), 0);
    await page.getByRole("link", { name: "Keys" }).click();
    await page.locator(`${panel("keys")} summary`).click();
    await page.getByRole("button", { name: "Yes" }).click();
    await page.getByText("There is no key yet.").waitFor();
    assert.deepEqual((await asked("/keys")).keys, []);
  }));

test("members are added, get another role and another key, and are removed", () =>
  site.look(part("members"), async (page) => {
    const form = page.locator("#new-member");
    await form.getByLabel("Name").fill("Ada");
    await form.getByLabel("Role").selectOption("editor");
    await form.getByRole("button", { name: "Add" }).click();
    const first = await page.locator("#new-key").innerText();
    assert.match(first, /^passerby_member_/);
    await page.getByLabel("Role of Ada").selectOption("viewer");
    await page.getByRole("button", { name: "Change" }).click();
    await eventually(async () => assert.deepEqual((await asked("/members")).members.map(({ name, role }) => [name, role]), [["Ada", "viewer"]]));
    await page.locator("summary:text-is('New key')").click();
    await page.getByRole("button", { name: "Yes" }).first().click();
    await eventually(async () => assert.notEqual(await page.locator("#new-key").innerText(), first));
    await page.locator("#known-member").getByLabel("Id of the account").fill("0000000000000000");
    await page.getByRole("button", { name: "Take in" }).click();
    await refuse(page);
    await page.locator(`${panel("members")} summary`).last().click();
    await page.getByRole("button", { name: "Yes" }).last().click();
    await page.getByText("Nobody but whoever runs this server").waitFor();
  }, { allow: /Failed to load resource/ }));

test("annotations are written, changed and deleted", () =>
  site.look(part("annotations"), async (page) => {
    const write = async (time, text, button) => {
      await page.getByLabel("When").fill(time);
      await page.getByLabel("What happened").fill(text);
      await page.getByRole("button", { name: button }).click();
    };
    await write(day(-9), "Launch", "Write down");
    await page.getByText("Launch").first().waitFor();
    await write(day(-2), "Sale", "Write down");
    await eventually(async () => assert.deepEqual((await shown(page, "annotations")).map((cells) => cells[1]), ["Sale", "Launch"]));
    await page.getByRole("link", { name: "Edit" }).last().click();
    await write(day(-8), "The launch", "Save");
    await eventually(async () => assert.deepEqual((await asked("/annotations")).annotations.map(({ time, text }) => [time, text]), [[day(-8), "The launch"], [day(-2), "Sale"]]));
    await page.locator(`${panel("annotations")} summary`).first().click();
    await page.getByRole("button", { name: "Yes" }).first().click();
    await eventually(async () => assert.equal((await asked("/annotations")).annotations.length, 1));
  }));

test("the page's filters are saved as a segment, which opens the overview with them", () =>
  site.look(`${part("segments")}&f=is.browser.Firefox&f=is_not.country.DE`, async (page) => {
    await page.getByLabel("Name").fill("Foxes abroad");
    await page.getByRole("button", { name: "Save segment" }).click();
    await page.locator(`${panel("segments")} tbody tr`).waitFor();
    const { segments } = await asked("/segments");
    assert.deepEqual(segments[0].filters, [["is", "visit:browser", ["Firefox"]], ["is_not", "visit:country", ["DE"]]]);
    await page.goto(`${site.worker.url}/${part("segments")}`);
    await page.getByRole("link", { name: "Open Foxes abroad" }).click();
    await ready(page);
    assert.equal(await page.locator(".chip").count(), 2);
  }));

test("events are exported, and a site goes only by its name", async () => {
  await site.api.putSite("gone.test", { timezone: "UTC" });
  await site.api.send("gone.test", [pageview("https://gone.test/")]);
  await site.look(part("data", "gone.test"), async (page) => {
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "NDJSON" }).click();
    const stream = await (await download).createReadStream();
    let text = "";
    for await (const piece of stream) text += piece;
    assert.equal(text.trim().split("\n").length, 1);
    const remove = page.getByRole("button", { name: "Delete this site" });
    await page.locator("#confirm-domain").fill("goneXtest");
    await remove.click();
    assert.equal((await site.api.request("GET", "/api/v1/sites/gone.test", owner)).status, 200);
    await page.locator("#confirm-domain").fill("gone.test");
    await remove.click();
    await eventually(async () => assert.equal((await site.api.request("GET", "/api/v1/sites/gone.test", owner)).status, 404));
    await page.locator(".site-menu summary").click();
    assert.equal(await page.locator(".site-menu").getByText("gone.test").count(), 0);
  });
});

test("a viewer sees settings without forms, and no keys", async () => {
  const made = await site.api.request("POST", "/api/v1/sites/known.test/members", { ...owner, body: JSON.stringify({ name: "Vi", role: "viewer" }) });
  assert.equal(made.status, 201, made.text);
  const logIn = async (_, context) => {
    const answer = await context.request.post(`${site.worker.url}/api/v1/login`, { data: { key: made.json.key }, headers: { origin: site.worker.url } });
    assert.equal(answer.status(), 200);
  };
  for (const name of ["general", "goals", "annotations", "segments", "keys", "members", "shares", "data"]) {
    await site.look(part(name), async (page) => {
      await page.waitForSelector(".settings h2");
      assert.equal(await page.locator("form[data-form=send]").count(), 0, name);
      assert.equal(await page.locator(".parts").getByText("Keys").count(), 0);
    }, { login: false, prepare: logIn });
  }
});

test("all sites stand side by side with the numbers that the API has", async () => {
  await site.look("?view=sites&range=last-7-days", async (page) => {
    await page.waitForSelector("[data-row='known.test'] [data-value]");
    const card = page.locator("[data-row='known.test']");
    const { results } = await site.api.query("known.test", { metrics: ["visitors"], date_range: [day(-6), day(0)] });
    assert.equal(Number(await card.locator("[data-value]").getAttribute("data-value")), results[0].metrics[0]);
    assert.equal(await card.locator("svg.spark").count(), 1);
    await card.click();
    await ready(page);
    assert.equal(new URL(page.url()).search, "?site=known.test&range=last-7-days");
    await page.locator(".site-menu summary").click();
    await page.getByRole("link", { name: "All sites" }).click();
    await page.waitForSelector("[data-panel=sites]");
  });
});

test("the first steps say how for each framework, and why nothing was counted", async () => {
  await site.api.putSite("steps.test", { timezone: "UTC" });
  await site.look("?site=steps.test", async (page) => {
    await page.getByRole("heading", { name: "Waiting for the first visit" }).waitFor();
    await page.getByRole("link", { name: "Vue" }).click();
    await page.getByText(`site: "steps.test", api: "${site.worker.url}/e"`).waitFor();
    await page.getByRole("link", { name: "Nothing comes?" }).click();
    await page.getByText("A Content-Security-Policy forbids it.").waitFor();
    await site.api.send("steps.test", [pageview("https://steps.test/")], { "user-agent": "Googlebot/2.1 (+http://www.google.com/bot.html)" });
    await page.getByText(/Left out on purpose/).waitFor();
    // Whoever has numbers and asks for the snippet waits for nothing.
    await page.goto(`${site.worker.url}/?view=install&site=known.test`);
    await page.locator("#snippet").waitFor();
    assert.equal(await page.getByText("Waiting for").count(), 0);
  });
});

test("a link shows strangers what its share tells, and nothing else of the dashboard", { timeout: 60_000 }, async () => {
  await site.api.putSite("crowd.test", { timezone: ZONE });
  const crowd = Array.from({ length: 28 }, (_, n) => -2 - n).flatMap((shift) =>
    Array.from({ length: 60 }, (_, n) => ({
      name: "pageview", visitor: `visitor ${n}`, timestamp: `${day(shift)}T12:00:00Z`, pathname: n % 3 ? "/" : "/pricing", country: "DE", browser: "Firefox", device: "Desktop", source: "Google",
    })),
  );
  assert.equal((await site.api.importEvents("crowd.test", crowd)).status, 200);
  for (const noise of ["none", 0.25]) {
    const share = await makeShare(site.api, "crowd.test", { noise });
    const link = new URL(share.url);
    const told = await site.api.request("POST", "/api/v2/query", { key: share.token, body: JSON.stringify({ metrics: ["visitors"], date_range: "28d", dimensions: ["event:page"] }) });
    const expected = told.json.results.map((row) => [row.dimensions[0], row.metrics[0]]);
    assert.equal(expected.length, 2);
    await site.look(`${link.pathname.slice(1)}${link.hash}`, async (page, context) => {
      await page.getByRole("heading", { name: "crowd.test" }).waitFor();
      await eventually(async () => assert.deepEqual(await rows(page, "event:page"), expected));
      assert.equal(await page.locator("nav, [data-menu]:not(.export), form").count(), 0);
      await page.getByText(noise === "none" ? /only where at least 5 visitors/ : /noise that is always the same/).waitFor();
      await page.getByRole("link", { name: "7 days" }).click();
      await page.waitForFunction(() => location.search.includes("days=7d"));
      assert.equal(new URL(page.url()).hash, link.hash, "the address still opens what it shows");
      await page.reload();
      await page.getByRole("heading", { name: "crowd.test" }).waitFor();
      assert.deepEqual(await context.cookies(), []);
      assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
    }, { login: false });
    await site.look(`${link.pathname.slice(1)}?embed=1${link.hash}`, async (page) => {
      await page.getByRole("heading", { name: "crowd.test" }).waitFor();
      assert.equal(await page.locator(".top, .bottom").count(), 0);
    }, { login: false });
  }
  const share = await makeShare(site.api, "crowd.test");
  for (const logged of [false, true]) {
    // Without its secret the link opens nothing, not even for the owner.
    await site.look(new URL(share.url).pathname.slice(1), async (page) => {
      await page.getByText("This link is not whole, or was taken back.").waitFor();
      assert.equal(await page.locator("#login-key").count(), 0);
    }, { login: logged, allow: /401/ });
  }
});

test("shares are made and taken back", () =>
  site.look(part("shares"), async (page) => {
    await page.getByLabel("Name").fill("Public");
    await page.getByLabel("Ends").selectOption({ label: "in a year" });
    await page.getByLabel("Tells of at least so many visitors").fill("9");
    await page.locator("select[name=noise]").selectOption({ label: "no noise, and seven metrics" });
    await page.getByLabel("Pages that may show it in a frame").fill("https://known.test, https://www.known.test");
    await page.getByRole("button", { name: "Make a link" }).click();
    await page.locator(`${panel("shares")} tbody tr`).waitFor();
    const [share] = (await asked("/shares")).shares;
    assert.deepEqual([share.name, share.k, share.noise, share.embed], ["Public", 9, "none", ["https://known.test", "https://www.known.test"]]);
    assert.match(share.expires, /T00:00:00Z$/);
    assert.equal(await page.locator(`#share-${share.id}`).innerText(), share.url);
    await page.locator(`${panel("shares")} .actions summary`).click();
    await page.getByRole("button", { name: "Yes" }).click();
    await page.getByText("There is no link yet.").waitFor();
    assert.deepEqual((await asked("/shares")).shares, []);
  }));
