//! Words and rules of the domain, without I/O: no async, no SQL, no HTTP, no GDAL.
//!
//! Start with [`Catalogue`]: it declares every layer once, and tables, validation, collections, import
//! mapping, tiles and forms follow from it. [`Value`] is what a field holds; [`Access`] says what a caller
//! may see; [`DatumOperation`] names how coordinates came to WGS 84.

mod access;
mod account;
mod bbox;
pub mod cases;
mod catalogue;
mod clip;
pub mod cql2;
mod datum;
pub mod geodesic;
mod geojson;
mod incoming;
mod layer;
pub mod mercator;
mod moment;
mod pfafstetter;
mod plain_text;
mod preset;
mod query;
mod search_text;
mod source;
mod ubigeo;
mod value;
mod written_place;

pub use self::geojson::{GeoJsonError, from_geojson};
pub use access::Access;
pub use account::{Right, Role, Scope, UnknownWord};
pub use bbox::{AROUND_PERU, Bbox, BboxError, PERU_OUTLINE};
pub use catalogue::{Catalogue, CatalogueError, UnknownLayer};
pub use clip::clip_ring;
pub use datum::{DATUM_OPERATIONS, Datum, DatumOperation};
pub use incoming::{IncomingFeature, RowNote};
pub use layer::{Code, Condition, Field, FieldType, GeometryKind, Layer, Outline, Sensitivity, Style, Text};
pub use moment::{Moment, MomentError};
pub use pfafstetter::is_downstream;
pub use plain_text::{is_one_line, plain_text};
pub use preset::Preset;
pub use query::{FeatureQuery, Period, PeriodError, PropertyFilter};
pub use search_text::fold;
pub use source::Source;
pub use ubigeo::{DEPARTMENTS, UbigeoAuthority, department_number, is_ubigeo, ubigeo_authority};
pub use value::{MAX_IDENTIFIER, MAX_NAME, MAX_TEXT, Value, ValueError, ValueRef};
pub use written_place::{WrittenPlace, read_written_place};
