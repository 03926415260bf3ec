//! Circular arcs drawn as straight segments. Some desktop programs store curves; the map and PostGIS functions we
//! use do not.

/// Turns each straight segment of an arc covers, in radians: 4 degrees, GDAL's default.
const STEP: f64 = std::f64::consts::PI / 45.0;

/// The positions of a circular string (start, point on the arc, end, point on the arc, end, ...), in the units
/// of its coordinates, with each arc drawn as segments of at most 4 degrees. The given positions stay.
pub(crate) fn straighten(positions: &[[f64; 2]]) -> Vec<[f64; 2]> {
    let mut line: Vec<[f64; 2]> = positions.first().copied().into_iter().collect();
    for arc in positions.windows(3).step_by(2) {
        let (start, middle, end) = (arc[0], arc[1], arc[2]);
        match circle(start, middle, end) {
            Some(center) => {
                sweep(center, start, middle, is_left(start, middle, end, center), &mut line);
                sweep(center, middle, end, is_left(start, middle, end, center), &mut line);
            }
            None => line.extend([middle, end]),
        }
    }
    line
}

/// The centre of the circle through three positions; `None` when they lie on one line.
fn circle(a: [f64; 2], b: [f64; 2], c: [f64; 2]) -> Option<[f64; 2]> {
    if a == c {
        // A whole circle: the middle position lies opposite the start.
        return (a != b).then(|| [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0]);
    }
    let (bx, by, cx, cy) = (b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]);
    let d = 2.0 * (bx * cy - by * cx);
    let (b2, c2) = (bx * bx + by * by, cx * cx + cy * cy);
    // Three positions this close to one line have a centre too far away to compute with.
    (d.abs() > 1e-12 * b2.max(c2)).then(|| [a[0] + (cy * b2 - by * c2) / d, a[1] + (bx * c2 - cx * b2) / d])
}

/// Whether the arc runs counter-clockwise.
fn is_left(start: [f64; 2], middle: [f64; 2], end: [f64; 2], center: [f64; 2]) -> bool {
    let far = if start == end { center } else { end };
    let turn = (middle[0] - start[0]) * (far[1] - middle[1]) - (middle[1] - start[1]) * (far[0] - middle[0]);
    turn >= 0.0
}

/// Adds the positions after `from` up to and with `to`.
fn sweep(center: [f64; 2], from: [f64; 2], to: [f64; 2], left: bool, line: &mut Vec<[f64; 2]>) {
    let angle = |p: [f64; 2]| (p[1] - center[1]).atan2(p[0] - center[0]);
    let radius = (from[0] - center[0]).hypot(from[1] - center[1]);
    let full = std::f64::consts::TAU;
    let turn = (angle(to) - angle(from)).rem_euclid(full);
    let turn = if left { turn } else { turn - full };
    let mut done = STEP;
    while done < turn.abs() - STEP / 100.0 {
        let at = angle(from) + done.copysign(turn);
        line.push([center[0] + radius * at.cos(), center[1] + radius * at.sin()]);
        done += STEP;
    }
    line.push(to);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twice the signed area.
    fn area(ring: &[[f64; 2]]) -> f64 {
        ring.windows(2).map(|w| w[0][0] * w[1][1] - w[1][0] * w[0][1]).sum::<f64>() / 2.0
    }

    #[test]
    fn a_circle_drawn_as_two_half_arcs_has_nearly_its_area() {
        // 90 segments of 4 degrees: area r²·n/2·sin(4°) = 3.13904 instead of π.
        let ring = straighten(&[[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0], [1.0, 0.0]]);
        assert!((area(&ring) - 3.139).abs() < 0.001, "{}", area(&ring));
        let back = straighten(&[[1.0, 0.0], [0.0, -1.0], [-1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]);
        assert!((area(&back) + 3.139).abs() < 0.001, "{}", area(&back));
    }

    #[test]
    fn a_whole_circle_may_be_one_arc() {
        let ring = straighten(&[[0.0, 0.0], [2.0, 0.0], [0.0, 0.0]]);
        assert!((area(&ring).abs() - 3.139).abs() < 0.001, "{}", area(&ring));
    }

    #[test]
    fn three_positions_on_a_line_stay_a_line() {
        assert_eq!(straighten(&[[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]), [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]);
    }
}
