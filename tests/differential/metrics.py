"""The rows of a query over one range: for every group of the dimensions its metrics, counted by DuckDB."""

from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal

from conditions import ACQUISITION, shown
from tables import display_name

OF_WHOLE_VISITS = {"bounce_rate", "visit_duration", "views_per_visit"}
SPREAD = {"visitors", "visits", "visit_duration", "bounce_rate", "percentage"}


def is_of_events(dimension):
    """Whether a dimension's values belong to single events."""
    return dimension.startswith("event:")


def tests(entry):
    """The dimensions that a filter tests outside of has_done."""
    operator, operand = entry[:2]
    if operator in ("and", "or"):
        return {dimension for part in operand for dimension in tests(part)}
    if operator == "not":
        return tests(operand)
    return set() if operator.startswith("has_") else {operand}


@dataclass
class Question:
    """A query over one range. `units` has the buckets of each dimension of time."""

    metrics: list
    dimensions: list
    filters: list
    start: int
    end: int
    buckets: dict


@dataclass
class Tally:
    """What is counted of a question's groups, by the values of the dimensions (of time: the place of the bucket)."""

    events: dict = field(default_factory=dict)
    visits: dict = field(default_factory=dict)
    spread: dict | None = None
    bounces: dict | None = None
    durations: dict | None = None
    reading: dict = field(default_factory=dict)
    page_views: dict = field(default_factory=dict)
    visitors: int = 0
    visitors_of_site: int = 0
    group_visitors: dict = field(default_factory=dict)


class Site:
    """Counts the events of one site."""

    def __init__(self, db, table, goals, conditions):
        self.db, self.table, self.goals, self.conditions = db, table, goals, conditions

    def rows(self, question):
        """`{key: [metric]}`, and what a key without anything has."""
        tally = self.tally(question)
        keys = {**tally.events, **(tally.spread or {})}
        values = lambda key: [self.value(metric, key, tally, question) for metric in question.metrics]
        if not question.dimensions:
            return {(): values(())}, None
        return {key: values(key) for key in keys}, values(None)

    # What is counted

    def tally(self, question):
        """Counts what the metrics need."""
        asked, dimensions = set(question.metrics), question.dimensions
        tally = Tally()
        top = {entry[1] for entry in question.filters if isinstance(entry[1], str)}
        tested = {dimension for entry in question.filters for dimension in tests(entry)}
        # Goals say themselves which kinds of events convert them.
        counted = "true" if "event:goal" in top else "name <> 'engagement'"
        by_goal = "event:goal" in dimensions
        kept = self.kept(question, self.with_host(question))
        tally.events = self.count_events(question, dimensions, "true" if by_goal else counted, kept)
        tally.visits = self.count_visits(question, dimensions, "true" if by_goal else counted, kept)
        if "percentage" in asked:
            tally.visitors = self.count_visitors(question, counted, self.kept(question, question.filters))
        spreading = [name for name in dimensions if name in ("time:hour", "time:minute")]
        if spreading and asked & SPREAD and not any(map(is_of_events, [*dimensions, *tested])):
            tally.spread = self.count_spread(question, spreading[0], kept)
        if "event:page" in dimensions or "event:page" in tested:
            self.tally_entries(question, tally, counted)
        if asked & {"scroll_depth", "time_on_page"}:
            tally.reading = self.read(question, kept)
        if "exit_rate" in asked:
            tally.page_views = self.count_page_views(question, kept)
        if asked & {"conversion_rate", "group_conversion_rate"}:
            self.tally_all(question, tally)
        return tally

    def with_host(self, question):
        """Under a filter of hosts, what says how a visit came (or left) asks that it came in (or left) by such one."""
        filters = list(question.filters)
        hosts = [entry for entry in question.filters if entry[1] == "event:hostname"]
        for dimensions, place in [(ACQUISITION, "visit:entry_page_hostname"), ({"visit:exit_page"}, "visit:exit_page_hostname")]:
            if dimensions & set(question.dimensions):
                filters += [[operator, place, *rest] for operator, _, *rest in hosts]
        return filters

    def tally_entries(self, question, tally, counted):
        """A page means the one a visit began on: as a filter for bounces, as a dimension for durations, too."""
        began, dimensions = {}, question.dimensions
        if "event:page" in dimensions:
            began = {"event:page": "visit:entry_page", "event:hostname": "visit:entry_page_hostname"}
            dimensions = [began.get(dimension, dimension) for dimension in dimensions]
            tally.durations = self.count_visits(question, dimensions, counted, self.kept(question, self.with_host(question)))
        kept = self.kept(question, self.with_host(question), {"event:page": "visit:entry_page"})
        tally.bounces = self.count_visits(question, dimensions, counted, kept)

    def tally_all(self, question, tally):
        """Everyone who might have converted: the filters of goals and properties are taken away."""
        converting = lambda entry: isinstance(entry[1], str) and (entry[1] == "event:goal" or entry[1].startswith("event:props:"))
        without = lambda filters: self.kept(question, [entry for entry in filters if not converting(entry)])
        counted = "name <> 'engagement'"
        tally.visitors_of_site = self.count_visitors(question, counted, without(question.filters))
        others = [dimension for dimension in question.dimensions if dimension != "event:goal"]
        tally.group_visitors = self.count_events(question, others, counted, without(self.with_host(question)))

    # How it is counted

    def kept(self, question, filters, as_dimension=None):
        """The SQL condition of the range and the filters."""
        return f"time BETWEEN {question.start} AND {question.end} AND {self.conditions.of(filters, as_dimension)}"

    def keys(self, question, dimensions):
        """The SQL of a dimension list: the joins it needs and its expressions."""
        joins, expressions = [], []
        for dimension in dimensions:
            if dimension.startswith("time"):
                edges = ", ".join(f"({place}, {bucket.start}, {bucket.stop})" for place, bucket in enumerate(question.buckets[dimension]))
                alias = dimension.replace(":", "_")
                bucket = f"(VALUES {edges}) AS {alias}(place, start, stop)"
                joins.append(f"JOIN {bucket} ON time >= {alias}.start AND time < {alias}.stop")
                expressions.append(f"{alias}.place")
            elif dimension == "event:goal":
                queried = self.queried(question)
                joins.append(f"JOIN (SELECT unnest({queried}::INT[]) AS goal) AS queried ON list_contains(goals, goal)")
                expressions.append("goal")
            else:
                expressions.append(shown(dimension))
        return " ".join(joins), [f"{expression} AS key_{place}" for place, expression in enumerate(expressions)]

    def grouped(self, question, dimensions, condition, columns, source=None, distinct=""):
        """Rows of `columns` (name: aggregate) by key; `distinct` names what to count once per group."""
        joins, keys = self.keys(question, dimensions)
        names = ", ".join(f"key_{place}" for place in range(len(keys)))
        inner = f"SELECT {distinct}{', '.join([*keys, '*'] if not distinct else [*keys, *columns['of']])} FROM {source or self.table} {joins} WHERE {condition}"
        aggregates = ", ".join(f"{sql} AS {name}" for name, sql in columns.items() if name != "of")
        by = f"GROUP BY {names}" if names else ""
        result = self.db.execute(f"SELECT {', '.join(filter(None, [names, aggregates]))} FROM ({inner}) {by}").fetchall()
        wanted = [name for name in columns if name != "of"]
        return {row[: len(keys)]: dict(zip(wanted, row[len(keys) :])) for row in result}

    def count_events(self, question, dimensions, counted, kept):
        """Visitors, events and money of each group: that of events which convert a goal with a currency."""
        paying = f"list_has_any(goals, {[place for place in self.queried(question) if self.goals[place].get('currency')]}::INT[])"
        columns = {
            "visitors": "count(DISTINCT visitor)",
            "pageviews": "count(*) FILTER (name = 'pageview')",
            "events": "count(*) FILTER (name <> 'engagement')",
            "thousandths": f"coalesce(sum(thousandths) FILTER ({paying}), 0)::BIGINT",
            "paid": f"count(thousandths) FILTER ({paying})",
        }
        return self.grouped(question, dimensions, f"{counted} AND {kept}", columns)

    def count_visits(self, question, dimensions, counted, kept):
        """The visits of each group, each once."""
        columns = {
            "of": ["visit", "bounced", "duration", "visit_pageviews"],
            "visits": "count(*)",
            "ended": "count(*)",
            "bounces": "count(*) FILTER (bounced)",
            "duration": "coalesce(sum(duration), 0)::BIGINT",
            "pageviews": "coalesce(sum(visit_pageviews), 0)::BIGINT",
        }
        return self.grouped(question, dimensions, f"{counted} AND {kept}", columns, distinct="DISTINCT ")

    def count_spread(self, question, unit, kept):
        """Visits in every bucket they were active in; bounced and ended in that of their last event."""
        start, end = question.start, question.end
        visits = f"SELECT DISTINCT ON (visit) * REPLACE (visit_start AS time) FROM {self.table} WHERE name <> 'engagement' AND {kept}"
        # `time`, by which buckets are joined, is one of each bucket.
        active = ", ".join(f"({bucket.start}, {bucket.stop})" for bucket in question.buckets[unit])
        source = f"""(
            SELECT visits.* REPLACE (greatest(bucket.start, visit_start, {start}) AS time),
                   visit_end < bucket.stop AND visit_end <= {end} AS ends
            FROM ({visits}) AS visits JOIN (VALUES {active}) AS bucket(start, stop)
              ON bucket.start <= least(visit_end, {end}) AND bucket.stop > greatest(visit_start, {start})
        )"""
        columns = {
            "visitors": "count(DISTINCT visitor)",
            "visits": "count(DISTINCT visit)",
            "ended": "count(*) FILTER (ends)",
            "bounces": "count(*) FILTER (ends AND bounced)",
            "duration": "coalesce(sum(duration) FILTER (ends), 0)::BIGINT",
        }
        return self.grouped(question, question.dimensions, "true", columns, source=source)

    def count_visitors(self, question, counted, kept):
        """Distinct visitors, ungrouped."""
        return self.grouped(question, [], f"{counted} AND {kept}", {"visitors": "count(DISTINCT visitor)"})[()]["visitors"]

    def count_page_views(self, question, kept):
        """Page views by page."""
        return self.grouped(question, ["event:page"], f"name = 'pageview' AND {kept}", {"views": "count(*)"})

    def read(self, question, kept):
        """How far and how long the visits of each group read: of depths the greatest of a visit, of times the sum."""
        joins, keys = self.keys(question, question.dimensions)
        names = [f"key_{place}" for place in range(len(keys))]
        by = lambda more: f"GROUP BY {', '.join([*names, *more])}" if names or more else ""
        rows = self.db.execute(
            f"""
            SELECT {"".join(name + ", " for name in names)} round(avg(depth)), round(sum(ms)::DOUBLE / count(ms) / 1000)
            FROM (
                SELECT {"".join(name + ", " for name in names)} max(scroll_depth) AS depth, sum(engaged_ms) AS ms
                FROM (SELECT {"".join(key + ", " for key in keys)} visit, scroll_depth, engaged_ms
                      FROM {self.table} {joins} WHERE name = 'engagement' AND {kept})
                {by(["visit"])}
            ) {by([])}
            """
        ).fetchall()
        return {row[:-2]: row[-2:] for row in rows}

    # What it comes to

    def queried(self, question):
        """The goals that a question is about: those its filter names, or all where goals are a dimension."""
        for operator, *rest in question.filters:
            if rest[0] == "event:goal":
                return self.conditions.goals(operator, rest[1], rest[2:])
        return list(range(len(self.goals))) if "event:goal" in question.dimensions else []

    def currency(self, question, key):
        """The currency of a row's money: that of its goal, or the one that all goals asked about have."""
        if "event:goal" in question.dimensions:
            return None if key is None else self.goals[key[question.dimensions.index("event:goal")]].get("currency")
        found = {self.goals[place].get("currency") for place in self.queried(question)} - {None}
        return found.pop() if len(found) == 1 else None

    def warning(self, question):
        """Why no row has money."""
        found = {self.goals[place].get("currency") for place in self.queried(question)} - {None}
        if not found:
            return "no_revenue_goals_matching"
        return "no_single_revenue_currency" if len(found) > 1 and "event:goal" not in question.dimensions else None

    def value(self, metric, key, tally, question):
        """A metric of the group with this key."""
        nothing = {"visitors": 0, "visits": 0, "pageviews": 0, "events": 0, "ended": 0, "bounces": 0, "duration": 0, "paid": 0, "thousandths": 0}
        of = lambda table, key=key: table.get(key, nothing)
        events, visits = of(tally.events), of(tally.visits)
        active = of(tally.spread) if tally.spread is not None else {**events, **visits}
        match metric:
            case "visitors":
                return active["visitors"] if tally.spread is not None else events["visitors"]
            case "visits":
                return active["visits"]
            case "pageviews" | "events":
                return events[metric]
            case "views_per_visit":
                return rounded(visits["pageviews"], visits["visits"], 1, 2)
            case "bounce_rate":
                counts = active if tally.bounces is None else of(tally.bounces)
                return rounded(counts["bounces"], counts["ended"], 100, 0)
            case "visit_duration":
                counts = active if tally.durations is None else of(tally.durations)
                return rounded(counts["duration"], counts["ended"], 1, 0)
            case "percentage":
                counts = active if tally.spread is not None else events
                return rounded(counts["visitors"], tally.visitors, 100, 2)
            case "conversion_rate":
                return rounded(events["visitors"], tally.visitors_of_site, 100, 2)
            case "group_conversion_rate":
                kept = [value for name, value in zip(question.dimensions, key or ()) if name != "event:goal"]
                return rounded(events["visitors"], of(tally.group_visitors, tuple(kept))["visitors"], 100, 2)
            case "scroll_depth" | "time_on_page":
                return tally.reading.get(key, (None, None))[metric == "time_on_page"]
            case "exit_rate":
                views = tally.page_views.get(key, {"views": 0})["views"]
                return rounded(visits["visits"], views, 100, 1) if visits["visits"] and views else None
            case "total_revenue" | "average_revenue":
                currency = self.currency(question, key)
                if currency is None:
                    return None
                if metric == "total_revenue":
                    return money(events["thousandths"], currency)
                return money(events["thousandths"] // events["paid"], currency) if events["paid"] else None


def rounded(part, whole, factor, places):
    """`part` of `whole` times `factor`, halves rounded up; 0 of nothing."""
    if not whole:
        return 0
    shift = 10**places
    # Exact: halves are told in whole numbers.
    quotient = (2 * part * factor * shift + whole) // (2 * whole)
    return quotient / shift if places else quotient


def money(thousandths, currency):
    """An amount as answers have it."""
    amount = Decimal(thousandths) / 1000
    symbol = {"USD": "$", "EUR": "€"}[currency]
    unit, suffix = next((unit, suffix) for unit, suffix in [(10**9, "B"), (10**6, "M"), (1000, "K"), (1, "")] if amount >= unit or unit == 1)
    # Python's format rounds halves of decimals to the even digit.
    return {"value": float(amount), "currency": currency, "long": f"{symbol}{amount:,.2f}", "short": f"{symbol}{amount / unit:.1f}{suffix}"}
