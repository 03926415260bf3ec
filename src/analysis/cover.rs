use geo::{BoundingRect, MultiPolygon, Rect};
use rayon::prelude::*;

use crate::{
    analysis::{Unfinished, Work, shared::geodesic_m2},
    overlay::union,
};

/// Geodesic area in m² that areas cover together: where several lie on one another it counts once.
///
/// Only areas whose boxes hang together are dissolved with one another. They are not cut for it: a corner that is added to an
/// edge makes it another geodesic.
///
/// # Errors
/// [`Unfinished`].
pub(super) fn covered_m2(areas: &[&MultiPolygon<f64>], work: &Work) -> Result<f64, Unfinished> {
    let mut boxes: Vec<(Rect<f64>, usize)> =
        areas.iter().enumerate().filter_map(|(place, area)| Some((area.bounding_rect()?, place))).collect();
    boxes.sort_by(|(one, _), (other, _)| one.min().x.total_cmp(&other.min().x));
    let covered = |group: &Vec<usize>| match group[..] {
        [one] => Ok(geodesic_m2(areas[one])),
        _ => {
            let areas: Vec<_> = group.iter().map(|place| areas[*place]).collect();
            union(&areas, || work.next()).map(|union| geodesic_m2(&union))
        }
    };
    let groups = groups_of(&boxes);
    // Of one area fewer are left after each step.
    work.expect(areas.len().saturating_sub(groups.len()));
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
    use super::*;

    #[test]
    fn what_lies_on_one_another_counts_once() {
        let square = |x: f64| MultiPolygon(vec![Rect::new((x, -10.0), (x + 0.01, -9.99)).to_polygon()]);
        let (one, half, beside, far) = (square(-75.0), square(-74.995), square(-74.985), square(-70.0));
        let alone = geodesic_m2(&one);
        let work = Work::until(std::time::Instant::now() + std::time::Duration::from_secs(60));
        let covered = covered_m2(&[&one, &half, &beside, &far, &far], &work).expect("sound");
        assert!((covered / alone - 3.5).abs() < 1e-4, "{}", covered / alone);
        assert_eq!(covered_m2(&[], &work).expect("sound").to_bits(), 0.0_f64.to_bits());
    }
}
