use serde_json::{Map, Value as Json, json};

/// The paths of OGC API - Processes.
pub(super) fn add_processes(paths: &mut Map<String, Json>) {
    let object = || json!({"application/json": {"schema": {"type": "object"}}});
    let problem = |name: &str| json!({"$ref": format!("#/components/responses/{name}")});
    let job = json!({"name": "jobID", "in": "path", "required": true, "schema": {"type": "string"}});
    let get = |id: &str, summary: &str, found: &str, parameters: Json| {
        json!({
            "operationId": id,
            "summary": summary,
            "parameters": parameters,
            "responses": {
                "200": {"description": found, "content": object()},
                "400": problem("BadParameter"),
                "404": problem("NotFound"),
                "500": problem("InternalError"),
                "503": problem("NotNow"),
            },
        })
    };
    let mut results = get("getResult", "What came of a job", "The answer, as it was asked for", json!([job]));
    results["responses"]["410"] = json!({"description": "The job was called off"});
    let mut dismiss = get("dismiss", "Call a job off", "It is called off", json!([job]));
    dismiss["responses"]["409"] = json!({"description": "The job has ended; its answer is kept"});
    let mut execute = get(
        "executeOverlaps",
        "Find what lies on what",
        "The answer, as it was asked for",
        json!([
            {"name": "Prefer", "in": "header", "schema": {"type": "string", "enum": ["respond-async", "respond-sync"]}},
        ]),
    );
    execute["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": {
        "type": "object",
        "properties": {
            "inputs": {"type": "object", "required": ["a", "b"], "description": "See /processes/overlaps"},
            "outputs": {"type": "object"},
            "response": {"type": "string", "enum": ["raw", "document"], "default": "raw"},
        },
    }}}});
    execute["responses"]["201"] =
        json!({"description": "A job, as Prefer: respond-async wants it", "content": object()});
    execute["responses"]["204"] = json!({"description": "Raw and by reference: the header Link has the address"});
    execute["responses"]["413"] = json!({"description": "The body is too large"});
    let all = [
        (
            "/processes",
            json!({"get": get("getProcesses", "Processes", "All processes", json!([
                {"$ref": "#/components/parameters/f"},
                {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 1}},
            ]))}),
        ),
        (
            "/processes/overlaps",
            json!({"get": get("getProcessDescription", "The process", "Its inputs and outputs", json!([{"$ref": "#/components/parameters/f"}]))}),
        ),
        ("/processes/overlaps/execution", json!({"post": execute})),
        (
            "/jobs/{jobID}",
            json!({
                "get": get("getStatus", "How far a job is", "Its status", json!([job])),
                "delete": dismiss,
            }),
        ),
        ("/jobs/{jobID}/results", json!({"get": results})),
    ];
    paths.extend(all.map(|(path, item)| (path.to_owned(), item)));
}
