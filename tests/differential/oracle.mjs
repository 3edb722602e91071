// The Python process that computes what is true, asked line by line.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PYTHON, ROOT } from "../harness/paths.mjs";

/** DuckDB in a process of its own. */
export class Oracle {
  #waiting = [];

  constructor() {
    // -B: no compiled files beside the sources.
    this.process = spawn(PYTHON, ["-B", join(ROOT, "tests/differential/truth.py")]);
    this.complaints = "";
    this.process.stderr.on("data", (text) => (this.complaints += text));
    const lines = createInterface({ input: this.process.stdout });
    lines.on("line", (line) => this.#waiting.shift().resolve(JSON.parse(line)));
    this.process.once("close", () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(`the oracle ended: ${this.complaints}`));
    });
    this.process.stdin.on("error", () => {});
  }

  /** Its reply to one message. */
  ask(message) {
    return new Promise((resolve, reject) => {
      if (this.process.exitCode !== null) return reject(new Error(`the oracle ended: ${this.complaints}`));
      this.#waiting.push({ resolve, reject });
      this.process.stdin.write(JSON.stringify(message) + "\n");
    });
  }

  /** Ends it. */
  async end() {
    if (this.process.exitCode !== null) return;
    this.process.stdin.end();
    await once(this.process, "close");
  }
}
