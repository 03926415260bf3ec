use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use geo::{BoundingRect, MultiPolygon};
use rayon::prelude::*;
use serde::Serialize;

use crate::{
    analysis::{
        Answer, Pair, Unfinished, Work,
        boundary::{Boundary, Lie},
        cover::{self, covered_m2},
        shared::{areas_of, geodesic_m2, shared_area},
    },
    index::{Slot, Snapshot},
    model::Value,
};

/// What pairs of an answer are summed up by.
#[derive(Debug, Clone)]
pub enum TotalsBy {
    /// What a field of the first layer says, by the field's name.
    A(String),
    /// What a field of the second layer says.
    B(String),
    /// The areas of another layer: of each pair counts what lies in the area.
    Areas(Arc<Snapshot>),
}

/// Pairs whose shapes are held in memory to be cut by areas, at most.
const MOST_CUT: usize = 250_000;

/// What the pairs of one group come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupTotals {
    /// What the group has in common; nothing where it is not told.
    pub value: Option<serde_json::Value>,
    /// Of an area, its number: others may have the same name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// Pairs.
    pub pairs: usize,
    /// Different features of the first layer among them.
    pub features_a: usize,
    /// Different features of the second layer among them.
    pub features_b: usize,
    /// Sum of the shared areas over the pairs, in hectares (geodesic).
    pub sum_over_pairs_ha: f64,
    /// Area that they cover together, each place once, in hectares (geodesic).
    pub covered_ha: f64,
}

/// Why pairs are not summed up so.
#[derive(Debug, thiserror::Error)]
pub enum TotalsError {
    /// The layer has no such field.
    #[error("{layer} has no field {field}; it has {known}")]
    NoField {
        /// The layer.
        layer: &'static str,
        /// What was asked for.
        field: String,
        /// The fields it has.
        known: String,
    },
    /// Too many pairs to be cut by areas.
    #[error("{0} pairs are too many to be cut by the areas of another layer; ask about an area, or filter the layers")]
    TooMany(usize),
    /// It was not worked out.
    #[error(transparent)]
    Unfinished(#[from] Unfinished),
}

/// What pairs of a group have in common, as JSON, and of an area its number.
type Key = (Option<String>, Option<i64>);

/// A pair as far as it belongs to a group.
struct Piece<'a> {
    pair: &'a Pair,
    m2: f64,
    /// What of the pair's area belongs to it; `None` of all of it.
    part: Option<MultiPolygon<f64>>,
}

impl Answer {
    /// Whether pairs can be summed up so.
    ///
    /// # Errors
    /// [`TotalsError`].
    pub fn check_totals(&self, by: &TotalsBy) -> Result<(), TotalsError> {
        match by {
            TotalsBy::A(field) => position_of(&self.layers.a, field).map(drop),
            TotalsBy::B(field) => position_of(&self.layers.b, field).map(drop),
            TotalsBy::Areas(_) if self.pairs.len() > MOST_CUT => Err(TotalsError::TooMany(self.pairs.len())),
            TotalsBy::Areas(_) => Ok(()),
        }
    }

    /// What the pairs come to by groups, the largest sum first. Blocks.
    ///
    /// # Errors
    /// [`TotalsError`].
    pub fn totals_by(&self, by: &TotalsBy, work: &Work) -> Result<Vec<GroupTotals>, TotalsError> {
        self.check_totals(by)?;
        let groups = match by {
            TotalsBy::A(field) => self.by_field(&self.layers.a, field, |pair| pair.a)?,
            TotalsBy::B(field) => self.by_field(&self.layers.b, field, |pair| pair.b)?,
            TotalsBy::Areas(areas) => self.by_areas(areas, work)?,
        };
        let total = |((value, id), pieces): (Key, Vec<Piece<'_>>)| -> Result<GroupTotals, Unfinished> {
            let distinct =
                |side: fn(&Pair) -> Slot| pieces.iter().map(|piece| side(piece.pair)).collect::<HashSet<_>>().len();
            Ok(GroupTotals {
                value: value.and_then(|value| serde_json::from_str(&value).ok()),
                id,
                pairs: pieces.len(),
                features_a: distinct(|pair| pair.a),
                features_b: distinct(|pair| pair.b),
                sum_over_pairs_ha: pieces.iter().map(|piece| piece.m2).sum::<f64>() / 1e4 + 0.0,
                covered_ha: self.covered_by(&pieces, work)? / 1e4,
            })
        };
        let mut totals: Vec<GroupTotals> = groups.into_par_iter().map(total).collect::<Result<_, _>>()?;
        totals.sort_by(|one, other| other.sum_over_pairs_ha.total_cmp(&one.sum_over_pairs_ha));
        Ok(totals)
    }

    /// Area in m² that pieces cover together.
    fn covered_by(&self, pieces: &[Piece<'_>], work: &Work) -> Result<f64, Unfinished> {
        let with_area: Vec<&Piece<'_>> = pieces.iter().filter(|piece| piece.m2 > 0.0).collect();
        let place = |piece: &&Piece<'_>| {
            let rect = match &piece.part {
                Some(part) => part.bounding_rect(),
                None => self.box_of(piece.pair),
            };
            rect.map(|rect| cover::Piece { rect, m2: piece.m2 })
        };
        let shape = |place: usize| match &with_area[place].part {
            Some(part) => Ok(part.clone()),
            None => self.shared(with_area[place].pair),
        };
        // What has an area has a box.
        covered_m2(&with_area.iter().filter_map(place).collect::<Vec<_>>(), shape, work)
    }

    fn by_field(
        &self,
        snapshot: &Snapshot,
        field: &str,
        side: fn(&Pair) -> Slot,
    ) -> Result<BTreeMap<Key, Vec<Piece<'_>>>, TotalsError> {
        let position = position_of(snapshot, field)?;
        let mut groups: BTreeMap<Key, Vec<Piece<'_>>> = BTreeMap::new();
        for pair in &self.pairs {
            let value: Value = snapshot.feature(side(pair)).value(position).into();
            let text = serde_json::to_string(&value).ok().filter(|_| value != Value::Null);
            groups.entry((text, None)).or_default().push(Piece { pair, m2: pair.shared.m2, part: None });
        }
        Ok(groups)
    }

    fn by_areas(&self, areas: &Snapshot, work: &Work) -> Result<BTreeMap<Key, Vec<Piece<'_>>>, TotalsError> {
        let boundaries: HashMap<Slot, Boundary> = (0..)
            .zip(areas.features())
            .filter_map(|(slot, feature)| Some((slot, Boundary::of(areas_of(feature.geometry.as_ref()?)?))))
            .collect();
        work.expect(self.pairs.len());
        let cut = self.pairs.par_iter().map(|pair| {
            work.next()?;
            cut(pair, &self.shared(pair)?, areas, &boundaries)
        });
        let pieces: Vec<Vec<_>> = cut.collect::<Result<_, Unfinished>>()?;
        let mut groups: BTreeMap<Key, Vec<Piece<'_>>> = BTreeMap::new();
        for (value, piece) in pieces.into_iter().flatten() {
            groups.entry(value).or_default().push(piece);
        }
        Ok(groups)
    }
}

fn position_of(snapshot: &Snapshot, field: &str) -> Result<usize, TotalsError> {
    snapshot.position(field).ok_or_else(|| TotalsError::NoField {
        layer: &snapshot.layer().id,
        field: field.chars().take(60).collect(),
        known: snapshot.fields().iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", "),
    })
}

/// What a pair shares, cut by the areas of a layer, each piece with the area's name.
fn cut<'a>(
    pair: &'a Pair,
    shared: &MultiPolygon<f64>,
    areas: &Snapshot,
    boundaries: &HashMap<Slot, Boundary>,
) -> Result<Vec<(Key, Piece<'a>)>, Unfinished> {
    let name = areas.position(&areas.layer().name_field);
    let boundary = Boundary::of(shared);
    let mut pieces = vec![];
    for slot in boundary.bbox().map_or(vec![], |bbox| areas.near_box(&bbox)) {
        let feature = areas.feature(slot);
        let (Some(own), Some(of_area)) = (feature.geometry.as_ref().and_then(areas_of), boundaries.get(&slot)) else {
            continue;
        };
        // What is apart is sooner seen than cut.
        if boundary.lie(of_area) == Ok(Lie::Apart) {
            continue;
        }
        let area = shared_area(shared, own)?;
        let m2 = geodesic_m2(&area);
        if m2 > 0.0 {
            let value = name.and_then(|name| serde_json::to_string(feature.value(name).as_text()?).ok());
            pieces.push(((value, Some(feature.id)), Piece { pair, m2, part: Some(area) }));
        }
    }
    Ok(pieces)
}
