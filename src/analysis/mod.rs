//! What lies on what: pairs of features of two layers, and what each pair shares.
//!
//! Worked out from snapshots, so for each kind of caller on what that caller may see. Overlays are planar in degrees, as
//! PostGIS's `ST_Intersection` of geometries, areas are geodesic on the ellipsoid, as its `ST_Area` of geographies.

mod answer;
mod boundary;
mod cover;
mod measure;
mod overlap;
mod question;
mod row;
mod shared;
mod under;
mod work;

pub use answer::{Answer, AnswerError, Totals};
pub use boundary::Extent;
pub use measure::{First, Measurer, Measures, PairClass, first_day};
pub use overlap::{Pair, PairRelation, Side};
pub use question::{MAX_CORNERS, MAX_DISTANCE_M, OverlapQuestion, QuestionError, Relation, default_filter};
pub use row::{PairRow, PairSide};
pub use shared::{geodesic_m2, shared_area};
pub use work::{Unfinished, Work};
