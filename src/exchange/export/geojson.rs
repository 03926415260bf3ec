use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use serde_json::{Map, Value as Json, json};

use crate::exchange::{
    ExchangeError,
    export::{ExportSummary, Outgoing, Rows, SYNTHETIC},
    shape::Shape,
    wkb_walk::Ring,
};

/// Writes a GeoJSON FeatureCollection after RFC 7946, one feature to a line.
///
/// GDAL could do it, but through the crate its booleans come out as 0 and 1 and ids as properties.
///
/// # Errors
/// [`ExchangeError::UnfitFeature`], [`ExchangeError::Unwritable`].
pub(crate) fn write_geojson(path: &Path, out: &Outgoing<'_>, rows: Rows<'_>) -> Result<ExportSummary, ExchangeError> {
    let unwritable = |source| ExchangeError::Unwritable { path: path.into(), source };
    let mut file = BufWriter::new(File::create(path).map_err(unwritable)?);
    write_head(&mut file, out).map_err(unwritable)?;
    let mut features = 0;
    for row in rows {
        let row = row?;
        let shape = row.shape(out)?;
        let names = out.columns.iter().map(|column| column.name.to_owned());
        let values = row.values.iter().map(|value| json!(value));
        let feature = json!({
            "type": "Feature",
            "id": row.id,
            "geometry": shape.map(geometry),
            "properties": names.zip(values).collect::<Map<_, _>>(),
        });
        let separator = if features == 0 { "\n" } else { ",\n" };
        write!(file, "{separator}{feature}").map_err(unwritable)?;
        features += 1;
    }
    file.write_all(b"\n]}\n").and_then(|()| file.flush()).map_err(unwritable)?;
    Ok(ExportSummary { features, notes: Vec::new() })
}

/// Members of our own stand before the features (RFC 7946 section 6.1).
fn write_head(file: &mut impl Write, out: &Outgoing<'_>) -> io::Result<()> {
    let about = out.about;
    let mut head = json!({
        "type": "FeatureCollection",
        "name": out.layer.id,
        "title": about.title,
        "licence": about.licence,
        "attribution": about.attribution,
        "revision": about.revision,
        "synthetic": about.synthetic,
    });
    if about.synthetic {
        head["notice"] = Json::from(SYNTHETIC);
    }
    let head = head.to_string();
    write!(file, "{},\"features\":[", head.trim_end_matches('}'))
}

fn geometry(shape: Shape) -> Json {
    match shape {
        Shape::Point(point) => json!({ "type": "Point", "coordinates": rounded(&point) }),
        Shape::Areas(areas) => {
            let polygon = |rings: Vec<Ring>| -> Vec<Vec<[f64; 2]>> {
                rings.into_iter().enumerate().map(|(index, ring)| wound(ring, index == 0)).collect()
            };
            json!({ "type": "MultiPolygon", "coordinates": areas.into_iter().map(polygon).collect::<Vec<_>>() })
        }
    }
}

/// Seven decimals, about a centimetre.
fn rounded(position: &[f64; 2]) -> [f64; 2] {
    position.map(|coordinate| (coordinate * 1e7).round() / 1e7)
}

/// Exterior rings counter-clockwise, holes clockwise (RFC 7946 section 3.1.6).
fn wound(mut ring: Ring, is_exterior: bool) -> Vec<[f64; 2]> {
    let turns = ring.windows(2).map(|pair| (pair[1][0] - pair[0][0]) * (pair[1][1] + pair[0][1]));
    if (turns.sum::<f64>() < 0.0) != is_exterior {
        ring.reverse();
    }
    ring.iter().map(rounded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exterior_rings_run_counter_clockwise() {
        let clockwise = vec![[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]];
        let expected = [[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]];
        assert_eq!(wound(clockwise.clone(), true), expected);
        assert_eq!(wound(expected.to_vec(), true), expected);
        assert_eq!(wound(clockwise.clone(), false), clockwise);
    }
}
