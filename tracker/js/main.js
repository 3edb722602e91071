// Carries events into the module and batches out of it. When, what and how often is decided in Rust.
import { initSync, Tracker } from "tracker";

/** Starts the module; gives the function that takes the events that wait. */
export default async (wasm, api, site, byHash, waiting) => {
  const answer = await fetch(wasm);
  initSync({ module: await WebAssembly.compile(await answer.arrayBuffer()) });
  const tracker = new Tracker(crypto.getRandomValues(new Uint8Array(16)), site, screen.width, byHash);

  let timer;
  const after = (milliseconds) => {
    if (milliseconds < 0) return;
    clearTimeout(timer);
    timer = setTimeout(send, milliseconds);
  };
  const body = (batch) => new Blob([batch], { type: "text/plain" });
  const send = async () => {
    const batch = tracker.take(Date.now());
    if (!batch.length) return;
    let status = 0;
    let wait = 0;
    try {
      const answer = await fetch(api, { method: "POST", body: body(batch), keepalive: true, credentials: "omit" });
      status = answer.status;
      wait = +answer.headers.get("retry-after");
      if (status > 399) console.warn("passerby:", (await answer.json()).hint);
    } catch {}
    after(tracker.answered(status, wait, Math.random()));
  };
  // The page's own listeners come first, so that what they report is delivered as well.
  addEventListener("visibilitychange", () => {
    if (!document.hidden) return;
    const batch = tracker.leave(Date.now());
    if (batch.length && !navigator.sendBeacon(api, body(batch))) fetch(api, { method: "POST", body: body(batch), keepalive: true }).catch(() => {});
  });

  const take = ({ name, props, revenue, interactive, url, referrer, at }) => {
    const given = Object.entries(props || {}).filter(([, value]) => value != null);
    const texts = [name || "", url, referrer, revenue?.currency || "", ...given.flat()];
    const amount = revenue ? +revenue.amount : NaN;
    after(tracker.track(texts.map((text) => `${text}`.replaceAll("\0", "")).join("\0"), amount, interactive != false, at));
  };
  return () => {
    for (const event of waiting.splice(0)) {
      try {
        take(event);
      } catch (error) {
        console.warn("passerby:", error);
      }
    }
  };
};
