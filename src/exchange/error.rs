use std::{io, path::PathBuf};

use crate::exchange::ExportFormat;

/// Why a file cannot be read or written: what is wrong, where, and what would be accepted.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// What the process that read the file told.
    #[error("{reason}")]
    Told {
        /// Why the file cannot be read, for people.
        reason: String,
        /// The file's columns, as far as they were seen.
        columns: Vec<String>,
    },
    /// The process that read the file did not do it.
    #[error("{} could not be read by the process that was to read it: {detail}", path.display())]
    WorkerFailed {
        /// The file.
        path: PathBuf,
        /// What became of it.
        detail: String,
    },
    /// Nothing bears that name.
    #[error("there is no file {}", path.display())]
    NoSuchFile {
        /// What was asked for.
        path: PathBuf,
    },
    /// A URL or one of GDAL's virtual paths.
    #[error("{} is not a file on disk: addresses and virtual paths are not read, so download or unpack it first", path.display())]
    NotALocalFile {
        /// What was asked for.
        path: PathBuf,
    },
    /// A folder.
    #[error("{} is a folder: give one file inside it", path.display())]
    IsAFolder {
        /// What was asked for.
        path: PathBuf,
    },
    /// A file without a single byte.
    #[error("{} is empty (0 bytes): the copy or download probably failed", path.display())]
    EmptyFile {
        /// The file.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// An extension we do not read.
    #[error("the extension of {} is not one we read; accepted are {accepted}", path.display())]
    UnknownExtension {
        /// The file.
        path: PathBuf,
        /// The extensions there are.
        accepted: &'static str,
    },
    /// The content is of another format than the extension promises, or damaged.
    #[error("{} does not hold {format}: {detail}", path.display())]
    NotItsFormat {
        /// The file.
        path: PathBuf,
        /// The format its extension promises.
        format: &'static str,
        /// How the content begins, or where it is damaged.
        detail: String,
    },
    /// A GeoPackage with views.
    #[error("{} holds {view}, a view or a table with columns that are worked out when it is looked at; such are not read, because they can run without end: save the wanted table as a GeoPackage of its own, as QGIS and ogr2ogr do", path.display())]
    HoldsViews {
        /// The file.
        path: PathBuf,
        /// Name of a view.
        view: String,
    },
    /// A GeoPackage that some program still writes.
    #[error("{} is still open in another program, or was not closed: {} holds changes that are not in it yet; close it there and try again", path.display(), pending.display())]
    StillOpen {
        /// The file.
        path: PathBuf,
        /// The file with the changes.
        pending: PathBuf,
    },
    /// A shapefile without one of its parts.
    #[error("{} lacks its {missing} file, which must lie beside it under the same name", path.display())]
    MissingPart {
        /// The file.
        path: PathBuf,
        /// Extension of the missing part.
        missing: &'static str,
    },
    /// An archive that is not a zip, is damaged, or has members we refuse.
    #[error("{} cannot be unpacked: {detail}", path.display())]
    BadArchive {
        /// The archive.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// An archive with nothing readable, or with several candidates.
    #[error("{} must hold exactly one data file (such as one shapefile) but holds {found}", path.display())]
    NotOneFileInArchive {
        /// The archive.
        path: PathBuf,
        /// What it holds.
        found: String,
    },
    /// Text that is not UTF-8 and nobody said what it is.
    #[error("{} {place} is not UTF-8 (\"{sample}\"); say --encoding ISO-8859-1 (Latin-1, usual in older Peruvian files) or the encoding it was written in", path.display())]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// Line, or row and column.
        place: String,
        /// The text with the unreadable bytes replaced.
        sample: String,
    },
    /// An encoding nobody knows.
    #[error(
        "\"{asked}\" is no text encoding we know; accepted are UTF-8, ISO-8859-1, windows-1252, IBM866, UTF-16LE and the other names of the WHATWG encoding standard"
    )]
    UnknownEncoding {
        /// What was asked for.
        asked: String,
    },
    /// The stated encoding does not fit the bytes.
    #[error("{} {place} is not {encoding} as told (\"{sample}\"); leave --encoding out or say the one it was written in", path.display())]
    WrongEncoding {
        /// The file.
        path: PathBuf,
        /// What was stated.
        encoding: String,
        /// Where it fails.
        place: String,
        /// The text with the unreadable bytes replaced.
        sample: String,
    },
    /// A format that fixes its own encoding.
    #[error("{format} states its own text encoding: leave --encoding out for {}", path.display())]
    EncodingNotNeeded {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: &'static str,
    },
    /// A file that is fine but has nothing in it.
    #[error("{} holds no rows in {table}: there is nothing to import", path.display())]
    NoRows {
        /// The file.
        path: PathBuf,
        /// The table looked at.
        table: String,
    },
    /// Several tables and nobody chose.
    #[error("{} holds several tables; say --source-layer with one of: {tables}", path.display())]
    SeveralTables {
        /// The file.
        path: PathBuf,
        /// Their names.
        tables: String,
    },
    /// A table that is not there.
    #[error("{} has no table \"{asked}\"; it has: {tables}", path.display())]
    UnknownTable {
        /// The file.
        path: PathBuf,
        /// What was asked for.
        asked: String,
        /// The names there are.
        tables: String,
    },
    /// Neither the file, the preset nor the caller states a reference system.
    #[error("{} states no reference system{hint}; say --source-crs with its EPSG code, such as 4326 (WGS 84 degrees), 32717 to 32719 (WGS 84 UTM) or 24877 to 24879 (PSAD56 UTM)", path.display())]
    MissingCrs {
        /// The file.
        path: PathBuf,
        /// Why, where it is known: ` (there is no .prj file)`.
        hint: &'static str,
    },
    /// A `crs` member of GeoJSON that names nothing known, or a link.
    #[error("{} states the reference system {member}, which is not one we know (links are not followed); say --source-crs with its EPSG code, such as 24877 to 24879 (PSAD56 UTM), or 4326 if the coordinates are WGS 84 degrees", path.display())]
    UnknownCrsMember {
        /// The file.
        path: PathBuf,
        /// The member, as JSON, cut where it is long.
        member: String,
    },
    /// `crs` members of GeoJSON that disagree.
    #[error("{} states several reference systems ({first} and {second}); say --source-crs with the EPSG code of the right one", path.display())]
    SeveralCrsMembers {
        /// The file.
        path: PathBuf,
        /// A member, as JSON, cut where it is long.
        first: String,
        /// Another one.
        second: String,
    },
    /// A reference system that cannot be used for positions on the ground.
    #[error("the reference system {crs} cannot be used: {detail}; say --source-crs with an EPSG code")]
    UnusableCrs {
        /// The reference system.
        crs: String,
        /// What PROJ says.
        detail: String,
    },
    /// A datum operation for another datum than the file's.
    #[error(
        "the datum operation {operation} does not start from the datum of {crs}; leave it out or choose one that does"
    )]
    OperationOfOtherDatum {
        /// The operation.
        operation: String,
        /// The file's reference system.
        crs: String,
    },
    /// Coordinates in metres under a reference system in degrees.
    #[error("the coordinates of {} (such as {x}, {y}) are not degrees, but {crs} is in degrees; say --source-crs with the EPSG code they are in, such as 32718 or 24878", path.display())]
    NotDegrees {
        /// The file.
        path: PathBuf,
        /// First coordinate of the first position.
        x: f64,
        /// Second coordinate of the first position.
        y: f64,
        /// The reference system stated or assumed.
        crs: String,
    },
    /// Coordinates in degrees under a projected reference system.
    #[error("the coordinates of {} (such as {x}, {y}) look like degrees, but {crs} is in metres; say --source-crs 4326 if they are WGS 84", path.display())]
    NotMetres {
        /// The file.
        path: PathBuf,
        /// First coordinate of the first position.
        x: f64,
        /// Second coordinate of the first position.
        y: f64,
        /// The reference system stated or told.
        crs: String,
    },
    /// No column can be taken for the layer's name field, and no preset fits.
    #[error("no column of {} can be taken for the field {name_field} of {layer}; its columns are: {columns}; accepted are {accepted}", path.display())]
    NoColumnMatches {
        /// The file.
        path: PathBuf,
        /// The layer.
        layer: &'static str,
        /// The field that must be there.
        name_field: &'static str,
        /// The columns there are.
        columns: String,
        /// The layer's presets and field names.
        accepted: String,
    },
    /// The given preset needs a column the file does not have.
    #[error("preset {preset} takes {field} from the column {column}, which {} does not have; its columns are: {columns}", path.display())]
    MissingColumn {
        /// The file.
        path: PathBuf,
        /// The preset.
        preset: &'static str,
        /// What the column would have filled.
        field: &'static str,
        /// The column that is missing.
        column: &'static str,
        /// The columns there are.
        columns: String,
    },
    /// A column was named for what the layer does not have.
    #[error("layer {layer} has no field {asked}; columns can be told for: {accepted}")]
    NoSuchField {
        /// The layer.
        layer: String,
        /// What was named.
        asked: String,
        /// What there is.
        accepted: String,
    },
    /// The column named for a field is not there.
    #[error("{} has no column {column}, which was told for {field}; its columns are: {columns}", path.display())]
    NoSuchColumn {
        /// The file.
        path: PathBuf,
        /// The field.
        field: String,
        /// What was named.
        column: String,
        /// The columns there are.
        columns: String,
    },
    /// Only one of two columns of coordinates was named.
    #[error("a column was told for {told} but none for {missing}: a place needs both")]
    OneCoordinate {
        /// The one that was named.
        told: &'static str,
        /// The other.
        missing: &'static str,
    },
    /// A table without geometry and without columns that could hold coordinates.
    #[error("{} has neither geometry nor coordinate columns; its columns are: {columns}; accepted are pairs such as longitud and latitud, lon and lat, este and norte, x and y, or one column WKT", path.display())]
    NoCoordinates {
        /// The file.
        path: PathBuf,
        /// The columns there are.
        columns: String,
    },
    /// Reading stopped before the end.
    #[error("{} breaks off: {read} of {expected} rows could be read ({detail}); get a complete copy", path.display())]
    CutShort {
        /// The file.
        path: PathBuf,
        /// Rows read.
        read: u64,
        /// Rows it should have.
        expected: u64,
        /// What GDAL says.
        detail: String,
    },
    /// A format we do not write.
    #[error("\"{asked}\" is no format we write; accepted are {}", ExportFormat::names())]
    UnknownExportFormat {
        /// What was asked for.
        asked: String,
    },
    /// The name of the target does not fit the format.
    #[error("{} does not fit the format {format}: its name must end in {accepted}", path.display())]
    WrongTargetExtension {
        /// The target.
        path: PathBuf,
        /// The format.
        format: &'static str,
        /// Extensions that fit.
        accepted: &'static str,
    },
    /// Something is there already.
    #[error("{} exists already; say --overwrite to replace it, or choose another name", path.display())]
    TargetExists {
        /// The target.
        path: PathBuf,
    },
    /// A feature whose stored geometry is not what its layer holds.
    #[error("feature {id} cannot be exported: {detail}")]
    UnfitFeature {
        /// Id of the feature.
        id: i64,
        /// What is wrong with it.
        detail: String,
    },
    /// The operating system refused the target.
    #[error("{} cannot be written: {source}", path.display())]
    Unwritable {
        /// The target.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Somebody told the writing to stop.
    #[error("writing was told to stop before the end")]
    Stopped,
    /// GDAL failed where it should not.
    #[error("GDAL failed while {doing}: {source}")]
    Gdal {
        /// What it was doing.
        doing: &'static str,
        /// What it says.
        source: gdal::errors::GdalError,
    },
}

impl ExchangeError {
    /// For `map_err`: a scratch file cannot be made or read.
    pub(crate) fn scratch(source: io::Error) -> ExchangeError {
        ExchangeError::Unwritable { path: std::env::temp_dir(), source }
    }

    /// For `map_err`: GDAL failed while doing something.
    pub(crate) fn gdal(doing: &'static str) -> impl Fn(gdal::errors::GdalError) -> ExchangeError {
        move |source| ExchangeError::Gdal { doing, source }
    }
}
