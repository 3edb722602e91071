// Who was there yesterday cannot be told by anybody, not even with the disk, its history, all secrets and the right guesses.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { pageview } from "../harness/api.mjs";
import { eventually } from "../harness/eventually.mjs";
import { ROOT, scratch } from "../harness/paths.mjs";
import { Worker } from "../harness/worker.mjs";
import { leftBehind } from "./left_behind.mjs";

const SITE = "salt.test";
const SECRET = "6d2f0a91c85be37440d19ab2f7c6e8530b4aa1d97c3ef26581907d4be2c3f615";
const DAYS = ["2026-03-01", "2026-03-02", "2026-03-03"];
const at = (day, time = "12:00:00") => `${DAYS[day]}T${time}Z`;

/** A visitor's address and user agent. */
const visitor = (n) => [
  `198.51.${n >> 8}.${n & 255}`,
  `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${120 + (n % 28)}.0.0.0 Safari/537.36`,
];
const VISITORS = Array.from({ length: 1000 }, (_, n) => visitor(n));
const SOMEBODY_NEW = visitor(5000);

/** Tries all that could be a salt in some files, `[{name, bytes}]`, on some visitors: `{tried, identified}`. */
async function attack(files, visitors, secrets) {
  const folder = scratch("attack");
  try {
    mkdirSync(join(folder, "files"));
    const paths = files.map(({ bytes }, at) => {
      const path = join(folder, "files", String(at));
      writeFileSync(path, bytes);
      return path;
    });
    const command = ["run", "--quiet", "--locked", "--package", "edge-worker", "--example", "guess_visitors"];
    const input = JSON.stringify({ site: SITE, visitors, secrets, days: DAYS, files: paths });
    const guessing = spawn(process.env.CARGO ?? "cargo", command, { cwd: ROOT, stdio: ["pipe", "pipe", "inherit"] });
    guessing.stdin.end(input);
    return JSON.parse(await text(guessing.stdout));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("of 1,000 visitors none is told once the salt of their day is gone", { timeout: 600_000 }, async (t) => {
  const worker = await Worker.start({ env: { PASSERBY_JOURNAL_EVENTS: "300", PASSERBY_SECRET: SECRET } });
  const secrets = [worker.env.PASSERBY_ADMIN_KEY, SECRET];
  try {
    const { api } = worker;
    await api.putSite(SITE);
    const look = ([ip, userAgent], now) => api.send(SITE, [pageview(`https://${SITE}/`)], { "x-now": now, "x-test-ip": ip, "user-agent": userAgent });
    const queue = VISITORS.values();
    const sender = async () => {
      for (const one of queue) assert.equal((await look(one, at(0))).status, 200);
    };
    await Promise.all(Array.from({ length: 8 }, sender));
    const counted = await api.totals(SITE, ["visitors"], { date_range: [DAYS[0], DAYS[0]] });
    assert.equal(counted.visitors, VISITORS.length);

    const ofTheDay = leftBehind(worker);
    const live = await attack(ofTheDay, VISITORS, secrets);
    assert.equal(live.identified, VISITORS.length, "who has the salt of the day knows whom to look for: the attack works");
    // The history that a database keeps has all that was in it on that day. Salts are in no database.
    const history = ofTheDay.filter(({ name }) => !name.startsWith("salts"));
    assert.equal((await attack(history, VISITORS, secrets)).identified, 0, "a database alone tells nobody, even on the day");

    await look(SOMEBODY_NEW, at(1));
    const salts = () => leftBehind(worker).filter(({ name }) => name.startsWith("salts"));
    assert.equal(salts().length, 2, "through the day after, what comes late is still told apart");
    await look(SOMEBODY_NEW, at(2, "00:00:01"));
    await eventually(() => assert.equal(salts().length, 2));
    await worker.kill();
    const now = leftBehind(worker);
    const after = await attack([...now, ...history], VISITORS, secrets);
    assert.equal(after.identified, 0);
    const today = await attack(now, [SOMEBODY_NEW], secrets);
    assert.equal(today.identified, 1, "by the salts that are there, who was there today");
    t.diagnostic(`${after.tried} salts tried on the visitors of the day before yesterday`);
  } finally {
    await worker.dispose();
  }
});
