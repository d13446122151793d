"""The made-up export as an office would get it: one CSV of all events, and the mapping that reads it.

As in the exports of real systems, one column serves many kinds of event: `text1` is the matter of a hearing and the source of a
request for information.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from rebild_policy.engines.tables.layout import CASE, fields_of
from rebild_policy.facts import vocabulary

BASE = ("case", "id", "activity", "time", "kind_of_case")


def write(buckets: Path, csv: Path, mapping: Path) -> int:
    """Write the events of normalised buckets as CSV, those of each bucket by time, and say how many rows they make."""
    types = sorted({file.stem for file in buckets.glob("*/*.parquet")} - {CASE})
    fields = {type_: {name: kind for name, kind in fields_of(vocabulary(), type_).items() if kind} for type_ in types}
    used: dict[str, dict[str, str]] = {}  # event type -> field -> the column that holds it
    rows = 0
    with duckdb.connect() as con, csv.open("wb") as out:
        con.execute("SET threads = 2")
        for type_ in types:
            files = [str(file) for file in sorted(buckets.glob(f"*/{type_}.parquet"))]
            counts = ", ".join(f'count("{name}")' for name in fields[type_])
            found = con.execute(f"SELECT {counts} FROM read_parquet(?)", [files]).fetchone() or ()
            used[type_] = _columns({name: fields[type_][name] for name, count in zip(fields[type_], found, strict=True) if count})
        columns = sorted({column for names in used.values() for column in names.values()})
        out.write((";".join((*BASE, *columns)) + "\n").encode())
        for bucket in sorted(buckets.iterdir()):
            parts = [_select(bucket, type_, used[type_], columns) for type_ in types if (bucket / f"{type_}.parquet").exists()]
            piece = csv.with_suffix(".piece")
            text = " UNION ALL ".join(parts)
            found = con.execute(
                f"COPY (SELECT * EXCLUDE (day, pos) FROM ({text}) ORDER BY day, \"case\", pos) TO '{piece}' "
                "(FORMAT csv, HEADER false, DELIMITER ';')"
            ).fetchone()
            rows += int(found[0]) if found else 0
            with piece.open("rb") as source:
                while block := source.read(1 << 22):
                    out.write(block)
            piece.unlink()
    mapping.write_text(json.dumps(_mapping(used, columns)), encoding="utf-8")
    return rows


def spoil(csv: Path, into: Path, every: int) -> list[int]:
    """Copy an export of `write` with one row in so many made unreadable, in turn in one of five ways, and say which lines."""
    spoilt: list[int] = []
    with csv.open("rb") as source, into.open("wb") as out:
        header = source.readline().rstrip(b"\n").split(b";")
        out.write(b";".join(header) + b"\n")
        for line, text in enumerate(source, 2):
            if line % every:
                out.write(text)
                continue
            fields = dict(zip(header, text.rstrip(b"\n").split(b";"), strict=True))
            match len(spoilt) % 5:
                case 0:
                    fields[b"time"] = b"2022-02-30"
                case 1:
                    fields[b"activity"] = b""
                case 2:
                    fields[b"case"] = b""
                case 3:
                    fields[b"text1"] = b"\xff"
                case 4:
                    del fields[header[-1]]
            out.write(b";".join(fields.values()) + b"\n")
            spoilt.append(line)
    return spoilt


def _columns(fields: dict[str, str]) -> dict[str, str]:
    """A column for each field: the first of its kind, the second, and so on; the channel has its own."""
    kinds = {"BOOLEAN": "flag", "BIGINT": "number", "DATE": "date", "VARCHAR": "text", "VARCHAR[]": "text"}
    found: dict[str, str] = {}
    for name, kind in fields.items():
        place = sum(column.startswith(kinds[kind]) for column in found.values()) + 1
        found[name] = name if name == "channel" else f"{kinds[kind]}{place}"
    return found


def _select(bucket: Path, type_: str, used: dict[str, str], columns: list[str]) -> str:
    kinds, fields = fields_of(vocabulary(), type_), {column: name for name, column in used.items()}
    texts = []
    for column in columns:
        name = fields.get(column)
        if name is None:
            texts.append(f'NULL AS "{column}"')
        elif kinds[name] == "VARCHAR[]":
            texts.append(f'array_to_string(e."{name}", \',\') AS "{column}"')
        else:
            texts.append(f'e."{name}"::VARCHAR AS "{column}"')
    time = "CASE WHEN e.instant IS NULL THEN e.day::VARCHAR ELSE strftime(e.day + e.clock, '%Y-%m-%dT%H:%M:%S') END"
    # Ten digits in a row would be taken for a CPR number.
    case = "'s-' || to_hex(substr(c.\"case\", 6)::BIGINT)"
    return (
        f"SELECT {case} AS \"case\", e.id, '{type_}' AS activity, {time} AS time, c.kind AS kind_of_case, {', '.join(texts)}, "
        f"e.day, e.pos FROM read_parquet('{bucket}/{type_}.parquet') e JOIN read_parquet('{bucket}/case.parquet') c USING (cid)"
    )


def _mapping(used: dict[str, dict[str, str]], columns: list[str]) -> dict[str, object]:
    return {
        "mapping": "made up",
        "source": {"format": "csv", "delimiter": ";"},
        "columns": {**{name: name for name in BASE}, **{name: name for name in columns}},
        "case": {"kind": {"column": "kind_of_case"}},
        "activities": {
            type_: [{"event": type_, "set": {name: {"column": column} for name, column in names.items()}}]
            for type_, names in used.items()
        },
        "covers": dict.fromkeys(vocabulary().types, "all"),
        "case_covers": list(vocabulary().case),
    }
