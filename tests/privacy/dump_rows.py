#!/usr/bin/env python3
"""Writes down every value of every table of the databases below a folder, whole and readable.

  dump_rows.py FOLDER OUT

A database cuts long values into pages, and segments deflate and pack their texts, so what is in them would not be found
in the files' bytes. For each database a file in OUT has every value as it is and, below, its segments as lines of JSON.
The folder must be a copy that nobody writes to.
"""

import json
import sqlite3
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "segments"))
from read_segment import Segment  # noqa: E402


def as_bytes(value):
    return value if isinstance(value, bytes) else str(value).encode()


def dump(database):
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for name in names:
        yield name.encode()
        for row in database.execute(f'SELECT * FROM "{name}"'):
            yield from map(as_bytes, row)
    if "segment_bytes" in names:
        pieces = {}
        for segment, data in database.execute("SELECT segment, bytes FROM segment_bytes ORDER BY segment, piece"):
            pieces.setdefault(segment, []).append(data)
        for data in pieces.values():
            for event in Segment(b"".join(data)).events():
                yield json.dumps(event, ensure_ascii=False).encode()


def main(folder, out):
    for number, path in enumerate(sorted(Path(folder).rglob("*.sqlite"))):
        database = sqlite3.connect(path)
        (Path(out) / f"{number}-{path.parent.name}-{path.name}").write_bytes(b"\n".join(dump(database)))
        database.close()


main(*sys.argv[1:])
