//! Features as files: what a question finds, in the formats GIS programs and spreadsheets open.

use std::{fs::File, sync::LazyLock, time::Instant};

use crate::{
    api::{Problem, file::file_name, ogc::question::Question},
    crs::CRS84,
    exchange::{ExchangeError, ExportAbout, ExportFormat, ExportRow, export},
    index::{Snapshot, TookTooLong},
    model::{Field, FieldType, Sensitivity, Text, Value},
};

/// Formats that are files; GeoJSON is the answer itself.
pub(super) fn files() -> impl Iterator<Item = ExportFormat> + Clone {
    ExportFormat::ALL.iter().copied().filter(|format| *format != ExportFormat::GeoJson)
}

/// Their names, for people.
pub(super) fn file_names() -> String {
    files().map(ExportFormat::name).collect::<Vec<_>>().join(", ")
}

/// Geodesic distance from where features shall be near to; in files that nearness was asked of.
static DISTANCE: LazyLock<Field> = LazyLock::new(|| Field {
    name: "distance_m".into(),
    title: Text { es: "Distancia".into(), en: "Distance".into() },
    kind: FieldType::Real,
    unit: Some("m".into()),
    is_area: false,
    digits: None,
    is_department: false,
    codes: vec![],
    only_when: None,
    sensitivity: Sensitivity::Public,
});

/// The file format a request names, if it is one.
pub(super) fn file_format(name: &str) -> Option<ExportFormat> {
    files().find(|format| format.name() == name)
}

/// Finds the features and writes them to a file that goes with its reader. All of them, unless the question says how
/// many.
pub(super) fn write_file(
    question: &Question,
    snapshot: &Snapshot,
    format: ExportFormat,
    deadline: Instant,
) -> Result<File, Problem> {
    if question.crs != &CRS84 {
        return Err(Problem::bad_parameter("crs", format!("files are in {}", CRS84.uri)));
    }
    let asked = question.explicit_limit.unwrap_or(usize::MAX);
    let found = question.find(snapshot, asked.saturating_add(question.offset), deadline)?;
    // With `after`, slots are by ascending id.
    let first = question.after.map_or(0, |id| found.slots.partition_point(|slot| snapshot.feature(*slot).id <= id));
    let slots = found.slots.iter().zip(0..).skip(first.saturating_add(question.offset)).take(asked);
    let positions = match &question.selection {
        Some(selection) => selection.fields.clone(),
        None => (0..snapshot.fields().len()).collect(),
    };
    let mut fields: Vec<_> = positions.iter().map(|position| snapshot.fields()[*position]).collect();
    fields.extend(found.distances.as_ref().map(|_| &*DISTANCE));
    let mut rows = slots.map(|(slot, at)| {
        if Instant::now() > deadline {
            return Err(ExchangeError::Stopped);
        }
        let mut row = ExportRow::of(snapshot, snapshot.feature(*slot), &positions);
        row.values
            .extend(found.distances.as_ref().map(|distances| Value::Real((distances[at] * 100.0).round() / 100.0)));
        Ok(row)
    });
    let mut write = || {
        let folder = tempfile::tempdir().map_err(ExchangeError::scratch)?;
        let path = folder.path().join(file_name(&snapshot.layer().id, format));
        export(&path, format, snapshot.layer(), &fields, &mut rows, &ExportAbout::of(snapshot), false)?;
        // The folder goes; what is open stays until it is read.
        File::open(&path).map_err(ExchangeError::scratch)
    };
    write().map_err(|error| match error {
        ExchangeError::Stopped => Problem::from(TookTooLong),
        error => {
            tracing::error!(%error, layer = snapshot.layer().id, "a file cannot be written");
            Problem::internal()
        }
    })
}
