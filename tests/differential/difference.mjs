// Whether an answer of the Stats API is the true one.

/**
 * How an answer differs from the truth, in words; null where it does not. The truth has all rows in order, each with
 * the values that the order goes by: a page of them may hold any of the rows that tie, each once.
 */
export function difference({ range, warnings, time_labels, rows }, answer, asked) {
  if (answer.error) return `refused: ${JSON.stringify(answer)}`;
  const { limit = 10_000, offset = 0 } = asked.pagination ?? {};
  const page = rows.slice(offset, offset + limit);
  const text = (row, order) => JSON.stringify([row.dimensions, row.metrics.map(plain), compared(row), order]);
  const left = new Map();
  for (const [row, order] of rows) left.set(text(row, order), (left.get(text(row, order)) ?? 0) + 1);
  const takes = (row, place) => {
    const key = text(row, page[place]?.[1]);
    const count = left.get(key) ?? 0;
    left.set(key, count - 1);
    return count > 0;
  };
  const codes = Object.entries(answer.meta.metric_warnings ?? {}).map(([metric, { code }]) => `${metric}: ${code}`);
  const got = {
    range: answer.query.date_range.map((instant) => Date.parse(instant) / 1000),
    warnings: codes.sort(),
    total_rows: answer.meta.total_rows,
    time_labels: answer.meta.time_labels,
  };
  const { include = {} } = asked;
  const expected = {
    range,
    warnings: [...warnings].sort(),
    total_rows: include.total_rows ? rows.length : undefined,
    time_labels: include.time_labels ? time_labels : undefined,
  };
  const same = JSON.stringify(got) === JSON.stringify(expected) && page.length === answer.results.length;
  const unexpected = answer.results.filter((row, place) => !takes(row, place));
  if (same && unexpected.length === 0) return null;
  const there = new Set(answer.results.map((row) => text(row)));
  const missing = page.map(([row]) => row).filter((row) => !there.has(text(row)));
  const lines = (list) => list.slice(0, 10).map((row) => `  ${JSON.stringify(row)}`);
  return [
    `expected ${JSON.stringify(expected)} and ${page.length} rows, of which these are missing`,
    ...lines(missing),
    `actual ${JSON.stringify(got)} and ${answer.results.length} rows, of which these are wrong or out of order`,
    ...lines(unexpected),
  ].join("\n");
}

/** A row's comparison with its values in a fixed order. */
function compared({ comparison }) {
  return comparison ? [comparison.dimensions, comparison.metrics.map(plain), comparison.change] : comparison;
}

/** A value with its parts in a fixed order. */
const plain = (value) => (value?.currency ? [value.value, value.currency, value.long, value.short] : value);
