//! The register of cases as files: in from what an institution kept before, out as the caller may see it.

use std::io::Write;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value as Json_, json};

use crate::{
    api::{
        Problem, SharedState,
        body::WholeBody,
        cases::{checked_facts, filter_of, source_class, viewer, writer},
        imports::{OPTIONS, options},
        params::Params,
    },
    exchange::{ExchangeError, ReadOptions, RegisterCase, RegisterDefaults, read_register, text_cell},
    jobs::{Upload, read_options},
    model::{
        Code, Moment, RowNote,
        cases::{CheckedFact, COMMON, COUNTING_TESTS, FactKinds, ListedCode, Wrong},
    },
    people::Caller,
    store::{CaseDraft, CaseError, Institution, Sharing},
};

/// Letters of the institution in the code of a row that bears none.
const LONGEST_INSTITUTION: usize = 20;
/// Bytes of a register.
const MAX_REGISTER: usize = 20 << 20;
/// Cases in a file, at most.
const MOST_CASES: i64 = 100_000;
/// Columns of a file of cases: their names, and what readers call them.
const COLUMNS: [(&str, &str, &str); 27] = [
    ("code", "código", "code"),
    ("name", "nombre", "name"),
    ("institution", "institución", "institution"),
    ("audience", "visto como", "seen as"),
    ("sharing", "compartido", "sharing"),
    ("draft", "borrador", "draft"),
    ("state", "estado", "state"),
    ("phase", "fase", "phase"),
    ("state_since", "estado desde", "state since"),
    ("started_on", "inicio", "started"),
    ("ended_on", "fin", "ended"),
    ("scope", "alcance", "scope"),
    ("type", "tipo", "type"),
    ("activity", "actividad", "activity"),
    ("company", "empresa", "company"),
    ("description", "descripción", "description"),
    ("department", "departamento", "department"),
    ("province", "provincia", "province"),
    ("district", "distrito", "district"),
    ("ubigeo", "ubigeo", "ubigeo"),
    ("longitude", "longitud", "longitude"),
    ("latitude", "latitud", "latitude"),
    ("precision", "precisión", "precision"),
    ("places", "lugares", "places"),
    ("events", "hechos", "events"),
    ("last_event_on", "último hecho", "last event"),
    ("id", "id", "id"),
];
/// What codes that are no list's are called: column, code, Spanish, English.
const SHARINGS: [(&str, &str, &str, &str); 6] = [
    ("audience", "own", "propia institución", "own institution"),
    ("audience", "shared", "compartido con la institución", "shared with the institution"),
    ("audience", "public", "público", "public"),
    ("sharing", "own", "solo su institución", "own institution only"),
    ("sharing", "shared", "instituciones elegidas", "chosen institutions"),
    ("sharing", "public", "todos", "everybody"),
];

pub(super) fn routes() -> Router<SharedState> {
    Router::new()
        .route("/api/cases/import", post(import))
        .route("/api/cases/export", get(export))
        .layer(DefaultBodyLimit::max(MAX_REGISTER))
}

/// `POST /api/cases/import?file=NAME&preset=…&columns=…&mapping=…&valid-on=…&source=…&source-class=…&tests=…&dry-run=…`: the body is a
/// spreadsheet, whose columns are mapped as those of a file for the layer of conflicts. Each row becomes a case, a draft of the
/// caller's institution; rows that cannot are told with what is wrong. Rows that were recorded before, in this file or another, make none.
async fn import(
    State(state): State<SharedState>,
    caller: Caller,
    params: Params,
    WholeBody(body): WholeBody,
) -> Result<Response, Problem> {
    let viewer = writer(&caller)?;
    params.allow_only(OPTIONS.into_iter().chain(["file", "dry-run", "source-class", "tests"]))?;
    let dry_run = params.truth("dry-run")?;
    let source_class = source_class(&params)?;
    let options = options(&state, &params.with("layer", "conflicts")).await?;
    let name = params.get("file").unwrap_or_default();
    let defaults = RegisterDefaults {
        valid_from: options.valid_on.unwrap_or_else(Moment::today).to_string(),
        source_class: source_class.to_owned(),
        source: options.source.clone().unwrap_or_else(|| name.to_owned()),
        tests: tests_of(&params)?,
    };
    // A register that says nothing of it has degrees, as those who keep one write them.
    let read = ReadOptions { degrees_implied: true, ..read_options(&options)? };
    let mut upload = Upload::begin(name).await?;
    upload.write(&body).await?;
    let path = upload.finish().await?;
    let folder = path.parent().map(|folder| format!("{}/", folder.display())).unwrap_or_default();
    // Where a file lies here is nobody's business.
    let told = |error: ExchangeError| Problem::bad_body(error.to_string().replace(&folder, ""));
    let register = match read_register(path, &read, &defaults).await {
        Ok(register) => register,
        // Columns that fit nothing by themselves: whoever looks first is told them, and says which is what.
        Err(ExchangeError::Told { reason, columns }) if dry_run && !columns.is_empty() => {
            let file = json!({"columns": columns, "used_columns": [], "ignored_columns": columns});
            let told = json!({"dry_run": true, "file": file, "recorded": 0, "known_before": 0, "rejected": [], "notes": [],
                "preview": [], "reason": reason.replace(&folder, "")});
            return Ok(Json(told).into_response());
        }
        Err(error) => return Err(told(error)),
    };
    let mut rejected: Vec<Json_> = register.rejected.iter().map(|note| json!(note)).collect();
    let mut notes = register.notes;
    let (mut recorded, mut known) = (0, 0);
    let lists = state.store.codes().await?;
    let today = Moment::today();
    // The same row makes one case, whoever sends it and when: also in a file in which others were corrected.
    let code_of = |case: &RegisterCase| {
        let institution: String = caller.person.institution.to_uppercase().chars().take(LONGEST_INSTITUTION).collect();
        case.code.clone().unwrap_or_else(|| format!("{institution}-{}", case.mark))
    };
    let all: Vec<String> = register.cases.iter().map(code_of).collect();
    let (mut preview, mut codes) = (vec![], state.store.known_case_codes(viewer, &all).await?);
    for case in &register.cases {
        let code = code_of(case);
        if !(3..=40).contains(&code.chars().count()) {
            let wrong = Wrong {
                member: "code".into(),
                es: format!("el código «{code}» tiene que tener de 3 a 40 letras o cifras"),
                en: format!("the code \"{code}\" must have from 3 to 40 letters or digits"),
            };
            rejected.push(refused_for(case, &[wrong]));
            continue;
        }
        let refused = |note: String| RowNote { row: case.row, feature: case.name.clone(), note, place: None };
        let facts = match checked_facts(&case.facts, &lists, today) {
            Ok(facts) => facts,
            Err(wrong) => {
                rejected.push(refused_for(case, &wrong));
                continue;
            }
        };
        if !codes.insert(code_of(case)) {
            known += 1;
            continue;
        }
        // What is refused as it is recorded is refused as it is looked at.
        let facts = match with_sound_places(&state, facts).await? {
            Ok((facts, None)) => facts,
            Ok((facts, Some(contradiction))) => {
                notes.push(refused(contradiction));
                facts
            }
            Err(wrong) => {
                rejected.push(refused_for(case, &[*wrong]));
                continue;
            }
        };
        if dry_run {
            recorded += 1;
            if preview.len() < 20 {
                preview.push(json!({"row": case.row, "code": case.code, "facts": case.facts}));
            }
            continue;
        }
        let sharing = Sharing { sharing: "own".into(), shared_with: vec![], draft: true };
        let draft = CaseDraft { code: Some(code_of(case)), sharing, synthetic: false, facts };
        match state.store.create_case(viewer, &draft, None).await {
            Ok(_) => recorded += 1,
            Err(CaseError::CodeTaken(_)) => known += 1,
            Err(CaseError::Wrong(wrong)) => rejected.push(refused_for(case, &[*wrong])),
            Err(error @ (CaseError::Twice(_) | CaseError::Refused(_))) => {
                rejected.push(json!(refused(error.to_string())))
            }
            Err(error) => return Err(error.into()),
        }
    }
    let answer = json!({
        "dry_run": dry_run,
        "file": {"format": register.summary.format, "table": register.summary.table, "columns": register.summary.columns,
            "used_columns": register.summary.used_columns, "ignored_columns": register.summary.ignored_columns},
        "recorded": recorded,
        "known_before": known,
        "rejected": rejected,
        "notes": notes,
        "preview": preview,
    });
    let status = if dry_run { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(answer)).into_response())
}

/// Facts whose places hold against what is loaded. A register is taken as it was kept: where the coordinates of a row lie in another
/// department than it says, they hold, what it says is kept in words, and that is told.
async fn with_sound_places(
    state: &SharedState,
    mut facts: Vec<CheckedFact>,
) -> Result<Result<(Vec<CheckedFact>, Option<String>), Box<Wrong>>, Problem> {
    let wrong = match state.store.check_places(&facts).await {
        Ok(()) => return Ok(Ok((facts, None))),
        Err(CaseError::Wrong(wrong)) => wrong,
        Err(error) => return Err(error.into()),
    };
    let told = wrong.en.strip_suffix(": mend one of them").filter(|_| wrong.member.ends_with("department"));
    let Some(told) = told else { return Ok(Err(wrong)) };
    for fact in facts.iter_mut().filter(|fact| fact.kind == "place") {
        let units = ["district", "province", "department"].map(|unit| fact.members.remove(unit));
        let units: Vec<String> =
            units.into_iter().flatten().filter_map(|unit| unit.as_str().map(str::to_owned)).collect();
        let said = fact.members.get("text").and_then(Json_::as_str).map(str::to_owned);
        let text: Vec<String> = said.into_iter().chain([format!("Según la fuente: {}.", units.join(", "))]).collect();
        fact.members.insert("text".into(), text.join(" ").into());
    }
    match state.store.check_places(&facts).await {
        Ok(()) => Ok(Ok((facts, Some(format!("{told}; the coordinates hold, and the units are kept in words"))))),
        Err(CaseError::Wrong(wrong)) => Ok(Err(wrong)),
        Err(error) => Err(error.into()),
    }
}

/// Tests for counting that all cases of a register meet: codes with commas between.
fn tests_of(params: &Params) -> Result<Vec<String>, Problem> {
    let told = params.get("tests").unwrap_or_default().split(',').map(str::trim).filter(|code| !code.is_empty());
    let mut tests: Vec<String> = vec![];
    for code in told {
        if !COUNTING_TESTS.contains(&code) {
            let accepted = COUNTING_TESTS.join(", ");
            return Err(Problem::bad_parameter("tests", format!("accepted are {accepted}, with commas between")));
        }
        if !tests.iter().any(|own| own == code) {
            tests.push(code.to_owned());
        }
    }
    Ok(tests)
}

/// A row that no case is made of, with what is wrong in both languages.
fn refused_for(case: &RegisterCase, errors: &[Wrong]) -> Json_ {
    // (Facts of a row have no numbers that its reader knows.)
    let member = |wrong: &Wrong| wrong.member.rsplit('.').next().unwrap_or_default().to_owned();
    let errors: Vec<_> = errors.iter().map(|wrong| Wrong { member: member(wrong), ..wrong.clone() }).collect();
    let told: Vec<_> = errors.iter().map(|wrong| format!("{}: {}", wrong.member, wrong.en)).collect();
    let note = RowNote { row: case.row, feature: case.name.clone(), note: told.join("; "), place: None };
    let mut row = json!(note);
    row["errors"] = json!(errors);
    row
}

/// How a file of cases is told: by names and codes, for programs, or in words for readers.
enum Telling {
    Codes,
    Words { is_spanish: bool, lists: Vec<ListedCode>, institutions: Vec<Institution> },
}

impl Telling {
    async fn of(state: &SharedState, params: &Params) -> Result<Telling, Problem> {
        let is_spanish = match params.get("lang") {
            None => return Ok(Telling::Codes),
            Some("es") => true,
            Some("en") => false,
            Some(_) => return Err(Problem::bad_parameter("lang", "accepted are es and en; without it, names and codes")),
        };
        let (lists, institutions) = tokio::try_join!(state.store.codes(), state.store.institutions())?;
        Ok(Telling::Words { is_spanish, lists, institutions })
    }

    fn heads(&self) -> [&'static str; COLUMNS.len()] {
        COLUMNS.map(|(name, es, en)| match self {
            Telling::Codes => name,
            Telling::Words { is_spanish: true, .. } => es,
            Telling::Words { is_spanish: false, .. } => en,
        })
    }

    /// What a cell says.
    fn cell(&self, case: &Json_, column: &str) -> Json_ {
        let value = &case[column];
        let Telling::Words { is_spanish, lists, institutions } = self else { return value.clone() };
        let own = |es: &str, en: &str| if *is_spanish { es.to_owned() } else { en.to_owned() };
        if let Some(truth) = value.as_bool() {
            return match truth {
                true => own("sí", "yes"),
                false => "no".to_owned(),
            }
            .into();
        }
        let Some(code) = value.as_str() else { return value.clone() };
        let kinds = FactKinds::built_in();
        let chosen = |choices: &[Code]| choices.iter().find(|own| own.code == code).map(|each| own(&each.es, &each.en));
        let word = match column {
            "state" | "scope" => kinds.kind(column).and_then(|kind| chosen(&kind.choices)),
            "phase" | "precision" => chosen(&kinds.field(column).choices),
            "type" | "activity" => {
                let mut listed = lists.iter().filter(|own| own.list == column && own.institution == COMMON);
                listed.find(|own| own.code == code).map(|each| own(&each.title_es, &each.title_en))
            }
            "institution" => {
                institutions.iter().find(|own| own.id == code).map(|each| own(&each.title_es, &each.title_en))
            }
            "audience" | "sharing" => {
                let mut known = SHARINGS.iter().filter(|(of, ..)| *of == column);
                known.find(|(_, own, ..)| *own == code).map(|(.., es, en)| own(es, en))
            }
            _ => None,
        };
        word.map_or_else(|| value.clone(), Json_::from)
    }
}

/// `GET /api/cases/export?f=csv|xlsx&lang=es|en&…`: the cases of a list, as the caller may see them, in one file; with `lang` in words
/// of that language, without it by names and codes.
async fn export(State(state): State<SharedState>, caller: Option<Caller>, params: Params) -> Result<Response, Problem> {
    let mut filter = filter_of(&params, ["f", "lang"])?;
    (filter.offset, filter.limit, filter.in_full) = (0, MOST_CASES, true);
    let format = params.get("f").unwrap_or("csv");
    if !["csv", "xlsx"].contains(&format) {
        return Err(Problem::bad_parameter("f", "accepted are csv and xlsx"));
    }
    let telling = Telling::of(&state, &params).await?;
    let (cases, _) = state.store.cases(viewer(caller.as_ref()), &filter).await?;
    let (bytes, kind) = match format {
        "csv" => (csv(&telling, &cases), "text/csv; charset=utf-8"),
        _ => {
            let written = state.heavy.draw(move || xlsx(&telling, &cases)).await?;
            let bytes = written.map_err(|error| {
                tracing::error!(%error, "a spreadsheet cannot be written");
                Problem::internal()
            })?;
            (bytes, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        }
    };
    let headers = [
        ("content-type", kind.to_owned()),
        ("content-disposition", format!("attachment; filename=\"casos.{format}\"")),
    ];
    Ok((headers, bytes).into_response())
}

fn csv(telling: &Telling, cases: &[Json_]) -> Vec<u8> {
    // The mark by which spreadsheets know UTF-8.
    let mut out = "\u{feff}".as_bytes().to_vec();
    let _ = write!(out, "{}\r\n", telling.heads().join(","));
    for case in cases {
        let cells = COLUMNS.map(|(column, ..)| match telling.cell(case, column) {
            Json_::Null => String::new(),
            Json_::String(text) => text_cell(&text),
            other => other.to_string(),
        });
        let _ = write!(out, "{}\r\n", cells.join(","));
    }
    out
}

fn xlsx(telling: &Telling, cases: &[Json_]) -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("casos")?;
    for (column, title) in (0..).zip(telling.heads()) {
        sheet.write_string(0, column, title)?;
    }
    for (row, case) in (1..).zip(cases) {
        for (column, (name, ..)) in (0..).zip(COLUMNS) {
            match telling.cell(case, name) {
                Json_::Null => {}
                Json_::Number(number) => _ = sheet.write_number(row, column, number.as_f64().unwrap_or_default())?,
                // As a text, never as a formula.
                Json_::String(text) => _ = sheet.write_string(row, column, text)?,
                other => _ = sheet.write_string(row, column, other.to_string())?,
            }
        }
    }
    book.save_to_buffer()
}
