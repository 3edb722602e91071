// Random queries that are answered: what the Stats API refuses is not asked.
//
// Left out is also what the Stats API's meaning does not say:
// - more than one filter of goals, and goals under `or` and `not` within has_done
// - values and patterns that an empty text would fit
// - `time` where the switch from days to weeks and from weeks to months may lie
// - comparisons of ranges that end in the middle of a day, of `time` beside another dimension and of conversion rates
// - exit rates under a filter of exit pages
import { VALUES } from "./world.mjs";

const EVENT_DIMENSIONS = ["event:page", "event:hostname", "event:name", "event:props:plan", "event:props:author", "event:props:never"];
const ENTRY_AND_EXIT = ["visit:entry_page", "visit:entry_page_hostname", "visit:exit_page", "visit:exit_page_hostname"];
const VISIT_DIMENSIONS = [...Object.keys(VALUES).filter((name) => name.startsWith("visit:")), ...ENTRY_AND_EXIT];
const TIMES = ["time", "time:minute", "time:hour", "time:day", "time:week", "time:month"];
const OF_VISITS = ["views_per_visit", "bounce_rate", "visit_duration"];
const OF_EVENTS = ["pageviews", "events", "scroll_depth", "time_on_page", "total_revenue", "average_revenue"];
const METRICS = [
  "visitors",
  "visits",
  "percentage",
  "conversion_rate",
  "group_conversion_rate",
  "exit_rate",
  ...OF_VISITS,
  ...OF_EVENTS,
];
const PATTERNS = ["^/blog", "post-[0-9]$", "(?i)^p", "[a-d]o", "oo|ee", "\\d+", "e.+m", "^[A-Z]"];
/** What stands for missing values of visits. */
const BLANKS = { "visit:source": "Direct / None", "visit:referrer": "Direct / None", "visit:channel": "Direct" };
const DAY = 86_400;

/** A moment at which queries are asked: among the events or after them. */
export function moment(chance, world) {
  const { special, first, last } = world;
  const at = chance.one([special + chance.whole(0, 2 * DAY), chance.whole(first, last), last + chance.whole(0, 20 * DAY)]);
  return new Date(at * 1000).toISOString().replace(".000Z", "Z");
}

/** A query of a world, asked at `now`. */
export function query(chance, world, now) {
  const { range, days, whole } = dateRange(chance, world, now);
  const dimensions = dimensionsFor(chance, world, days);
  const filters = filtersFor(chance, world);
  const metrics = metricsFor(chance, dimensions, filters);
  const asked = { site_id: world.site, metrics, date_range: range };
  if (dimensions.length > 0) asked.dimensions = dimensions;
  if (filters.length > 0) asked.filters = filters;
  if (chance.happens(0.35)) {
    const columns = chance.some([...metrics, ...dimensions], chance.whole(1, 2));
    asked.order_by = columns.map((name) => [name, chance.one(["asc", "desc"])]);
  }
  if (chance.happens(0.25)) asked.pagination = { limit: chance.whole(1, 10), offset: chance.whole(0, 8) };
  const include = {};
  if (chance.happens(0.3)) include.total_rows = true;
  const timed = dimensions.filter((name) => name.startsWith("time")).length;
  const comparable = whole && !(timed > 0 && dimensions.length > 1) && !metrics.some((name) => name.endsWith("conversion_rate"));
  if (comparable && chance.happens(0.25)) include.comparisons = { mode: "previous_period" };
  if (Object.keys(include).length > 0) asked.include = include;
  return asked;
}

/** A range, about how many days it has and whether it has whole days only. */
function dateRange(chance, world, now) {
  const { special, first, last } = world;
  const date = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);
  const near = () => special + chance.whole(-2, 2) * DAY;
  switch (chance.whole(0, 9)) {
    case 0:
      return { range: "day", days: 1, whole: false };
    case 1:
      return { range: "24h", days: 1, whole: false };
    case 2:
      return { range: "7d", days: 7, whole: true };
    case 3:
      return { range: "30d", days: 30, whole: true };
    case 4:
      return { range: "month", days: 30, whole: true };
    case 5:
      return { range: "all", days: Math.ceil(Math.max(1, (Date.parse(now) / 1000 - first) / DAY + 2)), whole: true };
    case 6: {
      const start = near() + chance.whole(0, DAY);
      const seconds = chance.one([chance.whole(600, 2 * DAY - 1), chance.whole(4, 30) * DAY]);
      const instant = (time) => new Date(time * 1000).toISOString().replace(".000Z", chance.one(["Z", "+00:00"]));
      return { range: [instant(start), instant(start + seconds)], days: Math.ceil(seconds / DAY), whole: false };
    }
    case 7: {
      const start = chance.whole(first, last);
      const days = chance.whole(1, 30);
      return { range: [date(start), date(start + (days - 1) * DAY)], days, whole: true };
    }
    default: {
      const start = near();
      const days = chance.whole(1, 3);
      return { range: [date(start), date(start + (days - 1) * DAY)], days, whole: true };
    }
  }
}

function dimensionsFor(chance, world, days) {
  const dimensions = [];
  for (let left = chance.one([0, 1, 1, 1, 2, 2]); left > 0; left--) {
    const kind = chance.number();
    if (kind < 0.3) dimensions.push(chance.one(VISIT_DIMENSIONS));
    else if (kind < 0.55) dimensions.push(chance.one(EVENT_DIMENSIONS));
    else if (kind < 0.7) dimensions.push("event:goal");
    else if (!dimensions.some((name) => name.startsWith("time"))) dimensions.push(timeFor(chance, days));
  }
  return [...new Set(dimensions)];
}

function timeFor(chance, days) {
  const clear = days <= 2 || (days >= 3 && days <= 34) || (days >= 47 && days <= 74);
  const wanted = TIMES.filter((name) => (name !== "time" || clear) && (name !== "time:minute" || days <= 3));
  return chance.one(wanted);
}

function metricsFor(chance, dimensions, filters) {
  const top = (name) => filters.some(([, dimension]) => dimension === name);
  const tests = (is) => filters.some((filter) => anyTest(filter, is));
  const ofEvents = (name) => name.startsWith("event:");
  const answered = METRICS.filter((metric) => {
    if (metric === "percentage") return dimensions.length > 0;
    if (metric.endsWith("conversion_rate")) return dimensions.includes("event:goal") || top("event:goal");
    if (metric === "exit_rate") {
      return dimensions.length === 1 && dimensions[0] === "visit:exit_page" && !tests(ofEvents) && !tests((name) => name === "visit:exit_page");
    }
    if (metric === "views_per_visit" && (dimensions.length > 0 || tests((name) => name === "event:page"))) return false;
    const splitting = (name) => name === "event:name" || name === "event:goal" || name.startsWith("event:props:");
    if (OF_VISITS.includes(metric)) return !dimensions.some(splitting);
    if (OF_EVENTS.includes(metric) && dimensions.includes("visit:exit_page")) return false;
    if (["scroll_depth", "time_on_page"].includes(metric)) return dimensions.includes("event:page") || top("event:page");
    // Null unless a goal is asked about, which is worth asking seldom.
    if (metric.endsWith("_revenue")) return dimensions.includes("event:goal") || top("event:goal") || chance.happens(0.1);
    return true;
  });
  return chance.some(answered, chance.whole(1, 5));
}

/** Whether a filter tests, outside of has_done, a dimension that `is` accepts. */
function anyTest([operator, operand], is) {
  if (operator === "and" || operator === "or") return operand.some((filter) => anyTest(filter, is));
  if (operator === "not") return anyTest(operand, is);
  return !operator.startsWith("has_") && is(operand);
}

function filtersFor(chance, world) {
  const filters = [];
  for (let left = chance.one([0, 0, 1, 1, 2, 3]); left > 0; left--) {
    const kind = chance.number();
    if (kind < 0.15 && world.goals.length > 0 && !filters.some(([, name]) => name === "event:goal")) filters.push(goalTest(chance, world));
    else if (kind < 0.3) filters.push(test(chance, "event:page"));
    else if (kind < 0.4) filters.push(test(chance, "event:hostname"));
    else filters.push(nested(chance, world, chance.whole(0, 3), true));
  }
  return filters;
}

/** A filter of up to this depth; `behaviours` says whether has_done may be in it. */
function nested(chance, world, depth, behaviours) {
  const inner = () => nested(chance, world, depth - 1, behaviours);
  if (depth === 0) return test(chance, chance.one(behaviours ? [...VISIT_DIMENSIONS, ...nestable(), ...nestable()] : EVENT_DIMENSIONS));
  switch (chance.whole(0, behaviours ? 4 : 2)) {
    case 0:
      return ["and", Array.from({ length: chance.whole(1, 3) }, inner)];
    case 1:
      return ["or", Array.from({ length: chance.whole(1, 3) }, inner)];
    case 2:
      return ["not", inner()];
    default: {
      const operator = chance.one(["has_done", "has_not_done"]);
      if (world.goals.length === 0 || chance.happens(0.7)) return [operator, nested(chance, world, depth - 1, false)];
      const goal = goalTest(chance, world);
      return [operator, chance.happens(0.5) ? goal : ["and", [goal, test(chance, chance.one(EVENT_DIMENSIONS))]]];
    }
  }
}

const nestable = () => EVENT_DIMENSIONS.filter((name) => name !== "event:hostname");

function goalTest(chance, world) {
  const names = world.goals.map((goal) => goal.display_name ?? goal.event ?? `Visit ${goal.page_path}`);
  if (chance.happens(0.7)) return ["is", "event:goal", chance.some(names, chance.whole(1, 3)), ...caseOf(chance)];
  return ["contains", "event:goal", [chance.one(["Visit", "sign", "urchase", "nothing at all"])], ...caseOf(chance)];
}

const caseOf = (chance) => (chance.happens(0.25) ? [{ case_sensitive: chance.happens(0.3) }] : []);

/** One test of a dimension. */
function test(chance, dimension) {
  const operator = chance.one(["is", "is", "is_not", "contains", "contains_not", "matches", "matches_not"]);
  if (operator.startsWith("matches")) return [operator, dimension, chance.some(PATTERNS, chance.whole(1, 2))];
  const blank = BLANKS[dimension] ?? (dimension.startsWith("event:props:") ? "(none)" : "(not set)");
  const base = dimension.replace(/^visit:(entry|exit)_page_hostname$/, "event:hostname").replace(/^visit:(entry|exit)_page$/, "event:page");
  const known = (VALUES[base] ?? ["nothing"]).filter((value) => value !== "" && value !== 0);
  const hasBlank = !["event:page", "event:hostname", "event:name", "visit:city"].includes(dimension);
  const values = chance.some([...known, ...(hasBlank ? [blank] : []), ...(dimension === "visit:country" ? [] : ["unheard of"])], chance.whole(1, 3));
  if (dimension === "visit:city" && operator.startsWith("is")) return [operator, dimension, values.map((value) => (chance.happens(0.5) ? value : String(value)))];
  const texts = values.map(String);
  if (!operator.startsWith("contains")) return [operator, dimension, texts, ...caseOf(chance)];
  const part = (text) => {
    const start = chance.whole(0, Math.max(0, text.length - 3));
    return text.slice(start, start + chance.whole(1, 4));
  };
  return [operator, dimension, texts.map(part), ...caseOf(chance)];
}
