// Parquet, from a WebAssembly module of its own: most calls need none of it, so it is instantiated when it is first
// asked for. What traps it ends that instance alone; the call becomes an error, and the next finds a fresh one.
import source module from "./parquet_bg.wasm";
import * as rust from "export-wasm";

/** Bytes that went through an instance after which it is replaced as soon as it is idle: its memory never shrinks. */
const SPENT_BYTES = 4_000_000;

/** Counts instances; 0 before the first. */
let generation = 0;
/** Files being written by this instance. */
let open = 0;
let spent = 0;

function renew() {
  if (generation === 0) rust.initSync({ module });
  else rust.__wbg_reset_state();
  generation++;
  open = 0;
  spent = 0;
}

/** Runs a call into the module. */
function guarded(call) {
  if (generation === 0) renew();
  try {
    return call();
  } catch (error) {
    if (typeof error === "string") throw new Error(error);
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) renew();
    throw new Error("the Parquet module broke");
  }
}

/** Gives back the memory of an instance that has worked enough, unless it is in use. */
function rest() {
  if (open === 0 && spent > SPENT_BYTES) renew();
}

/** A file that is being written. Its bytes are what `push` and `finish` give, one after the other. */
export class ParquetFile {
  constructor() {
    this.file = guarded(() => new rust.File());
    this.generation = generation;
    open++;
  }

  /** Takes the events of a journal record. */
  push(record) {
    spent += record.length;
    return guarded(() => this.current().push(record));
  }

  /** Ends the file. */
  finish() {
    try {
      return guarded(() => this.current().finish());
    } finally {
      this.close();
    }
  }

  /** Throws away what was not finished. */
  drop() {
    try {
      if (this.file && this.generation === generation) guarded(() => this.file.free());
    } finally {
      this.close();
    }
  }

  close() {
    if (this.file && this.generation === generation) open--;
    this.file = undefined;
    rest();
  }

  /** The file, as long as its instance is there. */
  current() {
    if (!this.file || this.generation !== generation) throw new Error("the file is gone");
    return this.file;
  }
}

/** The events of a whole file, as a journal record. */
export function readParquet(bytes) {
  const record = guarded(() => rust.read(bytes));
  spent += bytes.length + record.length;
  rest();
  return record;
}

/** Breaks the module. Only test mode asks for it. */
export function breakDown() {
  guarded(() => rust.breakDown());
}
