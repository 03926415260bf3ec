use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::OnceLock,
    time::{Duration, Instant},
};

use geo::{CoordsIter, Geometry, MultiPolygon, Rect};
use rayon::prelude::*;
use serde::Serialize;

use crate::{
    analysis::{
        Layers, OverlapQuestion, Pair, QuestionError, Side, Unfinished, Work,
        boundary::Boundary,
        cover::{Piece, covered_m2},
        overlap::{Before, Overlaps, find_overlaps, part},
        shared::{areas_of, shared_area},
    },
    index::{Feature, Slot, Snapshot},
};

/// Of more pairs the area they cover together is not worked out unasked: dissolving them takes much longer than finding them.
const DISSOLVED: usize = 20_000;

/// So many pairs are few.
const FEW: usize = 8;
/// Features of so many corners together are simple.
const SIMPLE: usize = 2_000;

/// All pairs of a question, and what they come to.
#[derive(Debug)]
pub struct Answer {
    /// The question.
    pub question: OverlapQuestion,
    /// Name that follows from it.
    pub id: String,
    /// How large the area is that was asked about, in hectares (geodesic), and how many corners it has.
    pub area_size: Option<(f64, usize)>,
    /// The layers as they were asked.
    pub layers: Layers,
    /// What they come to.
    pub totals: Totals,
    /// The pairs, the largest shared areas first.
    pub pairs: Vec<Pair>,
    /// How long it took to work it out.
    pub took: Duration,
    covered_ha: OnceLock<f64>,
    /// By side and source: how well places are known, in metres; 0 where nobody said.
    accuracies: [Vec<f64>; 2],
    area: Option<MultiPolygon<f64>>,
}

/// What all pairs come to. Two figures for area: where areas lie on one another, their sum counts a place more than once.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Totals {
    /// Pairs.
    pub pairs: usize,
    /// Different features of the first layer among them.
    pub features_a: usize,
    /// Different features of the second layer among them.
    pub features_b: usize,
    /// Features of the first layer that were looked at.
    pub asked_a: usize,
    /// Features of the second layer that were looked at.
    pub asked_b: usize,
    /// Pairs whose shared area is narrower than their sources are accurate.
    pub pairs_within_tolerance: usize,
    /// Sum of the shared areas over these, in hectares (geodesic).
    pub within_tolerance_ha: f64,
    /// Of the first layer's feature, where it is one area in all pairs: how large it is, in hectares (geodesic).
    pub area_a_ha: Option<f64>,
    /// The same of the second layer's.
    pub area_b_ha: Option<f64>,
    /// Sum of the shared areas over the pairs, in hectares (geodesic).
    pub sum_over_pairs_ha: f64,
    /// Area that they cover together, each place once, in hectares (geodesic); `None` of very many pairs, of which
    /// [`Answer::covered_ha`] tells it.
    pub covered_ha: Option<f64>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The question is not right.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// It was not worked out to its end.
    #[error(transparent)]
    Unfinished(#[from] Unfinished),
}

/// Area of a side that is one feature, in hectares (geodesic).
fn area_of_one(snapshot: &Snapshot, slots: &HashSet<Slot>) -> Option<f64> {
    let slot = slots.iter().next().filter(|_| slots.len() == 1)?;
    let areas = snapshot.feature(*slot).geometry.as_ref().and_then(areas_of)?;
    Some(Boundary::of(areas).whole().m2 / 1e4)
}

impl Answer {
    /// Works a question out on two layers. What an answer to the same question at another time says of features that have not
    /// changed since is taken from it. Blocks.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub fn work_out(
        question: OverlapQuestion,
        layers: Layers,
        before: Option<&Answer>,
        work: &Work,
    ) -> Result<Answer, AnswerError> {
        let began = Instant::now();
        question.tolerance()?;
        let relation = question.pair_relation()?;
        let area = question.cut()?;
        let [one, other]: [Side; 2] = question.sides(&layers)?;
        let before = before.map(|before| Before { a: &before.layers.a, b: &before.layers.b, pairs: &before.pairs });
        let Overlaps { mut pairs, asked_a, asked_b } =
            find_overlaps(&one, &other, relation, &layers.watersheds, area.as_ref(), before, work)?;
        // Of equal areas, in the order of the features.
        pairs.par_sort_by(|one, other| other.shared.m2.total_cmp(&one.shared.m2));
        let distinct = |side: fn(&Pair) -> Slot| pairs.iter().map(side).collect::<HashSet<_>>();
        let (slots_a, slots_b) = (distinct(|pair| pair.a), distinct(|pair| pair.b));
        let totals = Totals {
            pairs: pairs.len(),
            features_a: slots_a.len(),
            features_b: slots_b.len(),
            pairs_within_tolerance: 0,
            within_tolerance_ha: 0.0,
            area_a_ha: area_of_one(&layers.a, &slots_a),
            area_b_ha: area_of_one(&layers.b, &slots_b),
            asked_a,
            asked_b,
            sum_over_pairs_ha: pairs.iter().map(|pair| pair.shared.m2).sum::<f64>() / 1e4 + 0.0,
            covered_ha: None,
        };
        let accuracies = [&layers.a, &layers.b].map(|snapshot| {
            snapshot.sources().map(|source| source.accuracy_m(snapshot.layer()).unwrap_or(0.0)).collect()
        });
        let (took, covered_ha) = (Duration::ZERO, OnceLock::new());
        let (id, area_size) = (question.id(), question.area_size()?);
        let mut answer = Answer { question, id, area_size, layers, totals, pairs, took, covered_ha, accuracies, area };
        let within: Vec<f64> = answer.pairs.iter().filter_map(|pair| answer.within_tolerance_m2(pair)).collect();
        answer.totals.pairs_within_tolerance = within.len();
        answer.totals.within_tolerance_ha = within.iter().sum::<f64>() / 1e4 + 0.0;
        if answer.pairs.len() <= DISSOLVED {
            answer.totals.covered_ha = Some(answer.covered_ha(work)?);
        }
        answer.took = began.elapsed();
        Ok(answer)
    }

    /// The area that a pair shares, exterior rings counter-clockwise; without parts where it shares none. Planar in degrees.
    ///
    /// # Errors
    /// [`Unfinished::Overlay`].
    pub fn shared(&self, pair: &Pair) -> Result<MultiPolygon<f64>, Unfinished> {
        let nothing = || Ok(MultiPolygon(vec![]));
        if pair.shared.m2 <= 0.0 {
            return nothing();
        }
        let [one, other] = self.features(pair);
        let own = self.own(one)?;
        match (own.as_deref().and_then(areas_of), other.geometry.as_ref().and_then(areas_of)) {
            (Some(own), Some(other)) => Ok(shared_area(own, other)?),
            _ => nothing(),
        }
    }

    /// What of a feature of the first layer counts.
    ///
    /// # Errors
    /// [`Unfinished::Overlay`].
    pub(super) fn own<'a>(&'a self, feature: &'a Feature) -> Result<Option<Cow<'a, Geometry<f64>>>, Unfinished> {
        let Some(whole) = &feature.geometry else { return Ok(None) };
        Ok(part(whole, self.area.as_ref())?)
    }

    /// How accurate the places of both features of a pair are, in metres, as their sources say; 0 where they do not.
    pub(super) fn accuracies_m(&self, pair: &Pair) -> [f64; 2] {
        let [one, other] = self.features(pair).map(|feature| feature.source.map(usize::from));
        let of = |side: usize, source: Option<usize>| source.map_or(0.0, |source| self.accuracies[side][source]);
        [of(0, one), of(1, other)]
    }

    /// Whether all pairs are so few and simple that they are measured within about a millisecond.
    pub fn is_soon_measured(&self) -> bool {
        let corners = |feature: &Feature| feature.geometry.as_ref().map_or(0, CoordsIter::coords_count);
        self.pairs.len() <= FEW
            && self.pairs.iter().flat_map(|pair| self.features(pair)).map(corners).sum::<usize>() <= SIMPLE
    }

    /// The two features of a pair.
    pub fn features(&self, pair: &Pair) -> [&Feature; 2] {
        [self.layers.a.feature(pair.a), self.layers.b.feature(pair.b)]
    }

    /// The box in which what a pair shares lies.
    pub(super) fn box_of(&self, pair: &Pair) -> Option<Rect<f64>> {
        let [one, other] = self.features(pair).map(|feature| feature.bbox);
        let (one, other) = (one?, other?);
        let (west, south) = (one.west.max(other.west), one.south.max(other.south));
        let (east, north) = (one.east.min(other.east), one.north.min(other.north));
        Some(Rect::new((west, south), (east, north)))
    }

    /// Area that the pairs cover together, each place once, in hectares (geodesic). Of very many pairs it takes much longer than
    /// finding them. Worked out once. Blocks.
    ///
    /// # Errors
    /// [`Unfinished`].
    pub fn covered_ha(&self, work: &Work) -> Result<f64, Unfinished> {
        if let Some(known) = self.covered_ha.get() {
            return Ok(*known);
        }
        let covered = self.covered_m2(work)? / 1e4;
        Ok(*self.covered_ha.get_or_init(|| covered))
    }

    fn covered_m2(&self, work: &Work) -> Result<f64, Unfinished> {
        // What lies within another feature shares all of itself with it: what it shares with others is no more.
        let mut whole: HashMap<Slot, &Pair> = HashMap::new();
        self.pairs.iter().filter(|pair| pair.is_within).for_each(|pair| _ = whole.entry(pair.a).or_insert(pair));
        let counts =
            |pair: &&Pair| pair.shared.m2 > 0.0 && whole.get(&pair.a).is_none_or(|of_all| std::ptr::eq(*of_all, *pair));
        let pairs: Vec<&Pair> = self.pairs.iter().filter(counts).collect();
        let piece = |pair: &&Pair| Some(Piece { rect: self.box_of(pair)?, m2: pair.shared.m2 });
        let pieces: Vec<_> = pairs.iter().filter_map(piece).collect();
        let shape = |place: usize| {
            work.go_on()?;
            self.shared(pairs[place])
        };
        covered_m2(&pieces, shape, work)
    }
}
