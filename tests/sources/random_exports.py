"""Random exports with every kind of fault, and mappings for them."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

COLUMNS = ("Sag", "Nr", "Hvad", "Dag", "Kanal", "Type", "Svar på", "Emne", "Frist", "Ja", "Antal", "Hvem")
SHORT = {
    "case": "Sag", "id": "Nr", "activity": "Hvad", "time": "Dag", "channel": "Kanal", "type": "Type", "to": "Svar på",
    "matter": "Emne", "by": "Frist", "flag": "Ja", "number": "Antal", "who": "Hvem",
}  # fmt: skip
FORMATS = ("iso", ["%d-%m-%Y %H:%M", "%d-%m-%Y"], ["%d-%m-%Y", "iso"], ["%d/%m/%Y", "%Y-%m-%dT%H:%M:%S"])
FAULTS = ("", " ", "31-02-2026", "x" * 201, "é ", "\u00a0a\u00a0", '"q"', "990199-9998", "\x1c", "-", "2026-13-01", "nej")


def mapping(random: Random) -> str:
    """A mapping file; what it asks of rows is drawn."""
    columns = {short: name for short, name in SHORT.items() if short != "id" or random.random() < 0.7}
    inquiry = {"channel": {"column": "channel", "values": {"Brev": "post", "Mail": "email", "Tlf": "phone", "?": None}}}
    if random.random() < 0.5:
        inquiry["kind"] = {"column": "type", "assumption": {"da": "Typen er rigtig.", "en": "The type is right."}}
    if random.random() < 0.3:
        inquiry["written"] = {"value": True, "assumption": {"da": "Altid skriftlig.", "en": "Always written."}}
    reply = {"actor": {"column": "who"}}
    links = {}
    if random.random() < 0.5:
        policy = random.choice(("latest earlier", "latest earlier unanswered", "earliest earlier unanswered", "only"))
        links["reply_sent.inquiry"] = f"{policy} inquiry_received"
    else:
        reply["inquiry"] = {"column": "to"}
    if random.random() < 0.3:
        links["guidance_given.about"] = "latest earlier inquiry_received"
    when = random.choice((None, "row.channel != 'Intern'", "present(row.by) or row.type == 'A'", "row.type in ('A', 'B')"))
    first = {"event": "inquiry_received", "set": inquiry} | ({"when": when} if when else {})
    note = {"event": "note_recorded", "set": {"about": {"column": "to"}}}
    if random.random() < 0.4:
        note["time"] = {"column": "by"} | ({"precision": "day"} if random.random() < 0.5 else {})
    decision = {
        "matter": {"column": "matter"}, "outcome": {"value": "refused"}, "final": {"column": "flag"},
        "sent_on": {"column": "by"}, "legal_basis": {"column": "type"}, "recorded_at": {"column": "by"},
    }  # fmt: skip
    document = {
        "mapping": "random",
        "source": {"delimiter": random.choice((";", ",")), "decimal": random.choice((None, ","))},
        "columns": columns,
        "time": {
            "format": random.choice(FORMATS),
            "zone": random.choice(("Europe/Copenhagen", "UTC")),
            "precision": random.choice(("clock", "day", "midnight-is-day")),
        },
        "case": {
            "kind": {"column": "type", "assumption": {"da": "Sagens type.", "en": "The kind of the case."}},
            "urgent": {"column": "flag"} if random.random() < 0.3 else {"value": False},
        },
        "activities": {
            "Ind": [first],
            "Svar": [{"event": "reply_sent", "set": reply}],
            "Afgørelse": [{"event": "decision_made", "set": decision}, {"event": "message_sent", "when": "row.flag == 'ja'"}],
            "Notat": [note],
            "Vejledt": [{"event": "guidance_given"}],
            "Kvit": [{"event": "acknowledgement_sent", "set": {"expected_days": {"column": "number"}}}],
        },
        "links": links,
        "covers": {"inquiry_received": ["channel"], "reply_sent": "all", "decision_made": "all"},
        "irrelevant": ["Lukket"],
    }
    if document["source"]["decimal"] is None:
        del document["source"]["decimal"]
    return json.dumps(document, ensure_ascii=False)


def rows(random: Random, size: int, faults: float) -> list[dict[str, str]]:
    """Rows by column; of their cells, a part as `faults` says is spoilt."""
    cases = [f"S-{number}" for number in range(max(1, size // 6))]
    made: list[dict[str, str]] = []
    form = random.choice(("%d-%m-%Y", "%Y-%m-%d", "%d/%m/%Y"))
    for number in range(size):
        year, month, day = 2026, random.randint(1, 12), random.randint(1, 28)
        text = form.replace("%Y", str(year)).replace("%m", f"{month:02}").replace("%d", f"{day:02}")
        clock = random.choice(("", "", " 10:30", " 00:00", "T11:15:30", "T00:00:00", "T23:30:00Z"))
        case = random.choice(cases)
        row = {
            "Sag": case,
            "Nr": str(number),
            "Hvad": random.choice(("Ind", "Ind", "Svar", "Svar", "Afgørelse", "Notat", "Vejledt", "Kvit", "Lukket", "Andet")),
            "Dag": text + clock,
            "Kanal": random.choice(("Brev", "Mail", "Tlf", "", "Intern", "?") if faults else ("Brev", "Mail", "")),
            "Type": "A" if int(case[2:]) % 2 else "B",
            "Svar på": random.choice(("", str(random.randint(0, size)), str(max(0, number - 3)))),
            "Emne": random.choice(("", "m1", "m2", "støtte, akut")),
            "Frist": random.choice(("", text)),
            "Ja": random.choice(("ja", "nej", "")) if faults else "ja",
            "Antal": random.choice(("", "30", "1.000,0" if faults else "7")),
            "Hvem": random.choice(("u1", "u2", "")),
        }
        if random.random() < faults:
            row[random.choice(COLUMNS)] = random.choice(FAULTS)
        if made and random.random() < faults / 2:
            row = {**random.choice(made)}
        if made and random.random() < faults / 4:
            row["Nr"] = made[-1]["Nr"]
        made.append(row)
    return made


def write_csv(path: Path, made: list[dict[str, str]], random: Random, delimiter: str, faults: float) -> None:
    """As CSV, some lines of which are spoilt."""
    lines = [delimiter.join(COLUMNS)]
    for row in made:
        cells = []
        for cell in row.values():
            quoted = any(mark in cell for mark in (delimiter, '"', "\n")) or random.random() < 0.1
            cells.append('"' + cell.replace('"', '""') + '"' if quoted else cell)
        line = delimiter.join(cells)
        if random.random() < faults / 3:
            line = random.choice(
                (line + delimiter + "x", line[: len(line) // 2], line.replace(delimiter, '"' + delimiter, 1), "", delimiter * 11,
                 line.replace("A", 'A"b', 1), line + "\0", f'{line}{delimiter}"multi\nline"', line.replace("Ind", '"In\nd"'))
            )  # fmt: skip
        lines.append(line)
    ending = random.choice(("\n", "\r\n"))
    data = ending.join(lines) + random.choice(("", ending))
    content = data.encode("utf-8")
    if random.random() < faults:
        place = random.randrange(len(content) // 2, len(content))
        content = content[:place] + b"\xff" + content[place:]
    path.write_bytes((b"\xef\xbb\xbf" if random.random() < 0.2 else b"") + content)


def write_jsonl(path: Path, made: list[dict[str, str]], random: Random, _delimiter: str, faults: float) -> None:
    """As JSON lines, some of which are spoilt."""
    lines = []
    for row in made:
        record = {name: cell for name, cell in row.items() if cell or random.random() < 0.5}
        record = {name: record.get(name) for name in COLUMNS if name in record or random.random() < 0.8}
        if random.random() < 0.3 and str(record.get("Antal", "")).isdigit():
            record["Antal"] = int(record["Antal"])
        line = json.dumps(record, ensure_ascii=random.random() < 0.5)
        if random.random() < faults / 3:
            line = random.choice((line[:-3], "[1]", line.replace("{", '{"Sag": [1], ', 1), "", "  ", line + "x", '{"Dag": NaN}'))
        lines.append(line)
    path.write_text("\n".join(lines), encoding="utf-8")


def write_parquet(path: Path, made: list[dict[str, str]], random: Random, _delimiter: str, _faults: float) -> None:
    """As Parquet."""
    columns = {name: [row[name] or (None if random.random() < 0.5 else "") for row in made] for name in COLUMNS}
    pq.write_table(pa.table(columns, schema=pa.schema([(name, pa.string()) for name in COLUMNS])), path)


WRITERS = {"csv": write_csv, "jsonl": write_jsonl, "parquet": write_parquet}
