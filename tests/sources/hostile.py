"""Reads hostile files, one after the other, in a process of its own: prints what became of each, the time and the memory.

python hostile.py FOLDER, which holds for each file NAME a mapping NAME.yaml.
"""

import json
import resource
import sys
import time
from pathlib import Path

from rebild_policy.errors import SourceError
from rebild_policy.sources import load_mapping, read_export

LIMIT = 2 << 30  # of addresses, so that a mistake ends this process and not the machine


def outcome(path: Path) -> dict[str, object]:
    begin = time.process_time()
    said: dict[str, object] = {}
    try:
        export = read_export(path, load_mapping(f"{path}.yaml"))
    except SourceError as error:
        said["refused"] = str(error)
    else:
        said["rows"] = export.accounting.rows
        said["quarantined"] = [[row.row, row.reason] for row in export.accounting.quarantined]
    said["seconds"] = time.process_time() - begin
    said["megabytes"] = megabytes()
    return said


def megabytes() -> float:
    """The most that this process has held; what the system keeps for `getrusage` would begin with its parent's."""
    status = Path("/proc/self/status")
    if status.is_file():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
    folder = Path(sys.argv[1])
    print(json.dumps({path.name: outcome(path) for path in sorted(folder.iterdir()) if path.suffix != ".yaml"}))
