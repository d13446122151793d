"""The files of object-centric event logs: OCEL 2.0 as JSON, XML and SQLite, and OCEL 1.0 as JSON, all as one `Log`.

A log is held in memory, since its objects and its events name each other; so its size is bounded.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, NoReturn

from rebild_policy.errors import Location, SourceError
from rebild_policy.sources.formats.markup import Start, blocks_of, elements
from rebild_policy.sources.formats.sqlitefile import SQLITE, open_sqlite
from rebild_policy.sources.raw import BLOCK, RawInput

MAX_LOG = 1 << 28  # bytes, unpacked


@dataclass(slots=True)
class Happening:
    """An event: its attributes, and the objects that it is about, each with the qualifier of the relation."""

    id: str
    type: str
    time: object
    attributes: dict[str, object] = field(default_factory=dict)
    objects: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Thing:
    """An object: its attributes, each with the values that it took and when; the first has no time."""

    type: str
    values: dict[str, list[tuple[object, object]]] = field(default_factory=dict)


@dataclass(slots=True)
class Log:
    """What a file holds; events in the order of the file."""

    things: dict[str, Thing] = field(default_factory=dict)
    happenings: list[Happening] = field(default_factory=list)


def read_log(raw: RawInput) -> Log:
    """Read a log of any of the formats. Raises `SourceError` for a file that is none of them."""
    head = raw.head(len(SQLITE))
    try:
        if head.startswith(SQLITE):
            return _from_sqlite(raw)
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return _from_xml(raw)
        return _from_json(_whole(raw))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, sqlite3.Error):
        _refuse(raw.name)


def _refuse(name: str) -> NoReturn:
    message = "the file is no OCEL log: not JSON, XML or SQLite of that form."
    raise SourceError(message, at=Location(name), remedy="Does the mapping's 'format' fit it?") from None


def _too_large(name: str) -> NoReturn:
    message = f"the OCEL log is larger than {MAX_LOG // 1_000_000} MB."
    raise SourceError(message, at=Location(name), remedy="Export a shorter period, or one table of events.")


def _bounded(raw: RawInput) -> Iterator[bytes]:
    size = 0
    for block in blocks_of(raw):
        size += len(block)
        if size > MAX_LOG:
            _too_large(raw.name)
        yield block


def _whole(raw: RawInput) -> bytes:
    return b"".join(_bounded(raw))


# ------------------------------------------------------------------------------------------------------------------ json
def _from_json(content: bytes) -> Log:
    document = json.loads(content)
    return _from_first_json(document) if "ocel:events" in document else _from_second_json(document)


def _from_second_json(document: dict[str, Any]) -> Log:
    log = Log()
    for entry in document["objects"]:
        thing = log.things[entry["id"]] = Thing(entry["type"])
        for item in entry.get("attributes") or ():
            thing.values.setdefault(item["name"], []).append((item.get("time"), item["value"]))
    for entry in document["events"]:
        attributes = {item["name"]: item["value"] for item in entry.get("attributes") or ()}
        related = [(item["objectId"], item.get("qualifier") or "") for item in entry.get("relationships") or ()]
        log.happenings.append(Happening(entry["id"], entry["type"], entry["time"], attributes, related))
    return log


def _from_first_json(document: dict[str, Any]) -> Log:
    """OCEL 1.0: no qualifiers, and attributes of objects never change."""
    log = Log()
    for id_, entry in document["ocel:objects"].items():
        values: dict[str, list[tuple[object, object]]] = {
            name: [(None, value)] for name, value in (entry.get("ocel:ovmap") or {}).items()
        }
        log.things[id_] = Thing(entry["ocel:type"], values)
    for id_, entry in document["ocel:events"].items():
        related = [(object_id, "") for object_id in entry.get("ocel:omap") or ()]
        attributes = dict(entry.get("ocel:vmap") or {})
        log.happenings.append(Happening(id_, entry["ocel:activity"], entry["ocel:timestamp"], attributes, related))
    return log


# ------------------------------------------------------------------------------------------------------------------- xml
def _from_xml(raw: RawInput) -> Log:
    """Relations of objects to each other are passed over: what a case is about is told by its events."""
    log = Log()
    thing, happening, attribute = Thing(""), None, {}
    for element in elements(_bounded(raw), raw.name):
        if isinstance(element, Start):
            given = element.attributes
            if element.tag == "object" and "type" in given:
                thing, happening = Thing(given["type"]), None
                log.things[given["id"]] = thing
            elif element.tag == "event":
                happening = Happening(given["id"], given["type"], given["time"])
                log.happenings.append(happening)
            elif element.tag == "attribute":
                attribute = given
            elif element.tag in {"relationship", "object"} and happening:
                happening.objects.append((given["object-id"], given.get("qualifier", "")))
        elif element.tag == "attribute" and "type" not in attribute:
            if happening:
                happening.attributes[attribute["name"]] = element.text
            else:
                thing.values.setdefault(attribute["name"], []).append((attribute.get("time"), element.text))
    return log


# ---------------------------------------------------------------------------------------------------------------- sqlite
def _from_sqlite(raw: RawInput) -> Log:
    size = 0
    while block := raw.reader.read(BLOCK):  # for the hash: the database is opened by SQLite itself
        size += len(block)
    if size > MAX_LOG:
        _too_large(raw.name)
    with closing(open_sqlite(raw.path)) as database:
        database.row_factory = sqlite3.Row
        return _Tables(database).log()


class _Tables:
    """The tables of an OCEL 2.0 database; those of single types are named by `event_map_type` and `object_map_type`."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._names = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def log(self) -> Log:
        """Everything that they hold."""
        log = Log({row["ocel_id"]: Thing(row["ocel_type"]) for row in self._rows("object")})
        for table in self._of_types("object"):
            for row in self._rows(table):
                self._note(log.things[row["ocel_id"]], row)
        found = {row["ocel_id"]: Happening(row["ocel_id"], row["ocel_type"], None) for row in self._rows("event")}
        for table in self._of_types("event"):
            for row in self._rows(table):
                happening = found[row["ocel_id"]]
                happening.time = row["ocel_time"]
                happening.attributes = {name: row[name] for name in row.keys() if not name.startswith("ocel_")}  # noqa: SIM118 - a Row
        for row in self._rows("event_object"):
            found[row["ocel_event_id"]].objects.append((row["ocel_object_id"], row["ocel_qualifier"] or ""))
        log.happenings = list(found.values())
        return log

    def _of_types(self, kind: str) -> list[str]:
        return [f"{kind}_{row['ocel_type_map']}" for row in self._rows(f"{kind}_map_type")]

    def _rows(self, table: str) -> Iterator[sqlite3.Row]:
        if table not in self._names:
            raise KeyError(table)
        yield from self._database.execute('SELECT * FROM "{}"'.format(table.replace('"', '""')))  # noqa: S608 - a table of it

    @staticmethod
    def _note(thing: Thing, row: sqlite3.Row) -> None:
        """A row holds the values of an object at first, or the one that changed."""
        names = row.keys()
        changed = row["ocel_changed_field"] if "ocel_changed_field" in names else None
        for name in names:
            if not name.startswith("ocel_") and row[name] is not None and changed in {None, name}:
                thing.values.setdefault(name, []).append((row["ocel_time"] if changed else None, row[name]))
