"""What a web log says, computed by DuckDB from the log's own lines: python truth.py LOG ZONE

Independent of the product and of the converter beside it: lines are taken apart by SQL, visits are found by a window
function. A page view is a GET that was answered 200 or 304 and whose path names no file of a page; a visitor is an
address with a user agent; a visit ends where its visitor does nothing for more than 30 minutes.
"""

import json
import sys

import duckdb

log, zone = sys.argv[1:3]
db = duckdb.connect()
db.execute(f"SET TimeZone = '{zone}'")
db.execute(
    r"""
    CREATE TABLE views AS
    WITH lines AS (
        SELECT row_number() OVER () AS line_number, line
        FROM read_csv(?, columns = {'line': 'VARCHAR'}, header = false, delim = '\x01', quote = '', escape = '', ignore_errors = false)
    ), requests AS (
        SELECT line_number,
               regexp_extract(line, '^(\S+) ', 1) AS host,
               strptime(regexp_extract(line, '\[([^\]]+)\]', 1), '%d/%b/%Y:%H:%M:%S %z') AS seen,
               regexp_extract(line, '"(\S+) (\S+)', ['method', 'target']) AS request,
               regexp_extract(line, '" (\d{3}) ', 1) AS status,
               regexp_extract(line, '"([^"]*)" "([^"]*)', ['referrer', 'user_agent']) AS sender
        FROM lines
    )
    SELECT line_number, seen, host || ' ' || sender.user_agent AS visitor, split_part(request.target, '?', 1) AS path
    FROM requests
    WHERE request.method = 'GET' AND status IN ('200', '304')
      AND NOT regexp_matches(lower(split_part(request.target, '?', 1)),
          '\.(css|js|mjs|map|json|xml|rss|txt|png|jpg|jpeg|gif|svg|ico|webp|bmp|woff|woff2|ttf|eot|mp4|webm|mp3|pdf|swf|zip|gz|bz2|jar|exe|deb|rpm|dmg)$')
    """,
    [log],
)
db.execute(
    """
    CREATE TABLE visits AS
    WITH gaps AS (
        SELECT *, coalesce(epoch(seen) - epoch(lag(seen) OVER visitor) > 1800, true) AS opens
        FROM views WINDOW visitor AS (PARTITION BY visitor ORDER BY seen, line_number)
    ), numbered AS (
        SELECT *, sum(opens::INT) OVER (PARTITION BY visitor ORDER BY seen, line_number) AS visit FROM gaps
    )
    SELECT visitor, visit, count(*) AS views, epoch(max(seen)) - epoch(min(seen)) AS seconds,
           arg_min(path, line_number) AS entry_page, arg_max(path, line_number) AS exit_page
    FROM numbered GROUP BY ALL
    """
)


def one(sql):
    return db.execute(sql).fetchone()


def pairs(sql):
    return {str(key): number for key, number in db.execute(sql).fetchall()}


views, visitors, first, last = one(
    "SELECT count(*), count(DISTINCT visitor), strftime(min(seen), '%Y-%m-%d'), strftime(max(seen), '%Y-%m-%d') FROM views"
)
visits, bounces, seconds = one("SELECT count(*), count(*) FILTER (views = 1), sum(seconds) FROM visits")
day = "strftime(seen, '%Y-%m-%d')"
hour = "strftime(seen, '%Y-%m-%d %H:00:00')"
print(
    json.dumps(
        {
            "range": [first, last],
            "pageviews": views,
            "visitors": visitors,
            "visits": visits,
            "bounce_rate": int(100 * bounces / visits + 0.5),
            "visit_duration": int(seconds / visits + 0.5),
            "views_per_visit": round(views / visits + 1e-9, 2),
            "pageviews_by_page": pairs("SELECT path, count(*) FROM views GROUP BY ALL"),
            "visitors_by_page": pairs("SELECT path, count(DISTINCT visitor) FROM views GROUP BY ALL"),
            "pageviews_by_day": pairs(f"SELECT {day}, count(*) FROM views GROUP BY ALL"),
            "visitors_by_day": pairs(f"SELECT {day}, count(DISTINCT visitor) FROM views GROUP BY ALL"),
            "pageviews_by_hour": pairs(f"SELECT {hour}, count(*) FROM views GROUP BY ALL"),
            "visits_by_entry_page": pairs("SELECT entry_page, count(*) FROM visits GROUP BY ALL"),
            "visits_by_exit_page": pairs("SELECT exit_page, count(*) FROM visits GROUP BY ALL"),
        }
    )
)
