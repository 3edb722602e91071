// Other engines' word on Parquet files.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { PYTHON, ROOT } from "../harness/paths.mjs";

/** What DuckDB, and chDB where it is installed, count in files: see `count.py`. `hive` reads folders as columns. */
export function counted(files, { hive = false } = {}) {
  const program = join(ROOT, "tests/export/count.py");
  const out = execFileSync(PYTHON, [program, files, ...(hive ? ["hive"] : [])], { maxBuffer: 1 << 28, stdio: "pipe" });
  return JSON.parse(out);
}

/** Without what is unknown. */
const known = ({ "": _, "(none)": __, "(not set)": ___, ...counts }) => counts;

/** What our own query API counts of the same things. */
export async function ours(api, site, range = "all") {
  const more = { date_range: range };
  const totals = await api.totals(site, ["events", "visitors", "pageviews", "visits"], more);
  const pageviews = [["is", "event:name", ["pageview"]]];
  return {
    ...totals,
    pages: await api.counts(site, "event:page", "pageviews", { ...more, filters: pageviews }),
    visitors_of_countries: known(await api.counts(site, "visit:country", "visitors", more)),
    names: await api.counts(site, "event:name", "events", more),
    plans: known(await api.counts(site, "event:props:plan", "events", more)),
  };
}
