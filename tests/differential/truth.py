"""What the Stats API must answer, computed by DuckDB: python truth.py

Reads a JSON object per line: `{"site","zone","goals","events"}` makes a site known, `{"now","query"}` asks. Each is
answered with a line: `{}` for a site; for a query its range, warnings, and all rows in order, each with the values that
its order goes by, so that what ties may come in any order.

Independent of the product: visits, filters and metrics are SQL written from what the Stats API's tests and documents
say, wall clocks are Python's.
"""

import json
import math
import sys
from datetime import datetime

import duckdb

from clock import Clock
from conditions import Conditions
from metrics import Question, Site
from tables import display_name, load

db = duckdb.connect()
db.execute("SET threads = 1")
db.execute("SET TimeZone = 'UTC'")
sites = {}


class Known:
    """A site with its clock."""

    def __init__(self, number, message):
        table = f"site_{number}"
        load(db, table, message["events"], message["goals"])
        self.goals = message["goals"]
        self.clock = Clock(message["zone"])
        self.first_event = db.execute(f"SELECT min(time) FROM {table}").fetchone()[0]
        self.site = Site(db, table, self.goals, Conditions(db, table, self.goals))

    def answer(self, query, now):
        """The answer to a query."""
        start, end = self.clock.range(query["date_range"], now, self.first_event)
        unit = {"time": "time:" + self.clock.unit_for(start, end)}
        dimensions = [unit.get(name, name) for name in query.get("dimensions", [])]
        order_by = [(unit.get(name, name), order) for name, order in query.get("order_by", [])]
        question = self.question(query, dimensions, start, end)
        found, nothing = self.site.rows(question)
        include = query.get("include", {})
        before = None
        if "comparisons" in include:
            before = self.question(query, dimensions, *self.clock.previous(start, end))
            earlier, earlier_nothing = self.site.rows(before)
            if len(dimensions) == 1 and dimensions[0].startswith("time"):
                found = {(place,): found.get((place,), nothing) for place in range(len(question.buckets[dimensions[0]]))}
        rows = []
        for key, values in found.items():
            row = {"dimensions": self.labels(question, key), "metrics": values}
            if before:
                row["comparison"] = self.comparison(before, key, values, earlier.get(key, earlier_nothing))
            rows.append((row, sort_values(question, key, row)))
        order = order_by or default_order(question)
        for name, direction in reversed(order):
            rows.sort(key=lambda entry: entry[1][name], reverse=direction == "desc")
            # Null comes last either way.
            rows.sort(key=lambda entry: entry[1][name] == NULL)
        warning = self.site.warning(question)
        return {
            "range": [start, end],
            "warnings": [f"{metric}: {warning}" for metric in query["metrics"] if metric.endswith("_revenue") and warning],
            "rows": [[row, [values[name] for name, _ in order]] for row, values in rows],
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

    def comparison(self, before, key, values, earlier):
        """A row's values in the earlier range, and how they changed; null where that range has no such bucket."""
        if any(name in before.buckets and place >= len(before.buckets[name]) for name, place in zip(before.dimensions, key)):
            return None
        return {
            "dimensions": self.labels(before, key),
            "metrics": earlier,
            "change": [change(metric, now, then) for metric, now, then in zip(before.metrics, values, earlier)],
        }


NULL = (1, 0)


def sort_values(question, key, row):
    """What a row is ordered by, for each name."""
    columns = {}
    for name, place, label in zip(question.dimensions, key, row["dimensions"]):
        columns[name] = (0, place if name in question.buckets else label)
    for name, value in zip(question.metrics, row["metrics"]):
        columns[name] = NULL if value is None else (0, value["value"] if isinstance(value, dict) else value)
    return columns


def default_order(question):
    """Time first, then the first metric, the greatest first."""
    timed = [(name, "asc") for name in question.dimensions if name in question.buckets]
    return [*timed, (question.metrics[0], "desc")]


def change(metric, now, then):
    """A change in whole percent, of rates in points."""
    if now is None or then is None:
        return None
    now, then = ((value["value"] if isinstance(value, dict) else value) for value in (now, then))
    if metric == "bounce_rate":
        return now - then
    if metric == "exit_rate":
        return away(10 * (now - then)) / 10
    if then == 0:
        return 100 if now > 0 else 0
    return away((now - then) * 100 / then)


def away(number):
    """The nearest whole number, of two the one that is further from zero."""
    return int(math.copysign(math.floor(abs(number) + 0.5), number))


for line in sys.stdin:
    message = json.loads(line)
    if "events" in message:
        sites[message["site"]] = Known(len(sites), message)
        reply = {}
    else:
        now = int(datetime.fromisoformat(message["now"]).timestamp())
        reply = sites[message["query"]["site_id"]].answer(message["query"], now)
    print(json.dumps(reply), flush=True)
