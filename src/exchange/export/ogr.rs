use std::{io, path::Path};

use gdal::{
    Dataset, DatasetOptions, DriverManager, GdalOpenFlags, Metadata,
    errors::GdalError,
    raster::RasterCreationOptions,
    spatial_ref::{AxisMappingStrategy, SpatialRef},
    vector::{
        Feature, FieldDefn, Geometry, Layer, LayerAccess, LayerOptions, OGRFieldType, OGRwkbGeometryType, sql::Dialect,
    },
};

use crate::{
    exchange::{
        ExchangeError,
        export::shapefile_names::short_names,
        export::{Column, ExportRow, ExportSummary, Outgoing, Rows, SYNTHETIC},
        gdal_log::take_failure,
    },
    model::{FieldType, GeometryKind, Value},
};

/// Bytes a text column of a shapefile holds.
const SHAPEFILE_TEXT: usize = 254;

/// What can go wrong between the first and the last row.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// GDAL failed.
    #[error(transparent)]
    Gdal(#[from] GdalError),
    /// A row cannot be written.
    #[error(transparent)]
    Row(#[from] ExchangeError),
}

/// What a column of the target takes.
#[derive(Clone, Copy, PartialEq)]
enum Carries {
    /// Values of the field's own type.
    Typed,
    /// Values of the field's own type, text only so long.
    ShortText,
}

/// Writes a GeoPackage with one table named after the layer; the feature's id is the column `id`.
///
/// # Errors
/// [`ExchangeError::UnfitFeature`], [`ExchangeError::Unwritable`].
pub(crate) fn write_geopackage(
    path: &Path,
    out: &Outgoing<'_>,
    rows: Rows<'_>,
) -> Result<ExportSummary, ExchangeError> {
    checked(path, || {
        let (description, identifier) = (out.about.paragraph(), &out.about.title);
        let mut dataset = create(path, "GPKG", &[])?;
        add_metadata(&mut dataset, out)?;
        let options = [format!("DESCRIPTION={description}"), format!("IDENTIFIER={identifier}")];
        create_layer(&mut dataset, &out.layer.id, out, &options)?;
        dataset.close()?;
        add_columns(path, out)?;
        let mut dataset = update(path)?;
        let transaction = dataset.start_transaction()?;
        let summary = fill(&transaction.layer(0)?, out, rows, Carries::Typed)?;
        transaction.commit()?;
        dataset.close()?;
        Ok(summary)
    })
}

/// Writes a shapefile in UTF-8. Names are cut to ten characters and texts to 254 bytes; the notes say which.
///
/// # Errors
/// [`ExchangeError::UnfitFeature`], [`ExchangeError::Unwritable`].
pub(crate) fn write_shapefile(path: &Path, out: &Outgoing<'_>, rows: Rows<'_>) -> Result<ExportSummary, ExchangeError> {
    checked(path, || {
        let mut dataset = create(path, "ESRI Shapefile", &[])?;
        let table = path.file_stem().unwrap_or_default().to_string_lossy();
        let layer = create_layer(&mut dataset, &table, out, &["ENCODING=UTF-8".to_owned()])?;
        let names = short_names(std::iter::once("id").chain(out.columns.iter().map(|column| column.name)));
        add_column(&layer, "id", OGRFieldType::OFTInteger64)?;
        for (column, name) in out.columns.iter().zip(&names[1..]) {
            add_column(&layer, name, column_type(column.kind))?;
        }
        let mut summary = fill(&layer, out, rows, Carries::ShortText)?;
        dataset.close()?;
        let renamed = out.columns.iter().zip(&names[1..]).filter(|(column, name)| column.name != **name);
        summary.notes.extend(renamed.map(|(column, name)| format!("the column {name} holds {}", column.name)));
        Ok(summary)
    })
}

/// Runs a writer; what GDAL only mentions while closing, such as a full disk, is a failure too.
///
/// # Errors
/// The row's own error, else [`ExchangeError::Unwritable`] with what GDAL says.
pub(crate) fn checked(
    path: &Path,
    write: impl FnOnce() -> Result<ExportSummary, Failure>,
) -> Result<ExportSummary, ExchangeError> {
    take_failure();
    let unwritable = |source: io::Error| ExchangeError::Unwritable { path: path.into(), source };
    match (write(), take_failure()) {
        (Ok(summary), None) => Ok(summary),
        (Err(Failure::Row(error)), _) => Err(error),
        (_, Some(said)) => Err(unwritable(io::Error::other(said))),
        (Err(Failure::Gdal(error)), None) => Err(unwritable(io::Error::other(error))),
    }
}

fn create(path: &Path, driver: &str, options: &[String]) -> Result<Dataset, GdalError> {
    let options = RasterCreationOptions::from_iter(options.iter().map(String::as_str));
    DriverManager::get_driver_by_name(driver)?.create_with_band_type_with_options::<u8, _>(path, 0, 0, 0, &options)
}

fn update(path: &Path) -> Result<Dataset, GdalError> {
    let open_flags = GdalOpenFlags::GDAL_OF_VECTOR | GdalOpenFlags::GDAL_OF_UPDATE;
    Dataset::open_ex(path, DatasetOptions { open_flags, allowed_drivers: Some(&["GPKG"]), ..Default::default() })
}

fn create_layer<'a>(
    dataset: &'a mut Dataset,
    name: &str,
    out: &Outgoing<'_>,
    options: &[String],
) -> Result<Layer<'a>, GdalError> {
    let mut crs = SpatialRef::from_epsg(4326)?;
    crs.set_axis_mapping_strategy(AxisMappingStrategy::TraditionalGisOrder);
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let ty = match out.layer.geometry {
        GeometryKind::Point => OGRwkbGeometryType::wkbPoint,
        GeometryKind::Polygon => OGRwkbGeometryType::wkbMultiPolygon,
    };
    dataset.create_layer(LayerOptions { name, srs: Some(&crs), ty, options: Some(&options) })
}

fn add_column(layer: &Layer<'_>, name: &str, kind: OGRFieldType::Type) -> Result<(), GdalError> {
    FieldDefn::new(name, kind)?.add_to_layer(layer)
}

fn column_type(kind: FieldType) -> OGRFieldType::Type {
    match kind {
        FieldType::Text | FieldType::Code => OGRFieldType::OFTString,
        FieldType::Integer => OGRFieldType::OFTInteger64,
        FieldType::Real => OGRFieldType::OFTReal,
        FieldType::Boolean => OGRFieldType::OFTInteger,
        FieldType::Date => OGRFieldType::OFTDate,
    }
}

/// Adds the columns of a GeoPackage through SQL: the crate cannot say that a column is boolean.
pub(crate) fn add_columns(path: &Path, out: &Outgoing<'_>) -> Result<(), GdalError> {
    let dataset = update(path)?;
    let id = Column { name: "id", kind: FieldType::Integer };
    for Column { name, kind } in std::iter::once(&id).chain(&out.columns) {
        let kind = match kind {
            FieldType::Text | FieldType::Code => "TEXT",
            FieldType::Integer => "INTEGER",
            FieldType::Real => "REAL",
            FieldType::Boolean => "BOOLEAN",
            FieldType::Date => "DATE",
        };
        // Layers and fields are named by identifiers; the catalogue checks it.
        let statement = format!("ALTER TABLE \"{}\" ADD COLUMN \"{name}\" {kind}", out.layer.id);
        dataset.execute_sql(statement, None, Dialect::DEFAULT)?;
    }
    dataset.close()
}

fn add_metadata(dataset: &mut Dataset, out: &Outgoing<'_>) -> Result<(), GdalError> {
    let about = out.about;
    let mut put = |key: &str, value: &str| dataset.set_metadata_item(key, value, "");
    put("title", &about.title)?;
    put("licence", &about.licence)?;
    put("attribution", &about.attribution)?;
    put("revision", &about.revision.to_string())?;
    put("synthetic", if about.synthetic { SYNTHETIC } else { "false" })
}

/// Writes every row. The first column is the id, the others are those of [`Outgoing::columns`].
fn fill(layer: &Layer<'_>, out: &Outgoing<'_>, rows: Rows<'_>, carries: Carries) -> Result<ExportSummary, Failure> {
    // Some drivers put columns of their own before ours; ours are in our order, whatever they are called.
    let first = layer.defn().field_index("id")?;
    let (mut features, mut shortened) = (0, 0_u64);
    for row in rows {
        let row = row?;
        let shape = row.shape(out)?;
        let mut feature = Feature::new(layer.defn())?;
        if let Some(shape) = shape {
            feature.set_geometry(Geometry::from_wkb(&shape.to_wkb())?)?;
        }
        shortened += put_row(&mut feature, &row, first, carries)?;
        feature.create(layer)?;
        features += 1;
    }
    let notes = (shortened > 0).then(|| format!("{shortened} texts were cut to {SHAPEFILE_TEXT} bytes"));
    Ok(ExportSummary { features, notes: notes.into_iter().collect() })
}

/// How many texts had to be shortened.
fn put_row(feature: &mut Feature<'_>, row: &ExportRow, first: usize, carries: Carries) -> Result<u64, GdalError> {
    let mut shortened = 0;
    feature.set_field_integer64(first, row.id)?;
    for (column, value) in (first + 1..).zip(&row.values) {
        match (value, carries) {
            (Value::Null, _) => feature.set_field_null(column)?,
            (Value::Text(text), Carries::ShortText) if text.len() > SHAPEFILE_TEXT => {
                feature.set_field_string(column, &text[..text.floor_char_boundary(SHAPEFILE_TEXT)])?;
                shortened += 1;
            }
            // GDAL reads dates from ISO text.
            (Value::Text(text), _) => feature.set_field_string(column, text)?,
            (Value::Date(date), _) => feature.set_field_string(column, &date.to_string())?,
            (Value::Integer(number), _) => feature.set_field_integer64(column, *number)?,
            (Value::Real(number), _) => feature.set_field_double(column, *number)?,
            (Value::Boolean(boolean), _) => feature.set_field_integer(column, i32::from(*boolean))?,
        }
    }
    Ok(shortened)
}
