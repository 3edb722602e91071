// A page's own clock, which the test moves: ten minutes pass in a few seconds, while what is on the network is real.
import { buildSync } from "esbuild";
import { ROOT } from "../harness/paths.mjs";

const { outputFiles } = buildSync({
  stdin: { contents: 'export { install } from "@sinonjs/fake-timers"', resolveDir: ROOT },
  bundle: true,
  format: "iife",
  globalName: "FakeTimers",
  // Asked for in node alone.
  external: ["util", "timers", "timers/promises"],
  write: false,
});

/** Runs in the page before anything else of it: stops its clock, and gives it `advance(milliseconds)`. */
export const pageClock = new Function(`
  const { setTimeout: really } = window;
  ${outputFiles[0].text}
  const clock = FakeTimers.install({ toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  // The browser's own would wait in real time.
  AbortSignal.timeout = (milliseconds) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException("", "TimeoutError")), milliseconds);
    return controller.signal;
  };
  window.advance = async (milliseconds) => {
    for (let left = milliseconds; left > 0; left -= 2500) {
      await clock.tickAsync(Math.min(left, 2500));
      // What the network brings comes in between.
      await new Promise((done) => really.call(window, done));
    }
  };
`);
