// What the browser keeps once the visitor has allowed it (`passerby.consent(true)`): batches that could not be delivered,
// for a day at most, and the week of the first visit. Nothing of it tells one visitor from another.

/** So many batches: with each of up to 31,000 bytes a few megabytes, where there are that many events. */
const BATCHES = 99;
const DAY_MS = 864e5;
/** `page.js` deletes a database of this name. */
const NAME = "passerby";

/** Opens what is kept; fails where the browser keeps nothing. `post` sends a batch and gives the collector's answer. */
export const kept = async (post) => {
  const opening = indexedDB.open(NAME);
  const db = await new Promise((done, fail) => {
    opening.onupgradeneeded = () => opening.result.createObjectStore(NAME, { autoIncrement: true });
    opening.onsuccess = () => done(opening.result);
    opening.onerror = fail;
  });
  // The visitor took the consent back, here or in another tab.
  db.onversionchange = () => db.close();
  const ask = (what) =>
    new Promise((done, fail) => {
      const transaction = db.transaction(NAME, "readwrite");
      const asked = what(transaction.objectStore(NAME));
      transaction.oncomplete = () => done(asked.result);
      transaction.onabort = fail;
      // The page may be gone in a moment.
      transaction.commit?.();
    });
  const now = Date.now();
  // Days are counted from a Thursday; weeks begin on Mondays.
  const monday = now - ((Math.floor(now / DAY_MS) + 3) % 7) * DAY_MS;
  const first = await ask((store) => store.get("week"));
  const week = first || new Date(monday).toISOString().slice(0, 10);
  if (!first) await ask((store) => store.put(week, "week"));
  /** The keys of the batches, oldest first: numbers, which come before texts. */
  let keys = [];
  const look = async () => (keys = await ask((store) => store.getAllKeys(IDBKeyRange.upperBound(Infinity))));
  await look();
  let delivering;
  return {
    /** The Monday of the week in which this browser first came with consent: `2026-11-16`, by UTC. */
    week,
    /** Takes in the batches that `take` gives, until it gives an empty one or there are too many. */
    save(take) {
      for (let bytes; keys.length < BATCHES && (bytes = take()).length; ) {
        keys.push(0);
        ask((store) => store.add([Date.now(), bytes])).catch(() => {});
      }
    },
    /** Delivers what is kept, oldest first, as far as that succeeds; for when a delivery has succeeded. */
    async deliver() {
      if (delivering) return;
      delivering = true;
      try {
        for (const key of await look()) {
          const [at, bytes] = await ask((store) => store.get(key));
          // The number 3 and how many milliseconds it has waited come before the batch.
          const head = [3];
          let waited = Math.max(Date.now() - at, 0);
          for (; waited > 127; waited = Math.floor(waited / 128)) head.push((waited % 128) + 128);
          const { status } = await post(Uint8Array.of(...head, waited, ...bytes));
          // What may pass is tried again; everything else is the collector's decision.
          if (status > 499 || status == 429 || status == 408) break;
          await ask((store) => store.delete(key));
        }
      } catch {
        // The network, or another tab that delivered the same.
      }
      delivering = false;
    },
  };
};
