use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use serde_json::{Value as Json, json};

use crate::{
    exchange::{ExchangeError, export::text_cell},
    store::Change,
};

/// Whether changes can be written to a file of that name.
///
/// # Errors
/// [`ExchangeError::UnknownExtension`].
pub(super) fn check_target(path: &Path) -> Result<(), ExchangeError> {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    match extension.to_str() {
        Some("geojson" | "json" | "csv") => Ok(()),
        _ => Err(ExchangeError::UnknownExtension { path: path.into(), accepted: ".geojson and .csv" }),
    }
}

/// Writes what an import did as a file: GeoJSON, or CSV by its extension.
///
/// # Errors
/// [`ExchangeError::Unwritable`], [`ExchangeError::UnknownExtension`].
pub(super) fn write_changes(path: &Path, changes: &[Change]) -> Result<(), ExchangeError> {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    let write = match extension.to_str() {
        Some("geojson" | "json") => write_geojson,
        Some("csv") => write_csv,
        _ => return Err(ExchangeError::UnknownExtension { path: path.into(), accepted: ".geojson and .csv" }),
    };
    let unwritable = |source| ExchangeError::Unwritable { path: path.into(), source };
    let mut out = BufWriter::new(File::create(path).map_err(unwritable)?);
    write(&mut out, changes).and_then(|()| out.flush()).map_err(unwritable)
}

fn write_geojson(out: &mut BufWriter<File>, changes: &[Change]) -> io::Result<()> {
    write!(out, r#"{{"type":"FeatureCollection","features":["#)?;
    for (position, change) in changes.iter().enumerate() {
        let separator = if position == 0 { "" } else { "," };
        let geometry = change.geometry.as_ref().map_or("null", |geometry| geometry.get());
        let properties = serde_json::to_string(change)?;
        write!(out, r#"{separator}{{"type":"Feature","geometry":{geometry},"properties":{properties}}}"#)?;
    }
    writeln!(out, "]}}")
}

fn write_csv(out: &mut BufWriter<File>, changes: &[Change]) -> io::Result<()> {
    write!(out, "kind,id,key,name,department,fields,area_before_ha,area_after_ha,area_moved_ha,distance_m\r\n")?;
    for change in changes {
        let shown = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let fields: Vec<_> = change
            .fields
            .iter()
            .map(|field| format!("{}: {} → {}", field.field, shown(&field.before), shown(&field.after)))
            .collect();
        let number = |number: Option<f64>| number.map(|number| format!("{number:.4}")).unwrap_or_default();
        let cells = [
            shown(&json!(change.kind)),
            change.id.to_string(),
            change.key.clone(),
            change.name.clone().unwrap_or_default(),
            change.department.clone().unwrap_or_default(),
            fields.join("; "),
            number(change.area_before_ha),
            number(change.area_after_ha),
            number(change.area_moved_ha),
            number(change.distance_m),
        ];
        write!(out, "{}\r\n", cells.map(|cell| text_cell(&cell)).join(","))?;
    }
    Ok(())
}
