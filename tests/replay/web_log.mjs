// A web log in the common or combined format, as its owner's own converter would import it.

const LINE = /^(\S+) \S+ \S+ \[(\d+)\/(\w+)\/(\d+):([\d:]+) ([+-]\d\d)(\d\d)\] "(\S+) (\S+)[^"]*" (\d{3}) \S+(?: "(.*?)" "(.*)")?/;
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
/** Files that a page brings with it, and downloads. */
const FILES = new Set(
  ("css js mjs map json xml rss txt png jpg jpeg gif svg ico webp bmp woff woff2 ttf eot mp4 webm mp3 pdf " +
    "swf zip gz bz2 jar exe deb rpm dmg").split(" "),
);

/** The page views of a log as lines of the import, in the log's order; `hostname` is the site's. */
export function importLines(log, hostname) {
  const events = [];
  for (const line of log.split("\n").filter(Boolean)) {
    const parts = LINE.exec(line);
    if (!parts) throw new Error(`a line that is none of a web log: ${line.slice(0, 80)}`);
    const [, host, day, month, year, time, hours, minutes, method, target, status, referrer = "-", userAgent = ""] = parts;
    const pathname = target.split("?")[0];
    const ending = /\.([^./]+)$/.exec(pathname)?.[1].toLowerCase();
    if (method !== "GET" || !["200", "304"].includes(status) || FILES.has(ending)) continue;
    const date = `${year}-${String(MONTHS.indexOf(month) + 1).padStart(2, "0")}-${day}`;
    events.push({
      name: "pageview",
      visitor: `${host} ${userAgent}`,
      timestamp: `${date}T${time}${hours}:${minutes}`,
      hostname,
      pathname,
      referrer: referrer === "-" ? "" : referrer,
    });
  }
  return events;
}
