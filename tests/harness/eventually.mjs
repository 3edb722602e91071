// Waiting for what comes soon: bounded polling instead of fixed sleeps.

/** Pauses. */
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Runs `check` until it no longer throws, at most `within` ms; returns what it returned, or throws its last complaint.
 */
export async function eventually(check, { within = 8_000, every = 60 } = {}) {
  const deadline = Date.now() + within;
  for (;;) {
    try {
      return await check();
    } catch (complaint) {
      if (Date.now() >= deadline) throw complaint;
      await sleep(every);
    }
  }
}

/**
 * Waits until `read` has given an equal answer for `quiet` ms, at most `within` ms, and returns that answer: for
 * claims that nothing more comes.
 */
export async function settled(read, { quiet = 700, within = 15_000, every = 100 } = {}) {
  const deadline = Date.now() + within;
  let answer = await read();
  let since = Date.now();
  while (Date.now() - since < quiet) {
    if (Date.now() >= deadline) throw new Error(`did not settle within ${within} ms`);
    await sleep(every);
    const now = await read();
    if (JSON.stringify(now) !== JSON.stringify(answer)) {
      answer = now;
      since = Date.now();
    }
  }
  return answer;
}
