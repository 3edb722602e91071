"""The bench's questions, answered by DuckDB on one thread over a table of events: python duckdb_lane.py DATABASE

Reads a JSON object per line and answers each with a line: `{"load": FILE}` takes in events as an import has them,
`{"prepare": true}` makes tables of visits once for all, `{"ask": QUESTION}` answers a dashboard's questions, each out
of the events, and `{"ask": QUESTION, "prepared": true}` out of the tables of visits.
"""

import json
import sys

import duckdb

ATTRIBUTES = ["source", "referrer", "channel", "country", "region", "city", "browser", "os", "device"]
TEXTS = [
    "name", "hostname", "pathname", "referrer", "source", "channel", "utm_source", "utm_medium", "utm_campaign",
    "utm_content", "utm_term", "country", "region", "language", "browser", "browser_version", "os", "os_version",
    "device", "screen",
]  # fmt: skip
KINDS = {
    "visitor": "BIGINT", "timestamp": "TIMESTAMPTZ", **dict.fromkeys(TEXTS, "VARCHAR"), "city": "BIGINT",
    "interactive": "BOOLEAN", "scroll_depth": "UTINYINT", "engagement_time_ms": "UINTEGER", "props": "VARCHAR",
}  # fmt: skip
# A visit may have begun so much earlier than what is asked for, in seconds.
REACH = 86_400

db = duckdb.connect(sys.argv[1])
db.execute("SET threads = 1")
db.execute("SET TimeZone = 'UTC'")
db.execute(
    f"""
    CREATE TABLE IF NOT EXISTS events (
        time BIGINT, visitor BIGINT, {", ".join(f"{name} VARCHAR" for name in TEXTS)}, city BIGINT,
        interactive BOOLEAN, scroll_depth UTINYINT, engagement_time_ms UINTEGER, props VARCHAR
    )
    """
)


def load(file):
    """Takes a file of events in."""
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in KINDS.items())
    texts = ", ".join(f"coalesce({name}, '')" for name in TEXTS)
    db.execute(
        f"""
        INSERT INTO events
        SELECT epoch(timestamp)::BIGINT, visitor, {texts}, coalesce(city, 0), coalesce(interactive, true),
               scroll_depth, engagement_time_ms, props
        FROM read_json('{file}', format = 'newline_delimited', columns = {{{columns}}})
        """
    )


def numbered(columns, within):
    """Events with the number that their visit has among those of the visitor."""
    return f"""
        SELECT *, sum(opens) OVER (PARTITION BY visitor ORDER BY time) AS visit FROM (
            SELECT {", ".join(["time", "visitor", *columns])},
                   coalesce(time - lag(time) OVER (PARTITION BY visitor ORDER BY time) > 1800, false)::INT AS opens
            FROM events WHERE {within}
        )
    """


def visits(attributes, source):
    """The visits of numbered events, with some of their attributes."""
    of = {name: f"arg_min({name}, time) FILTER (name <> 'engagement')" for name in ATTRIBUTES}
    of["entry_page"] = "coalesce(arg_min(pathname, time) FILTER (name = 'pageview'), '')"
    of["exit_page"] = "coalesce(arg_max(pathname, time) FILTER (name = 'pageview'), '')"
    of["pageviews"] = "count(*) FILTER (name = 'pageview')"
    of["bounced"] = "count(*) FILTER (name = 'pageview' OR (name <> 'engagement' AND interactive)) <= 1"
    return f"""
        SELECT visitor, visit, min(time) FILTER (name <> 'engagement') AS started,
               max(time) FILTER (name <> 'engagement') AS ended
               {"".join(f", {of[name]} AS {name}" for name in attributes)}
        FROM {source} GROUP BY visitor, visit
    """


def prepare():
    """Makes the tables of visits."""
    columns = ["name", "pathname", "interactive", *ATTRIBUTES]
    db.execute(f"CREATE OR REPLACE TEMP TABLE prepared_events AS {numbered(columns, 'true')}")
    attributes = [*ATTRIBUTES, "entry_page", "exit_page", "pageviews", "bounced"]
    db.execute(f"CREATE OR REPLACE TEMP TABLE prepared_visits AS {visits(attributes, 'prepared_events')}")


class Asking:
    """Answers the questions of one dashboard."""

    def __init__(self, question, prepared):
        self.start, self.end = question["range"]
        self.earlier = question["earlier"]
        self.names, self.filters, self.prepared = question["tops"], question["filters"], prepared

    def answer(self):
        """Everything."""
        return {
            "headlines": [self.headlines(*self.earlier), self.headlines(self.start, self.end)],
            "days": self.days(),
            "tops": [self.top(name) for name in self.names],
        }

    def run(self, attributes, start, end, query, columns=()):
        """A query about `visits` with these attributes, those that overlap a range and pass the filters; and about
        `numbered` events with these columns.
        """
        wanted = dict.fromkeys([*attributes, *self.filters])
        of_events = {"entry_page": "pathname", "exit_page": "pathname", "bounced": "interactive", "pageviews": "name"}
        columns = dict.fromkeys(["name", *columns, *(of_events.get(name, name) for name in wanted)])
        known = "FROM prepared_events", "FROM prepared_visits"
        if not self.prepared:
            within = f"time BETWEEN {start - REACH} AND {end + REACH}"
            known = numbered(columns, within), visits(wanted, "numbered")
        filters = "".join(f" AND {name} = '{value}'" for name, value in self.filters.items())
        overlaps = f"started <= {end} AND ended >= {start}"
        return db.execute(
            f"""
            WITH numbered AS ({known[0]}), every AS ({known[1]}),
                 visits AS (SELECT * FROM every WHERE {overlaps} {filters})
            {query}
            """
        ).fetchall()

    def counted(self, start, end):
        """The events that count, as a source: with filters those of visits that pass them."""
        where = f"name <> 'engagement' AND time BETWEEN {start} AND {end}"
        if not self.filters:
            return f"(SELECT * FROM events WHERE {where})"
        return f"(SELECT * FROM numbered SEMI JOIN visits USING (visitor, visit) WHERE {where})"

    def about_events(self, columns, query):
        """A query about events, which needs visits only where there are filters."""
        if not self.filters:
            return db.execute(query).fetchall()
        return self.run([], self.start, self.end, query, columns)

    def headlines(self, start, end):
        """Visitors, visits, page views, page views of the visits, bounces and seconds."""
        views = f"SELECT count(*) FILTER (name = 'pageview') FROM {self.counted(start, end)}"
        query = f"""
            SELECT count(DISTINCT visitor), count(*), ({views}), coalesce(sum(pageviews), 0)::BIGINT,
                   count(*) FILTER (bounced), coalesce(sum(ended - started), 0)::BIGINT
            FROM visits
        """
        return self.run(["pageviews", "bounced"], start, end, query)[0]

    def days(self):
        """Day, visitors and page views of each day."""
        query = f"""
            SELECT time // 86400 AS day, count(DISTINCT visitor), count(*) FILTER (name = 'pageview')
            FROM {self.counted(self.start, self.end)} GROUP BY day ORDER BY day
        """
        return self.about_events([], query)

    def top(self, name):
        """The ten values of an attribute that most visitors have."""
        by = f"GROUP BY {name} ORDER BY visitors DESC, {name} LIMIT 10"
        if name == "pathname":
            source = self.counted(self.start, self.end)
            return self.about_events([name], f"SELECT {name}, count(DISTINCT visitor) AS visitors FROM {source} {by}")
        query = f"SELECT {name}, count(DISTINCT visitor) AS visitors FROM visits {by}"
        return self.run([name], self.start, self.end, query)


for line in sys.stdin:
    message = json.loads(line)
    reply = {}
    if "load" in message:
        load(message["load"])
    elif "prepare" in message:
        prepare()
    elif "ask" in message:
        reply = Asking(message["ask"], message.get("prepared", False)).answer()
    print(json.dumps(reply), flush=True)
