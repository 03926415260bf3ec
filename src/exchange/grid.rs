use gdal::{
    errors::GdalError,
    spatial_ref::{CoordTransform, SpatialRef},
};

use crate::{
    exchange::source::{longitude_first, of_epsg, transform_between},
    model::{DATUM_OPERATIONS, Datum, DatumOperation},
};

/// How well corners lie on a square grid in one reference system.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct GridFit {
    /// The system, and the operation by which WGS 84 was reached from it: `PSAD56 / UTM, PSAD56 to WGS 84 (1)`.
    pub system: String,
    /// EPSG code of the operation; `None` for WGS 84 itself.
    pub operation: Option<u32>,
    /// Distance of the middlemost corner from the grid, in metres.
    pub median_m: f64,
}

/// Below this a grid is met: what is written to a metre or better.
pub(super) const MET_M: f64 = 2.0;

/// UTM zones of Peru: the zone, and its EPSG codes in WGS 84 and in PSAD56.
const ZONES: [(i32, u32, u32); 3] = [(17, 32717, 24877), (18, 32718, 24878), (19, 32719, 24879)];

/// How well corners (longitude and latitude, WGS 84) lie on a grid of `spacing_m` in UTM, in WGS 84 and in PSAD56 by each
/// operation, the best first. Nothing where no corner lies in a zone of Peru.
///
/// # Errors
/// What PROJ says where it lacks one of the systems.
pub(super) fn fits(corners: &[[f64; 2]], spacing_m: f64) -> Result<Vec<GridFit>, GdalError> {
    let psad56 = DATUM_OPERATIONS.iter().filter(|operation| operation.from == Datum::Psad56).map(Some);
    let mut fits = vec![];
    for operation in std::iter::once(None).chain(psad56) {
        let mut distances = vec![];
        for (zone, wgs84, old) in ZONES {
            let (mut x, mut y): (Vec<f64>, Vec<f64>) =
                corners.iter().filter(|[x, _]| zone_of(*x) == zone).map(|[x, y]| (*x, *y)).unzip();
            if x.is_empty() {
                continue;
            }
            let system = of_epsg(if operation.is_some() { old } else { wgs84 })
                .map_err(|error| GdalError::BadArgument(error.to_string()))?;
            back_to(&system, operation)?.transform_coords(&mut x, &mut y, &mut [])?;
            let off = |value: f64| value - (value / spacing_m).round() * spacing_m;
            distances.extend(x.iter().zip(&y).map(|(x, y)| off(*x).hypot(off(*y))));
        }
        distances.sort_by(f64::total_cmp);
        let Some(median_m) = distances.get(distances.len() / 2).copied() else { return Ok(vec![]) };
        let system = match operation {
            None => "WGS 84 / UTM".to_owned(),
            Some(operation) => format!("PSAD56 / UTM, {} (EPSG:{})", operation.name, operation.epsg),
        };
        fits.push(GridFit { system, operation: operation.map(|operation| operation.epsg), median_m });
    }
    fits.sort_by(|a, b| a.median_m.total_cmp(&b.median_m));
    Ok(fits)
}

fn zone_of(longitude: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "longitudes give zones from 1 to 60")]
    let zone = ((longitude + 180.0) / 6.0).floor() as i32 + 1;
    zone
}

/// From longitude and latitude in WGS 84 back to coordinates of the system.
fn back_to(system: &SpatialRef, operation: Option<&DatumOperation>) -> Result<CoordTransform, GdalError> {
    match operation {
        None => CoordTransform::new(&longitude_first()?, system),
        Some(operation) => transform_between(system, operation, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Corners of a kilometre grid of PSAD56 / UTM 17S, brought to WGS 84 by an operation.
    fn corners(operation: Option<u32>) -> Vec<[f64; 2]> {
        let system = of_epsg(if operation.is_some() { 24877 } else { 32717 }).expect("known");
        let operation = operation.and_then(DatumOperation::by_epsg);
        let grid = (0..20).flat_map(|east| (0..20).map(move |north| (east, north)));
        let (mut x, mut y): (Vec<f64>, Vec<f64>) = grid
            .map(|(east, north)| (770_000.0 + f64::from(east) * 1000.0, 9_200_000.0 + f64::from(north) * 1000.0))
            .unzip();
        let forth = match operation {
            None => CoordTransform::new(&system, &longitude_first().expect("CRS84")),
            Some(operation) => transform_between(&system, operation, false),
        };
        forth.expect("PROJ").transform_coords(&mut x, &mut y, &mut []).expect("in range");
        x.into_iter().zip(y).map(|(x, y)| [x, y]).collect()
    }

    #[test]
    fn the_grid_tells_by_which_operation_corners_came() {
        for operation in [None, Some(1201), Some(1208)] {
            let fits = fits(&corners(operation), 1000.0).expect("PROJ");
            assert_eq!(fits[0].operation, operation, "{fits:?}");
            assert!(fits[0].median_m < 0.01 && fits[1].median_m > 5.0, "{fits:?}");
        }
        // 9.2 m between the two operations, as measured on the published cadastre.
        let fits = fits(&corners(Some(1201)), 1000.0).expect("PROJ");
        let other = fits.iter().find(|fit| fit.operation == Some(1208)).expect("among them");
        assert!((8.0..11.0).contains(&other.median_m), "{other:?}");
        assert!(super::fits(&[[10.0, 50.0]], 1000.0).expect("PROJ").is_empty());
    }
}
