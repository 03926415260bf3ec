//! What lies on what: pairs of features of two layers, and what each pair shares. And which cases a scheme counts.
//!
//! Worked out from snapshots, so for each kind of caller on what that caller may see. Overlays are planar in degrees, as
//! PostGIS's `ST_Intersection` of geometries, areas are geodesic on the ellipsoid, as its `ST_Area` of geographies.

mod answer;
mod area;
mod area_json;
mod boundary;
mod change;
mod counting;
mod cover;
mod downstream;
mod measure;
mod month;
mod overlap;
mod question;
mod row;
mod shared;
mod sorted;
mod totals;
mod under;
mod work;

pub use answer::{Answer, AnswerError, Totals};
pub use area::AREA;
pub use area_json::AreaJson;
pub use boundary::Extent;
pub use change::{CaseChange, Standing, change_between};
pub use counting::{
    CaseGroup, CountedCase, CountedCases, Counting, Crosswalk, DecidingFact, GROUPINGS, check_condition,
};
pub use measure::{
    CONFLICTS, First, MeasureError, Measurer, Measures, NEAR_M, PairClass, WATERSHEDS, distances_m, first_day,
};
pub use month::{CountedMonth, MONTH_PARTS};
pub use overlap::{Pair, PairRelation, Side};
pub use question::{Layers, OverlapQuestion, QuestionError, Relation};
pub use row::{PairRow, PairSide};
pub use sorted::PairOrder;
pub use totals::{GroupTotals, TotalsBy, TotalsError};
pub use work::{Unfinished, Work};
