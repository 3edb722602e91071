"""Reads an exported Parquet file with DuckDB and with ClickHouse (as chDB), and compares what they count with a plain
count over the events, which the program that wrote the file made.

    python tests/export/engines.py [PROGRAM]

PROGRAM is the compiled example `events` of the crate `export`; without it cargo builds and runs that. Needs
duckdb==2.0.0 and chdb==4.4.0.
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import chdb
import duckdb

ROOT = Path(__file__).resolve().parents[2]
EVENTS = 30_000
CARGO = ["cargo", "run", "--quiet", "--locked", "--release", "--package", "export", "--example", "events", "--"]


def duckdb_rows(query):
    return [[str(value) for value in row] for row in duckdb.sql(query).fetchall()]


def chdb_rows(query):
    lines = chdb.query(query, "JSONCompactStringsEachRow").bytes().decode().splitlines()
    return [json.loads(line) for line in lines]


class Duckdb:
    """How DuckDB is asked."""

    rows = staticmethod(duckdb_rows)
    file = "'{}'".format
    seconds = "epoch({})".format
    whole = "cast({} as bigint)".format
    length = "len({})".format


class Chdb:
    """How ClickHouse is asked."""

    rows = staticmethod(chdb_rows)
    file = "file('{}', Parquet)".format
    seconds = "toUnixTimestamp({})".format
    whole = "toInt64({})".format
    length = "length({})".format


class Engines(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        program = sys.argv[1:] or CARGO
        written = subprocess.run(
            [*program, cls.folder.name, str(EVENTS)], cwd=ROOT, check=True, capture_output=True, text=True
        )
        cls.truth = json.loads(written.stdout)["truth"]
        cls.path = Path(cls.folder.name, "events.parquet")

    def same(self, query, expected):
        """Both engines give the expected rows for a query, which is made of an engine's words and the file."""
        for engine in [Duckdb, Chdb]:
            with self.subTest(engine=engine.__name__):
                self.assertEqual(engine.rows(query(engine, engine.file(self.path))), expected)

    def groups(self, key, expected, where="true"):
        """Both engines count the expected numbers of events by a key."""
        for engine in [Duckdb, Chdb]:
            with self.subTest(engine=engine.__name__):
                file = engine.file(self.path)
                rows = engine.rows(f"select {key(engine)} as key, count(*) from {file} where {where} group by key")
                self.assertEqual({key: int(count) for key, count in rows}, expected)

    def test_there_is_something_to_count(self):
        self.assertEqual(self.truth["events"], EVENTS)
        self.assertEqual(len(self.truth["by_name"]), 11)
        for field in ["by_plan", "by_flags", "by_source", "by_day", "revenue_thousandths", "scrolled", "not_interactive"]:
            self.assertTrue(self.truth[field], field)

    def test_totals(self):
        names = [
            "events", "visitors", "visitor_max", "first", "last", "revenue_thousandths", "scrolled", "engagement_ms",
            "request_bytes_max", "not_interactive",
        ]  # fmt: skip
        self.same(
            lambda engine, file: f"""
            select count(*), count(distinct visitor), max(visitor), {engine.whole(engine.seconds("min(timestamp)"))},
                {engine.whole(engine.seconds("max(timestamp)"))}, {engine.whole("sum(revenue_amount) * 1000")},
                count(scroll_depth), sum(engagement_time_ms), max(request_bytes_out),
                count(case when not interactive then 1 end)
            from {file}""",
            [[str(self.truth[name]) for name in names]],
        )

    def test_names(self):
        self.groups(lambda _: "name", self.truth["by_name"])

    def test_sources(self):
        self.groups(lambda _: "source", self.truth["by_source"])

    def test_cities(self):
        self.groups(lambda _: "city", self.truth["by_city"])

    def test_days(self):
        day = "floor({} / 86400)".format
        self.groups(lambda engine: engine.whole(day(engine.seconds("timestamp"))), self.truth["by_day"])

    def test_a_property_by_its_key(self):
        self.groups(lambda _: "props['plan']", self.truth["by_plan"], "props['plan'] <> ''")

    def test_a_list(self):
        self.groups(lambda engine: engine.length("command_flags"), self.truth["by_flags"], "kind = 'command'")

    def test_the_fields_of_other_kinds_are_null(self):
        counts = [self.truth["by_name"][kind] for kind in ["component", "check", "vital"]]
        self.same(
            lambda _, file: f"select count(component_name), count(check_status), count(vital_value) from {file}",
            [[str(count) for count in counts]],
        )


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
