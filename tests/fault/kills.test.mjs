// SIGKILL at random moments under load: nothing that was acknowledged is lost, nothing is counted twice, and the answers
// are those of DuckDB for the events that are there.
//
// PASSERBY_SEED=n repeats what is sent and which kills there are, PASSERBY_NIGHTLY=1 kills 200 times.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Chance } from "../differential/chance.mjs";
import { Oracle } from "../differential/oracle.mjs";
import { sleep } from "../harness/eventually.mjs";
import { Worker } from "../harness/worker.mjs";
import { CAN_FAIL, Disk } from "./disk.mjs";
import { Ledger } from "./ledger.mjs";
import { Packer, zoneAtNoon } from "./parcels.mjs";
import { holds, isWhole } from "./truth.mjs";

const SEED = Number(process.env.PASSERBY_SEED ?? Math.floor(Math.random() * 2 ** 32));
const NIGHTLY = process.env.PASSERBY_NIGHTLY === "1";
/** In each world a worker with data of its own is killed so often. */
const KILLS_OF_WORLD = 10;
const WORLDS = NIGHTLY ? 20 : 1;
const SENDERS = 8;
/** More lines than an import hands over at once, so that a kill meets one that is half done. */
const IMPORT_LINES = [1_050, 2_300];
/** A journal so small that compaction, tidying and alarms are under way at any moment. */
const ENV = { PASSERBY_JOURNAL_EVENTS: "150" };
const SITES = [
  { site: "one.test", shards: 1 },
  { site: "three.test", shards: 3 },
];

console.log(`seed ${SEED}: repeat with ${NIGHTLY ? "PASSERBY_NIGHTLY=1 " : ""}PASSERBY_SEED=${SEED}`);

/** Senders that can be held up. */
class Load {
  #resume = [];
  #held = false;
  #over = false;
  /** Parcels that are to be sent again: without an answer, or though they had one. */
  #again = [];

  constructor(world) {
    Object.assign(this, world);
    this.importing = 0;
    const senders = Array.from({ length: SENDERS }, () => this.#sender());
    this.ended = Promise.all([...senders, this.#importer()]);
    // Whoever waits for it hears of it; until then it is not unheard.
    this.ended.catch(() => {});
  }

  hold() {
    this.#held = true;
  }

  goOn() {
    this.#held = false;
    this.#resume.splice(0).forEach((go) => go());
  }

  /** Sends what is left until all of it is acknowledged. */
  async end() {
    this.#over = true;
    this.goOn();
    await this.ended;
  }

  async #turn() {
    if (this.#held) await new Promise((go) => this.#resume.push(go));
    await sleep(this.chance.whole(0, 6));
  }

  async #sender() {
    const { chance } = this;
    while (!this.#over || this.#again.length > 0) {
      await this.#turn();
      const older = this.#again.length > 0 && (this.#over || chance.happens(0.5));
      const sending = older ? this.#again.splice(chance.whole(0, this.#again.length - 1), 1)[0] : this.#new();
      if (!sending) continue;
      const { parcel, ledger } = sending;
      // Now and then it is sent again before it is answered.
      const times = chance.happens(0.15) ? 2 : 1;
      const sent = await Promise.all(Array.from({ length: times }, () => ledger.send(this.worker.api, parcel)));
      sending.left -= times;
      if (!sent.includes(true) || sending.left > 0) this.#again.push(sending);
    }
  }

  #new() {
    if (this.#over) return null;
    const { packer, ledger } = this.chance.one(this.sites);
    return { parcel: packer.any(), ledger, left: this.chance.whole(1, 5) };
  }

  async #importer() {
    const { chance } = this;
    while (!this.#over) {
      const { packer, ledger } = chance.one(this.sites);
      const parcel = packer.import(chance.whole(...IMPORT_LINES));
      for (let done = false; !done || chance.happens(0.3); ) {
        await this.#turn();
        this.importing++;
        done = await ledger.send(this.worker.api, parcel);
        this.importing--;
      }
      await sleep(1_000);
    }
  }
}

/** Ways to kill a worker under load. Each returns once it is dead. */
const KILLS = {
  async "at some moment"({ worker, chance }) {
    await sleep(chance.whole(500, 2_000));
    await worker.kill();
  },
  async "right after it started"({ worker, chance }) {
    await sleep(chance.whole(0, 40));
    await worker.kill();
  },
  async "during an import"({ worker, chance, load }) {
    for (let left = 300; left > 0 && load.importing === 0; left--) await sleep(5);
    await sleep(chance.whole(0, 120));
    await worker.kill();
  },
  async "during alarms"({ worker, chance }) {
    await sleep(chance.whole(500, 1_500));
    for (const { site } of SITES) worker.api.owner("POST", `/api/v1/test/alarm?site=${site}&times=3`).catch(() => {});
    await sleep(chance.whole(0, 30));
    await worker.kill();
  },
  async "in the middle of a write"({ worker, chance, disk }) {
    await sleep(chance.whole(500, 1_500));
    disk.killAt(chance.whole(1, 60));
    await worker.exited;
    disk.mend();
  },
};
const KINDS = Object.keys(KILLS).filter((kind) => CAN_FAIL || kind !== "in the middle of a write");

for (let number = 0; number < WORLDS; number++) {
  test(`${KILLS_OF_WORLD} kills under load, world ${number}`, { timeout: 300_000 }, async (context) => {
    const chance = new Chance(SEED + number);
    const [disk, oracle, zone] = [new Disk(), new Oracle(), zoneAtNoon()];
    const worker = await Worker.start({ env: { ...ENV, ...disk.env }, data: disk.data });
    try {
      const sites = [];
      for (const { site, shards } of SITES) {
        await worker.api.putSite(site, { timezone: zone, shards });
        sites.push({ site, zone, packer: new Packer(chance, site), ledger: new Ledger() });
      }
      const load = new Load({ worker, chance, sites });
      const check = async () => {
        for (const { site, ledger } of sites) await holds({ api: worker.api, oracle, ledger, site, zone });
      };
      for (let kill = 0; kill < KILLS_OF_WORLD; kill++) {
        const kind = KINDS[kill % KINDS.length];
        await context.test(`killed ${kind}`, async () => {
          load.goOn();
          await Promise.race([KILLS[kind]({ worker, chance, disk, load }), load.ended]);
          load.hold();
          isWhole(worker);
          await worker.startAgain();
          await check();
        });
      }
      await load.end();
      await check();
      for (const { ledger } of sites) assert.equal(ledger.acknowledged, ledger.events.size, "all were acknowledged in the end");
      // What is left for alarms to do changes no answer.
      for (const { site } of sites) await worker.api.mustOwner("POST", `/api/v1/test/alarm?site=${site}&times=2`);
      await check();
      for (const { site, ledger } of sites) {
        const present = await ledger.present(worker.api, site);
        const { received, duplicates } = await ledger.conserved(worker.api, site, present);
        assert.ok(duplicates > 0, "some came again");
        console.log(`${site}: ${received} received, ${ledger.events.size} different ones, ${duplicates} duplicates`);
      }
    } catch (error) {
      throw new Error(`the worker said: ${worker.log}`, { cause: error });
    } finally {
      await oracle.end();
      await worker.dispose();
      disk.dispose();
    }
  });
}
