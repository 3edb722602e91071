// Reads the columns of days by docs/columns-format.md alone, as far as to count visits and events by what they came with.
import { crc32 } from "node:zlib";

const DOMAINS = 21;
const NAME = 20;
const SOURCE = 1;
/** Domains of each family's attributes. */
const FAMILIES = [[0, 1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 15, 16], [13, 14, 17], [20, 19, 18]];

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  raw(length) {
    if (this.at + length > this.bytes.length) throw new Error("cut short");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  number() {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const [byte] = this.raw(1);
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  signed() {
    const value = this.number();
    return value % 2 ? -(value + 1) / 2 : value / 2;
  }

  numbers(length) {
    return Array.from({ length }, () => this.number());
  }

  codes(length, of) {
    const planes = of <= 256 ? 1 : of <= 65_536 ? 2 : 3;
    const codes = new Array(length).fill(0);
    for (let plane = 0; plane < planes; plane++) this.raw(length).forEach((byte, row) => (codes[row] += byte * 256 ** plane));
    return codes;
  }
}

/** The chunks of an answer: `{kind, checksum, content}`, each with its checksum tested. */
export function chunks(stream) {
  const found = [];
  for (let at = 0; at < stream.length; ) {
    const length = stream.readUInt32LE(at);
    const chunk = stream.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    if (chunk.toString("latin1", 0, 4) !== "PSBC" || chunk[4] !== 1) throw new Error("no chunk");
    const [checksum, content] = [chunk.readUInt32LE(6), chunk.subarray(10)];
    if (crc32(content) !== checksum) throw new Error("damaged");
    found.push({ kind: chunk[5] === 0 ? "day" : "links", checksum, content });
  }
  return found;
}

/** What a day's chunk counts: `{day, shard, shards, hours, visits, events, pageviews, sources}`. */
export function readDay(content) {
  const from = new Reader(content);
  const [day, shard, shards] = [from.signed(), from.number(), from.number()];
  from.number();
  const hours = [...from.raw(from.number())];
  from.raw(2);
  const texts = Array.from({ length: DOMAINS }, () => {
    const lengths = from.numbers(from.number());
    return ["", ...lengths.map((length) => from.raw(length).toString())];
  });
  const families = FAMILIES.map((domains) => {
    const length = from.number();
    return domains.map((domain) => {
      let code = 0;
      return Array.from({ length }, () => texts[domain][(code += from.signed())]);
    });
  });
  const slots = from.numbers(hours.length);
  const visits = slots.reduce((sum, rows) => sum + rows, 0);
  const sizes = families.map(([column]) => column.length);
  const [came] = [0, 1, 2].map((family) => from.codes(visits, sizes[family]));
  const lengths = from.numbers(visits);
  const firsts = slots.flatMap((rows) => {
    let event = 0;
    return Array.from({ length: rows }, () => (event += from.number()));
  });
  const events = lengths.reduce((sum, length) => sum + length, 0);
  const all = [...firsts, ...from.codes(events - visits, sizes[3])];
  const sources = {};
  const column = families[0][FAMILIES[0].indexOf(SOURCE)];
  for (const tuple of came) sources[column[tuple]] = (sources[column[tuple]] ?? 0) + 1;
  const names = families[3][FAMILIES[3].indexOf(NAME)];
  const pageviews = all.filter((event) => names[event] === "pageview").length;
  return { day, shard, shards, hours, visits, events, pageviews, sources };
}
