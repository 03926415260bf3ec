//! Lists of cases as files, with what the caller may see.

use std::io::Write;

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::Value as Json_;

use crate::{
    api::{
        Problem, SharedState,
        cases::{filter_of, viewer},
        params::Params,
    },
    exchange::text_cell,
    model::{
        Code,
        cases::{COMMON, FactKinds, ListedCode},
        plain_text,
    },
    people::Caller,
    store::Institution,
};

/// Cases in a file, at most.
const MOST_CASES: i64 = 100_000;
/// UTF-16 units of a cell of a spreadsheet, without the ellipsis.
const LONGEST_CELL: usize = 32_766;
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
    Router::new().route("/api/cases/export", get(export))
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
            Some(_) => {
                return Err(Problem::bad_parameter("lang", "accepted are es and en; without it, names and codes"));
            }
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

/// A text as a cell of a spreadsheet holds it: what is longer ends in an ellipsis, and is whole in CSV.
fn as_cell(text: &str) -> String {
    let text = plain_text(text);
    let mut room = LONGEST_CELL;
    let fits = |c: char| {
        room = room.checked_sub(c.len_utf16())?;
        Some(c)
    };
    match text.encode_utf16().count() <= LONGEST_CELL {
        true => text.into_owned(),
        false => text.chars().map_while(fits).chain(['…']).collect(),
    }
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
                Json_::String(text) => _ = sheet.write_string(row, column, as_cell(&text))?,
                other => _ = sheet.write_string(row, column, other.to_string())?,
            }
        }
    }
    book.save_to_buffer()
}
