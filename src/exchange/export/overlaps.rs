use std::io::{self, Write};

use geo::Geometry;

use crate::{
    analysis::{Answer, MeasureError, Measurer, PairRow, PairSide},
    exchange::export::text_cell,
    index::write_geometry,
    model::Value,
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
}

const HEAD: &str = "a_id,a_code,a_name,a_category,a_first_day,a_source,b_id,b_code,b_name,b_category,b_first_day,b_source,class,geodesic_ha,utm_ha,utm_zone,percent_a,percent_b,width_m,tolerance_m,sliver,border_m,distance_m,first,conflicts_inside,conflicts_within_5_km,synthetic";

/// Writes all pairs as CSV (RFC 4180, UTF-8, no cell a formula), one row each.
///
/// # Errors
/// [`OverlapsError`].
pub fn write_overlaps_csv(out: &mut impl Write, answer: &Answer) -> Result<(), OverlapsError> {
    let mut measurer = Measurer::of(answer);
    write!(out, "{HEAD}\r\n")?;
    for pair in &answer.pairs {
        let (row, _) = measurer.row(pair)?;
        write!(out, "{}\r\n", cells(&row).join(","))?;
    }
    Ok(())
}

/// Writes pairs, so many from the first place on, as GeoJSON: what each shares, with its measures; null where that is no area.
///
/// # Errors
/// [`OverlapsError`].
pub fn write_overlaps_geojson(
    out: &mut impl Write,
    answer: &Answer,
    (offset, limit): (usize, usize),
) -> Result<(), OverlapsError> {
    let mut measurer = Measurer::of(answer);
    write!(out, r#"{{"type":"FeatureCollection","features":["#)?;
    for (position, pair) in answer.pairs.iter().skip(offset).take(limit).enumerate() {
        let (row, shared) = measurer.row(pair)?;
        let geometry = (!shared.0.is_empty()).then(|| Geometry::from(shared));
        let mut feature = Vec::from(if position == 0 { "" } else { "," });
        feature.extend_from_slice(br#"{"type":"Feature","geometry":"#);
        write_geometry(&mut feature, geometry.as_ref(), GEOMETRY_DECIMALS);
        feature.extend_from_slice(br#","properties":"#);
        serde_json::to_writer(&mut feature, &row).map_err(io::Error::from)?;
        feature.push(b'}');
        out.write_all(&feature)?;
    }
    Ok(write!(out, "]}}")?)
}

/// About a tenth of a millimetre.
const GEOMETRY_DECIMALS: i32 = 9;

fn cells(row: &PairRow) -> Vec<String> {
    let side = |side: &PairSide| {
        [
            side.id.to_string(),
            cell(&side.code),
            cell(&side.name),
            cell(&side.category),
            side.first_day.map_or_else(String::new, |day| day.to_string()),
            side.source.as_deref().map_or_else(String::new, text_cell),
        ]
    };
    let number = |number: Option<f64>| number.map_or_else(String::new, |number| number.to_string());
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let measures = [
        word(serde_json::json!(row.measures.class)),
        row.measures.geodesic_ha.to_string(),
        number(row.measures.utm_ha),
        row.measures.utm_zone.to_string(),
        number(row.measures.percent_a),
        number(row.measures.percent_b),
        number(row.measures.width_m),
        row.measures.tolerance_m.to_string(),
        row.measures.sliver.to_string(),
        number(row.measures.border_m),
        row.distance_m.to_string(),
        word(serde_json::json!(row.measures.first)),
        row.measures.conflicts_inside.to_string(),
        row.measures.conflicts_near.to_string(),
        (row.a.synthetic || row.b.synthetic).to_string(),
    ];
    side(&row.a).into_iter().chain(side(&row.b)).chain(measures).collect()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Text(text) => text_cell(text),
        Value::Null => String::new(),
        other => serde_json::to_string(other).unwrap_or_default().trim_matches('"').to_owned(),
    }
}
