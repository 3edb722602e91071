"""The rows of a query over one range: for every group of its dimensions the values of its metrics.

Where the Stats API's tests and documents are silent, the product's own decisions are held here:
- visits are spread over the hours they were active in only where no single events are asked about
- a visit without interactive events bounced, as one with a single event did
- a page without visits that began on it has a bounce rate and a visit duration of 0
- missing entry pages, exit pages, countries and regions are `(not set)`, a missing city is 0
- rates of exit are null where there was no exit or no view
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from conditions import ACQUISITION, Conditions
from groups import NOT_ENGAGEMENT, Groups

SPREADING = ("time:minute", "time:hour")
OF_ACTIVE_VISITS = {"visitors", "visits", "visit_duration", "bounce_rate", "percentage"}
NOTHING = dict.fromkeys(
    ["visitors", "visits", "pageviews", "events", "ended", "bounces", "duration", "visit_pageviews", "paid"], 0
) | {"thousandths": 0, "scroll_depth": None, "time_on_page": None}


@dataclass
class Question:
    """A query over one range, in seconds of the epoch; `buckets` are those of each dimension of time."""

    metrics: list
    dimensions: list
    filters: list
    start: int
    end: int
    buckets: dict


def tested(entry):
    """The dimensions that a filter tests outside of has_done and sequences."""
    operator, operand = entry[:2]
    if operator in ("and", "or"):
        return {dimension for part in operand for dimension in tested(part)}
    if operator == "not":
        return tested(operand)
    return set() if operator in ("has_done", "has_not_done", "sequence") else {operand}


class Answer:
    """Works a question out."""

    def __init__(self, db, table, goals, question):
        self.all_goals, self.question = goals, question
        self.conditions = Conditions(db, table, goals, follows=any(map(is_of_events, question.dimensions)))
        self.goals = self.queried()
        paying = [place for place in self.goals if goals[place].get("currency")]
        self.groups = Groups(db, table, question, self.goals, paying)
        self.tests = {dimension for entry in question.filters for dimension in tested(entry)}
        # Goals say themselves which kinds of events convert them.
        self.counted = "true" if "event:goal" in self.tests else NOT_ENGAGEMENT

    def rows(self):
        """`{key: [value]}`, and the values of a row that is not there."""
        keys = {**self.events, **(self.active or {})} if self.question.dimensions else [()]
        values = lambda key: [self.value(metric, key) for metric in self.question.metrics]
        return {key: values(key) for key in keys}, values(None)

    def queried(self):
        """The goals that the question is about: those its filter names, or all where goals are a dimension."""
        for operator, *rest in self.question.filters:
            if rest[0] == "event:goal":
                return self.conditions.goals(operator, rest[1], rest[2:])
        return list(range(len(self.all_goals))) if "event:goal" in self.question.dimensions else []

    # Which events count

    def kept(self, counted, filters, as_dimension=None):
        """The condition of the range, a kind of events and filters."""
        between = f"time BETWEEN {self.question.start} AND {self.question.end}"
        return f"{between} AND {counted} AND {self.conditions.of(filters, as_dimension)}"

    @cached_property
    def filters(self):
        """The filters of rows: one of hosts asks of visits by how they came (or left) that they did by such a host."""
        hosts = [entry for entry in self.question.filters if entry[1] == "event:hostname"]
        more = []
        if ACQUISITION & set(self.question.dimensions):
            more += [[operator, "visit:entry_page_hostname", *rest] for operator, _, *rest in hosts]
        if "visit:exit_page" in self.question.dimensions:
            more += [[operator, "visit:exit_page_hostname", *rest] for operator, _, *rest in hosts]
        return self.question.filters + more

    @cached_property
    def of_rows(self):
        """The condition of the events in rows."""
        by_goal = "event:goal" in self.question.dimensions
        return self.kept("true" if by_goal else self.counted, self.filters)

    # What is counted

    @cached_property
    def events(self):
        """Of each row the events."""
        return self.groups.events(self.question.dimensions, self.of_rows)

    @cached_property
    def visits(self):
        """Of each row the visits with such events."""
        return self.groups.visits(self.question.dimensions, self.of_rows)

    @cached_property
    def active(self):
        """Of each hour or minute the visits that were active in it; None where single events are asked about."""
        units = [unit for unit in SPREADING if unit in self.question.dimensions]
        of_events = any(map(is_of_events, {*self.question.dimensions, *self.tests}))
        if not units or of_events or not OF_ACTIVE_VISITS & set(self.question.metrics):
            return None
        return self.groups.active(units[0], self.kept(self.counted, self.filters))

    @cached_property
    def entry_dimensions(self):
        """The dimensions of visits by the page that they began on, where pages are asked for."""
        if "event:page" not in self.question.dimensions:
            return None
        began = {"event:page": "visit:entry_page", "event:hostname": "visit:entry_page_hostname"}
        return [began.get(dimension, dimension) for dimension in self.question.dimensions]

    @cached_property
    def durations(self):
        """Of each row the visits whose durations count."""
        if self.entry_dimensions:
            return self.groups.visits(self.entry_dimensions, self.kept(self.counted, self.filters))
        return self.visits if self.active is None else self.active

    @cached_property
    def bounces(self):
        """Of each row the visits whose bounces count: a filter of pages means the one that a visit began on."""
        if not self.entry_dimensions and "event:page" not in self.tests:
            return self.durations
        condition = self.kept(self.counted, self.filters, {"event:page": "visit:entry_page"})
        return self.groups.visits(self.entry_dimensions or self.question.dimensions, condition)

    @cached_property
    def reading(self):
        """Of each row how it was read."""
        return self.groups.reading(self.question.dimensions, self.kept("name = 'engagement'", self.filters))

    @cached_property
    def page_views(self):
        """Of each page the views."""
        return self.groups.events(["event:page"], self.kept("name = 'pageview'", self.question.filters))

    @cached_property
    def all_visitors(self):
        """The visitors of the query without dimensions."""
        return self.groups.visitors(self.kept(self.counted, self.question.filters))

    @cached_property
    def everyone(self):
        """Everyone who might have converted."""
        return self.groups.visitors(self.kept(NOT_ENGAGEMENT, without_conversions(self.question.filters)))

    @cached_property
    def everyone_of_group(self):
        """Of each group of dimensions other than goals everyone who might have converted."""
        others = [dimension for dimension in self.question.dimensions if dimension != "event:goal"]
        return self.groups.events(others, self.kept(NOT_ENGAGEMENT, without_conversions(self.filters)))

    # What it comes to

    def value(self, metric, key):
        """A metric of the group with this key."""
        of = lambda table, key=key: table.get(key, NOTHING)
        events, active = of(self.events), self.active
        match metric:
            case "visitors":
                return (events if active is None else of(active))["visitors"]
            case "visits":
                return of(self.visits if active is None else active)["visits"]
            case "pageviews" | "events":
                return events[metric]
            case "views_per_visit":
                return rounded(of(self.visits)["visit_pageviews"], of(self.visits)["visits"], 1, 2)
            case "bounce_rate":
                return rounded(of(self.bounces)["bounces"], of(self.bounces)["ended"], 100, 0)
            case "visit_duration":
                return rounded(of(self.durations)["duration"], of(self.durations)["ended"], 1, 0)
            case "percentage":
                return rounded((events if active is None else of(active))["visitors"], self.all_visitors, 100, 2)
            case "conversion_rate":
                return rounded(events["visitors"], self.everyone, 100, 2)
            case "group_conversion_rate":
                others = zip(self.question.dimensions, key or ())
                group = tuple(value for dimension, value in others if dimension != "event:goal")
                return rounded(events["visitors"], of(self.everyone_of_group, group)["visitors"], 100, 2)
            case "scroll_depth" | "time_on_page":
                return of(self.reading)[metric]
            case "exit_rate":
                exits, views = of(self.visits)["visits"], of(self.page_views)["pageviews"]
                return rounded(exits, views, 100, 1) if exits and views else None
            case "total_revenue" | "average_revenue":
                return self.revenue(metric, key, events)

    def revenue(self, metric, key, events):
        """The sum of a group's money, or its mean, cut to thousandths; null where it has no currency."""
        currency = self.currency(key)
        if currency is None or (metric == "average_revenue" and not events["paid"]):
            return None
        return money(events["thousandths"] // (events["paid"] if metric == "average_revenue" else 1), currency)

    def currencies(self):
        """The currencies of the goals that the question is about."""
        return {self.all_goals[place].get("currency") for place in self.goals} - {None}

    def currency(self, key):
        """The currency of a row's money: that of its goal, or the one that all goals asked about have."""
        if "event:goal" in self.question.dimensions:
            return key and self.all_goals[key[self.question.dimensions.index("event:goal")]].get("currency")
        return next(iter(self.currencies())) if len(self.currencies()) == 1 else None

    def warning(self):
        """Why no row has money."""
        if not self.currencies():
            return "no_revenue_goals_matching"
        several = len(self.currencies()) > 1 and "event:goal" not in self.question.dimensions
        return "no_single_revenue_currency" if several else None


def is_of_events(dimension):
    """Whether a dimension's values belong to single events."""
    return dimension.startswith("event:")


def without_conversions(filters):
    """Filters without those of goals and properties."""
    of_conversions = lambda operand: isinstance(operand, str) and operand.startswith(("event:goal", "event:props:"))
    return [entry for entry in filters if not of_conversions(entry[1])]


def rounded(part, whole, factor, places):
    """`part` of `whole` times `factor`, halves rounded up; 0 of nothing."""
    if not whole:
        return 0
    shift = 10**places
    quotient = (2 * part * factor * shift + whole) // (2 * whole)
    return quotient / shift if places else quotient


def money(thousandths, currency):
    """An amount as answers have it."""
    amount = Decimal(thousandths) / 1000
    symbol = {"USD": "$", "EUR": "€"}[currency]
    units = [(10**9, "B"), (10**6, "M"), (1000, "K")]
    unit, suffix = next((entry for entry in units if amount >= entry[0]), (1, ""))
    # Python's format rounds halves of decimals to the even digit.
    return {
        "value": float(amount),
        "currency": currency,
        "long": f"{symbol}{amount:,.2f}",
        "short": f"{symbol}{amount / unit:.1f}{suffix}",
    }
