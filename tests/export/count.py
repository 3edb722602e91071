"""Reads Parquet files with DuckDB and, where it is installed, with ClickHouse (as chDB), and prints as JSON what each of
them counts and the rows that they hold.

    python tests/export/count.py FILES [hive]

FILES is a path or a pattern. With `hive`, folders named `key=value` are columns, as in the archive. Needs duckdb==2.0.0.
"""

import json
import sys

import duckdb

try:
    import chdb
except ImportError:
    chdb = None

HALF_AN_HOUR = 1800


def numbers(rows, source, gap):
    """The metrics that the Stats API knows, each over all events of the source."""
    events = f"(select *, {gap} as gap from {source})"
    visit = f"count(case when gap is null or gap > {HALF_AN_HOUR} then 1 end)"

    def grouped(key, value, where="true"):
        found = rows(f"select {key} as key, {value} from {source} where {where} group by key")
        return {str(key): number for key, number in found}

    pages, told = "name = 'pageview'", "name <> 'engagement'"
    [[total, events_told, visitors, pageviews]] = rows(
        f"""select count(*), count(case when {told} then 1 end), count(distinct visitor),
            count(case when {pages} then 1 end) from {source}"""
    )
    [[visits]] = rows(f"select {visit} from {events}")
    [[engaged, scrolled, longest]] = rows(
        f"select sum(engagement_time_ms), count(scroll_depth), max(request_bytes_out) from {source}"
    )
    return {
        "rows": total,
        "events": events_told,
        "visitors": visitors,
        "pageviews": pageviews,
        "visits": visits,
        "engaged_ms": engaged,
        "scrolled": scrolled,
        "largest_answer": longest,
        "pages": grouped("pathname", "count(*)", pages),
        "visitors_of_countries": grouped("country", "count(distinct visitor)", "country <> ''"),
        "names": grouped("name", "count(*)", told),
        "plans": grouped("props['plan']", "count(*)", f"props['plan'] <> '' and {told}"),
        "thousandths": grouped("revenue_currency", "cast(sum(revenue_amount) * 1000 as bigint)", "revenue_amount is not null"),
        "vitals": grouped("vital_name", "cast(sum(vital_value) * 1000 as bigint)", "vital_name is not null"),
    }


def whole(value):
    """Numbers of JSON that come as texts."""
    return int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else value


def of_duckdb(files, hive):
    source = f"read_parquet('{files}', hive_partitioning = {str(hive).lower()})"

    def rows(query):
        return [[int(value) if hasattr(value, "__int__") and not isinstance(value, str) else value for value in row]
                for row in duckdb.sql(query).fetchall()]  # fmt: skip

    gap = "epoch(timestamp) - epoch(lag(timestamp) over (partition by visitor order by timestamp))"
    counted = numbers(rows, source, gap)
    if hive:
        counted["days"] = dict(rows(f"select cast(day as varchar), count(*) from {source} group by 1"))
        counted["sites"] = dict(rows(f"select cast(site as varchar), count(*) from {source} group by 1"))
        [[strays]] = rows(f"select count(*) from {source} where cast(timestamp at time zone 'UTC' as date) <> cast(day as date)")
        counted["on_other_days"] = strays
    return counted


def of_chdb(files):
    def rows(query):
        lines = chdb.query(query, "JSONCompactEachRow").bytes().decode().splitlines()
        return [[whole(value) for value in json.loads(line)] for line in lines]

    # The first row of a visitor has no row before it, which the other dialect says by itself.
    window = "(partition by visitor order by timestamp rows between unbounded preceding and unbounded following)"
    before = f"lagInFrame(toNullable(toUnixTimestamp(timestamp))) over {window}"
    return numbers(rows, f"file('{files}', Parquet)", f"toUnixTimestamp(timestamp) - {before}")


def exported(files, hive):
    """Rows in the order of the file, in the words of the export in NDJSON."""
    columns = """strftime(timestamp at time zone 'UTC', '%Y-%m-%dT%H:%M:%SZ') as timestamp, printf('passerby:%016x', visitor) as visitor,
        kind, name, interactive, hostname, pathname, referrer, source, channel, browser, country, city, to_json(props) as props,
        cast(revenue_amount as varchar) as amount, revenue_currency as currency, scroll_depth, engagement_time_ms, request_route,
        request_status, request_bytes_out, cast(vital_value as varchar) as vital_value, command_flags, check_success"""
    found = duckdb.sql(f"select {columns} from read_parquet('{files}', hive_partitioning = {str(hive).lower()})")
    rows = [dict(zip(found.columns, row)) for row in found.fetchall()]
    for row in rows:
        row["props"] = json.loads(row["props"])
    return rows


if __name__ == "__main__":
    files, hive = sys.argv[1], "hive" in sys.argv[2:]
    duckdb.sql("set timezone = 'UTC'")
    answer = {"duckdb": of_duckdb(files, hive), "rows": exported(files, hive) if not hive else []}
    if chdb is not None:
        answer["chdb"] = of_chdb(files)
    print(json.dumps(answer))
