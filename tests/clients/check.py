"""For clients written in Python: prints what was found, and remembers whether anything was wrong."""

import os
import subprocess
import sys
import traceback
from pathlib import Path

URL = os.environ["RIMAY_URL"]
OGC = f"{URL}/ogc"
_requests = Path(os.environ["RIMAY_REQUESTS"])
_failures = []


def check(what, find, expected=True):
    """One line: whether calling `find` gives what is expected. An exception is a failure like any other."""
    try:
        found = find()
    except Exception as error:
        found = f"{type(error).__name__}: {str(error)[:300]}"
        at = traceback.extract_tb(error.__traceback__)[-1]
        found += f" ({Path(at.filename).name}:{at.lineno})"
    if found == expected:
        print(f"ok      {what}", flush=True)
        return
    _failures.append(what)
    print(f"FAILED  {what}: found {found!r}, expected {expected!r}", flush=True)


def finish():
    """Ends the program, badly when a check failed."""
    sys.stdout.flush()
    # Not by way of Python's own clean-up: QGIS may crash in it, after all is done.
    os._exit(1 if _failures else 0)


def sql(query):
    """What the database says: the first column of each row, as text."""
    command = ["psql", os.environ["DATABASE_URL"], "-XAtqw", "-c", query]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def count(query):
    """A number the database says."""
    return int(sql(query)[0])


LAYERS = sql("select id from rimay.layer order by id")
PLACED = "select count(*) from layers.conflicts where geom is not null"
BOX = (-79.0, -8.0, -78.0, -7.0)
IN_BOX = f"st_intersects(geom, st_makeenvelope({','.join(map(str, BOX))}, 4326))"


def asked(do):
    """The requests that reach the server while `do` runs, as one text."""
    before = len(_requests.read_text())
    do()
    return _requests.read_text()[before:]
