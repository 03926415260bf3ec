//! Files in, files out: reads what people deliver and writes what they take home, with GDAL.
//!
//! Reading starts with [`SourceFile::open`], which looks before anything is stored: the format (fixed by the
//! file's extension, never guessed from its content), the columns and the preset they fit, the text encoding,
//! the reference system and the datum operation. [`SourceFile::read`] then hands over one [`Row`] at a time in
//! the layer's fields and in EPSG:4326. Writing is [`export()`].
//!
//! Reading and writing block and know neither the database nor HTTP. [`import`] is the whole way of a file: read
//! on a thread of its own, staged, examined and merged into its layer in one transaction. The room never opens URLs, GDAL virtual paths or formats outside its list, and never repairs a geometry: rings come
//! through as drawn, only closed, flattened and transformed.

mod arcs;
mod changes;
mod error;
mod export;
mod gdal_log;
mod grid;
mod import;
mod reading;
mod register;
mod report;
mod shape;
mod source;
mod source_choice;
mod wkb_walk;
pub mod worker;

#[cfg(test)]
mod tests;

pub use error::ExchangeError;
pub use export::{
    ExportAbout, ExportFormat, ExportRow, ExportSummary, OverlapsError, export, text_cell, write_overlaps_csv,
    write_overlaps_file, write_overlaps_geojson,
};
pub use gdal_log::prepare_gdal;
pub use grid::GridFit;
pub use import::{ImportError, ImportProgress, ImportRequest, import};
pub use register::{Register, RegisterCase, RegisterDefaults, read_register};
pub use report::ImportReport;
pub use source::{
    OperationUsed, PresetUse, READABLE_EXTENSIONS, ReadOptions, ReadSummary, Row, SourceFile, SourceSummary,
    check_column_fields,
};
