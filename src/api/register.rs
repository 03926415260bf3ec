//! A register of cases that an institution kept before, taken from a spreadsheet.

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value as Json_, json};

use crate::{
    api::{
        Problem, SharedState,
        body::WholeBody,
        cases::{checked_facts, source_class, writer},
        imports::{OPTIONS, options},
        params::Params,
    },
    exchange::{ExchangeError, ReadOptions, Register, RegisterCase, RegisterDefaults, read_register},
    jobs::{Upload, read_options},
    model::{
        Moment, RowNote,
        cases::{COUNTING_TESTS, CheckedFact, Wrong},
    },
    people::Caller,
    store::{CaseDraft, CaseError, Sharing},
};

/// Letters of the institution in the code of a row that bears none.
const LONGEST_INSTITUTION: usize = 20;
/// Bytes of a register.
const MAX_REGISTER: usize = 20 << 20;
pub(super) fn routes() -> Router<SharedState> {
    Router::new().route("/api/cases/import", post(import)).layer(DefaultBodyLimit::max(MAX_REGISTER))
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
    writer(&caller)?;
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
    // What was begun is finished, also where whoever sent it does not wait.
    let work =
        tokio::spawn(async move { record_rows(&state, &caller, register, (&defaults.valid_from, dry_run)).await });
    let answer = work.await.map_err(|_| Problem::internal())??;
    let status = if dry_run { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(answer)).into_response())
}

/// Makes cases of the rows of a register, or says what would come of them.
async fn record_rows(
    state: &SharedState,
    caller: &Caller,
    register: Register,
    (day_of_list, dry_run): (&str, bool),
) -> Result<Json_, Problem> {
    let viewer = writer(caller)?;
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
        let facts = match with_sound_places(state, facts).await? {
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
    Ok(json!({
        "dry_run": dry_run,
        "file": {"format": register.summary.format, "table": register.summary.table, "columns": register.summary.columns,
            "used_columns": register.summary.used_columns, "ignored_columns": register.summary.ignored_columns},
        "recorded": recorded,
        "known_before": known,
        "rejected": rejected,
        "notes": notes,
        // States of so many rows hold from the day of the list.
        "undated": register.undated,
        "undated_hold_from": day_of_list,
        "preview": preview,
    }))
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
