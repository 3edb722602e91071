#!/usr/bin/env python3
"""Reads a segment as docs/segment-format.md describes it. Python 3.11, standard library only.

  read_segment.py FILE             a JSON object per event: visitor by visitor, each one's in the order of arrival
  read_segment.py --visits FILE    a JSON object per visit, in the order of rows

Visitors and visits are numbered from 0. `hash` is 16 hexadecimal digits, or null where it was left out.
Exit status 1: the segment is damaged; 2: it is of another version. Either writes nothing but a line of error.

Independent of the engine: written from the document alone, to prove that the document is enough.
"""

import json
import sys
import zlib
from functools import cached_property

VERSION = 1
VALUES_MAX = 1 << 22
TEXT_BYTES_MAX = 1 << 26
BLOCK, GROUP = 256, 32
WORD = (1 << 32) - 1

# The columns' numbers.
HASHES, VISITOR_VISITS, VISITOR_GAPS, RETURN_GAPS, VISIT_ROWS, TIMES, ARRIVAL, NAMES = range(1, 9)
INTERACTIVE, HOSTNAMES, PAGES, SCROLL_DEPTHS, ENGAGEMENT_TIMES, REVENUE, PROPS, DETAILS = range(9, 17)
CITY = 49
# Of each family the columns of the visits' tuples, of the rows' tuples, and of the attributes.
CAME = ["referrer", "source", "channel", "utm_medium", "utm_source", "utm_campaign", "utm_content", "utm_term"]
WITH = ["device", "browser", "browser_version", "os", "os_version"]
FAMILIES = [
    (20, 21, dict(enumerate(CAME, 32))),
    (22, 23, dict(enumerate(WITH, 40)) | {47: "language", 48: "screen"}),
    (24, 25, {45: "country", 46: "region", CITY: "city"}),
]


class Damaged(Exception):
    """The bytes are not what was written."""


class OtherVersion(Exception):
    """The bytes are of a version that this reader does not know."""


def need(holds, otherwise):
    if not holds:
        raise Damaged(otherwise)


def below(bits):
    """How a number of so many bits is read."""

    def checked(number):
        need(number >> bits == 0, "a number is too large for its field")
        return number

    return checked


def optional(bits):
    """How a number is read that may be missing."""
    return lambda number: None if number == 0 else below(bits)(number - 1)


def flag(number):
    return number != 0


def texts(value):
    """A list of texts in JSON."""
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        found = None
    need(isinstance(found, list) and all(isinstance(one, str) for one in found), "a list is not one of texts")
    return found


STATUS, NUMBER, LARGE = below(16), below(32), below(64)
# The kinds of events with fields of their own: the texts and the numbers of each, with how they are read.
KINDS = [
    ("pageview", {}, {}),
    ("engagement", {}, {"scroll_depth": optional(8), "engagement_time_ms": NUMBER}),
    ("custom", {"name": str}, {"interactive": flag}),
    ("component", {"name": str, "variant": str, "version": str, "action": str}, {"duration_ms": optional(32)}),
    (
        "request",
        {"method": str, "route": str},
        {"status": STATUS, "duration_ms": NUMBER, "bytes_in": LARGE, "bytes_out": LARGE},
    ),
    ("query", {"system": str, "fingerprint": str}, {"duration_ms": NUMBER, "rows": LARGE}),
    ("vital", {"name": str, "rating": str, "target": str}, {"value_thousandths": NUMBER}),
    ("error", {"class": str, "fingerprint": str}, {}),
    ("command", {"name": str, "version": str, "flags": texts}, {"success": flag, "duration_ms": NUMBER}),
    ("check", {"name": str}, {"status": STATUS, "success": flag, "duration_ms": NUMBER}),
]


def signed(number):
    """The inverse of zigzag."""
    return -(number + 1) // 2 if number % 2 else number // 2


def as_time(seconds):
    """A sum of times, modulo 2⁶⁴ as a signed integer."""
    return (seconds + (1 << 63)) % (1 << 64) - (1 << 63)


class Reader:
    """What is left of some bytes."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def left(self):
        return len(self.data) - self.at

    def raw(self, length):
        need(length <= self.left(), "the bytes end too early")
        self.at += length
        return self.data[self.at - length : self.at]

    def rest(self):
        return self.raw(self.left())

    def end(self):
        need(self.left() == 0, "bytes are left over")

    def byte(self):
        return self.raw(1)[0]

    def u32(self):
        return int.from_bytes(self.raw(4), "little")

    def number(self):
        value = 0
        for place in range(10):
            byte = self.byte()
            value |= (byte & 0x7F) << 7 * place
            if byte < 0x80:
                need(value < 1 << 64, "a number has more than 64 bits")
                return value
        raise Damaged("a number has more than ten bytes")

    def run(self):
        return self.raw(self.number())


def packed(data, count):
    """A list of numbers below 2³²."""
    need(count <= VALUES_MAX, "a column has too many values")
    reader = Reader(data)
    least = reader.number() if data else 0
    need(least <= WORD, "a number is too large for its column")
    if reader.left() == 0:
        return [least] * count
    values = []
    while len(values) < count:
        values += block(reader, min(BLOCK, count - len(values)))
    reader.end()
    need(all(value + least <= WORD for value in values), "a number is too large for its column")
    return [value + least for value in values]


def block(reader, count):
    """One block of a packed list."""
    width, exceptions = reader.byte(), reader.byte()
    need(width <= 32, "a block is too wide")
    values = []
    for start in range(0, count, GROUP):
        bits = int.from_bytes(reader.raw(4 * width), "little")
        values += [bits >> width * place & (1 << width) - 1 for place in range(min(GROUP, count - start))]
    for place in reader.raw(exceptions):
        upper = reader.number()
        need(place < count and upper << width <= WORD, "an exception does not fit")
        values[place] |= upper << width
    return values


def wide(data, count):
    """A list of numbers below 2⁶⁴."""
    if not data:
        return [0] * count
    reader = Reader(data)
    low, high = packed(reader.run(), count), packed(reader.rest(), count)
    return [low | high << 32 for low, high in zip(low, high)]


def ascending(reader, limit):
    """The rows that have a value, all below a limit."""
    count = reader.number()
    need(count <= limit, "more rows are listed than there are")
    rows, next_row = [], 0
    for gap in packed(reader.run(), count):
        rows.append(next_row + gap)
        next_row += gap + 1
    need(next_row <= limit, "a row is listed that is not there")
    return rows


def listed_texts(data):
    """The texts by their codes."""
    if not data:
        return [""]
    reader = Reader(data)
    count, length, mode = reader.number(), reader.number(), reader.byte()
    need(length <= TEXT_BYTES_MAX and count <= length and mode <= 1, "no list of texts")
    plain = reader.rest()
    if mode == 1:
        plain = inflate(plain, length)
    need(len(plain) == length, "a list of texts has another length than it says")
    reader = Reader(plain)
    found, before, total = [b""], b"", 0
    for _ in range(count):
        shared = reader.number()
        need(shared <= len(before), "a text shares more than there is")
        before = before[:shared] + reader.run()
        total += len(before)
        need(total <= TEXT_BYTES_MAX, "the texts of a column are too large")
        found.append(before)
    reader.end()
    return [as_text(one) for one in found]


def inflate(data, limit):
    inflater = zlib.decompressobj(wbits=-15)
    try:
        plain = inflater.decompress(data, limit + 1)
    except zlib.error as error:
        raise Damaged("a list of texts cannot be inflated") from error
    need(inflater.eof and not inflater.unused_data, "a list of texts cannot be inflated")
    return plain


def as_text(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Damaged("a text is not UTF-8") from error


def looked_up(codes, values):
    need(all(code < len(values) for code in codes), "a code stands for nothing")
    return [values[code] for code in codes]


def coded(data, count):
    """A text for each place."""
    if not data:
        return [""] * count
    reader = Reader(data)
    return looked_up(packed(reader.run(), count), listed_texts(reader.rest()))


class Segment:
    """A segment, its columns read when they are asked for."""

    def __init__(self, data):
        reader = Reader(data)
        need(reader.raw(4) == b"PSBY", "no segment")
        version = reader.byte()
        if version != VERSION:
            raise OtherVersion(version)
        header = reader.run()
        need(reader.u32() == zlib.crc32(header), "the header's checksum is another")
        columns, reader = reader, Reader(header)
        self.rows, self.visits, self.visitors = reader.number(), reader.number(), reader.number()
        self.first = signed(reader.number())
        self.last = as_time(self.first + reader.number())
        self.tuples = [reader.number() for _ in FAMILIES]
        need(self.visitors <= self.visits <= self.rows <= VALUES_MAX, "the header's counts do not add up")
        need(max(self.tuples) <= self.rows, "the header's counts do not add up")
        directory = [(reader.byte(), reader.number(), reader.u32()) for _ in range(reader.number())]
        reader.end()
        self.columns = {number: (columns.raw(length), checksum) for number, length, checksum in directory}
        need(len(self.columns) == len(directory), "a column is there twice")
        columns.end()

    def column(self, number):
        data, checksum = self.columns.get(number, (b"", 0))
        need(zlib.crc32(data) == checksum, f"the checksum of column {number} is another")
        return data

    @cached_property
    def visitor_of_visits(self):
        """The place of each visit's visitor."""
        more = packed(self.column(VISITOR_VISITS), self.visitors)
        need(sum(more) + self.visitors == self.visits, "the visits of visitors do not add up")
        return [visitor for visitor, more in enumerate(more) for _ in range(more + 1)]

    @cached_property
    def visit_of_rows(self):
        """The place of each row's visit."""
        more = packed(self.column(VISIT_ROWS), self.visits)
        need(sum(more) + self.visits == self.rows, "the rows of visits do not add up")
        return [visit for visit, more in enumerate(more) for _ in range(more + 1)]

    @cached_property
    def starts(self):
        """When each visit starts."""
        firsts = iter(wide(self.column(VISITOR_GAPS), self.visitors))
        returns = iter(wide(self.column(RETURN_GAPS), self.visits - self.visitors))
        starts, first, before = [], self.first, None
        for visitor in self.visitor_of_visits:
            if visitor == before:
                starts.append(as_time(starts[-1] + next(returns)))
            else:
                first = as_time(first + next(firsts))
                starts.append(first)
            before = visitor
        return starts

    def times(self):
        """When each row's event happened."""
        times, before = [], None
        for visit, gap in zip(self.visit_of_rows, wide(self.column(TIMES), self.rows)):
            time = times[-1] if visit == before else self.starts[visit]
            times.append(as_time(time + signed(gap)))
            before = visit
        span = (min(times), max(times)) if times else (0, 0)
        need(span == (self.first, self.last), "the header's times are others")
        return times

    def hashes(self):
        """The hash of each visitor, or none."""
        hashes = [None] * self.visitors
        data = self.column(HASHES)
        if data:
            reader = Reader(data)
            for visitor in ascending(reader, self.visitors):
                hashes[visitor] = f"{int.from_bytes(reader.raw(8), 'little'):016x}"
            reader.end()
        return hashes

    def arrival(self):
        """The rows, each visitor's in the order in which they came."""
        offsets = packed(self.column(ARRIVAL), self.rows)
        places, ranked, place, before = set(), [], 0, None
        for row, (visit, offset) in enumerate(zip(self.visit_of_rows, offsets)):
            visitor = self.visitor_of_visits[visit]
            place = place + 1 if visitor == before else 0
            before = visitor
            places.add((visitor, place))
            ranked.append((visitor, place + signed(offset), row))
        need({(visitor, rank) for visitor, rank, _ in ranked} == places, "the order of arrival is none")
        return [row for _, _, row in sorted(ranked)]

    def sparse(self, number):
        """A number for some rows, by row."""
        data = self.column(number)
        if not data:
            return {}
        reader = Reader(data)
        rows = ascending(reader, self.rows)
        return dict(zip(rows, packed(reader.rest(), len(rows))))

    def revenue(self):
        """What some rows brought, by row."""
        data = self.column(REVENUE)
        if not data:
            return {}
        reader = Reader(data)
        rows = ascending(reader, self.rows)
        amounts, codes = wide(reader.run(), len(rows)), packed(reader.run(), len(rows))
        currencies = []
        while reader.left():
            currencies.append(as_text(reader.raw(3)))
        money = zip(amounts, looked_up(codes, currencies))
        money = [{"amount_thousandths": signed(amount), "currency": currency} for amount, currency in money]
        return dict(zip(rows, money))

    def props(self):
        """The properties of each row, in the order of keys."""
        props = [[] for _ in range(self.rows)]
        reader = Reader(self.column(PROPS))
        while reader.left():
            key, run = as_text(reader.run()), Reader(reader.run())
            rows = ascending(run, self.rows)
            codes = packed(run.run(), len(rows))
            for row, value in zip(rows, looked_up(codes, listed_texts(run.rest()))):
                props[row].append([key, value])
        return props

    def details(self):
        """The fields of some rows' own kinds, by row."""
        details = {}
        data = self.column(DETAILS)
        if not data:
            return details
        reader = Reader(data)
        for kind, texts_of, numbers_of in KINDS:
            run = Reader(reader.run())
            if run.left() == 0:
                continue
            rows = ascending(run, self.rows)
            need(details.keys().isdisjoint(rows), "a row is of two kinds")
            found = [{"kind": kind} for _ in rows]
            for name, as_field in texts_of.items():
                codes = packed(run.run(), len(rows))
                for fields, value in zip(found, looked_up(codes, listed_texts(run.run()))):
                    fields[name] = as_field(value)
            for name, as_field in numbers_of.items():
                for fields, value in zip(found, wide(run.run(), len(rows))):
                    fields[name] = as_field(value)
            run.end()
            details.update(zip(rows, found))
        reader.end()
        return details

    def tuples_of_family(self, family):
        """What each tuple of a family stands for."""
        count, (_, _, attributes) = self.tuples[family], FAMILIES[family]
        values = [(packed if number == CITY else coded)(self.column(number), count) for number in attributes]
        return [dict(zip(attributes.values(), one)) for one in zip(*values)]

    @cached_property
    def attributes(self):
        """Of each visit and of each row what it is described by."""
        of_visits, of_rows = [{} for _ in range(self.visits)], [{} for _ in range(self.rows)]
        for family, (visits, rows, attributes) in enumerate(FAMILIES):
            tuples = self.tuples_of_family(family)
            blank = {name: 0 if number == CITY else "" for number, name in attributes.items()}
            for found, values in zip(of_visits, looked_up(packed(self.column(visits), self.visits), tuples)):
                found.update(values)
            own = [None, blank, *tuples]
            values = looked_up(packed(self.column(rows), self.rows), own)
            for found, visit, value in zip(of_rows, self.visit_of_rows, values):
                if value is None:
                    value = {name: of_visits[visit][name] for name in attributes.values()}
                found.update(value)
        return of_visits, of_rows

    def events(self):
        """The events, visitor by visitor, each one's in the order of arrival."""
        hashes, times, (_, attributes) = self.hashes(), self.times(), self.attributes
        names, interactive = coded(self.column(NAMES), self.rows), packed(self.column(INTERACTIVE), self.rows)
        hostnames, pages = coded(self.column(HOSTNAMES), self.rows), coded(self.column(PAGES), self.rows)
        depths, engagement_times = self.sparse(SCROLL_DEPTHS), self.sparse(ENGAGEMENT_TIMES)
        revenue, props, details = self.revenue(), self.props(), self.details()
        need(all(depth <= 255 for depth in depths.values()), "a scroll depth is too large")
        for row in self.arrival():
            visit = self.visit_of_rows[row]
            visitor = self.visitor_of_visits[visit]
            yield {
                "visitor": visitor,
                "hash": hashes[visitor],
                "visit": visit,
                "time": times[row],
                "name": names[row],
                "interactive": interactive[row] != 0,
                "hostname": hostnames[row],
                "pathname": pages[row],
                "attributes": attributes[row],
                "props": props[row],
                "revenue": revenue.get(row),
                "scroll_depth": depths.get(row),
                "engagement_time_ms": engagement_times.get(row),
                "detail": details.get(row),
            }

    def all_visits(self):
        """The visits in the order of rows."""
        rows = [0] * self.visits
        for visit in self.visit_of_rows:
            rows[visit] += 1
        described = zip(self.visitor_of_visits, self.starts, rows, self.attributes[0])
        for visitor, start, count, attributes in described:
            yield {"visitor": visitor, "start": start, "rows": count, "attributes": attributes}


def main(arguments):
    visits = arguments[:1] == ["--visits"]
    if len(arguments) != 1 + visits:
        sys.exit(__doc__)
    with open(arguments[-1], "rb") as file:
        data = file.read()
    try:
        segment = Segment(data)
        lines = [json.dumps(line) + "\n" for line in (segment.all_visits() if visits else segment.events())]
    except Damaged as damage:
        print(f"the segment is damaged: {damage}", file=sys.stderr)
        return 1
    except OtherVersion as version:
        print(f"the segment is of version {version}, not of {VERSION}", file=sys.stderr)
        return 2
    sys.stdout.writelines(lines)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
