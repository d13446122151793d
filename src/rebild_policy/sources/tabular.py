"""Reading an export row by row: CSV and JSON lines, streamed, with every row that can't be read named by its line.

A row's number is the line of the file that it starts on, counted from 1 with the header: what an editor shows an auditor. A
line that holds nothing is no row.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from rebild_policy.errors import SourceError, shown
from rebild_policy.sources.shapes import Mapping

MAX_FIELD = 1_000_000
MAX_LINE = 8 * MAX_FIELD
