// The real thing: the built worker under plain workerd, with a data folder of its own.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import workerd from "workerd";
import { Api } from "./api.mjs";
import { eventually } from "./eventually.mjs";
import { DIST, scratch } from "./paths.mjs";
import { freePort } from "./port.mjs";

/** The runtime's executable. */
const WORKERD = workerd.default;

/** The admin key of every worker that tests start. */
export const ADMIN_KEY = "an admin key that only tests use";

/** Tests send faster than clients may, but for those that are about that. */
export const UNLIMITED = { PASSERBY_CLIENT_EVENTS_PER_SECOND: "0", PASSERBY_SITE_EVENTS_PER_SECOND: "0" };

/** A worker in the foreground of a test. */
export class Worker {
  /** Starts one and waits until it answers. `env` adds to its settings, `data` reuses a folder. */
  static async start({ env = {}, data = scratch("data"), test = true } = {}) {
    const worker = new Worker();
    worker.data = data;
    worker.log = "";
    worker.env = { PASSERBY_ADMIN_KEY: ADMIN_KEY, ...UNLIMITED, ...(test ? { PASSERBY_TEST: "1" } : {}), ...env };
    worker.port = await freePort();
    worker.demoPort = await freePort();
    worker.url = `http://127.0.0.1:${worker.port}`;
    worker.api = new Api(worker.url, ADMIN_KEY);
    await worker.#spawn();
    return worker;
  }

  async #spawn() {
    for (const folder of ["objects", "salts", "archive"]) mkdirSync(join(this.data, folder), { recursive: true });
    const folders = {
      objects: join(this.data, "objects"),
      salts: join(this.data, "salts"),
      archive: join(this.data, "archive"),
      assets: join(DIST, "assets"),
      "demo-files": join(DIST, "demo"),
    };
    const args = [
      "serve",
      join(DIST, "worker/workerd.capnp"),
      `--socket-addr=http=127.0.0.1:${this.port}`,
      `--socket-addr=demo=127.0.0.1:${this.demoPort}`,
      ...Object.entries(folders).map(([name, path]) => `--directory-path=${name}=${path}`),
    ];
    this.process = spawn(WORKERD, args, {
      env: { PATH: process.env.PATH, PASSERBY_COLLECTOR: this.url, ...this.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => (this.log += text));
    }
    this.exited = new Promise((done) => this.process.once("exit", (code, signal) => done({ code, signal })));
    await eventually(
      async () => {
        if (this.process.exitCode !== null) throw new Error(`workerd ended: ${this.log}`);
        const answer = await fetch(`${this.url}/healthz`);
        await answer.text();
        if (!answer.ok) throw new Error(`/healthz: ${answer.status}; ${this.log}`);
      },
      { within: 20_000 },
    );
  }

  /** Asks it to end, for which it waits for sockets of the live view to close: some ten seconds. */
  async stop() {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill("SIGTERM");
    return this.#gone(30_000);
  }

  /** Ends it without asking, as a power cut would. */
  async kill() {
    this.process.kill("SIGKILL");
    return this.#gone(10_000);
  }

  async #gone(within) {
    let timer;
    const late = new Promise((_, fail) => {
      timer = setTimeout(() => fail(new Error("workerd did not end")), within);
    });
    try {
      return await Promise.race([this.exited, late]);
    } catch (error) {
      this.process.kill("SIGKILL");
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Starts again on the same data and address. */
  async startAgain() {
    await this.#spawn();
  }

  /** Resident memory in bytes. */
  memory() {
    const status = readFileSync(`/proc/${this.process.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) * 1024;
  }

  /** Ends it and removes its data. */
  async dispose() {
    await this.stop();
    rmSync(this.data, { recursive: true, force: true });
  }
}
