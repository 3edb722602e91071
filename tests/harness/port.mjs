// Ports that are free now. PASSERBY_TEST_PORTS="19500-19599" keeps them within a range.
import { createServer } from "node:net";

const [FIRST, LAST] = (process.env.PASSERBY_TEST_PORTS ?? "0-0").split("-").map(Number);
// Suites that run side by side begin at different places of the range.
let next = FIRST === 0 ? 0 : FIRST + ((process.pid * 7) % (LAST - FIRST + 1));

function listens(port) {
  return new Promise((done) => {
    const probe = createServer();
    probe.once("error", () => done(0));
    probe.listen(port, "127.0.0.1", () => {
      const got = probe.address().port;
      probe.close(() => done(got));
    });
  });
}

/** A free port on 127.0.0.1. */
export async function freePort() {
  if (FIRST === 0) return listens(0);
  for (let tries = FIRST; tries <= LAST; tries++) {
    const port = next;
    next = next === LAST ? FIRST : next + 1;
    if (await listens(port)) return port;
  }
  throw new Error(`no free port in ${FIRST}-${LAST}`);
}
