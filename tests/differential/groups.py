"""Counts events and visits by dimensions: `{key: {name: count}}`, where the key of a time is its bucket's place."""

from conditions import shown

NOT_ENGAGEMENT = "name <> 'engagement'"


class Groups:
    """Counts in the table of one site, for one question; `goals` are the places of the goals it is about."""

    def __init__(self, db, table, question, goals, paying):
        self.db, self.table, self.question, self.goals, self.paying = db, table, question, goals, paying
        for dimension, buckets in question.buckets.items():
            edges = [[bucket.start for bucket in buckets], [bucket.stop for bucket in buckets]]
            places = "SELECT *, row_number() OVER () - 1 AS place FROM (SELECT unnest(?) AS start, unnest(?) AS stop)"
            db.execute(f"CREATE OR REPLACE TEMP TABLE {bucket_table(dimension)} AS {places}", edges)

    def events(self, dimensions, condition):
        """Visitors, events and money of each group: that of events which convert a goal with a currency."""
        paying = f"FILTER (list_has_any(goals, {self.paying}::INT[]))"
        return self.grouped(
            dimensions,
            f"SELECT * FROM {self.table} WHERE {condition}",
            visitors="count(DISTINCT visitor)",
            pageviews="count(*) FILTER (name = 'pageview')",
            events=f"count(*) FILTER ({NOT_ENGAGEMENT})",
            thousandths=f"coalesce(sum(thousandths) {paying}, 0)::BIGINT",
            paid=f"count(thousandths) {paying}",
        )

    def visits(self, dimensions, condition):
        """The visits of each group, each once."""
        return self.grouped(
            dimensions,
            f"SELECT * FROM {self.table} WHERE {condition}",
            once="visit, bounced, duration, visit_pageviews",
            visits="count(*)",
            ended="count(*)",
            bounces="count(*) FILTER (bounced)",
            duration="coalesce(sum(duration), 0)::BIGINT",
            visit_pageviews="coalesce(sum(visit_pageviews), 0)::BIGINT",
        )

    def active(self, unit, condition):
        """Visits in every bucket they were active in; bounced and ended in that of their last event."""
        start, end = self.question.start, self.question.end
        # By `time` the visit gets into the buckets of all dimensions.
        active = f"""
            SELECT visits.* REPLACE (greatest(bucket.start, visit_start, {start}) AS time),
                   visit_end < bucket.stop AND visit_end <= {end} AS ends
            FROM (SELECT DISTINCT ON (visit) * FROM {self.table} WHERE {condition}) AS visits
            JOIN {bucket_table(unit)} AS bucket
              ON bucket.start <= least(visit_end, {end}) AND bucket.stop > greatest(visit_start, {start})
        """
        return self.grouped(
            self.question.dimensions,
            active,
            visitors="count(DISTINCT visitor)",
            visits="count(DISTINCT visit)",
            ended="count(*) FILTER (ends)",
            bounces="count(*) FILTER (ends AND bounced)",
            duration="coalesce(sum(duration) FILTER (ends), 0)::BIGINT",
        )

    def reading(self, dimensions, condition):
        """How far and how long the visits of each group read: of depths the greatest of a visit, of times the sum."""
        by_visit, names = self.keyed(dimensions, f"SELECT * FROM {self.table} WHERE {condition}")
        by_visit = f"""
            SELECT {"".join(name + ", " for name in names)} max(scroll_depth) AS depth, sum(engaged_ms) AS ms
            FROM ({by_visit}) GROUP BY {", ".join([*names, "visit"])}
        """
        return self.aggregated(
            names,
            by_visit,
            scroll_depth="round(avg(depth))",
            time_on_page="round(sum(ms)::DOUBLE / count(ms) / 1000)",
        )

    def visitors(self, condition):
        """Distinct visitors, ungrouped."""
        return self.db.execute(f"SELECT count(DISTINCT visitor) FROM {self.table} WHERE {condition}").fetchone()[0]

    def grouped(self, dimensions, source, once="*", **columns):
        """Aggregates of a source's rows by key; `once` names what is counted once in each group."""
        keyed, names = self.keyed(dimensions, source)
        distinct = "" if once == "*" else f"SELECT DISTINCT {', '.join([*names, once])} FROM ({keyed})"
        return self.aggregated(names, distinct or keyed, **columns)

    def aggregated(self, names, source, **columns):
        """Aggregates of a source's rows by the columns of these names."""
        aggregates = ", ".join(f"{aggregate} AS {name}" for name, aggregate in columns.items())
        by = f"GROUP BY {', '.join(names)}" if names else ""
        rows = self.db.execute(f"SELECT {''.join(name + ', ' for name in names)} {aggregates} FROM ({source}) {by}")
        return {row[: len(names)]: dict(zip(columns, row[len(names) :])) for row in rows.fetchall()}

    def keyed(self, dimensions, source):
        """A source's rows with the value of each dimension, and the names of these columns."""
        joins, keys = [], []
        for place, dimension in enumerate(dimensions):
            if dimension in self.question.buckets:
                alias = bucket_table(dimension)
                joins.append(f"JOIN {alias} ON time >= {alias}.start AND time < {alias}.stop")
                keys.append(f"{alias}.place AS key_{place}")
            elif dimension == "event:goal":
                joins.append(f"JOIN (SELECT unnest({self.goals}::INT[]) AS goal) ON list_contains(goals, goal)")
                keys.append(f"goal AS key_{place}")
            else:
                keys.append(f"{shown(dimension)} AS key_{place}")
        names = [f"key_{place}" for place in range(len(dimensions))]
        return f"SELECT {', '.join([*keys, 'source.*'])} FROM ({source}) AS source {' '.join(joins)}", names


def bucket_table(dimension):
    """The table that holds the buckets of a dimension of time."""
    return dimension.replace(":", "_")
