use std::{
    collections::HashSet,
    sync::{Arc, atomic::AtomicBool},
    time::Instant,
};

use serde::Serialize;

use crate::{
    analysis::{OverlapQuestion, Overlaps, Pair, QuestionError, Side, Unfinished, covered_m2, find_overlaps},
    index::{Slot, Snapshot},
};

/// Of more pairs the area they cover together is not worked out unasked: dissolving them takes much longer than finding them.
const DISSOLVED: usize = 20_000;

/// All pairs of a question, and what they come to.
#[derive(Debug)]
pub struct Answer {
    /// The question.
    pub question: OverlapQuestion,
    /// The first layer as it was asked.
    pub a: Arc<Snapshot>,
    /// The second layer.
    pub b: Arc<Snapshot>,
    /// What they come to.
    pub totals: Totals,
    /// The pairs, the largest shared areas first.
    pub pairs: Vec<Pair>,
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
    /// Area that they cover together, each place once, in hectares (geodesic); `None` of very many pairs.
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
    /// Works a question out on two layers. Blocks for as long as that takes, at most until the deadline.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub fn work_out(
        question: OverlapQuestion,
        a: Arc<Snapshot>,
        b: Arc<Snapshot>,
        stop: &AtomicBool,
        deadline: Instant,
    ) -> Result<Answer, AnswerError> {
        question.tolerance()?;
        let (relation, area) = (question.pair_relation()?, question.area()?);
        let [one, other]: [Side; 2] = question.sides(Arc::clone(&a), Arc::clone(&b))?;
        let Overlaps { mut pairs, asked_a, asked_b } =
            find_overlaps(&one, &other, relation, area.as_ref(), stop, deadline)?;
        // Of equal areas, in the order of the features.
        pairs.sort_by(|one, other| other.shared_m2.total_cmp(&one.shared_m2));
        let distinct = |side: fn(&Pair) -> Slot| pairs.iter().map(side).collect::<HashSet<_>>().len();
        let shared: Vec<_> = pairs.iter().map(|pair| &pair.shared).collect();
        let covered = (pairs.len() <= DISSOLVED).then(|| covered_m2(&shared)).transpose();
        let covered_ha = covered.map_err(Unfinished::from)?.map(|covered| covered / 1e4);
        let totals = Totals {
            pairs: pairs.len(),
            features_a: distinct(|pair| pair.a),
            features_b: distinct(|pair| pair.b),
            asked_a,
            asked_b,
            sum_over_pairs_ha: pairs.iter().map(|pair| pair.shared_m2).sum::<f64>() / 1e4 + 0.0,
            covered_ha,
        };
        Ok(Answer { question, a, b, totals, pairs })
    }
}
