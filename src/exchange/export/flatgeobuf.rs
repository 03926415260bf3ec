use std::path::Path;

use gdal::{Dataset, DriverManager, raster::RasterCreationOptions};

use crate::exchange::{
    ExchangeError,
    export::ogr::{checked, write_geopackage},
    export::{ExportSummary, Outgoing, Rows},
};

/// Writes a FlatGeobuf file with one spatially indexed table. Features without a place are left out, which the notes
/// say: GDAL 3.6 drops them without a word, with or without the index.
///
/// GDAL copies it from a GeoPackage, because that keeps what the crate cannot say: that a column is boolean.
///
/// # Errors
/// [`ExchangeError::UnfitFeature`], [`ExchangeError::Unwritable`].
pub(crate) fn write_flatgeobuf(
    path: &Path,
    out: &Outgoing<'_>,
    rows: Rows<'_>,
) -> Result<ExportSummary, ExchangeError> {
    let unwritable = |source| ExchangeError::Unwritable { path: path.into(), source };
    let folder = tempfile::tempdir_in(path.parent().unwrap_or(Path::new("."))).map_err(unwritable)?;
    let between = folder.path().join("between.gpkg");
    let mut placeless = 0_u64;
    let mut placed = rows.filter(|row| {
        let is_placed = row.as_ref().map_or(true, |row| row.geometry_wkb.is_some());
        placeless += u64::from(!is_placed);
        is_placed
    });
    let mut summary = write_geopackage(&between, out, &mut placed)?;
    if placeless > 0 {
        summary.notes.push(format!("features left out because FlatGeobuf needs a place: {placeless}"));
    }
    checked(path, || {
        let driver = DriverManager::get_driver_by_name("FlatGeobuf")?;
        Dataset::open(&between)?.create_copy(&driver, path, &RasterCreationOptions::default())?.close()?;
        Ok(summary)
    })
}
