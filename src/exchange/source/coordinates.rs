use std::{collections::BTreeMap, path::Path};

use gdal::vector::{Feature, Geometry};

use crate::{
    exchange::{
        ExchangeError,
        gdal_log::take_failure,
        source::cells::Cell,
        source::columns::{COORDINATES, Columns},
        wkb_walk::{Drawn, read_wkb},
    },
    model::{Layer, Preset},
};

/// Where the geometry of a row comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlaceSource {
    /// The row's own geometry.
    Geometry,
    /// Two columns: longitude or easting, latitude or northing.
    Columns(usize, usize),
    /// A column with WKT.
    Wkt(usize),
    /// Nowhere: the rows have no place.
    Nowhere,
}

/// Column names taken for coordinates, in the order they are tried; first and second axis.
const PAIRS: &[(&str, &str)] = &[
    ("lon", "lat"),
    ("long", "lat"),
    ("lng", "lat"),
    ("longitud", "latitud"),
    ("longitude", "latitude"),
    ("coord_x", "coord_y"),
    ("x_coord", "y_coord"),
    ("point_x", "point_y"),
    ("este", "norte"),
    ("utm_este", "utm_norte"),
    ("utm_e", "utm_n"),
    ("utm_x", "utm_y"),
    ("easting", "northing"),
    ("x", "y"),
];

/// Column names taken for WKT.
const WKT: &[&str] = &["wkt", "geom", "geometry", "the_geom", "geometria", "wkt_geom"];

/// The columns of coordinates that somebody named, if both are.
///
/// # Errors
/// [`ExchangeError::NoSuchColumn`], [`ExchangeError::OneCoordinate`].
pub(crate) fn told_place(
    path: &Path,
    told: &BTreeMap<String, String>,
    columns: Columns<'_>,
) -> Result<Option<PlaceSource>, ExchangeError> {
    let [x, y] = COORDINATES;
    let is_none = |name: &str| told.get(name).is_some_and(String::is_empty);
    if is_none(x) && is_none(y) {
        return Ok(Some(PlaceSource::Nowhere));
    }
    let told = |name: &str| told.get(name).filter(|column| !column.is_empty());
    match (told(x), told(y)) {
        (Some(of_x), Some(of_y)) => {
            Ok(Some(PlaceSource::Columns(columns.told(path, x, of_x)?, columns.told(path, y, of_y)?)))
        }
        (None, None) => Ok(None),
        (Some(_), None) => Err(ExchangeError::OneCoordinate { told: x, missing: y }),
        (None, Some(_)) => Err(ExchangeError::OneCoordinate { told: y, missing: x }),
    }
}

/// Finds where the geometry of a table without a geometry column is.
///
/// # Errors
/// [`ExchangeError::MissingColumn`] for columns the preset names, [`ExchangeError::NoCoordinates`] unless features
/// of the layer may lack a place.
pub(crate) fn find_place(
    path: &Path,
    layer: &Layer,
    preset: Option<&'static Preset>,
    columns: Columns<'_>,
) -> Result<PlaceSource, ExchangeError> {
    if let Some((preset, x, y)) = preset.and_then(|p| Some((p, p.longitude.as_ref()?, p.latitude.as_ref()?))) {
        let find = |field: &'static str, column: &'static String| {
            columns.find(column).ok_or_else(|| ExchangeError::MissingColumn {
                path: path.into(),
                preset: &preset.name,
                field,
                column,
                columns: columns.names.join(", "),
            })
        };
        return Ok(PlaceSource::Columns(find("longitude", x)?, find("latitude", y)?));
    }
    let wkt = WKT.iter().find_map(|name| columns.find(name)).map(PlaceSource::Wkt);
    let pair = || PAIRS.iter().find_map(|(x, y)| Some(PlaceSource::Columns(columns.find(x)?, columns.find(y)?)));
    let nowhere = || layer.may_lack_place.then_some(PlaceSource::Nowhere);
    wkt.or_else(pair)
        .or_else(nowhere)
        .ok_or_else(|| ExchangeError::NoCoordinates { path: path.into(), columns: columns.names.join(", ") })
}

impl PlaceSource {
    /// What a row draws, in the file's reference system; nothing drawn where it has no place.
    ///
    /// # Errors
    /// Why the place cannot be read, for people.
    pub(crate) fn draw(self, feature: &Feature<'_>, cells: &[Cell]) -> Result<Drawn, String> {
        match self {
            // A null geometry is an error here, and only here: nothing else can go wrong.
            PlaceSource::Geometry => feature.geometry_by_index(0).map_or_else(|_| Ok(Drawn::default()), walk),
            PlaceSource::Columns(x, y) => point(&cells[x], &cells[y]),
            PlaceSource::Wkt(column) => match cells[column].text() {
                Some(text) if !cells[column].is_blank() => {
                    let unreadable = |_| format!("\"{}\" cannot be read as WKT", shorten(&text));
                    // GDAL's complaint says no more.
                    let geometry = Geometry::from_wkt(&text).map_err(unreadable);
                    take_failure();
                    walk(&geometry?)
                }
                _ => Ok(Drawn::default()),
            },
            PlaceSource::Nowhere => Ok(Drawn::default()),
        }
    }
}

fn walk(geometry: &Geometry) -> Result<Drawn, String> {
    let wkb = geometry.iso_wkb().map_err(|error| error.to_string())?;
    read_wkb(&wkb).map_err(|error| error.to_string())
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

fn point(x: &Cell, y: &Cell) -> Result<Drawn, String> {
    let said = |cell: &Cell| shorten(&cell.text().unwrap_or_default());
    match (x.is_blank(), y.is_blank()) {
        (true, true) => return Ok(Drawn::default()),
        (true, false) => return Err(format!("the second coordinate is {} but the first is missing", said(y))),
        (false, true) => return Err(format!("the first coordinate is {} but the second is missing", said(x))),
        (false, false) => {}
    }
    match (x.number(), y.number()) {
        (Some(x), Some(y)) => Ok(Drawn { points: vec![[x, y]], ..Drawn::default() }),
        _ => Err(format!("\"{}\" and \"{}\" are not two numbers", said(x), said(y))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Catalogue;

    #[test]
    fn coordinates_are_found_by_their_usual_names() {
        let layer = Catalogue::built_in().layer("populated_places").expect("built in");
        let find = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            find_place(Path::new("x.csv"), layer, None, Columns { names: &names, cut_to_ten: false })
        };
        assert_eq!(find(&["n", "LATITUD", "Longitud"]).expect("found"), PlaceSource::Columns(2, 1));
        assert_eq!(find(&["NORTE", "ESTE"]).expect("found"), PlaceSource::Columns(1, 0));
        assert_eq!(find(&["x", "y", "WKT"]).expect("found"), PlaceSource::Wkt(2));
        assert!(find(&["x", "z"]).expect_err("only one axis").to_string().contains("este and norte"));
    }

    #[test]
    fn half_a_place_is_refused() {
        let text = |text: &str| Cell::Text(text.into());
        assert_eq!(point(&Cell::Null, &text(" ")), Ok(Drawn::default()));
        assert!(point(&text("-78"), &Cell::Null).is_err());
        assert!(point(&text("-78"), &text("7° S")).is_err());
        assert_eq!(point(&text("-78,5"), &text("-7")).map(|drawn| drawn.points), Ok(vec![[-78.5, -7.0]]));
    }
}
