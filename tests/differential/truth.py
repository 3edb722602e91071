"""What the Stats API must answer, computed by DuckDB: python truth.py

Reads a JSON object per line: `{"site","zone","goals","events"}` makes a site known or gives it other events,
`{"now","query"}` asks. Each is answered with a line: `{}` for a site; for a query its range, warnings, time labels, and
all rows in order, each with the values that its order goes by, so that what ties may come in any order.

Independent of the product: visits, filters and metrics are SQL written from what the Stats API's tests and documents
say, wall clocks are Python's.
"""

import json
import math
import sys
from datetime import datetime

import duckdb

from clock import Clock
from metrics import Answer, Question
from tables import display_name, load

db = duckdb.connect()
db.execute("SET threads = 1")
db.execute("SET TimeZone = 'UTC'")

# A missing value, which comes last either way.
NULL = (1, 0)


class Site:
    """A site with its clock and its events."""

    def __init__(self, table, message):
        self.table, self.goals, self.clock = table, message["goals"], Clock(message["zone"])
        load(db, table, message["events"], self.goals)
        self.first_event = db.execute(f"SELECT min(time) FROM {table}").fetchone()[0]

    def reply(self, query, now):
        """The answer to a query at a moment."""
        start, end = self.clock.range(query["date_range"], now, self.first_event)
        unit = {"time": "time:" + self.clock.unit_for(start, end)}
        dimensions = [unit.get(name, name) for name in query.get("dimensions", [])]
        question = self.question(query, dimensions, start, end)
        answer = Answer(db, self.table, self.goals, question)
        values, nothing = answer.rows()
        rows = {key: {"dimensions": self.labels(question, key), "metrics": values[key]} for key in values}
        comparison = query.get("include", {}).get("comparisons")
        if comparison:
            if len(dimensions) == 1 and question.buckets:
                for place, bucket in enumerate(question.buckets[dimensions[0]]):
                    rows.setdefault((place,), {"dimensions": [bucket.label], "metrics": nothing})
            earlier = self.clock.earlier(comparison, start, end)
            self.compare(rows, self.question(query, dimensions, *earlier))
        order = [(unit.get(name, name), direction) for name, direction in query.get("order_by", [])]
        order = order or default_order(question)
        sorting = [(row, sort_values(question, key, row)) for key, row in rows.items()]
        for name, direction in reversed(order):
            sorting.sort(key=lambda entry: entry[1][name], reverse=direction == "desc")
            sorting.sort(key=lambda entry: entry[1][name] == NULL)
        warning = answer.warning()
        money = [metric for metric in query["metrics"] if metric.endswith("_revenue")]
        return {
            "range": [start, end],
            "warnings": [f"{metric}: {warning}" for metric in money] if warning else [],
            "time_labels": [bucket.label for bucket in next(iter(question.buckets.values()), [])],
            "rows": [[row, [values[name] for name, _ in order]] for row, values in sorting],
        }

    def question(self, query, dimensions, start, end):
        """A query over a range."""
        timed = [name for name in dimensions if name.startswith("time")]
        buckets = {name: self.clock.buckets(name.removeprefix("time:"), start, end) for name in timed}
        return Question(query["metrics"], dimensions, query.get("filters", []), start, end, buckets)

    def labels(self, question, key):
        """The dimensions of a row as the answer shows them."""
        shown = []
        for name, value in zip(question.dimensions, key):
            if name in question.buckets:
                value = question.buckets[name][value].label
            elif name == "event:goal":
                value = display_name(self.goals[value])
            shown.append(int(value) if name == "visit:city" else value)
        return shown

    def compare(self, rows, before):
        """Puts beside each row its values in an earlier range: none where that range has no such bucket."""
        values, nothing = Answer(db, self.table, self.goals, before).rows()
        for key, row in rows.items():
            places = zip(before.dimensions, key)
            if any(name in before.buckets and place >= len(before.buckets[name]) for name, place in places):
                row["comparison"] = None
                continue
            then = values.get(key, nothing)
            changes = zip(before.metrics, row["metrics"], then)
            row["comparison"] = {
                "dimensions": self.labels(before, key),
                "metrics": then,
                "change": [change(metric, amount(now), amount(earlier)) for metric, now, earlier in changes],
            }


def amount(value):
    """A value as a number."""
    return value["value"] if isinstance(value, dict) else value


def sort_values(question, key, row):
    """What a row is ordered by, for each name."""
    values = {}
    for name, place, label in zip(question.dimensions, key, row["dimensions"]):
        values[name] = (0, place if name in question.buckets else label)
    for name, value in zip(question.metrics, row["metrics"]):
        values[name] = NULL if value is None else (0, amount(value))
    return values


def default_order(question):
    """Time first, then the first metric, the greatest first."""
    timed = [(name, "asc") for name in question.dimensions if name in question.buckets]
    return [*timed, (question.metrics[0], "desc")]


def change(metric, now, then):
    """A change in whole percent, of rates in points."""
    if now is None or then is None:
        return None
    if metric == "bounce_rate":
        return now - then
    if metric == "exit_rate":
        return nearest(10 * (now - then)) / 10
    if then == 0:
        return 100 if now > 0 else 0
    return nearest((now - then) * 100 / then)


def nearest(number):
    """The nearest whole number, of two the one that is further from zero."""
    return int(math.copysign(math.floor(abs(number) + 0.5), number))


sites = {}
for line in sys.stdin:
    message = json.loads(line)
    reply = {}
    if "events" in message:
        known = sites.get(message["site"])
        sites[message["site"]] = Site(known.table if known else f"site_{len(sites)}", message)
    else:
        now = int(datetime.fromisoformat(message["now"]).timestamp())
        reply = sites[message["query"]["site_id"]].reply(message["query"], now)
    print(json.dumps(reply), flush=True)
