// The five web vitals of a page load, each by its specification and with the values that the `web-vitals` package gives.
// How good a value is, the collector says.

/**
 * Measures; `add` takes an event, `load` is the page's own entry. Gives the function that reports, for when the page is
 * hidden: once, and once more each time it came back from the back/forward cache.
 */
export const vitals = (add, load) => {
  const VITAL = 6;
  let values = {};
  const observers = [];
  // A page that was prepared begins when it is shown.
  const begin = load?.activationStart || 0;
  const since = (time) => Math.max(time - begin, 0);
  const hidden = performance.getEntriesByType("visibility-state").find(({ name, startTime }) => name == "hidden" && startTime + !begin > begin);
  const observe = (type, take, durationThreshold) => {
    const each = (entries) => entries.map(take);
    const observer = new PerformanceObserver((list) => each(list.getEntries()));
    observer.observe({ type, buffered: true, durationThreshold });
    observers.push(() => each(observer.takeRecords()));
  };

  if (load?.responseStart) values.TTFB = since(load.responseStart);
  const painted = ({ name, startTime }) => {
    // What is painted while nobody looks was not seen then. The largest paint has no name.
    if (name != "first-paint" && !(startTime >= hidden?.startTime)) values[name ? "FCP" : "LCP"] = since(startTime);
  };
  observe("paint", painted);
  observe("largest-contentful-paint", painted);

  // Shifts count by windows: less than a second apart, and five seconds at most.
  let shift = 0;
  let worst = 0;
  let first;
  let last;
  observe("layout-shift", ({ hadRecentInput, value, startTime }) => {
    if (hadRecentInput) return;
    if (startTime - last < 1000 && startTime - first < 5000) shift += value;
    else {
      shift = value;
      first = startTime;
    }
    last = startTime;
    worst = Math.max(worst, shift);
  });

  let interactions = {};
  /** Interactions before the page came back. */
  let before = 0;
  const interacted = ({ interactionId, duration }) => {
    if (interactionId) interactions[interactionId] = Math.max(interactions[interactionId] || 0, duration);
  };
  observe("event", interacted, 40);
  observe("first-input", interacted);

  let told;
  addEventListener("pageshow", ({ persisted, timeStamp }) => {
    if (!persisted) return;
    told = worst = shift = 0;
    interactions = {};
    before = performance.interactionCount;
    values = { TTFB: 0 };
    // When the second frame begins, the first has been painted.
    requestAnimationFrame(() => requestAnimationFrame(() => (values.FCP = values.LCP = performance.now() - timeStamp)));
  });
  return () => {
    if (told) return;
    told = true;
    for (const take of observers) take();
    if (values.FCP) values.CLS = worst;
    // Of every fifty interactions the longest one is left out.
    const longest = Object.values(interactions).sort((a, b) => b - a);
    values.INP = longest[Math.min(longest.length - 1, Math.floor((performance.interactionCount - before) / 50) || 0)];
    for (const name in values) if (values[name] >= 0) add(VITAL, [name, Math.round(values[name] * 1000), "", ""]);
  };
};
