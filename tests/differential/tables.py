"""The events of a site as one DuckDB table, each with its visit and the goals it converts.

A visit is a run of one visitor's events without a gap of more than 30 minutes, whatever the order in which they came.
What a visit is like comes from the events in the order of arrival: its attributes from the first that is not
engagement, its entry and exit page from the first and last page view. Engagement keeps a visit alive and counts for
nothing else.
"""

ATTRIBUTES = [
    "source", "referrer", "channel", "utm_medium", "utm_source", "utm_campaign", "utm_content", "utm_term", "device",
    "browser", "browser_version", "os", "os_version", "country", "region", "city", "language", "screen",
]  # fmt: skip
PROPS = ["plan", "author", "never"]


def literal(text):
    """A text in SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def display_name(goal):
    """A goal's name in filters and rows."""
    return goal.get("display_name") or goal.get("event") or "Visit " + goal["page_path"]


def converts(goal):
    """The SQL condition that an event converts a goal."""
    props = goal.get("custom_props", {}).items()
    conditions = [f"prop_{key} IS NOT DISTINCT FROM {literal(value)}" for key, value in props]
    if "event" in goal:
        conditions.append(f"name = {literal(goal['event'])}")
    else:
        # The paths of the test have no characters but "." that mean something in a regular expression.
        pattern = goal["page_path"].replace(".", "[.]").replace("**", "*").replace("*", ".*")
        conditions.append(f"regexp_full_match(page, {literal(pattern)})")
        threshold = goal.get("scroll_threshold")
        if threshold is None:
            conditions.append("name = 'pageview'")
        else:
            conditions.append(f"name = 'engagement' AND coalesce(scroll_depth BETWEEN {threshold} AND 100, false)")
    return " AND ".join(conditions)


def load(db, table, events, goals):
    """Makes `table`, or makes it anew, out of events as they were imported, in the order of arrival."""
    rows = [
        [
            number,
            event["visitor"],
            event["timestamp"],
            event["name"],
            event.get("interactive", True),
            event["hostname"],
            event["pathname"],
            round(event["revenue"]["amount"] * 1000) if "revenue" in event else None,
            None if event.get("scroll_depth") == 255 else event.get("scroll_depth"),
            event.get("engagement_time_ms"),
            *(event["props"].get(prop) for prop in PROPS),
            *(str(event.get(name, 0) if name == "city" else event.get(name, "")) for name in ATTRIBUTES),
        ]
        for number, event in enumerate(events)
    ]
    columns = {
        "number": "BIGINT", "visitor": "VARCHAR", "stamp": "VARCHAR", "name": "VARCHAR", "interactive": "BOOLEAN",
        "hostname": "VARCHAR", "page": "VARCHAR", "thousandths": "BIGINT", "scroll_depth": "BIGINT",
        "engaged_ms": "BIGINT", **dict.fromkeys([f"prop_{name}" for name in PROPS] + ATTRIBUTES, "VARCHAR"),
    }  # fmt: skip
    unnested = ", ".join(f"unnest(?::{kind}[]) AS {name}" for name, kind in columns.items())
    goal_list = ", ".join(f"CASE WHEN {converts(goal)} THEN {place} END" for place, goal in enumerate(goals))
    first_of = "CASE WHEN name <> 'engagement' THEN number ELSE number + 1000000000 END"
    attributes = ", ".join(f"arg_min({name}, {first_of}) AS visit_{name}" for name in ATTRIBUTES)
    counted = "FILTER (name <> 'engagement')"
    viewed = "FILTER (name = 'pageview')"
    db.execute(
        f"""
        CREATE OR REPLACE TABLE {table} AS
        WITH arrived AS (
            SELECT *, epoch(stamp::TIMESTAMPTZ)::BIGINT AS time FROM (SELECT {unnested})
        ), gaps AS (
            SELECT *, coalesce(time - lag(time) OVER arrival > 1800, true) AS opens
            FROM arrived WINDOW arrival AS (PARTITION BY visitor ORDER BY time, number)
        ), numbered AS (
            SELECT *, visitor || ' ' || sum(opens::INT) OVER (PARTITION BY visitor ORDER BY time, number) AS visit
            FROM gaps
        ), visits AS (
            SELECT visit, {attributes},
                   min(time) {counted} AS visit_start, max(time) {counted} AS visit_end,
                   coalesce(max(time) {counted} - min(time) {counted}, 0) AS duration,
                   count(*) {viewed} AS visit_pageviews,
                   count(*) FILTER (name <> 'engagement' AND (name = 'pageview' OR interactive)) <= 1 AS bounced,
                   coalesce(arg_min(page, number) {viewed}, '') AS entry_page,
                   coalesce(arg_min(hostname, number) {viewed}, '') AS entry_hostname,
                   coalesce(arg_max(page, number) {viewed}, '') AS exit_page,
                   coalesce(arg_max(hostname, number) {viewed}, '') AS exit_hostname
            FROM numbered GROUP BY visit
        )
        SELECT numbered.* EXCLUDE (opens, stamp, {", ".join(ATTRIBUTES)}), visits.* EXCLUDE (visit),
               list_filter([{goal_list}]::INT[], lambda goal: goal IS NOT NULL) AS goals
        FROM numbered JOIN visits USING (visit) ORDER BY number
        """,
        [list(column) for column in zip(*rows)],
    )
