"""Ranges of time and their buckets, by the wall clock of a zone as Python's zoneinfo has it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Bucket:
    """An hour, day … of a range: `start <= t < stop` in seconds of the epoch."""

    start: int
    stop: int
    label: str


class Clock:
    """The wall clock of a zone."""

    def __init__(self, zone):
        self.zone = ZoneInfo(zone)

    def local(self, seconds):
        """What the clock shows at an instant, with the offset then."""
        return datetime.fromtimestamp(seconds, self.zone)

    def instants(self, naive):
        """The instants at which the clock shows this, in order; none where it is left out."""
        both = [naive.replace(tzinfo=self.zone, fold=fold).astimezone(timezone.utc) for fold in (0, 1)]
        return sorted({int(utc.timestamp()) for utc in both if utc.astimezone(self.zone).replace(tzinfo=None) == naive})

    def after_gap(self, naive):
        """The instant right after the gap in which the clock would have shown this."""
        # In a gap, what the clock would show by the offset before the change and by the one after it enclose it.
        low, high = sorted(int(naive.replace(tzinfo=self.zone, fold=fold).timestamp()) for fold in (0, 1))
        before = self.local(low).utcoffset()
        while low + 1 < high:
            middle = (low + high) // 2
            low, high = (middle, high) if self.local(middle).utcoffset() == before else (low, middle)
        return high

    def first_of_day(self, day, ambiguous):
        """The instant at which a date begins; `ambiguous` picks one of two midnights."""
        midnights = self.instants(datetime.combine(day, time()))
        return midnights[ambiguous] if midnights else self.after_gap(datetime.combine(day, time()))

    def last_of_day(self, day):
        """The last second of a date, the earlier one where the clock shows it twice."""
        found = self.instants(datetime.combine(day, time(23, 59, 59)))
        return found[0] if found else self.first_of_day(day + DAY, 0) - 1

    def days(self, first, last):
        """The range of these dates: a start that is there twice is the later one."""
        return self.first_of_day(first, -1), self.last_of_day(last)

    def range(self, asked, now, first_event):
        """The first and last second of a `date_range` at `now`."""
        today = self.local(now).date()
        match asked:
            case "day":
                return self.first_of_day(today, -1), now
            case "24h":
                return now - 86_400, now
            case "month":
                after = (today.replace(day=1) + 31 * DAY).replace(day=1)
                return self.days(today.replace(day=1), after - DAY)
            case "all":
                return self.days(min(today, self.local(first_event).date()), today)
            case "year":
                return self.days(today.replace(month=1, day=1), today.replace(month=12, day=31))
            case str() if asked.endswith("mo"):
                months = today.year * 12 + today.month - 1 - int(asked.removesuffix("mo"))
                first = date(months // 12, months % 12 + 1, 1)
                return self.days(first, today.replace(day=1) - DAY)
            case str():
                return self.days(today - int(asked.removesuffix("d")) * DAY, today - DAY)
            case [start, end] if len(start) == 10:
                return self.days(date.fromisoformat(start), date.fromisoformat(end))
            case [start, end]:
                return tuple(int(datetime.fromisoformat(edge).timestamp()) for edge in (start, end))

    def earlier(self, comparison, start, end):
        """The range that a range of whole days is compared with."""
        first, last = self.local(start).date(), self.local(end).date()
        match comparison["mode"]:
            case "previous_period":
                length = last - first + DAY
                return self.days(first - length, last - length)
            case "year_over_year":
                begin = a_year_before(first)
                return self.days(begin, min(begin + (last - first), a_year_before(last)))
            case "custom":
                return self.days(*map(date.fromisoformat, comparison["date_range"]))

    def unit_for(self, start, end):
        """What `time` stands for: hours up to 2 days, days up to 35, weeks up to 75 as far as that is known."""
        if end - start <= 2 * 86_400:
            return "hour"
        days = (self.local(end).date() - self.local(start).date()).days + 1
        return "hour" if days <= 2 else "day" if days <= 36 else "week" if days <= 76 else "month"

    def buckets(self, unit, start, end):
        """The buckets of a range in order; an hour that the clocks repeat is there twice."""
        if unit in ("hour", "minute"):
            return list(self._clock_buckets(60 if unit == "minute" else 3600, start, end))
        return list(self._calendar_buckets(unit, start, end))

    def _clock_buckets(self, length, start, end):
        edges = [start]
        # Offsets are whole quarters of an hour, and so are the moments at which they change.
        step = min(length, 900)
        last = self._hour(start, length)
        for moment in range(start - start % step + step, end + 1, step):
            hour = self._hour(moment, length)
            if hour != last:
                edges.append(moment)
                last = hour
        for edge, stop in zip(edges, [*edges[1:], end + 1]):
            yield Bucket(edge, stop, self._hour(edge, length)[0])

    def _hour(self, moment, length):
        local = self.local(moment)
        into = (local.minute * 60 + local.second) % length
        return (local.replace(tzinfo=None) - timedelta(seconds=into)).isoformat(" "), local.utcoffset()

    def _calendar_buckets(self, unit, start, end):
        first, last = self.local(start).date(), self.local(end).date()
        day, groups = first, {}
        while day <= last:
            monday = max(first, day - day.weekday() * DAY)
            label = {"day": day, "week": monday, "month": day.replace(day=1)}[unit]
            # A date that the zone leaves out would begin when the next one does.
            if self.first_of_day(day, 0) < self.first_of_day(day + DAY, 0):
                groups.setdefault(label, self.first_of_day(day, 0))
            day += DAY
        edges = list(groups.items())
        stops = [edge for _, edge in edges[1:]] + [self.first_of_day(last + DAY, 0)]
        for (label, edge), stop in zip(edges, stops):
            yield Bucket(edge, stop, label.isoformat())


def a_year_before(day):
    """The same date a year earlier, of February 29 the day before."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
