"""OWSLib: the process is listed, described, and executed at once and as a job."""

import owslib
import requests
from check import OGC, check, finish, sql
from owslib.ogcapi.processes import Processes

NAME = f"OWSLib {owslib.__version__}"
PAIRS = """select count(*) from layers.mining_concessions a join layers.watersheds b on st_intersects(a.geom, b.geom)
where a.status is distinct from 'extinguida'"""
INPUTS = {"a": "mining_concessions", "b": "watersheds"}


def job(service):
    """The job's results; OWSLib says where it is, and leaves following it to us."""
    service.headers["Prefer"] = "respond-async"
    started = requests.post(f"{OGC}/processes/overlaps/execution", json={"inputs": INPUTS}, headers=service.headers, timeout=60)
    status = started.json()
    while status["status"] in ("accepted", "running"):
        status = requests.get(started.headers["Location"], timeout=60).json()
    href = next(link["href"] for link in status["links"] if link["rel"].endswith("/results"))
    return requests.get(href, timeout=60).json()["totals"]["pairs"]


service = Processes(f"{OGC}/", timeout=60)
expected = int(sql(PAIRS)[0])
check(f"{NAME} lists the process", lambda: [process["id"] for process in service.processes()], ["overlaps"])
check(f"{NAME} reads its inputs", lambda: {"a", "b", "relation", "area"} <= set(service.process("overlaps")["inputs"]))
check(f"{NAME} executes it", lambda: service.execute("overlaps", INPUTS)["overlaps"]["value"]["totals"]["pairs"], expected)
check(
    f"{NAME} gets every pair as GeoJSON",
    lambda: len(
        service.execute(
            "overlaps", INPUTS, {"overlaps": {"format": {"mediaType": "application/geo+json"}}}
        )["overlaps"]["value"]["features"]
    ),
    expected,
)
check(f"{NAME} starts a job that comes to the same", lambda: job(service), expected)
finish()
