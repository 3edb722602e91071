// Random queries that are answered: what the Stats API refuses is not asked.
//
// Left out is also what the Stats API's meaning does not say:
// - revenue in another currency than the goal's, and that of events whose goals have no currency
// - more than one filter of goals, and goals under `or` and `not` within has_done
// - values and patterns that an empty text would fit
// - `time` where the switch from days to weeks and from weeks to months may lie
// - comparisons of ranges that end in the middle of a day, of `time` beside another dimension and of conversion rates
// - exit rates under a filter of exit pages
// - goals in sequences, and with a dimension of events, by which a sequence means the event after it, anything but
//   plain counts
import { iso, VALUES } from "./world.mjs";

const PROPS = ["event:props:plan", "event:props:author", "event:props:never"];
const EVENT_DIMENSIONS = ["event:page", "event:hostname", "event:name", ...PROPS];
const ENTRY_AND_EXIT = ["visit:entry_page", "visit:entry_page_hostname", "visit:exit_page", "visit:exit_page_hostname"];
const VISIT_DIMENSIONS = [...Object.keys(VALUES).filter((name) => name.startsWith("visit:")), ...ENTRY_AND_EXIT];
const TIMES = ["time", "time:minute", "time:hour", "time:day", "time:week", "time:month"];
const METRICS = [
  ...["visitors", "visits", "pageviews", "events", "views_per_visit", "bounce_rate", "visit_duration", "percentage"],
  ...["conversion_rate", "group_conversion_rate", "scroll_depth", "time_on_page", "exit_rate"],
  ...["total_revenue", "average_revenue"],
];
const COUNTS = ["visitors", "visits", "pageviews", "events"];
const WILDCARDS = ["/blog*", "*o*", "**post**", "*e", "P*", "free", "G*e"];
const PATTERNS = ["^/blog", "post-[0-9]$", "(?i)^p", "[a-d]o", "oo|ee", "\\d+", "e.+m", "^[A-Z]"];
/** What stands for missing values of visits. */
const BLANKS = { "visit:source": "Direct / None", "visit:referrer": "Direct / None", "visit:channel": "Direct" };
const DAY = 86_400;

/** A moment at which queries are asked: among the events or after them. */
export function moment(chance, world) {
  const { special, first, last } = world;
  const near = special + chance.whole(0, 2 * DAY);
  const after = last + chance.whole(0, 20 * DAY);
  return iso(chance.one([near, chance.whole(special, last), chance.whole(first, last), after]));
}

/** A query of a world, asked at `now`. */
export function query(chance, world, now) {
  const { range, days, whole } = dateRange(chance, world, now);
  const exits = chance.happens(0.04);
  const dimensions = exits ? ["visit:exit_page"] : dimensionsFor(chance, days);
  const filters = exits ? [test(chance, chance.one(["visit:browser", "visit:entry_page"]))] : filtersFor(chance, world);
  if (!exits && chance.happens(0.06)) filters.push(sequence(chance));
  const metrics = metricsFor(chance, dimensions, filters);
  const asked = { site_id: world.site, metrics, date_range: range };
  if (dimensions.length > 0) asked.dimensions = dimensions;
  if (filters.length > 0) asked.filters = filters;
  if (chance.happens(0.35)) {
    const columns = chance.some([...metrics, ...dimensions], chance.whole(1, 2));
    asked.order_by = columns.map((name) => [name, chance.one(["asc", "desc"])]);
  }
  if (chance.happens(0.25)) asked.pagination = { limit: chance.whole(1, 10), offset: chance.whole(0, 8) };
  const include = includeFor(chance, world, metrics, dimensions, whole);
  if (Object.keys(include).length > 0) asked.include = include;
  return asked;
}

/** What is asked for besides the rows. */
function includeFor(chance, world, metrics, dimensions, whole) {
  const include = {};
  if (chance.happens(0.3)) include.total_rows = true;
  const timed = dimensions.some((name) => name.startsWith("time"));
  if (timed && chance.happens(0.3)) include.time_labels = true;
  const conversion = metrics.some((name) => name.endsWith("conversion_rate"));
  if (!whole || (timed && dimensions.length > 1) || conversion || chance.happens(0.75)) return include;
  const mode = chance.one(["previous_period", "previous_period", "year_over_year", "custom"]);
  include.comparisons = { mode };
  if (mode === "custom") {
    const start = chance.whole(world.first, world.last);
    include.comparisons.date_range = [date(start), date(start + chance.whole(0, 10) * DAY)];
  }
  return include;
}

/** The date of an instant, in UTC. */
const date = (seconds) => iso(seconds).slice(0, 10);

/** A range, about how many days it has and whether it has whole days only. */
function dateRange(chance, world, now) {
  const { special, first, last } = world;
  const near = () => special + chance.whole(-2, 2) * DAY;
  const dates = (start, days) => ({ range: [date(start), date(start + (days - 1) * DAY)], days, whole: true });
  switch (chance.whole(0, 9)) {
    case 0:
      return { range: chance.one(["day", "24h"]), days: 1, whole: false };
    case 1: {
      const [range, days] = chance.one([["91d", 91], ["3mo", 92], ["year", 366]]);
      return { range, days, whole: true };
    }
    case 2:
      return { range: "7d", days: 7, whole: true };
    case 3:
      return { range: "30d", days: 30, whole: true };
    case 4:
      return { range: "month", days: 30, whole: true };
    case 5:
      return { range: "all", days: Math.ceil(Math.max(0, (Date.parse(now) / 1000 - first) / DAY)) + 2, whole: true };
    case 6: {
      const start = near() + chance.whole(0, DAY);
      const seconds = chance.one([chance.whole(600, 2 * DAY - 1), chance.whole(4, 30) * DAY]);
      const range = [start, start + seconds].map((time) => iso(time).replace("Z", chance.one(["Z", "+00:00"])));
      return { range, days: Math.ceil(seconds / DAY), whole: false };
    }
    case 7:
      return dates(chance.whole(first, last), chance.whole(1, 30));
    default:
      return dates(near(), chance.whole(1, 3));
  }
}

function dimensionsFor(chance, days) {
  const dimensions = [];
  for (let left = chance.one([0, 1, 1, 1, 2, 2]); left > 0; left--) {
    const kind = chance.number();
    if (kind < 0.3) dimensions.push(chance.one(VISIT_DIMENSIONS));
    else if (kind < 0.55) dimensions.push(chance.one(EVENT_DIMENSIONS));
    else if (kind < 0.7) dimensions.push("event:goal");
    else dimensions.push(timeFor(chance, days));
  }
  // `time` may be the same as another.
  const timed = dimensions.filter((name) => name.startsWith("time"));
  return timed.length > 1 && timed.includes("time") ? ["time"] : [...new Set(dimensions)];
}

function timeFor(chance, days) {
  const clear = days <= 2 || (days >= 3 && days <= 34) || (days >= 48 && days <= 73);
  const answered = { time: clear, "time:minute": days <= 3, "time:hour": days <= 92 };
  return chance.one(TIMES.filter((name) => answered[name] ?? true));
}

function metricsFor(chance, dimensions, filters) {
  const has = (name) => dimensions.includes(name);
  const has_or_filters = (name) => has(name) || filters.some(([, dimension]) => dimension === name);
  const tests = (is) => filters.some((filter) => anyTest(filter, is));
  const ofEvents = dimensions.some((name) => name.startsWith("event:"));
  const follows = ofEvents && filters.some(([operator]) => operator === "sequence");
  const answered = METRICS.filter((metric) => {
    if (follows && !COUNTS.includes(metric)) return false;
    switch (metric) {
      case "percentage":
        return dimensions.length > 0;
      case "conversion_rate":
      case "group_conversion_rate":
        return has_or_filters("event:goal");
      case "exit_rate":
        if (tests((name) => name.startsWith("event:") || name === "visit:exit_page")) return false;
        return dimensions.length === 1 && has("visit:exit_page");
      case "views_per_visit":
        return dimensions.length === 0 && !tests((name) => name === "event:page");
      case "bounce_rate":
      case "visit_duration":
        return !dimensions.some((name) => ["event:name", "event:goal", ...PROPS].includes(name));
      case "pageviews":
      case "events":
        return !has("visit:exit_page");
      case "scroll_depth":
      case "time_on_page":
        return !has("visit:exit_page") && has_or_filters("event:page");
      case "total_revenue":
      case "average_revenue":
        // Null unless a goal is asked about, which is worth asking seldom.
        return !has("visit:exit_page") && (has_or_filters("event:goal") || chance.happens(0.1));
      default:
        return true;
    }
  });
  return chance.some(answered, chance.whole(1, 5));
}

/** Whether a filter tests, outside of has_done and sequences, a dimension that `is` accepts. */
function anyTest([operator, operand], is) {
  if (operator === "and" || operator === "or") return operand.some((filter) => anyTest(filter, is));
  if (operator === "not") return anyTest(operand, is);
  return !["has_done", "has_not_done", "sequence"].includes(operator) && is(operand);
}

function filtersFor(chance, world) {
  const filters = [];
  for (let left = chance.one([0, 0, 1, 1, 1, 2, 3]); left > 0; left--) {
    const kind = chance.number();
    const of_goals = world.goals.length > 0 && !filters.some(([, name]) => name === "event:goal");
    if (kind < 0.15 && of_goals) filters.push(goalTest(chance, world));
    else if (kind < 0.3) filters.push(test(chance, "event:page"));
    else if (kind < 0.4) filters.push(test(chance, "event:hostname"));
    else filters.push(nested(chance, world, chance.whole(0, 3)));
  }
  return filters;
}

const NESTED = [...VISIT_DIMENSIONS, ...Array(3).fill(["event:page", "event:name", ...PROPS]).flat()];

/** A filter of up to this depth. */
function nested(chance, world, depth) {
  if (depth === 0) return test(chance, chance.one(NESTED));
  if (chance.happens(0.6)) return joined(chance, () => nested(chance, world, depth - 1));
  const operator = chance.one(["has_done", "has_not_done"]);
  if (world.goals.length === 0 || chance.happens(0.7)) return [operator, deed(chance, depth - 1)];
  const goal = goalTest(chance, world);
  return [operator, chance.happens(0.5) ? goal : ["and", [goal, test(chance, chance.one(EVENT_DIMENSIONS))]]];
}

/** What is in has_done: a filter of events, of up to this depth. */
function deed(chance, depth) {
  return depth === 0 ? test(chance, chance.one(EVENT_DIMENSIONS)) : joined(chance, () => deed(chance, depth - 1));
}

/** Steps that the events of a visit took one after the other. */
function sequence(chance) {
  return ["sequence", Array.from({ length: chance.whole(1, 3) }, () => deed(chance, 0))];
}

/** Filters joined by and, or and not. */
function joined(chance, inner) {
  const operator = chance.one(["and", "or", "not"]);
  return [operator, operator === "not" ? inner() : Array.from({ length: chance.whole(1, 3) }, inner)];
}

function goalTest(chance, world) {
  const names = world.goals.map((goal) => goal.display_name ?? goal.event ?? `Visit ${goal.page_path}`);
  if (chance.happens(0.7)) return ["is", "event:goal", chance.some(names, chance.whole(1, 3)), ...caseOf(chance)];
  return ["contains", "event:goal", [chance.one(["Visit", "sign", "urchase", "nothing at all"])], ...caseOf(chance)];
}

const caseOf = (chance) => (chance.happens(0.25) ? [{ case_sensitive: chance.happens(0.3) }] : []);

const OPERATORS = [
  ...["is", "is", "is", "is_not", "contains", "contains", "contains_not", "matches", "matches", "matches_not"],
  ...["matches_wildcard", "matches_wildcard_not"],
];

/** One test of a dimension. */
function test(chance, dimension) {
  const operator = chance.one(OPERATORS);
  if (operator.includes("wildcard")) return [operator, dimension, chance.some(WILDCARDS, chance.whole(1, 2))];
  if (operator.startsWith("matches")) return [operator, dimension, chance.some(PATTERNS, chance.whole(1, 2))];
  const values = chance.some(valuesOf(dimension), chance.whole(1, 3));
  // Cities are numbers, which may come as such.
  const written = chance.happens(0.5) ? String : (value) => value;
  if (operator.startsWith("is")) return [operator, dimension, values.map(written), ...caseOf(chance)];
  const part = (text) => {
    const start = chance.whole(0, Math.max(0, text.length - 3));
    return text.slice(start, start + chance.whole(1, 4));
  };
  return [operator, dimension, values.map((value) => part(String(value))), ...caseOf(chance)];
}

/** Values that a filter may name: those of events, a missing one by its name, and one that no event has. */
function valuesOf(dimension) {
  const [, , where, what] = /^(visit:(entry|exit)_page)(_hostname)?$/.exec(dimension) ?? [];
  const base = where === undefined ? dimension : what === undefined ? "event:page" : "event:hostname";
  const known = (VALUES[base] ?? []).filter((value) => value !== "" && value !== 0);
  if (dimension === "visit:country") return known;
  const always = ["event:page", "event:hostname", "event:name", "visit:city"].includes(dimension);
  const blank = BLANKS[dimension] ?? (PROPS.includes(dimension) ? "(none)" : "(not set)");
  return [...known, "unheard of", ...(always ? [] : [blank])];
}
