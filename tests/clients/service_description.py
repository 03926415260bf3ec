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

from check import OGC, check, finish
from openapi_spec_validator import OpenAPIV30SpecValidator

EXAMPLES = "20"
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")


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


def question():
    seed = os.environ.get("RIMAY_TEST_SEED") or str(random.randrange(1 << 32))
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [Path(sys.executable).with_name("schemathesis"), "run", address(), "--include-method", "GET"]
        command += ["--max-examples", EXAMPLES, "--seed", seed, "--checks", ",".join(CHECKS), "--continue-on-failure"]
        command += ["--phases", "examples,coverage,fuzzing", "--report", "json", "--report-json-path", report]
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        found = json.loads(report.read_text()) if report.exists() else {"failures": [], "errors": [ran.stderr]}
    asked = found.get("test_cases", {}).get("generated", 0)
    about = f"(RIMAY_TEST_SEED={seed}, {asked} requests)"
    check(
        f"Schemathesis tries every operation {about}",
        lambda: found["operations"]["tested"] > 50 and not found["errors"],
    )
    for name in CHECKS:
        check(
            f"Schemathesis: {name}", lambda: [about for about in found["failures"] if belongs(about["type"], name)], []
        )
    rest = [about for about in found["failures"] if not any(belongs(about["type"], name) for name in CHECKS)]
    check("Schemathesis finds nothing else", lambda: rest, [])
    if found["failures"]:
        # How to see it again; some questions are very long.
        print(
            "\n".join(
                f"        {line[:400]}"
                for line in ran.stdout.splitlines()
                if line.strip().startswith(("curl", "Received", "Documented", "- ST"))
            )
        )


KINDS = {
    "not_a_server_error": {"ServerError"},
    "status_code_conformance": {"UndefinedStatusCode"},
    "content_type_conformance": {"UndefinedContentType", "MissingContentType", "MalformedMediaType"},
    "response_schema_conformance": {"JsonSchemaError", "MalformedJson"},
}


def belongs(kind, name):
    return kind in KINDS[name]


validate()
question()
finish()
