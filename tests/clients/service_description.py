"""The service description: valid OpenAPI, and true. Schemathesis asks each operation what the description allows and
more, and looks whether the answers are as described.

RIMAY_TEST_SEED=n asks the same questions again.
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

from check import OGC, check, count, finish
from openapi_spec_validator import OpenAPIV30SpecValidator

# What is asked, with how many examples for each operation.
READING = ["GET"], "20"
WRITING = ["POST", "PUT", "PATCH", "DELETE"], "10"
# Longer than the server gives itself for any request.
REQUEST_TIMEOUT_S = "15"
RUN_TIMEOUT_S = 170
# What is checked, and what Schemathesis calls its findings in the report.
CHECKS = {
    "not_a_server_error": {"ServerError"},
    "status_code_conformance": {"UndefinedStatusCode"},
    "content_type_conformance": {"UndefinedContentType", "MissingContentType", "MalformedMediaType"},
    "response_schema_conformance": {"JsonSchemaError", "MalformedJson"},
}


def address():
    links = json.load(urlopen(OGC))["links"]
    return next(link["href"] for link in links if link["rel"] == "service-desc")


def validate():
    document = json.load(urlopen(address()))
    problems = lambda: [error.message for error in OpenAPIV30SpecValidator(document).iter_errors()]
    check("the service description is OpenAPI 3.0", problems, [])
    outside = lambda: [
        ref for ref in re.findall(r'"\$ref": "([^"]*)"', json.dumps(document)) if not ref.startswith("#/")
    ]
    check("the service description refers to nothing outside", outside, [])


def question(methods, examples):
    seed = os.environ.get("RIMAY_TEST_SEED") or str(random.randrange(1 << 32))
    with tempfile.TemporaryDirectory() as folder:
        found, output = run_schemathesis(methods, examples, seed, Path(folder))
    of_methods = "/".join(methods)
    tried = lambda: (found["operations"]["tested"] == found["operations"]["selected"], found["errors"])
    check(f"Schemathesis, {of_methods}: all operations asked in time (RIMAY_TEST_SEED={seed})", tried, (True, []))
    of = lambda wanted: [failure for failure in found["failures"] if wanted(failure["type"])]
    for name, kinds in CHECKS.items():
        check(f"Schemathesis, {of_methods}: {name}", lambda: of(kinds.__contains__), [])
    known = set().union(*CHECKS.values())
    check(f"Schemathesis, {of_methods}: nothing else", lambda: of(lambda kind: kind not in known), [])
    for line in output:
        if line.strip().startswith(("- ST", "Received", "Documented", "curl")):
            print(f"        {line.strip()[:400]}")


def run_schemathesis(methods, examples, seed, folder):
    """Its report, empty when it did not finish in time, and the lines it printed."""
    command = [Path(sys.executable).with_name("schemathesis"), "run", address()]
    command += [argument for method in methods for argument in ("--include-method", method)]
    command += ["--header", f"Authorization: Bearer {os.environ['RIMAY_EDIT_TOKEN']}"]
    command += ["--phases", "examples,coverage,fuzzing", "--max-examples", examples, "--seed", seed]
    command += ["--checks", ",".join(CHECKS), "--continue-on-failure", "--request-timeout", REQUEST_TIMEOUT_S]
    command += ["--report", "json", "--report-json-path", folder / "report.json"]
    with (folder / "output").open("w") as output:
        try:
            subprocess.run(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, timeout=RUN_TIMEOUT_S)
            found = json.loads((folder / "report.json").read_text())
        except subprocess.TimeoutExpired:
            found = {}
    return found, (folder / "output").read_text().splitlines()


validate()
question(*READING)
# Last: afterwards the data is no longer what it was.
made = "select last_value from rimay.feature_id"
before = count(made)
question(*WRITING)
check("Schemathesis made features, so what it asked was understood", lambda: count(made) > before)
finish()
