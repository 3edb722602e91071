"""Filters of the Stats API as SQL conditions on the table of events."""

from tables import ATTRIBUTES, PROPS, display_name, literal

# The column of each dimension that is no goal and no time.
COLUMNS = {
    "event:page": "page",
    "event:hostname": "hostname",
    "event:name": "name",
    "visit:entry_page": "entry_page",
    "visit:entry_page_hostname": "entry_hostname",
    "visit:exit_page": "exit_page",
    "visit:exit_page_hostname": "exit_hostname",
    **{f"event:props:{name}": f"prop_{name}" for name in PROPS},
    **{f"visit:{name}": f"visit_{name}" for name in ATTRIBUTES},
}
BLANKS = {
    "visit:source": "Direct / None",
    "visit:referrer": "Direct / None",
    "visit:channel": "Direct",
    "visit:city": "0",
}
TAGS = [name for name in ATTRIBUTES if name.startswith("utm_")]
# How a visit came; under a filter of hosts these count only where it came in by such a host.
ACQUISITION = {f"visit:{name}" for name in ["source", "referrer", "channel", "entry_page", *TAGS]}


def blank(dimension):
    """What a missing value is called in rows and filters."""
    return "(none)" if dimension.startswith("event:props:") else BLANKS.get(dimension, "(not set)")


def shown(dimension):
    """The SQL expression for a dimension's value as rows show it."""
    return f"coalesce(nullif({COLUMNS[dimension]}, ''), {literal(blank(dimension))})"


def fits(text, operator, values, sensitive):
    """The SQL condition that an SQL text passes a test with any of the values."""
    if not sensitive:
        text, values = f"lower({text})", [str(value).lower() for value in values]
    tests = {
        "is": "{0} = {1}",
        "contains": "contains({0}, {1})",
        "matches": "regexp_matches({0}, {1})",
        # The patterns of the test have no characters that mean something in LIKE.
        "matches_wildcard": "{0} LIKE replace({1}, '*', '%')",
    }
    return "(" + " OR ".join(tests[operator].format(text, literal(value)) for value in values) + ")"


class Conditions:
    """Writes the conditions for one site: its table and its goals.

    `follows` says that a sequence keeps the event right after it rather than the visits in which it occurred.
    """

    def __init__(self, db, table, goals, follows):
        self.db, self.table, self.follows = db, table, follows
        self.names = [display_name(goal) for goal in goals]

    def of(self, filters, as_dimension=None):
        """All of the filters; `as_dimension` puts other dimensions in the place of some, outside of has_done."""
        return " AND ".join(["true", *(self.one(entry, as_dimension or {}) for entry in filters)])

    def one(self, entry, as_dimension):
        """One filter."""
        match entry:
            case ["and" | "or" as operator, parts]:
                return "(" + f" {operator} ".join(self.one(part, as_dimension) for part in parts) + ")"
            case ["not", part]:
                return f"(NOT {self.one(part, as_dimension)})"
            case ["has_done" | "has_not_done" as operator, part]:
                # Engagement does nothing but read, which only goals ask for.
                counted = "true" if self.asks_for_goals(part) else "name <> 'engagement'"
                having = f"SELECT visit FROM {self.table} WHERE {counted} AND {self.one(part, {})}"
                return f"(visit {'NOT ' if operator == 'has_not_done' else ''}IN ({having}))"
            case ["sequence", steps]:
                return self.sequence(steps)
            case [operator, "event:goal", values, *modifiers]:
                goals = self.goals(operator, values, modifiers)
                return f"list_has_any(goals, {goals}::INT[])"
            case [operator, dimension, values, *modifiers]:
                return self.test(operator, as_dimension.get(dimension, dimension), values, modifiers)

    def sequence(self, steps):
        """Steps in the order of time, each by a later event of the visit: the earliest that completes them counts."""
        fits = "".join(f", {self.one(step, {})} AS step_{place}" for place, step in enumerate(steps, 1))
        ordered = f"""
            ordered AS (
                SELECT visit, number, row_number() OVER (PARTITION BY visit ORDER BY time, number) AS place {fits}
                FROM {self.table} WHERE name <> 'engagement'
            ), done_0 AS (SELECT DISTINCT visit, 0 AS place FROM ordered)
        """
        for step in range(1, len(steps) + 1):
            ordered += f""", done_{step} AS (
                SELECT visit, min(ordered.place) AS place FROM ordered JOIN done_{step - 1} AS before USING (visit)
                WHERE step_{step} AND ordered.place > before.place GROUP BY visit
            )"""
        done = f"done_{len(steps)}"
        if not self.follows:
            return f"(visit IN (WITH {ordered} SELECT visit FROM {done}))"
        after = f"SELECT number FROM ordered JOIN {done} AS done USING (visit) WHERE ordered.place = done.place + 1"
        return f"(number IN (WITH {ordered} {after}))"

    def asks_for_goals(self, entry):
        """Whether a filter tests goals."""
        operator, operand = entry[:2]
        if operator in ("and", "or"):
            return any(self.asks_for_goals(part) for part in operand)
        return self.asks_for_goals(operand) if operator == "not" else operand == "event:goal"

    def test(self, operator, dimension, values, modifiers):
        """The test of a value: of its name where it is missing."""
        base = operator.removesuffix("_not")
        passes = fits(shown(dimension), base, values, self.sensitive(modifiers))
        if base == operator:
            return passes
        if dimension.startswith("event:props:") and base != "is":
            return f"({COLUMNS[dimension]} IS NOT NULL AND NOT {passes})"
        return f"(NOT {passes})"

    def goals(self, operator, values, modifiers):
        """The places of the goals whose names pass a test."""
        passes = fits("goal", operator, values, self.sensitive(modifiers))
        return [
            place
            for place, name in enumerate(self.names)
            if self.db.execute(f"SELECT {passes} FROM (SELECT {literal(name)} AS goal)").fetchone()[0]
        ]

    def sensitive(self, modifiers):
        """Whether the case of letters matters."""
        return not modifiers or modifiers[0].get("case_sensitive", True)
