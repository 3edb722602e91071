// Chromium with no debugger attached to its pages. Attached debuggers switch prerendering off and keep every tab
// visible, so what depends on either is tested here: pages click by themselves, tabs are switched from outside.
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { FLAGS } from "./browser.mjs";
import { eventually } from "./eventually.mjs";
import { CHROMIUM, scratch } from "./paths.mjs";
import { freePort } from "./port.mjs";

/** Opens a window with one tab at `url`. */
export async function openUnattended(url) {
  const profile = scratch("profile");
  const port = await freePort();
  const args = ["--headless", ...FLAGS, `--user-data-dir=${profile}`, `--remote-debugging-port=${port}`];
  const chromium = spawn(CHROMIUM, [...args, url], { stdio: "ignore", detached: true });
  const gone = new Promise((done) => chromium.once("exit", done));
  const control = async (method, path) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    return answer.text();
  };
  await eventually(() => control("GET", "/json/version"), { within: 20_000 });
  return {
    /** Opens a tab in front of the others and returns its id. */
    newTab: async (address) => JSON.parse(await control("PUT", `/json/new?${address}`)).id,
    /** The tabs: `[{id, url}]`. */
    tabs: async () => JSON.parse(await control("GET", "/json/list")).filter((target) => target.type === "page"),
    /** Brings a tab to the front. */
    show: (id) => control("GET", `/json/activate/${id}`),
    /** Ends the browser. */
    close: async () => {
      chromium.kill("SIGTERM");
      await gone;
      // Its own children may outlive it by a moment and go on writing.
      try {
        process.kill(-chromium.pid, "SIGKILL");
      } catch {}
      rmSync(profile, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}
