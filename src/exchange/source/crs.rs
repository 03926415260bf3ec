use gdal::{
    errors::GdalError,
    spatial_ref::{AxisMappingStrategy, CoordTransform, CoordTransformOptions, SpatialRef},
};

use crate::{
    exchange::{ExchangeError, shape::Shape},
    model::{Datum, DatumOperation, Preset},
};

/// How the coordinates of a file came to WGS 84.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct OperationUsed {
    /// For people: `PSAD56 to WGS 84 (1), EPSG:1201, accuracy 42 m`.
    pub text: String,
    /// EPSG code of the datum operation, where one was needed and has one.
    pub epsg: Option<u32>,
    /// Accuracy EPSG states, in metres.
    pub accuracy_m: Option<f64>,
}

/// Who says what about the reference system, the strongest voice first.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct CrsWishes {
    /// EPSG code the user stated.
    pub(crate) told: Option<u32>,
    /// The preset in use; its system counts when the file states none.
    pub(crate) preset: Option<&'static Preset>,
    /// Datum operation the user chose.
    pub(crate) operation: Option<&'static DatumOperation>,
    /// Degrees of WGS 84 when nobody says anything, because the format implies them.
    pub(crate) degrees_implied: bool,
}

/// What a file says of its reference system; an error where it says something, but nothing that can be used.
pub(crate) type InFile = Result<Option<SpatialRef>, ExchangeError>;

/// The reference system of a file and the way from it to EPSG:4326.
#[derive(Debug)]
pub(crate) struct SourceCrs {
    /// For people: what the file says and what was used.
    pub(crate) found: String,
    /// The system used: `EPSG:32717 (WGS 84 / UTM zone 17S)`.
    pub(crate) label: String,
    /// Its coordinates are degrees.
    pub(crate) is_degrees: bool,
    pub(crate) operation: OperationUsed,
    transform: Option<CoordTransform>,
}

/// Settles the reference system; `None` when nobody states one.
///
/// # Errors
/// [`ExchangeError::UnusableCrs`] or [`ExchangeError::OperationOfOtherDatum`], or the error in what the file says.
pub(crate) fn settle(in_file: InFile, wishes: CrsWishes) -> Result<Option<SourceCrs>, ExchangeError> {
    // GeoPackages that do not know name the systems 0 and -1 of their standard, "Undefined geographic SRS" and so on.
    let is_defined = |crs: &SpatialRef| !crs.name().is_some_and(|name| name.starts_with("Undefined "));
    let in_file = in_file.map(|crs| crs.filter(is_defined));
    let of_preset = wishes.preset.and_then(|preset| Some((preset, preset.source_crs.as_deref()?)));
    if let Some(epsg) = wishes.told {
        let crs = of_epsg(epsg)?;
        let says = match in_file {
            Ok(in_file) => in_file.map_or("none".into(), |srs| describe(&srs)),
            Err(_) => "something we do not know".into(),
        };
        let found = format!("{} as told; the file says {says}", describe(&crs));
        return prepare(crs, found, wishes).map(Some);
    }
    let (crs, found) = match (in_file?, of_preset) {
        (Some(crs), _) => {
            let found = describe(&crs);
            (crs, found)
        }
        (None, Some((preset, text))) => {
            let crs = SpatialRef::from_definition(text).map_err(|error| unusable(text, &error))?;
            let found = format!("none; {} assumed by preset {}", describe(&crs), preset.name);
            (crs, found)
        }
        (None, None) if wishes.degrees_implied => {
            let crs = of_epsg(4326)?;
            let found = format!("none; {} assumed", describe(&crs));
            (crs, found)
        }
        (None, None) => return Ok(None),
    };
    prepare(crs, found, wishes).map(Some)
}

fn prepare(mut crs: SpatialRef, found: String, wishes: CrsWishes) -> Result<SourceCrs, ExchangeError> {
    crs.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    let label = describe(&crs);
    let is_degrees = crs.is_geographic();
    if !is_degrees && !crs.is_projected() {
        return Err(ExchangeError::UnusableCrs { crs: label, detail: "it is neither geographic nor projected".into() });
    }
    let datum = datum_of(&crs);
    let (operation, transform) = match (datum, choose_operation(datum, &label, wishes)?) {
        (Some(Datum::Wgs84), _) if is_degrees => (described("none needed: already WGS 84"), None),
        (Some(Datum::Wgs84), _) => (described("none needed: WGS 84 projected"), Some(by_proj(&crs, &label)?)),
        (_, Some(operation)) => (named(operation), Some(by_operation(&crs, &label, operation)?)),
        _ => (described("chosen by PROJ, accuracy not stated"), Some(by_proj(&crs, &label)?)),
    };
    Ok(SourceCrs { found, label, is_degrees, operation, transform })
}

fn choose_operation(
    datum: Option<Datum>,
    label: &str,
    wishes: CrsWishes,
) -> Result<Option<&'static DatumOperation>, ExchangeError> {
    if let Some(operation) = wishes.operation {
        return match datum == Some(operation.from) {
            true => Ok(Some(operation)),
            false => Err(ExchangeError::OperationOfOtherDatum {
                operation: format!("{} (EPSG:{})", operation.name, operation.epsg),
                crs: label.into(),
            }),
        };
    }
    // A preset's operation is for its files in the old datum; the same source may publish in WGS 84 too.
    let of_preset = wishes.preset.and_then(|preset| preset.datum_operation.as_deref());
    let of_preset = of_preset.and_then(|text| DatumOperation::by_epsg(text.strip_prefix("EPSG:")?.parse().ok()?));
    Ok(of_preset.filter(|operation| datum == Some(operation.from)).or_else(|| datum?.default_operation()))
}

/// By the EPSG code, else by the datum's name: custom `.prj` files seldom carry a code.
fn datum_of(crs: &SpatialRef) -> Option<Datum> {
    let known = epsg_of(crs).and_then(Datum::of_crs);
    known.or_else(|| {
        let name = crs.get_attr_value("DATUM", 0).ok().flatten()?;
        let name = name.strip_prefix("D_").unwrap_or(&name).replace(['_', ' '], "").to_lowercase();
        // Source of the names: EPSG registry and the ESRI names in proj.db.
        match name.as_str() {
            "wgs1984" | "worldgeodeticsystem1984" | "worldgeodeticsystem1984ensemble" => Some(Datum::Wgs84),
            "peru96" => Some(Datum::Peru96),
            "sirgas2000" | "sistemadereferenciageocentricoparalasamericas2000" => Some(Datum::Sirgas2000),
            "sistemadereferenciageocentricoparaamericadelsur2000" => Some(Datum::Sirgas2000),
            "provisionalsouthamericandatum1956" | "provisionalsouthamerican1956" => Some(Datum::Psad56),
            "provisionalsamerican1956" | "psad56" | "psad1956" => Some(Datum::Psad56),
            _ => None,
        }
    })
}

pub(crate) fn epsg_of(crs: &SpatialRef) -> Option<u32> {
    let code = (crs.auth_name()? == "EPSG").then(|| crs.auth_code().ok())??;
    u32::try_from(code).ok()
}

fn describe(crs: &SpatialRef) -> String {
    let name = crs.name().unwrap_or_else(|| "unnamed".into());
    match epsg_of(crs) {
        Some(code) => format!("EPSG:{code} ({name})"),
        None => format!("{name} (no EPSG code)"),
    }
}

fn described(text: &str) -> OperationUsed {
    OperationUsed { text: text.into(), epsg: None, accuracy_m: None }
}

fn named(operation: &DatumOperation) -> OperationUsed {
    let DatumOperation { name, epsg, accuracy_m, .. } = operation;
    OperationUsed {
        text: format!("{name}, EPSG:{epsg}, accuracy {accuracy_m} m"),
        epsg: Some(*epsg),
        accuracy_m: Some(*accuracy_m),
    }
}

pub(crate) fn of_epsg(code: u32) -> Result<SpatialRef, ExchangeError> {
    SpatialRef::from_epsg(code).map_err(|error| unusable(&format!("EPSG:{code}"), &error))
}

fn unusable(crs: &str, error: &GdalError) -> ExchangeError {
    ExchangeError::UnusableCrs { crs: crs.into(), detail: error.to_string() }
}

fn by_proj(crs: &SpatialRef, label: &str) -> Result<CoordTransform, ExchangeError> {
    longitude_first().and_then(|target| CoordTransform::new(crs, &target)).map_err(|error| unusable(label, &error))
}

/// Spells the operation out, because GDAL and PROJ otherwise pick one by area and accuracy.
///
/// The pipeline starts from the file's own coordinates, easting or longitude first, so both ends are declared as
/// OGC:CRS84: with it GDAL leaves the order of axes alone.
fn by_operation(crs: &SpatialRef, label: &str, operation: &DatumOperation) -> Result<CoordTransform, ExchangeError> {
    transform_between(crs, operation, false).map_err(|error| unusable(label, &error))
}

/// From coordinates of `crs` to longitude and latitude in WGS 84 by an operation, or back.
///
/// # Errors
/// What PROJ says.
pub(crate) fn transform_between(
    crs: &SpatialRef,
    operation: &DatumOperation,
    back: bool,
) -> Result<CoordTransform, GdalError> {
    let mut options = CoordTransformOptions::new()?;
    options.set_coordinate_operation(&pipeline(crs, operation)?, back)?;
    let ends = longitude_first()?;
    CoordTransform::new_with_options(&ends, &ends, &options)
}

pub(crate) fn longitude_first() -> Result<SpatialRef, GdalError> {
    SpatialRef::from_definition("OGC:CRS84")
}

/// The PROJ pipeline from coordinates of `crs` to longitude and latitude in degrees of WGS 84.
///
/// Heights are taken as zero and dropped, as EPSG does for two-dimensional systems (method 9603).
fn pipeline(crs: &SpatialRef, operation: &DatumOperation) -> Result<String, GdalError> {
    let ellipsoid = match operation.from {
        Datum::Psad56 => "intl",
        Datum::Peru96 | Datum::Sirgas2000 => "GRS80",
        Datum::Wgs84 => "WGS84",
    };
    let to_radians = match crs.is_geographic() {
        true => "+proj=unitconvert +xy_in=deg +xy_out=rad".to_owned(),
        false => format!("+inv {} +ellps={ellipsoid}", projection(crs)?),
    };
    let [x, y, z] = operation.translation_m;
    Ok(format!(
        "+proj=pipeline +step {to_radians} +step +proj=push +v_3 +step +proj=cart +ellps={ellipsoid} \
         +step +proj=helmert +x={x} +y={y} +z={z} +step +inv +proj=cart +ellps=WGS84 +step +proj=pop +v_3 \
         +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    ))
}

/// The map projection alone: what says something about the datum is left out.
fn projection(crs: &SpatialRef) -> Result<String, GdalError> {
    const ABOUT_THE_DATUM: &[&str] =
        &["+towgs84", "+nadgrids", "+datum", "+ellps", "+a", "+b", "+rf", "+no_defs", "+type", "+wktext"];
    let text = crs.to_proj4()?;
    let is_kept = |part: &&str| !ABOUT_THE_DATUM.contains(&part.split('=').next().unwrap_or(part));
    Ok(text.split_whitespace().filter(is_kept).collect::<Vec<_>>().join(" "))
}

impl SourceCrs {
    /// Brings a shape to EPSG:4326, longitude first. Shapes already in WGS 84 degrees stay as they are, bit by bit.
    ///
    /// # Errors
    /// Why it has no place there, for people.
    pub(crate) fn to_wgs84(&self, shape: &mut Shape) -> Result<(), String> {
        let outside = |[x, y]: [f64; 2]| {
            // Nobody reads a number of 300 digits.
            let shown = |number: f64| if number.abs() < 1e9 { number.to_string() } else { format!("{number:e}") };
            format!("the coordinates {}, {} lie outside of {}", shown(x), shown(y), self.label)
        };
        let Some(transform) = &self.transform else {
            return shape.positions().find(|position| !are_degrees(**position)).map_or(Ok(()), |p| Err(outside(*p)));
        };
        let (mut x, mut y): (Vec<f64>, Vec<f64>) = shape.positions().map(|[x, y]| (*x, *y)).unzip();
        let first = shape.positions().next().copied().unwrap_or_default();
        transform.transform_coords(&mut x, &mut y, &mut []).map_err(|_| outside(first))?;
        for (position, (x, y)) in shape.positions_mut().zip(x.into_iter().zip(y)) {
            if !are_degrees([x, y]) {
                return Err(outside(*position));
            }
            *position = [x, y];
        }
        Ok(())
    }
}

/// Whether a position can be longitude and latitude.
pub(crate) fn are_degrees([x, y]: [f64; 2]) -> bool {
    x.abs() <= 180.0 && y.abs() <= 90.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The corner used throughout: PSAD56 / UTM 17S, south-east of Cajamarca.
    const CORNER: [f64; 2] = [774_000.0, 9_245_000.0];

    fn settled(epsg: u32, operation: Option<u32>) -> SourceCrs {
        let operation = operation.and_then(DatumOperation::by_epsg);
        let wishes = CrsWishes { told: Some(epsg), operation, ..CrsWishes::default() };
        settle(Ok(None), wishes).expect("usable").expect("told")
    }

    fn moved(crs: &SourceCrs, position: [f64; 2]) -> [f64; 2] {
        let mut shape = Shape::Point(position);
        crs.to_wgs84(&mut shape).expect("inside");
        *shape.positions().next().expect("a point")
    }

    /// Metres between two positions near Cajamarca: a degree of latitude is 110.6 km there, of longitude 110.5 km.
    fn distance_m(a: [f64; 2], b: [f64; 2]) -> f64 {
        ((a[0] - b[0]) * 110_537.0).hypot((a[1] - b[1]) * 110_587.0)
    }

    /// Second opinion: geocentric translation in plain arithmetic (EPSG methods 9602 and 1031), from longitude and
    /// latitude on the international ellipsoid to those on WGS 84, in degrees.
    fn translated(position: [f64; 2], [dx, dy, dz]: [f64; 3]) -> [f64; 2] {
        let e2 = |f: f64| f * (2.0 - f);
        let (a, e2_from) = (6_378_388.0, e2(1.0 / 297.0));
        let (lon, lat) = (position[0].to_radians(), position[1].to_radians());
        let n = a / (1.0 - e2_from * lat.sin().powi(2)).sqrt();
        let (x, y) = (n * lat.cos() * lon.cos() + dx, n * lat.cos() * lon.sin() + dy);
        let z = n * (1.0 - e2_from) * lat.sin() + dz;
        let (a, e2_to) = (6_378_137.0, e2(1.0 / 298.257_223_563));
        let p = x.hypot(y);
        let mut lat = (z / p / (1.0 - e2_to)).atan();
        for _ in 0..20 {
            let n = a / (1.0 - e2_to * lat.sin().powi(2)).sqrt();
            lat = ((z + e2_to * n * lat.sin()) / p).atan();
        }
        [y.atan2(x).to_degrees(), lat.to_degrees()]
    }

    #[test]
    fn the_named_operation_is_the_one_that_happens() {
        // Expected values: PROJ 9.5.1 through pyproj, operations picked by name.
        let by_8 = moved(&settled(24877, Some(1208)), CORNER);
        let by_1 = moved(&settled(24877, Some(1201)), CORNER);
        assert!(distance_m(by_8, [-78.523_193_911_7, -6.827_400_570_7]) < 0.001, "{by_8:?}");
        assert!(distance_m(by_1, [-78.523_273_704_8, -6.827_375_561_1]) < 0.001, "{by_1:?}");
        // The two operations differ by (9, 0, 3) m in space, 9.2 m on the ground here.
        assert!((distance_m(by_8, by_1) - 9.2).abs() < 0.1, "{}", distance_m(by_8, by_1));
        assert_eq!(settled(24877, None).operation.epsg, Some(1208));
    }

    #[test]
    fn plain_arithmetic_agrees_within_a_millimetre() {
        for code in [1208, 1201] {
            let operation = DatumOperation::by_epsg(code).expect("offered");
            for position in [[-78.5, -6.8], [-81.3, -4.2], [-68.7, -18.3]] {
                let ours = moved(&settled(4248, Some(code)), position);
                assert!(distance_m(ours, translated(position, operation.translation_m)) < 0.001, "{code} {ours:?}");
            }
        }
    }

    #[test]
    fn datums_are_known_by_code_and_by_name() {
        let custom = r#"PROJCS["Catastro",GEOGCS["GCS",DATUM["D_Provisional_S_American_1956",SPHEROID["International_1924",6378388.0,297.0]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",10000000.0],PARAMETER["Central_Meridian",-81.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]"#;
        let crs = SpatialRef::from_wkt(custom).expect("WKT");
        let crs = settle(Ok(Some(crs)), CrsWishes::default()).expect("usable").expect("stated");
        assert_eq!(crs.operation.epsg, Some(1208));
        assert!(distance_m(moved(&crs, CORNER), moved(&settled(24877, None), CORNER)) < 0.001);
        for (epsg, operation) in [(4674, 15894), (31977, 15894), (5387, 5378), (24891, 1208)] {
            assert_eq!(settled(epsg, None).operation.epsg, Some(operation), "EPSG:{epsg}");
        }
    }

    #[test]
    fn wgs84_needs_no_operation_and_stays_bit_by_bit() {
        let crs = settled(4326, None);
        assert_eq!(moved(&crs, [-78.512_345_678_912_3, -7.1]), [-78.512_345_678_912_3, -7.1]);
        assert_eq!(crs.operation.text, "none needed: already WGS 84");
        let utm = moved(&settled(32717, None), [500_000.0, 10_000_000.0]);
        assert!(distance_m(utm, [-81.0, 0.0]) < 0.001, "{utm:?}");
        assert_eq!(settled(4267, None).operation.epsg, None);
    }

    #[test]
    fn an_operation_of_another_datum_is_refused() {
        crate::exchange::gdal_log::prepare_gdal();
        let operation = DatumOperation::by_epsg(1201);
        let wishes = CrsWishes { told: Some(32717), operation, ..CrsWishes::default() };
        assert!(matches!(settle(Ok(None), wishes), Err(ExchangeError::OperationOfOtherDatum { .. })));
        let unknown = CrsWishes { told: Some(99_999), ..CrsWishes::default() };
        assert!(matches!(settle(Ok(None), unknown), Err(ExchangeError::UnusableCrs { .. })));
        assert!(settle(Ok(None), CrsWishes::default()).expect("nothing wrong").is_none());
    }
}
