//! The description of `/api` (OpenAPI 3.1): one row for each operation, with who may do it. A test goes through all of them as
//! every role.

use axum::{Json, extract::State};
use serde_json::{Map, Value as Json_, json};

use crate::{
    api::{PublicUrl, SharedState},
    model::{
        Role,
        cases::{FactFieldType, FactKinds, SOURCE_CLASSES},
    },
};

/// Who may do something.
enum Who {
    /// Anybody; what is hidden from them is not there.
    Anyone,
    /// Whoever signed in.
    SignedIn,
    /// Whoever has one of these roles; of others, and of nobody, it is refused.
    Roles(&'static [Role]),
}

use Role::{Analyst, InstitutionAdmin, Officer, Steward, SystemAdmin};
use Who::{Anyone, Roles, SignedIn};

const OFFICERS: Who = Roles(&[Officer]);
const ADMINISTRATORS: Who = Roles(&[InstitutionAdmin, SystemAdmin]);
const STEWARDS: Who = Roles(&[Steward]);
/// Those who see the cases of their institution; what only they are told others do not find.
const READERS: Who = Roles(&[Officer, Analyst, InstitutionAdmin]);

struct Operation {
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    who: Who,
    /// Query parameters.
    query: &'static [&'static str],
    /// Schema of the body.
    body: Option<&'static str>,
}

const fn operation(
    method: &'static str,
    path: &'static str,
    who: Who,
    query: &'static [&'static str],
    body: Option<&'static str>,
    summary: &'static str,
) -> Operation {
    Operation { method, path, summary, who, query, body }
}

const LIST: &[&str] =
    &["q", "state", "phase", "type", "activity", "department", "institution", "draft", "merged", "offset", "limit"];
const FILE_LIST: &[&str] = &[
    "f",
    "lang",
    "q",
    "state",
    "phase",
    "type",
    "activity",
    "department",
    "institution",
    "draft",
    "merged",
    "offset",
    "limit",
];
const FILE: &[&str] = &[
    "layer",
    "preset",
    "source-crs",
    "operation",
    "encoding",
    "source-layer",
    "columns",
    "mapping",
    "source",
    "licence",
    "attribution",
    "valid-on",
    "allow-outside",
    "overwrite-edits",
    "file",
];
const REGISTER: &[&str] = &[
    "file",
    "preset",
    "columns",
    "mapping",
    "source-layer",
    "encoding",
    "source-crs",
    "valid-on",
    "source",
    "source-class",
    "tests",
    "dry-run",
];

/// All operations, room by room.
const OPERATIONS: &[Operation] = &[
    operation("get", "/api/cases", Anyone, LIST, None, "Cases that the caller may see, their own first"),
    operation(
        "post",
        "/api/cases",
        OFFICERS,
        &[],
        Some("NewCase"),
        "Record a case; with Idempotency-Key once, however often it is sent",
    ),
    operation(
        "get",
        "/api/cases/kinds",
        Anyone,
        &[],
        None,
        "What can be known of a case, and the words of each institution",
    ),
    operation(
        "post",
        "/api/cases/import",
        OFFICERS,
        REGISTER,
        Some("File"),
        "Record the rows of a spreadsheet as cases, or tell what would be recorded",
    ),
    operation("get", "/api/cases/export", Anyone, FILE_LIST, None, "The cases of a list in one file, csv or xlsx"),
    operation(
        "get",
        "/api/cases/{id}",
        Anyone,
        &["asKnown", "kind"],
        None,
        "A case with its facts, as the caller may see it",
    ),
    operation(
        "patch",
        "/api/cases/{id}",
        OFFICERS,
        &[],
        Some("Sharing"),
        "Who else may see it; with If-Match and the case's version",
    ),
    operation("post", "/api/cases/{id}/facts", OFFICERS, &[], Some("Facts"), "Add a fact, or several: all or none"),
    operation(
        "put",
        "/api/cases/{id}/facts/{fact}",
        OFFICERS,
        &[],
        Some("Fact"),
        "The next version of a fact; with If-Match and the fact's version; 412 tells both",
    ),
    operation(
        "delete",
        "/api/cases/{id}/facts/{fact}",
        OFFICERS,
        &[],
        None,
        "It no longer holds; with If-Match and the fact's version",
    ),
    operation(
        "get",
        "/api/cases/{id}/history",
        READERS,
        &["limit"],
        None,
        "What became of it, for its own institution",
    ),
    operation("get", "/api/cases/{id}/similar", SignedIn, &[], None, "Cases that may be about the same dispute"),
    operation(
        "put",
        "/api/cases/{id}/merge",
        OFFICERS,
        &[],
        Some("Merge"),
        "It goes on in another record of the same dispute; with If-Match",
    ),
    operation("delete", "/api/cases/{id}/merge", OFFICERS, &[], None, "It goes on for itself again; with If-Match"),
    operation("get", "/api/cases/{id}/attachments", SignedIn, &[], None, "Files of a case"),
    operation("post", "/api/cases/{id}/attachments", OFFICERS, &["name", "source-class"], Some("File"), "Add a file"),
    operation("get", "/api/cases/{id}/attachments/{file}", SignedIn, &[], None, "A file of a case"),
    operation("delete", "/api/cases/{id}/attachments/{file}", OFFICERS, &[], None, "A file no longer belongs to it"),
    operation(
        "get",
        "/api/events",
        Anyone,
        &["code", "from", "to", "q", "department", "offset", "limit"],
        None,
        "What happened, the latest first",
    ),
    operation(
        "get",
        "/api/stakeholders",
        Anyone,
        &["code", "from", "to", "q", "department", "offset", "limit"],
        None,
        "Who has a part in a dispute",
    ),
    operation("get", "/api/codes", Anyone, &[], None, "Code lists, and what institutions call the same"),
    operation(
        "put",
        "/api/codes/{institution}/{list}/{code}",
        ADMINISTRATORS,
        &[],
        Some("Code"),
        "A new code, or the next version of one",
    ),
    operation(
        "put",
        "/api/codes/{institution}/{list}/{code}/matches/{other}",
        ADMINISTRATORS,
        &[],
        Some("CodeMatch"),
        "What another institution calls the same",
    ),
    operation(
        "delete",
        "/api/codes/{institution}/{list}/{code}/matches/{other}",
        ADMINISTRATORS,
        &[],
        None,
        "What another institution calls the same is said no more",
    ),
    operation(
        "get",
        "/api/schemes/{id}/cases",
        Anyone,
        &["asOf", "asKnown", "month", "part", "by", "value", "offset", "limit"],
        None,
        "The cases behind a number of counts or of a month",
    ),
    operation("get", "/api/schemes", Anyone, &[], None, "Which cases each institution counts"),
    operation(
        "put",
        "/api/schemes/{id}",
        ADMINISTRATORS,
        &[],
        Some("Scheme"),
        "A new scheme, or the next version of one",
    ),
    operation(
        "get",
        "/api/schemes/{id}/counts",
        Anyone,
        &["by", "asOf", "asKnown"],
        None,
        "How many cases it counts, by groups",
    ),
    operation(
        "get",
        "/api/timeline",
        Anyone,
        &["bbox", "datetime", "filter", "happened", "q", "scheme"],
        None,
        "When something happened in conflicts, by month",
    ),
    operation("get", "/api/standings", Anyone, &["on"], None, "How each conflict of the map stood on a day"),
    operation(
        "get",
        "/api/changes",
        Anyone,
        &["since", "until", "department"],
        None,
        "Cases that stand otherwise on one day than on another",
    ),
    operation(
        "get",
        "/api/schemes/{id}/month",
        Anyone,
        &["month", "asKnown"],
        None,
        "A month as a monthly report tells it",
    ),
    operation(
        "get",
        "/api/schemes/{id}/differences",
        Anyone,
        &["with", "asOf"],
        None,
        "Why two numbers differ, case by case",
    ),
    operation(
        "get",
        "/api/cases/{id}/schemes",
        Anyone,
        &["asOf"],
        None,
        "Which schemes count a case, and why others do not",
    ),
    operation("get", "/api/session", Anyone, &[], None, "Who is signed in"),
    operation("post", "/api/session", Anyone, &[], Some("SignIn"), "Sign in; the answer sets a cookie"),
    operation("delete", "/api/session", Anyone, &[], None, "Sign out"),
    operation("get", "/api/session/oidc", Anyone, &[], None, "On to the sign-in service that is configured"),
    operation(
        "get",
        "/api/session/oidc/return",
        Anyone,
        &["code", "state"],
        None,
        "Back from it; the answer sets a cookie",
    ),
    operation("put", "/api/session/password", SignedIn, &[], Some("Passwords"), "Another password of one's own"),
    operation("post", "/api/invitations", Anyone, &[], Some("Invitation"), "Whom an invitation is for"),
    operation("post", "/api/invitations/accept", Anyone, &[], Some("Acceptance"), "Choose a password by an invitation"),
    operation("get", "/api/tokens", SignedIn, &[], None, "Tokens of one's own"),
    operation("post", "/api/tokens", SignedIn, &[], Some("NewToken"), "A token for a program, shown once"),
    operation("delete", "/api/tokens/{id}", SignedIn, &[], None, "Revoke a token"),
    operation("get", "/api/institutions", Anyone, &[], None, "Institutions"),
    operation(
        "put",
        "/api/institutions/{id}",
        Roles(&[SystemAdmin]),
        &[],
        Some("Institution"),
        "A new institution, or what one is called, and whether it is closed",
    ),
    operation("get", "/api/accounts", ADMINISTRATORS, &[], None, "Accounts that the caller looks after"),
    operation(
        "post",
        "/api/accounts",
        ADMINISTRATORS,
        &[],
        Some("NewAccount"),
        "A new account, and the link to choose its password",
    ),
    operation(
        "patch",
        "/api/accounts/{id}",
        ADMINISTRATORS,
        &[],
        Some("AccountChange"),
        "Change an account; with If-Match",
    ),
    operation("post", "/api/accounts/{id}/invitation", ADMINISTRATORS, &[], None, "A link to choose another password"),
    operation("get", "/api/audit", ADMINISTRATORS, &["before", "limit"], None, "What people did, the latest first"),
    operation("get", "/api/catalogue", Anyone, &[], None, "Layers, their fields and styles"),
    operation(
        "get",
        "/api/layers/{layer}/features",
        Anyone,
        &["bbox", "datetime", "filter", "happened", "q", "scheme", "sort", "limit", "offset"],
        None,
        "Features of a layer, for lists",
    ),
    operation(
        "get",
        "/api/layers/{layer}/counts",
        Anyone,
        &["of", "bbox", "datetime", "q", "filter", "asOf", "asKnown"],
        None,
        "Features of a layer in areas of another",
    ),
    operation("get", "/api/search", Anyone, &["q", "limit"], None, "Features of all layers by name"),
    operation("get", "/api/imports", STEWARDS, &[], None, "Files that were sent"),
    operation("post", "/api/imports", STEWARDS, FILE, Some("File"), "Send a file; it is examined and nothing is kept"),
    operation("get", "/api/imports/{id}", STEWARDS, &[], None, "Where an import is"),
    operation("delete", "/api/imports/{id}", STEWARDS, &[], None, "Give an import up"),
    operation("get", "/api/imports/{id}/events", STEWARDS, &[], None, "Its progress, as server-sent events"),
    operation("get", "/api/imports/{id}/changes", STEWARDS, &[], None, "What it does to each feature, as GeoJSON"),
    operation("post", "/api/imports/{id}/examine", STEWARDS, FILE, None, "Examine the same file otherwise"),
    operation("post", "/api/imports/{id}/commit", STEWARDS, &[], None, "Do what was examined"),
    operation("get", "/api/vintages", Anyone, &["layer", "source"], None, "What was imported"),
    operation("post", "/api/vintages/{id}/rollback", STEWARDS, &[], None, "Take the newest vintage of a source back"),
    operation("get", "/api/mappings", STEWARDS, &["layer"], None, "Column mappings that were kept"),
    operation("put", "/api/mappings/{layer}/{name}", STEWARDS, &[], Some("Mapping"), "Keep a column mapping"),
    operation("delete", "/api/mappings/{layer}/{name}", STEWARDS, &[], None, "Forget a column mapping"),
    operation(
        "post",
        "/api/overlaps",
        Anyone,
        &[],
        Some("OverlapQuestion"),
        "What lies on what: a question, kept under a name",
    ),
    operation("get", "/api/overlaps/{id}", Anyone, &["limit", "offset", "sort", "f"], None, "Its answer"),
    operation("delete", "/api/overlaps/{id}", Anyone, &[], None, "Call its work off"),
    operation("get", "/api/overlaps/{id}/covered", Anyone, &[], None, "The area that all pairs cover together"),
    operation("get", "/api/overlaps/{id}/totals", Anyone, &["by"], None, "What the pairs come to by groups"),
];

impl Operation {
    fn describe(&self) -> Json_ {
        let path = self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let path = path.map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
        let query = self.query.iter().map(|name| json!({"name": name, "in": "query", "schema": {"type": "string"}}));
        let is_case = self.path.starts_with("/api/cases/{id}");
        let sees = match self.method {
            "patch" | "put" | "delete" if is_case => {
                Some(json!({"name": "If-Match", "in": "header", "required": true, "schema": {"type": "string"}}))
            }
            "put" if self.path == "/api/institutions/{id}" => {
                Some(json!({"name": "If-None-Match", "in": "header", "description": "* where it shall be new", "schema": {"type": "string"}}))
            }
            "post" if matches!(self.path, "/api/cases" | "/api/cases/{id}/facts") => {
                Some(json!({"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "maxLength": 200}}))
            }
            _ => None,
        }
        .filter(|_| !self.path.contains("attachments"));
        let problem = |name: &str| json!({"$ref": format!("#/components/responses/{name}")});
        let mut responses =
            json!({"2XX": {"description": "Done"}, "4XX": problem("Problem"), "5XX": problem("Problem")});
        let (roles, security) = match &self.who {
            Who::Anyone => (json!("anyone"), json!([{}, {"session": []}, {"token": []}])),
            Who::SignedIn => (json!("signed_in"), json!([{"session": []}, {"token": []}])),
            Who::Roles(roles) => (
                roles.iter().map(|role| role.word()).collect::<Vec<_>>().into(),
                json!([{"session": []}, {"token": []}]),
            ),
        };
        if !matches!(self.who, Who::Anyone) {
            responses["401"] = problem("SignedOut");
            responses["403"] = problem("Forbidden");
        }
        let mut described = json!({
            "summary": self.summary,
            "parameters": path.chain(query).chain(sees).collect::<Vec<_>>(),
            "security": security,
            "x-roles": roles,
            "responses": responses,
        });
        if let Some(schema) = self.body {
            let content = match schema {
                "File" => json!({"application/octet-stream": {}}),
                _ => json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{schema}")}}}),
            };
            described["requestBody"] = json!({"required": true, "content": content});
        }
        described
    }
}

/// `GET /api/openapi.json`
pub(super) async fn document(State(state): State<SharedState>) -> Json<Json_> {
    Json(describe(&state.public_url))
}

fn describe(url: &PublicUrl) -> Json_ {
    let mut paths: Map<String, Json_> = Map::new();
    for operation in OPERATIONS {
        let path = paths.entry(operation.path.to_owned()).or_insert_with(|| json!({}));
        path[operation.method] = operation.describe();
    }
    let problem = |description: &str| json!({"description": description, "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}});
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Rimay",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Cases, people, counts, files and overlaps. Features and tiles of layers are described under /ogc/api. \
                What a caller may not see is answered as if it were not there. x-roles tells who may do what.",
        },
        "servers": [{"url": url.join("")}],
        "paths": paths,
        "components": {
            "schemas": schemas(),
            "responses": {
                "Problem": problem("It was not done (RFC 9457); errors tells what is wrong with each member of a body"),
                "SignedOut": problem("Nobody is signed in"),
                "Forbidden": problem("The caller's role does not let them do it"),
            },
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "rimay_session"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    })
}

/// A fact, as its kinds and fields are declared.
fn fact() -> Json_ {
    let kinds = FactKinds::built_in();
    let ids: Vec<_> = kinds.kinds.iter().map(|kind| kind.id.as_str()).collect();
    let mut members = json!({
        "kind": {"type": "string", "enum": ids},
        "source_class": {"type": "string", "enum": SOURCE_CLASSES, "default": "institutional"},
        "source": {"type": "string", "maxLength": 500},
        "source_url": {"type": "string", "format": "uri", "maxLength": 2000},
        "source_on": {"type": "string", "format": "date"},
    });
    for field in &kinds.fields {
        let codes: Vec<_> = field.choices.iter().map(|choice| choice.code.as_str()).collect();
        let mut schema = match field.kind {
            FactFieldType::Date => json!({"type": "string", "format": "date"}),
            FactFieldType::Count => json!({"type": "integer", "minimum": 0}),
            FactFieldType::Degrees => json!({"type": "number"}),
            FactFieldType::Choice => json!({"type": "string", "enum": codes}),
            FactFieldType::Ubigeo => json!({"type": "string", "pattern": "^[0-9]{2}([0-9]{2}([0-9]{2})?)?$"}),
            _ => json!({"type": "string"}),
        };
        schema["description"] = field.title.en.as_str().into();
        members[&field.name] = schema;
    }
    json!({"type": "object", "required": ["kind"], "properties": members,
        "description": "Which members a kind takes, and which it needs, is told by /api/cases/kinds"})
}

fn schemas() -> Json_ {
    let text = || json!({"type": "string"});
    let object = |required: &[&str], properties: Json_| json!({"type": "object", "required": required, "properties": properties});
    let words = || json!({"type": "array", "items": {"type": "string"}});
    let sharing = json!({
        "sharing": {"type": "string", "enum": ["own", "shared", "public"]},
        "shared_with": words(),
        "draft": {"type": "boolean"},
    });
    let mut new_case = sharing.clone();
    new_case["code"] = json!({"type": "string", "minLength": 3, "maxLength": 40});
    new_case["synthetic"] = json!({"type": "boolean", "default": false});
    new_case["facts"] = json!({"type": "array", "items": {"$ref": "#/components/schemas/Fact"}, "description": "One of kind name among them"});
    let condition =
        object(&["where", "kind", "es", "en"], json!({"where": text(), "kind": text(), "es": text(), "en": text()}));
    json!({
        "Problem": object(&["status", "title", "detail"], json!({
            "type": text(), "status": {"type": "integer"}, "title": text(), "detail": text(), "parameter": text(), "request_id": text(),
            "errors": {"type": "array", "items": object(&["member", "es", "en"], json!({"member": text(), "es": text(), "en": text()}))},
            "current": {"type": "object", "description": "Of a 412: what is there now"},
            "yours": {"type": "object", "description": "Of a 412: what was sent"},
        })),
        "Fact": fact(),
        "Facts": {"oneOf": [{"$ref": "#/components/schemas/Fact"},
            object(&["facts"], json!({"facts": {"type": "array", "items": {"$ref": "#/components/schemas/Fact"}}}))]},
        "NewCase": object(&["facts"], new_case),
        "Sharing": object(&[], sharing),
        "Merge": object(&["into"], json!({"into": {"type": "string", "format": "uuid"}})),
        "Code": object(&["title_es", "title_en"], json!({"title_es": text(), "title_en": text(), "retired": {"type": "boolean"}, "version": {"type": "integer", "default": 0, "description": "The version that was seen; 0 for a new code"}})),
        "CodeMatch": object(&["code", "relation"], json!({"code": text(), "relation": {"type": "string", "enum": ["exact", "broader", "narrower"]}})),
        "Scheme": object(&["institution", "title_es", "title_en", "definition_es", "definition_en", "conditions", "source_classes"], json!({
            "institution": text(), "title_es": text(), "title_en": text(), "definition_es": text(), "definition_en": text(),
            "conditions": {"type": "array", "items": condition}, "source_classes": words(), "version": {"type": "integer", "default": 0}})),
        "Institution": object(&["title_es", "title_en"], json!({"title_es": text(), "title_en": text(), "closed": {"type": "boolean", "default": false}})),
        "SignIn": object(&["login", "password"], json!({"login": text(), "password": text()})),
        "Passwords": object(&["old", "new"], json!({"old": text(), "new": text()})),
        "Invitation": object(&["secret"], json!({"secret": text()})),
        "Acceptance": object(&["secret", "password"], json!({"secret": text(), "password": text(), "login": text(), "name": text(), "institution": text()})),
        "NewToken": object(&["name", "scopes"], json!({"name": text(), "scopes": words(), "days": {"type": "number"}})),
        "NewAccount": object(&["login", "name", "role"], json!({"login": text(), "name": text(), "role": text(), "institution": text(), "network_level": {"type": "integer"}, "jurisdiction": words()})),
        "AccountChange": object(&[], json!({"name": text(), "role": text(), "institution": text(), "active": {"type": "boolean"}, "network_level": {"type": "integer"}, "jurisdiction": words()})),
        "Mapping": {"type": "object"},
        "OverlapQuestion": object(&["a", "b"], json!({"a": text(), "b": text(), "relation": text()})),
    })
}
