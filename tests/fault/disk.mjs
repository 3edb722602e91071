// A disk that fails when it is told to: at which write the worker is killed, or told that there is no space.
import { execFileSync } from "node:child_process";
import { closeSync, cpSync, mkdirSync, openSync, readSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ROOT, scratch } from "../harness/paths.mjs";

/** Whether this system can load something into a process before its libraries. */
export const CAN_FAIL = process.platform === "linux";
/** "No space left on device", as Linux numbers it. */
export const NO_SPACE = 28;
/** "Input/output error". */
export const IO_ERROR = 5;

const KILL = 0;
const NEVER = 0;
const FOREVER = 2 ** 40;
const PLAN_BYTES = 32;

let library;
/** The library that `faults.c` is compiled to, once per process. */
function built() {
  if (!library) {
    library = join(scratch("faults"), "faults.so");
    execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, join(ROOT, "tests/fault/faults.c"), "-ldl"]);
    process.once("exit", () => rmSync(join(library, ".."), { recursive: true, force: true }));
  }
  return library;
}

/** The disk below a worker's folder of data. */
export class Disk {
  constructor() {
    this.home = scratch("disk");
    this.data = join(this.home, "data");
    mkdirSync(this.data);
    const plan = join(this.home, "plan");
    writeFileSync(plan, Buffer.alloc(PLAN_BYTES));
    this.plan = openSync(plan, "r+");
    this.env = CAN_FAIL ? { LD_PRELOAD: built(), PASSERBY_FAULT_PLAN: plan, PASSERBY_FAULT_FOLDER: this.data } : {};
  }

  /** How many writes there were. */
  get writes() {
    const number = Buffer.alloc(8);
    readSync(this.plan, number, 0, 8, 0);
    return Number(number.readBigInt64LE());
  }

  #fail(first, last, how) {
    const numbers = Buffer.alloc(24);
    [first, last, how].forEach((number, place) => numbers.writeBigInt64LE(BigInt(number), place * 8));
    writeSync(this.plan, numbers, 0, 24, 8);
  }

  /** The worker is killed right before its n-th write from now on. */
  killAt(n) {
    this.#fail(this.writes + n, FOREVER, KILL);
  }

  /** Of the writes from now on the n-th fails, and `count` in all. */
  failAt(n, { errno, count = 1 }) {
    this.#fail(this.writes + n, this.writes + n + count - 1, errno);
  }

  /** Nothing fails any more. */
  mend() {
    this.#fail(NEVER, NEVER, KILL);
  }

  /** Begins anew with what lies in another folder. */
  restore(folder) {
    rmSync(this.data, { recursive: true, force: true });
    cpSync(folder, this.data, { recursive: true });
  }

  /** Removes everything. */
  dispose() {
    closeSync(this.plan);
    rmSync(this.home, { recursive: true, force: true });
  }
}
