//! Overlay of geometries by GEOS, through GDAL: it is what PostGIS overlays with, so that the same question gets the
//! same answer.

use gdal::{cpl::CslStringList, vector::Geometry as GdalGeometry};
use geo::{
    BoundingRect, Contains, Geometry, LineString, MultiLineString, MultiPolygon, Rect,
    orient::{Direction, Orient},
};

/// GEOS could not overlay two geometries.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the geometries cannot be overlaid")]
pub struct OverlayError;

/// An area that geometries are cut to. Belongs to the thread that made it.
#[derive(Debug)]
pub struct Clip {
    area: GdalGeometry,
    /// Set where the area is a box: what lies inside needs no cutting.
    rect: Option<Rect<f64>>,
}

impl Clip {
    /// Cuts to a valid area.
    ///
    /// # Errors
    /// [`OverlayError`] when GDAL does not take it.
    pub fn to(area: &Geometry<f64>) -> Result<Clip, OverlayError> {
        let rect = area.bounding_rect().filter(|rect| match area {
            Geometry::Polygon(polygon) => *polygon == rect.to_polygon(),
            _ => false,
        });
        Ok(Clip { area: to_gdal(area)?, rect })
    }

    /// What of a geometry lies in the area, as PostGIS's `ST_Intersection`, without what has fewer dimensions than the
    /// geometry; `None` where nothing is left.
    ///
    /// # Errors
    /// [`OverlayError`].
    pub fn apply(&self, geometry: &Geometry<f64>) -> Result<Option<Geometry<f64>>, OverlayError> {
        let inside = |rect: &Rect<f64>| geometry.bounding_rect().is_some_and(|own| rect.contains(&own));
        if self.rect.as_ref().is_some_and(inside) {
            return Ok(Some(geometry.clone()));
        }
        let shared = overlay(&to_gdal(geometry)?, &self.area, GdalGeometry::intersection)?;
        let shared = from_gdal(&shared)?;
        Ok(match geometry {
            Geometry::Polygon(_) | Geometry::MultiPolygon(_) => {
                let mut polygons = vec![];
                collect_polygons(shared, &mut polygons);
                // GEOS turns rings its own way; ours are as GeoJSON wants them.
                (!polygons.is_empty()).then(|| MultiPolygon(polygons).orient(Direction::Default).into())
            }
            _ => Some(shared).filter(|shared| shared.bounding_rect().is_some()),
        })
    }
}

/// Whether areas are valid, as PostGIS's `ST_IsValid`.
///
/// # Errors
/// [`OverlayError`] where GEOS does not take them, as rings of fewer than four places.
pub fn is_valid(areas: &MultiPolygon<f64>) -> Result<bool, OverlayError> {
    Ok(to_gdal(&Geometry::from(areas.clone()))?.is_valid())
}

/// The areas that two areas share, as PostGIS's `ST_Intersection`, exterior rings counter-clockwise; without parts where they
/// only touch.
///
/// # Errors
/// [`OverlayError`].
pub fn intersection(one: &MultiPolygon<f64>, other: &MultiPolygon<f64>) -> Result<MultiPolygon<f64>, OverlayError> {
    let [one, other] = [one, other].map(|area| to_gdal(&Geometry::from(area.clone())));
    areas_in(&overlay(&one?, &other?, GdalGeometry::intersection)?)
}

/// The pieces of lines that two sets of lines have in common, as PostGIS's `ST_Intersection`, without places where they only cross.
///
/// # Errors
/// [`OverlayError`].
pub fn shared_lines(
    one: &MultiLineString<f64>,
    other: &MultiLineString<f64>,
) -> Result<MultiLineString<f64>, OverlayError> {
    if one.0.is_empty() || other.0.is_empty() {
        return Ok(MultiLineString(vec![]));
    }
    let [one, other] = [one, other].map(|lines| to_gdal(&Geometry::from(lines.clone())));
    let shared = overlay(&one?, &other?, GdalGeometry::intersection)?;
    let mut lines = vec![];
    if !shared.is_empty() {
        collect_lines(from_gdal(&shared)?, &mut lines);
    }
    Ok(MultiLineString(lines))
}

fn collect_lines(geometry: Geometry<f64>, lines: &mut Vec<LineString<f64>>) {
    match geometry {
        Geometry::LineString(line) => lines.push(line),
        Geometry::MultiLineString(parts) => lines.extend(parts),
        Geometry::GeometryCollection(parts) => parts.into_iter().for_each(|part| collect_lines(part, lines)),
        _ => {}
    }
}

/// The area that areas cover together, as PostGIS's `ST_Union`, exterior rings counter-clockwise. Before each step is asked
/// whether to go on.
///
/// # Errors
/// [`OverlayError`], or why not to go on.
pub fn union<E: From<OverlayError>>(
    areas: &[&MultiPolygon<f64>],
    go_on: impl Fn() -> Result<(), E>,
) -> Result<MultiPolygon<f64>, E> {
    let mut parts: Vec<GdalGeometry> =
        areas.iter().map(|area| to_gdal(&Geometry::from((*area).clone()))).collect::<Result<_, _>>()?;
    // Two and two, and the results again: what is small stays small for long.
    while parts.len() > 1 {
        let mut merged = Vec::with_capacity(parts.len().div_ceil(2));
        let mut rest = parts.into_iter();
        while let Some(one) = rest.next() {
            go_on()?;
            merged.push(match rest.next() {
                Some(other) => only_areas(overlay(&one, &other, GdalGeometry::union)?)?,
                None => one,
            });
        }
        parts = merged;
    }
    Ok(parts.pop().map_or(Ok(MultiPolygon(vec![])), |union| areas_in(&union))?)
}

/// An overlay of two geometries. Where GEOS gives up, as it does with areas that are valid by a hair, it is asked once more of what it makes
/// valid itself.
fn overlay(
    one: &GdalGeometry,
    other: &GdalGeometry,
    how: impl Fn(&GdalGeometry, &GdalGeometry) -> Option<GdalGeometry>,
) -> Result<GdalGeometry, OverlayError> {
    let again = || {
        let sound = |own: &GdalGeometry| only_areas(own.make_valid(&CslStringList::new()).ok()?).ok();
        how(&sound(one)?, &sound(other)?)
    };
    how(one, other).or_else(again).ok_or(OverlayError)
}

/// A geometry without lines and places, which GEOS leaves where areas meet by a hair, and does not take itself.
fn only_areas(geometry: GdalGeometry) -> Result<GdalGeometry, OverlayError> {
    if geometry.geometry_name() != "GEOMETRYCOLLECTION" {
        return Ok(geometry);
    }
    to_gdal(&Geometry::from(areas_in(&geometry)?))
}

fn areas_in(geometry: &GdalGeometry) -> Result<MultiPolygon<f64>, OverlayError> {
    let mut polygons = vec![];
    if !geometry.is_empty() {
        collect_polygons(from_gdal(geometry)?, &mut polygons);
    }
    Ok(MultiPolygon(polygons).orient(Direction::Default))
}

fn collect_polygons(geometry: Geometry<f64>, polygons: &mut Vec<geo::Polygon<f64>>) {
    match geometry {
        Geometry::Polygon(polygon) if !polygon.exterior().0.is_empty() => polygons.push(polygon),
        Geometry::MultiPolygon(parts) => polygons.extend(parts),
        Geometry::GeometryCollection(parts) => parts.into_iter().for_each(|part| collect_polygons(part, polygons)),
        _ => {}
    }
}

fn to_gdal(geometry: &Geometry<f64>) -> Result<GdalGeometry, OverlayError> {
    let mut bytes = vec![];
    wkb::writer::write_geometry(&mut bytes, geometry, &wkb::writer::WriteOptions::default())
        .map_err(|_| OverlayError)?;
    GdalGeometry::from_wkb(&bytes).map_err(|_| OverlayError)
}

fn from_gdal(geometry: &GdalGeometry) -> Result<Geometry<f64>, OverlayError> {
    use geo_traits::to_geo::ToGeoGeometry;
    let bytes = geometry.wkb().map_err(|_| OverlayError)?;
    let read = wkb::reader::read_wkb(&bytes).map_err(|_| OverlayError)?;
    read.try_to_geometry().ok_or(OverlayError)
}

#[cfg(test)]
mod tests {
    use geo::{Area, polygon};

    use super::*;

    #[test]
    fn an_area_is_cut_and_what_only_touches_is_left_out() {
        let clip = Clip::to(&Rect::new((0.0, 0.0), (2.0, 2.0)).to_polygon().into()).expect("sound");
        let half = polygon![(x: 1.0, y: 1.0), (x: 3.0, y: 1.0), (x: 3.0, y: 2.0), (x: 1.0, y: 2.0)].into();
        let cut = clip.apply(&half).expect("sound").expect("a part");
        assert!((cut.unsigned_area() - 1.0).abs() < 1e-12);
        let beside = polygon![(x: 2.0, y: 0.0), (x: 3.0, y: 0.0), (x: 3.0, y: 2.0), (x: 2.0, y: 2.0)].into();
        assert_eq!(clip.apply(&beside).expect("sound"), None);
    }
}
