// `passerby.inspect()`: shows on the page each batch exactly as it is sent, decoded, and what became of each event.

/** The fields of each kind in their order: a text, a number, or one that is one higher. See `protocol::binary`. */
const KINDS = [
  ["pageview"],
  ["engagement", "scroll_depth?", "engagement_time_ms#"],
  ["custom", "name", "interactive#"],
  ["component", "name", "variant", "version", "action", "duration_ms?"],
  ["request", "method", "route", "status#", "duration_ms#", "bytes_in#", "bytes_out#"],
  ["query", "system", "fingerprint", "duration_ms#", "rows#"],
  ["vital", "name", "value_thousandths#", "rating", "target"],
  ["error", "type", "fingerprint"],
  ["command"],
  ["check"],
  ["dropped", "events#"],
];

/** Reads a batch as the tracker writes it. */
export const decode = (bytes) => {
  const texts = [];
  let at = 0;
  const number = () => {
    for (let value = 0, unit = 1; ; unit *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * unit;
      if (!(byte > 127)) return value;
    }
  };
  const signed = () => {
    const folded = number();
    return folded % 2 ? -(folded + 1) / 2 : folded / 2;
  };
  const text = () => {
    const length = number();
    if (length % 2) return texts[(length - 1) / 2];
    texts.push(new TextDecoder().decode(bytes.subarray(at, (at += length / 2))));
    return texts.at(-1);
  };
  const take = (size) => [...bytes.subarray(at, (at += size))];
  const [first] = take(1);
  // A batch that the browser kept says how long.
  const batch = first == 3 ? { waited_ms: number(), v: take(1)[0] } : { v: first };
  Object.assign(batch, { site: text(), screen_width: number(), one_in: number(), events: [] });
  const base = take(12).map((byte) => byte.toString(16).padStart(2, "0")).join("");
  let counter = number();
  for (let left = number(); left > 0; left--) {
    const [head] = take(1);
    counter += signed();
    const [kind, ...fields] = KINDS[head & 15];
    const event = { kind, id: base + (counter++).toString(16).padStart(8, "0"), age_ms: number(), url: text() };
    if (head & 32) event.referrer = text();
    for (const field of fields) {
      const name = field.replace(/\W/, "");
      if (field.endsWith("#")) event[name] = number();
      else if (field.endsWith("?")) event[name] = (number() || NaN) - 1;
      else event[name] = text();
    }
    if (head & 64) event.props = Object.fromEntries(Array.from({ length: number() }, () => [text(), text()]));
    if (head & 128) event.revenue = { amount: signed() / 1000, currency: String.fromCharCode(...take(3)) };
    batch.events.push(event);
  }
  return batch;
};

/** Opens the panel. Gives the function that is told each batch (its bytes) and what the collector answered to it. */
export const inspect = () => {
  const host = document.createElement("passerby-inspector");
  const root = host.attachShadow({ mode: "closed" });
  const panel = document.createElement("pre");
  // By properties: a policy may forbid styles in markup.
  Object.assign(panel.style, {
    position: "fixed", inset: "auto 0 0 0", maxHeight: "40vh", overflow: "auto", margin: 0, padding: "1em", zIndex: 2147483647,
    background: "#111", color: "#eee", font: "12px/1.5 monospace", whiteSpace: "pre-wrap", overflowWrap: "anywhere",
  });
  panel.setAttribute("role", "log");
  root.append(panel);
  document.documentElement.append(host);
  let lines = [];
  const say = (text) => {
    const line = document.createElement("div");
    line.textContent = text;
    panel.append(line);
    panel.scrollTop = panel.scrollHeight;
    return line;
  };
  say("passerby: what is sent from here on");
  return (told) => {
    if (told instanceof Uint8Array) {
      if (!told.length) return;
      const { events, ...batch } = decode(told);
      say(`${told.length} bytes to the collector: ${JSON.stringify(batch)}`);
      lines = events.map((event) => say(JSON.stringify(event)));
    } else if (Array.isArray(told)) {
      told.forEach(({ outcome, reason }, at) => lines[at]?.append(` → ${reason || outcome}`));
    } else say(`refused: ${told.code}. ${told.hint}`);
  };
};
