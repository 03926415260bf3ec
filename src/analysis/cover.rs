use geo::{MultiPolygon, Rect};
use rayon::prelude::*;

use crate::{
    analysis::{Unfinished, Work, shared::geodesic_m2},
    overlay::union,
};

/// An area of which is known how large it is, and about where.
pub(super) struct Piece {
    /// It lies in this box.
    pub(super) rect: Rect<f64>,
    /// Its geodesic area in m².
    pub(super) m2: f64,
}

/// Geodesic area in m² that areas cover together: where several lie on one another it counts once.
///
/// Only areas whose boxes hang together are dissolved with one another, and only of those the shape is asked for. They are not cut
/// for it: a corner that is added to an edge makes it another geodesic.
///
/// # Errors
/// [`Unfinished`].
pub(super) fn covered_m2(
    pieces: &[Piece],
    shape: impl Fn(usize) -> Result<MultiPolygon<f64>, Unfinished> + Sync,
    work: &Work,
) -> Result<f64, Unfinished> {
    let mut boxes: Vec<(Rect<f64>, usize)> = pieces.iter().zip(0..).map(|(piece, place)| (piece.rect, place)).collect();
    boxes.sort_by(|(one, _), (other, _)| one.min().x.total_cmp(&other.min().x));
    let covered = |group: &Vec<usize>| match group[..] {
        [one] => Ok(pieces[one].m2),
        _ => {
            let shapes: Vec<_> = group.par_iter().map(|place| shape(*place)).collect::<Result<_, _>>()?;
            union(&shapes.iter().collect::<Vec<_>>(), || work.next()).map(|union| geodesic_m2(&union))
        }
    };
    let groups = groups_of(&boxes);
    // Of one area fewer are left after each step.
    work.expect(pieces.len().saturating_sub(groups.len()));
    let all: Vec<f64> = groups.par_iter().map(covered).collect::<Result<_, _>>()?;
    // The sum of nothing would be -0.
    Ok(0.0 + all.iter().sum::<f64>())
}

/// Places of what hangs together by its boxes, which come from west to east.
fn groups_of(boxes: &[(Rect<f64>, usize)]) -> Vec<Vec<usize>> {
    let mut parents: Vec<usize> = (0..boxes.len()).collect();
    // Boxes that reach as far east as the sweep has come.
    let mut open: Vec<usize> = vec![];
    for (here, (rect, _)) in boxes.iter().enumerate() {
        open.retain(|other| boxes[*other].0.max().x >= rect.min().x);
        for other in &open {
            let around = boxes[*other].0;
            if around.min().y <= rect.max().y && around.max().y >= rect.min().y {
                let (one, two) = (root_of(&mut parents, here), root_of(&mut parents, *other));
                parents[one.max(two)] = one.min(two);
            }
        }
        open.push(here);
    }
    let mut groups: Vec<Vec<usize>> = vec![vec![]; boxes.len()];
    for (here, (_, place)) in boxes.iter().enumerate() {
        groups[root_of(&mut parents, here)].push(*place);
    }
    groups.retain(|group| !group.is_empty());
    groups
}

fn root_of(parents: &mut [usize], mut place: usize) -> usize {
    while parents[place] != place {
        parents[place] = parents[parents[place]];
        place = parents[place];
    }
    place
}

#[cfg(test)]
mod tests {
    use geo::BoundingRect;

    use super::*;

    #[test]
    fn what_lies_on_one_another_counts_once() {
        let square = |x: f64| MultiPolygon(vec![Rect::new((x, -10.0), (x + 0.01, -9.99)).to_polygon()]);
        let (one, half, beside, far) = (square(-75.0), square(-74.995), square(-74.985), square(-70.0));
        let alone = geodesic_m2(&one);
        let work = Work::lasting(std::time::Duration::from_secs(60));
        let areas = [&one, &half, &beside, &far, &far];
        let piece =
            |area: &&MultiPolygon<f64>| Piece { rect: area.bounding_rect().expect("a box"), m2: geodesic_m2(area) };
        let pieces: Vec<_> = areas.iter().map(piece).collect();
        let covered = covered_m2(&pieces, |place| Ok(areas[place].clone()), &work).expect("sound");
        assert!((covered / alone - 3.5).abs() < 1e-4, "{}", covered / alone);
        assert_eq!(covered_m2(&[], |_| unreachable!(), &work).expect("sound").to_bits(), 0.0_f64.to_bits());
    }
}
