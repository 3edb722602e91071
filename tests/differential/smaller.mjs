// Finds, from queries that are answered wrongly, one that says most plainly what is wrong.

/** The shortest of the failed queries, made shorter as long as it still fails; `fails(asked, now)` tells. */
export async function smaller(failed, fails) {
  const length = ({ asked }) => JSON.stringify(asked).length;
  let smallest = failed.reduce((best, other) => (length(other) < length(best) ? other : best));
  const { now } = smallest;
  for (let found = true; found; ) {
    found = false;
    for (const asked of shortened(smallest.asked)) {
      // What is no longer a query that is answered shows nothing.
      const how = await fails(asked, now).catch(() => null);
      if (how === null || how.startsWith("refused")) continue;
      smallest = { asked, now };
      found = true;
      break;
    }
  }
  return smallest;
}

/** The query without one of its parts, in every way that leaves a query. */
function* shortened(asked) {
  for (const part of ["order_by", "pagination", "include"]) {
    const { [part]: gone, ...rest } = asked;
    if (gone) yield rest;
  }
  for (const list of ["filters", "dimensions", "metrics"]) {
    const all = asked[list] ?? [];
    for (let place = 0; place < all.length; place++) {
      const rest = all.filter((_, other) => other !== place);
      if (list === "filters" && Array.isArray(all[place][1])) {
        const inner = typeof all[place][1][0] === "string" ? [all[place][1]] : all[place][1];
        for (const part of inner) yield { ...asked, filters: [...rest, part] };
      }
      if (rest.length === 0 && list === "metrics") continue;
      yield { ...asked, [list]: rest };
    }
  }
}
