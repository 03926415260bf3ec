use std::{
    io::{self, Write},
    path::Path,
    sync::LazyLock,
};

use geo::Geometry;

use crate::{
    analysis::{Answer, MeasureError, Measurer, Pair, PairRow, PairSide},
    exchange::{ExchangeError, ExportAbout, ExportFormat, ExportRow, ExportSummary, export, export::text_cell},
    index::{SYNTHETIC, write_geometry},
    model::{Layer, Value},
    store::to_wkb,
};

/// Why pairs cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum OverlapsError {
    /// A pair cannot be measured.
    #[error(transparent)]
    Measure(#[from] MeasureError),
    /// Nobody takes it.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file cannot be written.
    #[error(transparent)]
    File(#[from] ExchangeError),
    /// Nobody waits for it any more.
    #[error("writing was stopped")]
    Stopped,
}

/// The columns of files of pairs, in the order of [`values_of`].
static COLUMNS: LazyLock<Layer> =
    LazyLock::new(|| toml::from_str(include_str!("overlaps.toml")).expect("overlaps.toml is sound"));

/// Writes all pairs as CSV (RFC 4180, UTF-8, no cell a formula), one row each. Before each is asked whether to go on.
///
/// # Errors
/// [`OverlapsError`].
pub fn write_overlaps_csv(
    out: &mut impl Write,
    answer: &Answer,
    go_on: impl Fn() -> bool,
) -> Result<(), OverlapsError> {
    let mut measurer = Measurer::of(answer);
    let names: Vec<&str> = COLUMNS.fields.iter().map(|field| field.name.as_str()).collect();
    write!(out, "{},synthetic\r\n", names.join(","))?;
    for pair in &answer.pairs {
        if !go_on() {
            return Err(OverlapsError::Stopped);
        }
        let (row, _) = measurer.row(pair)?;
        let cells: Vec<String> = values_of(&row).iter().map(cell).collect();
        write!(out, "{},{}\r\n", cells.join(","), row.a.synthetic || row.b.synthetic)?;
    }
    Ok(())
}

/// Writes all pairs to a file of any format, each with the area it shares. Before each is asked whether to go on. Blocks.
///
/// # Errors
/// See [`export`].
pub fn write_overlaps_file(
    path: &Path,
    format: ExportFormat,
    answer: &Answer,
    overwrite: bool,
    go_on: impl Fn() -> bool,
) -> Result<ExportSummary, ExchangeError> {
    let mut measurer = Measurer::of(answer);
    let mut rows = (1..).zip(&answer.pairs).map(|(id, pair)| {
        if !go_on() {
            return Err(ExchangeError::Stopped);
        }
        let (row, shared) =
            measurer.row(pair).map_err(|error| ExchangeError::UnfitFeature { id, detail: error.to_string() })?;
        Ok(ExportRow {
            id,
            values: values_of(&row),
            source: None,
            synthetic: row.a.synthetic || row.b.synthetic,
            geometry_wkb: (!shared.0.is_empty()).then(|| to_wkb(&shared.into())),
        })
    });
    let [a, b] = [&answer.layers.a, &answer.layers.b];
    // Of an area that somebody brought there is no source.
    let joined = |one: String, other: String| match (one.is_empty() || one == other, other.is_empty()) {
        (true, _) => other,
        (_, true) => one,
        _ => format!("{one}; {other}"),
    };
    let about = ExportAbout {
        title: format!("{} × {}", a.layer().title.es, b.layer().title.es),
        licence: joined(a.licence(), b.licence()),
        attribution: joined(a.attribution(), b.attribution()),
        synthetic: a.has_synthetic() || b.has_synthetic(),
        revision: a.revision().max(b.revision()),
    };
    let fields: Vec<_> = COLUMNS.fields.iter().collect();
    export(path, format, &COLUMNS, &fields, &mut rows, &about, overwrite)
}

/// Writes pairs of an answer, so many from the first place on, as GeoJSON: what each shares, with the columns of other files; null
/// where that is no area. Before each is asked whether to go on.
///
/// # Errors
/// [`OverlapsError`].
pub fn write_overlaps_geojson(
    out: &mut impl Write,
    answer: &Answer,
    pairs: &[&Pair],
    (offset, limit): (usize, usize),
    go_on: impl Fn() -> bool,
) -> Result<(), OverlapsError> {
    let mut measurer = Measurer::of(answer);
    write!(out, r#"{{"type":"FeatureCollection","features":["#)?;
    for (position, pair) in pairs.iter().skip(offset).take(limit).enumerate() {
        if !go_on() {
            return Err(OverlapsError::Stopped);
        }
        let (row, shared) = measurer.row(pair)?;
        let geometry = (!shared.0.is_empty()).then(|| Geometry::from(shared));
        let mut feature = Vec::from(if position == 0 { "" } else { "," });
        feature.extend_from_slice(br#"{"type":"Feature","geometry":"#);
        write_geometry(&mut feature, geometry.as_ref(), GEOMETRY_DECIMALS);
        feature.extend_from_slice(br#","properties":"#);
        let mut properties = serde_json::Map::new();
        for (field, value) in COLUMNS.fields.iter().zip(values_of(&row)) {
            properties.insert(field.name.clone(), serde_json::to_value(value).map_err(io::Error::from)?);
        }
        properties.insert(SYNTHETIC.to_owned(), (row.a.synthetic || row.b.synthetic).into());
        serde_json::to_writer(&mut feature, &properties).map_err(io::Error::from)?;
        feature.push(b'}');
        out.write_all(&feature)?;
    }
    Ok(write!(out, "]}}")?)
}

/// About a tenth of a millimetre.
const GEOMETRY_DECIMALS: i32 = 9;

/// One for each column.
fn values_of(row: &PairRow) -> Vec<Value> {
    let side = |side: &PairSide| {
        [
            Value::Integer(side.id),
            side.code.clone(),
            side.name.clone(),
            side.category.clone(),
            side.first_day.map_or(Value::Null, Value::Date),
            side.source.as_deref().map_or(Value::Null, |source| Value::Text(source.into())),
        ]
    };
    let real = |number: Option<f64>| number.map_or(Value::Null, Value::Real);
    let whole = |number: usize| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    let word = |value: serde_json::Value| value.as_str().map_or(Value::Null, |word| Value::Text(word.into()));
    let measures = &row.measures;
    let of_pair = [
        word(serde_json::json!(measures.class)),
        Value::Real(measures.geodesic_ha),
        real(measures.utm_ha),
        Value::Integer(measures.utm_zone.into()),
        real(measures.percent_a),
        real(measures.percent_b),
        real(measures.width_m),
        Value::Real(measures.tolerance_m),
        Value::Boolean(measures.sliver),
        real(measures.border_m),
        real(row.distance_m),
        word(serde_json::json!(measures.first)),
        whole(measures.conflicts_inside),
        whole(measures.conflicts_near),
    ];
    side(&row.a).into_iter().chain(side(&row.b)).chain(of_pair).collect()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Text(text) => text_cell(text),
        Value::Null => String::new(),
        other => serde_json::to_string(other).unwrap_or_default().trim_matches('"').to_owned(),
    }
}
