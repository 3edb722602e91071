// The same as the module (`../src/tracker.rs`, whose comments say why), where WebAssembly may not run: same methods, same
// bytes. Both are tested on the same calls.

/** What the module's instance exports: a memory, and the one function. */
export const twin = () => {
  const ROOM = 60_000;
  const WAITING_BYTES = ROOM - 40;
  const BATCH_BYTES = 31_000;
  const EVENT_BYTES = 30_000;

  const queue = new Uint8Array(ROOM);
  const out = new Uint8Array(BATCH_BYTES);
  let length = 0;
  let outLength;
  let texts;
  let head = 0;
  let sent = 0;
  let opened = 0;
  let sending = 0;
  let waiting = 0;
  let counter = 0;
  let lost = 0;
  let failures = 0;
  /** Where `read` is. */
  let at;

  const push = (byte) => (queue[length++] = byte);
  const put = (byte) => (out[outLength++] = byte);
  const number = (value, to) => {
    for (; value > 127; value = Math.floor(value / 128)) to((value % 128) + 128);
    to(value);
  };
  const byte = (value) => number(value * 2 + 2, push);
  const open = (kind, time) => {
    opened = length;
    push(kind);
    number(time, push);
    number(counter, push);
  };
  const read = () => {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const next = queue[at++] ?? 0;
      value += (next & 127) * unit;
      if (next < 128) return value;
    }
  };
  const remove = (from, to) => {
    queue.copyWithin(from, to, length);
    length -= to - from;
  };
  const write = () => {
    for (let value; (value = read()); ) {
      if (value & 1) {
        const text = String.fromCharCode(...queue.subarray(at, (at += value >> 1)));
        const known = texts.indexOf(text);
        if (known < 0) {
          number(value - 1, put);
          if (texts.length < 256) texts.push(text);
          for (const letter of text) put(letter.charCodeAt());
        } else number(known * 2 + 1, put);
      } else put(value / 2 - 1);
    }
  };
  /** Ends an event; whether it is kept. */
  const keep = (longest) => {
    push(0);
    if (length > longest || length - opened > EVENT_BYTES) length = opened;
    else {
      counter++;
      return ++waiting;
    }
  };
  const take = (now, leaving) => {
    if (sending && !leaving) return 0;
    if (lost) {
      open(10, now);
      push(1);
      number(lost, byte);
      if (keep(ROOM)) lost = 0;
    }
    if (sent == length) return 0;
    outLength = 0;
    texts = [];
    at = 0;
    write();
    at = sent + 1;
    read();
    let expected = read();
    number(expected, put);
    const countAt = outLength;
    put(0);
    let count = 0;
    let taken = sent;
    while (taken < length && count < 100) {
      const written = outLength;
      at = taken;
      put(queue[at++]);
      const time = read();
      const id = read();
      number((id - expected) * 2, put);
      number(Math.max(now - time, 0), put);
      write();
      if (outLength > BATCH_BYTES) {
        outLength = written;
        break;
      }
      expected = id + 1;
      taken = at;
      count++;
    }
    out[countAt] = count;
    if (!leaving) {
      sent = taken;
      sending = count;
      waiting -= count;
    } else {
      if (leaving > 1) failures = 0;
      if (!failures) {
        remove(sent, taken);
        waiting -= count;
      }
    }
    return outLength;
  };

  /** By their numbers in `../src/exports.rs`. */
  const methods = [
    byte,
    (size) => {
      number(size * 2 + 1, push);
      for (let copied = 0; copied < size; copied++) push(out[copied]);
    },
    () => {
      push(0);
      head = sent = length;
    },
    (time, kind) => open(kind, time),
    () => {
      if (!keep(WAITING_BYTES)) {
        lost++;
        return waiting + sending ? -1 : 1000;
      }
      if (sending || failures) return -1;
      if (waiting > 99 || length > EVENT_BYTES) return 0;
      return waiting > 1 ? -1 : 1000;
    },
    (events) => void (lost += events),
    take,
    (random, status, wait) => {
      const again = !status || status == 408 || status == 429 || status > 499;
      if (again) waiting += sending;
      else remove(head, sent);
      sent = head;
      sending = 0;
      if (again) return Math.min(Math.floor(Math.max(Math.min(500 * 2 ** Math.min(failures++, 7), 60_000) * random, wait * 1000 || 0)), 2 ** 31 - 1);
      failures = 0;
      return waiting ? 1000 : -1;
    },
    () => {
      length = sent = head;
      sending = waiting = lost = 0;
    },
    () => 0,
  ];
  return {
    memory: out,
    call: (method, value = 0, wait) => methods[method & 15](method % 16 == 7 ? value : Math.max(Math.floor(value), 0), method >> 4, wait) || 0,
  };
};
