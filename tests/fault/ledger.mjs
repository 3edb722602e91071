// What was sent and what was answered: the side of the sender, who must find it all counted once.
import assert from "node:assert/strict";
import { tally } from "../hostile/refusal.mjs";

/** Everything that was sent to one site. */
export class Ledger {
  /** By label: the event as the oracle reads it, whether it was acknowledged, and whether it was imported. */
  events = new Map();
  /** Outcomes that were answered, and those that requests without an answer may have had. */
  #answered = {};
  #unanswered = {};

  /** Posts a parcel; true once all of it is acknowledged. Anything but an answer of success or none at all throws. */
  async send(api, parcel, mayFail = () => false) {
    const { path, body, headers, owner, isImport } = parcel.post();
    for (const { label, event } of parcel.events) {
      if (!this.events.has(label)) this.events.set(label, { event, acknowledged: false, isImport: isImport === true });
    }
    const possible = isImport ? [] : [...parcel.events.map(() => "taken"), ...parcel.refused];
    let answer;
    try {
      answer = await api.request("POST", path, { body, headers, key: owner ? api.key : null });
      if (mayFail(answer)) throw new Error(`${answer.status}`);
    } catch (error) {
      possible.forEach((outcome) => count(this.#unanswered, outcome));
      this.lastFailure = error;
      return false;
    }
    assert.equal(answer.status, 200, answer.text);
    if (isImport) {
      const { accepted, rejected } = answer.json;
      assert.deepEqual([accepted, rejected], [parcel.events.length, []], "an import ends with all of its lines");
    } else {
      const outcomes = answer.json.results.map(({ outcome, reason }) => `${outcome}/${reason ?? outcome}`);
      const expected = outcomes.map((outcome) => (["accepted/accepted", "duplicate/duplicate"].includes(outcome) ? "taken" : outcome));
      assert.deepEqual(expected.sort(), [...possible].sort(), answer.text);
      expected.forEach((outcome) => count(this.#answered, outcome));
    }
    for (const { label } of parcel.events) this.events.get(label).acknowledged = true;
    return true;
  }

  /** The events that the site has; each is one that was sent, none is there twice, and none that was acknowledged lacks. */
  async present(api, site) {
    const exported = await api.request("GET", `/api/v1/export?site=${site}&format=ndjson`, { key: api.key });
    assert.equal(exported.status, 200, exported.text.slice(0, 300));
    const labels = exported.text.split("\n").filter(Boolean).map((line) => JSON.parse(line).props.n);
    const there = new Set();
    const twice = labels.filter((label) => there.has(label) || !there.add(label));
    assert.deepEqual(twice.slice(0, 5), [], `${twice.length} events are there twice`);
    const strange = labels.filter((label) => !this.events.has(label));
    assert.deepEqual(strange.slice(0, 5), [], `${strange.length} events were never sent`);
    const lost = [...this.events].filter(([label, { acknowledged }]) => acknowledged && !there.has(label));
    assert.deepEqual(lost.slice(0, 5).map(([label]) => label), [], `${lost.length} acknowledged events are lost`);
    return labels.map((label) => this.events.get(label));
  }

  /** Every event that was received ended in one outcome: what is there was accepted, what came again is a duplicate. */
  async conserved(api, site, present) {
    const { received, ...outcomes } = await tally(api, site);
    const accepted = outcomes["accepted/accepted"] ?? 0;
    assert.equal(accepted, present.length, "as many were accepted as are there");
    const imported = present.filter(({ isImport }) => isImport).length;
    const counted = { ...outcomes, taken: accepted - imported + (outcomes["duplicate/duplicate"] ?? 0) };
    delete counted["accepted/accepted"];
    delete counted["duplicate/duplicate"];
    for (const outcome of new Set([...Object.keys(counted), ...Object.keys(this.#answered)])) {
      const [least, more] = [this.#answered[outcome] ?? 0, this.#unanswered[outcome] ?? 0];
      const now = counted[outcome] ?? 0;
      assert.ok(now >= least && now <= least + more, `${outcome}: ${now}, of which ${least} were answered and ${more} were not`);
    }
    return { received, duplicates: outcomes["duplicate/duplicate"] ?? 0 };
  }

  /** Another one that knows as much and goes on by itself. */
  copy() {
    const copy = new Ledger();
    for (const [label, entry] of this.events) copy.events.set(label, { ...entry });
    copy.#answered = { ...this.#answered };
    copy.#unanswered = { ...this.#unanswered };
    return copy;
  }

  /** How many were acknowledged. */
  get acknowledged() {
    return [...this.events.values()].filter(({ acknowledged }) => acknowledged).length;
  }
}

const count = (table, name) => (table[name] = (table[name] ?? 0) + 1);
