use std::{
    collections::{HashMap, HashSet},
    sync::OnceLock,
    time::{Duration, Instant},
};

use geo::{MultiPolygon, Rect};
use rayon::prelude::*;
use serde::Serialize;

use crate::{
    analysis::{
        Layers, OverlapQuestion, Pair, QuestionError, Side, Unfinished, Work,
        cover::{Piece, covered_m2},
        overlap::{Before, Overlaps, find_overlaps, part},
        shared::{areas_of, shared_area},
    },
    index::{Feature, Slot},
};

/// Of more pairs the area they cover together is not worked out unasked: dissolving them takes much longer than finding them.
const DISSOLVED: usize = 20_000;

/// All pairs of a question, and what they come to.
#[derive(Debug)]
pub struct Answer {
    /// The question.
    pub question: OverlapQuestion,
    /// The layers as they were asked.
    pub layers: Layers,
    /// What they come to.
    pub totals: Totals,
    /// The pairs, the largest shared areas first.
    pub pairs: Vec<Pair>,
    /// How long it took to work it out.
    pub took: Duration,
    covered_ha: OnceLock<f64>,
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
        let distinct = |side: fn(&Pair) -> Slot| pairs.iter().map(side).collect::<HashSet<_>>().len();
        let totals = Totals {
            pairs: pairs.len(),
            features_a: distinct(|pair| pair.a),
            features_b: distinct(|pair| pair.b),
            asked_a,
            asked_b,
            sum_over_pairs_ha: pairs.iter().map(|pair| pair.shared.m2).sum::<f64>() / 1e4 + 0.0,
            covered_ha: None,
        };
        let covered_ha = OnceLock::new();
        let mut answer = Answer { question, layers, totals, pairs, took: Duration::ZERO, covered_ha, area };
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
        let [one, other] = self.features(pair).map(|feature| feature.geometry.as_ref());
        let (Some(one), Some(other)) = (one, other.and_then(areas_of)) else { return nothing() };
        match part(one, self.area.as_ref())?.as_deref().and_then(areas_of) {
            Some(own) => Ok(shared_area(own, other)?),
            None => nothing(),
        }
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
