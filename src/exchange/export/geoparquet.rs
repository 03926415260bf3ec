use std::{fs::File, io, path::Path};

use parquet::{
    basic::Compression,
    column::writer::ColumnWriter,
    data_type::ByteArray,
    errors::ParquetError,
    file::{
        metadata::KeyValue,
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::parser::parse_message_type,
};
use serde_json::json;

use crate::{
    exchange::{
        ExchangeError,
        export::{ExportRow, ExportSummary, Outgoing, Rows},
        shape::Shape,
    },
    model::{Bbox, FieldType, GeometryKind, Value},
};

/// Rows written at once: so many are in memory, and readers can pass over so many together.
const GROUP: usize = 20_000;
/// Days from the first day of the common era to 1970-01-01, from which Parquet counts.
const EPOCH: jiff::civil::Date = jiff::civil::date(1970, 1, 1);

/// What can go wrong between the first and the last row.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Parquet(#[from] ParquetError),
    #[error(transparent)]
    Row(#[from] ExchangeError),
}

/// Writes a `GeoParquet` 1.1 file: WGS 84, WKB, with a box around each feature by which readers pass over what they do
/// not look for.
///
/// # Errors
/// [`ExchangeError::UnfitFeature`], [`ExchangeError::Unwritable`].
pub(crate) fn write_geoparquet(
    path: &Path,
    out: &Outgoing<'_>,
    rows: Rows<'_>,
) -> Result<ExportSummary, ExchangeError> {
    let unwritable = |source| ExchangeError::Unwritable { path: path.into(), source };
    let file = File::create(path).map_err(unwritable)?;
    write(file, out, rows).map_err(|failure| match failure {
        Failure::Row(error) => error,
        Failure::Parquet(error) => unwritable(io::Error::other(error)),
    })
}

fn write(file: File, out: &Outgoing<'_>, rows: Rows<'_>) -> Result<ExportSummary, Failure> {
    let schema = parse_message_type(&schema(out))?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = SerializedFileWriter::new(file, schema.into(), properties.into())?;
    let (mut features, mut extent) = (0, None::<Bbox>);
    loop {
        let group = (&mut *rows).take(GROUP).collect::<Result<Vec<_>, _>>()?;
        if group.is_empty() {
            break;
        }
        let shapes = group.iter().map(|row| row.shape(out)).collect::<Result<Vec<_>, _>>()?;
        let boxes: Vec<_> = shapes.iter().map(|shape| shape.as_ref().and_then(Shape::bbox)).collect();
        extent = boxes.iter().flatten().copied().chain(extent).reduce(|a, b| a.union(&b));
        let mut columns = writer.next_row_group()?;
        write_group(&mut columns, out, &group, &shapes, &boxes)?;
        columns.close()?;
        features += group.len() as u64;
    }
    for (key, value) in [("geo", about_geometry(out, extent)), ("rimay", about_data(out))] {
        writer.append_key_value_metadata(KeyValue::new(key.to_owned(), value));
    }
    writer.close()?;
    Ok(ExportSummary { features, notes: vec![] })
}

fn schema(out: &Outgoing<'_>) -> String {
    let column = |name: &str, kind: FieldType| {
        let kind = match kind {
            FieldType::Text | FieldType::Code => ("BYTE_ARRAY", "(UTF8)"),
            FieldType::Integer => ("INT64", ""),
            FieldType::Real => ("DOUBLE", ""),
            FieldType::Boolean => ("BOOLEAN", ""),
            FieldType::Date => ("INT32", "(DATE)"),
        };
        format!("OPTIONAL {} {name} {};", kind.0, kind.1)
    };
    let columns: String = out.columns.iter().map(|own| column(own.name, own.kind)).collect();
    let bbox = "OPTIONAL GROUP bbox { REQUIRED DOUBLE xmin; REQUIRED DOUBLE ymin; REQUIRED DOUBLE xmax; REQUIRED DOUBLE ymax; }";
    format!("message features {{ REQUIRED INT64 id; {columns} OPTIONAL BYTE_ARRAY geometry; {bbox} }}")
}

/// Writes the columns in the order of the schema.
fn write_group(
    group: &mut SerializedRowGroupWriter<'_, File>,
    out: &Outgoing<'_>,
    rows: &[ExportRow],
    shapes: &[Option<Shape>],
    boxes: &[Option<Bbox>],
) -> Result<(), ParquetError> {
    let mut position = 0;
    while let Some(mut column) = group.next_column()? {
        let of_fields = 1..=out.columns.len();
        match column.untyped() {
            ColumnWriter::Int64ColumnWriter(writer) if position == 0 => {
                let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
                writer.write_batch(&ids, None, None)?;
            }
            untyped if of_fields.contains(&position) => {
                write_values(untyped, &rows.iter().map(|row| &row.values[position - 1]).collect::<Vec<_>>())?;
            }
            ColumnWriter::ByteArrayColumnWriter(writer) => {
                let (places, levels) =
                    split(shapes, |shape| shape.as_ref().map(|shape| ByteArray::from(shape.to_wkb())));
                writer.write_batch(&places, Some(&levels), None)?;
            }
            ColumnWriter::DoubleColumnWriter(writer) => {
                let side = position - out.columns.len() - 2;
                let (sides, levels) = split(boxes, |bbox| bbox.map(|bbox| bbox.to_array()[side]));
                writer.write_batch(&sides, Some(&levels), None)?;
            }
            _ => return Err(ParquetError::General(format!("column {position} is not as the schema says"))),
        }
        column.close()?;
        position += 1;
    }
    Ok(())
}

fn write_values(column: &mut ColumnWriter<'_>, values: &[&Value]) -> Result<usize, ParquetError> {
    match column {
        ColumnWriter::ByteArrayColumnWriter(writer) => {
            let (texts, levels) = split(values, |value| value.as_text().map(ByteArray::from));
            writer.write_batch(&texts, Some(&levels), None)
        }
        ColumnWriter::Int64ColumnWriter(writer) => {
            let (numbers, levels) = split(values, |value| match value {
                Value::Integer(number) => Some(*number),
                _ => None,
            });
            writer.write_batch(&numbers, Some(&levels), None)
        }
        ColumnWriter::DoubleColumnWriter(writer) => {
            let (numbers, levels) = split(values, |value| match value {
                Value::Real(number) => Some(*number),
                _ => None,
            });
            writer.write_batch(&numbers, Some(&levels), None)
        }
        ColumnWriter::BoolColumnWriter(writer) => {
            let (truths, levels) = split(values, |value| match value {
                Value::Boolean(truth) => Some(*truth),
                _ => None,
            });
            writer.write_batch(&truths, Some(&levels), None)
        }
        ColumnWriter::Int32ColumnWriter(writer) => {
            let (days, levels) = split(values, |value| match value {
                Value::Date(date) => EPOCH.until(*date).ok().map(|span| span.get_days()),
                _ => None,
            });
            writer.write_batch(&days, Some(&levels), None)
        }
        _ => Err(ParquetError::General("a column of a type no field has".into())),
    }
}

/// The values there are, and for each row whether it has one (Parquet's definition level).
fn split<S, T>(rows: &[S], value: impl Fn(&S) -> Option<T>) -> (Vec<T>, Vec<i16>) {
    let values: Vec<_> = rows.iter().map(value).collect();
    let levels = values.iter().map(|value| i16::from(value.is_some())).collect();
    (values.into_iter().flatten().collect(), levels)
}

/// The member `geo` of `GeoParquet` 1.1. Without `crs` the reference system is OGC:CRS84.
fn about_geometry(out: &Outgoing<'_>, extent: Option<Bbox>) -> String {
    let kind = match out.layer.geometry {
        GeometryKind::Point => "Point",
        GeometryKind::Polygon => "MultiPolygon",
    };
    let side = |name: &str| json!(["bbox", name]);
    let mut column = json!({
        "encoding": "WKB",
        "geometry_types": [kind],
        "orientation": "counterclockwise",
        "covering": {"bbox": {"xmin": side("xmin"), "ymin": side("ymin"), "xmax": side("xmax"), "ymax": side("ymax")}},
    });
    if let Some(extent) = extent {
        column["bbox"] = json!(extent.to_array());
    }
    json!({"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}).to_string()
}

fn about_data(out: &Outgoing<'_>) -> String {
    json!({"title": out.about.title, "about": out.about.paragraph()}).to_string()
}
