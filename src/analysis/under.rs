use std::sync::LazyLock;

use geo::Coord;
use geographiclib_rs::{Geodesic, capability};

static ELLIPSOID: LazyLock<Geodesic> = LazyLock::new(Geodesic::wgs84);
/// Flattening of WGS 84.
const FLATTENING: f64 = 1.0 / 298.257_223_563;
/// Semi-major axis of WGS 84, in metres.
const A: f64 = 6_378_137.0;
const B2: f64 = A * A * (1.0 - FLATTENING) * (1.0 - FLATTENING);
/// Its first eccentricity, squared.
const E2: f64 = FLATTENING * (2.0 - FLATTENING);
/// Edges at most so many degrees long either way are short.
const SHORT: f64 = 0.05;
/// And nearer to a pole than this, in degrees, none is.
const POLAR: f64 = 75.0;

/// What an edge, a geodesic on the ellipsoid of WGS 84, adds to the extent of the area on one side of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Under {
    /// Between the edge and the equator, in m²: going east, positive in the north.
    pub(super) m2: f64,
    /// Length in metres.
    pub(super) metres: f64,
}

impl Under {
    pub(super) fn of(from: Coord<f64>, to: Coord<f64>) -> Under {
        let (width, height) = (to.x - from.x, to.y - from.y);
        let middle = f64::midpoint(from.y, to.y);
        match width.abs() <= SHORT && height.abs() <= SHORT && middle.abs() <= POLAR {
            true => Under::of_short(width.to_radians(), height.to_radians(), middle.to_radians()),
            false => Under::of_any(from, to),
        }
    }

    /// Karney, Algorithms for geodesics (2013).
    fn of_any(from: Coord<f64>, to: Coord<f64>) -> Under {
        let (_, metres, .., m2) =
            ELLIPSOID._gen_inverse(from.y, from.x, to.y, to.x, capability::AREA | capability::DISTANCE);
        Under { m2, metres }
    }

    /// Of so short an edge the geodesic is told from the straight line in degrees by that line's geodesic curvature κ: between
    /// the two lies κL³/12. With q the area under a degree of a parallel, M and N the radii of curvature, all at the middle φ:
    ///
    /// - under the straight line: Δλ (q + q″ Δφ² / 24)
    /// - κ L³ / 12 = Δλ / 12 · (sin φ (x² + 2 y²) + 3 e² sin φ cos² φ y² / (1 - e²)), with x = N cos φ Δλ and y = M Δφ
    fn of_short(width: f64, height: f64, middle: f64) -> Under {
        let (sin, cos) = middle.sin_cos();
        let (sin2, cos2) = (sin * sin, cos * cos);
        let w = 1.0 - E2 * sin2;
        let n = A / w.sqrt();
        let (x, y) = (n * cos * width, n * (1.0 - E2) / w * height);
        let z = E2 * sin2;
        // The series of artanh(e sin φ) / e and 1 / (1 - e² sin² φ), halved and added.
        let series = [2.0 / 3.0, 3.0 / 5.0, 4.0 / 7.0, 5.0 / 9.0, 6.0 / 11.0, 7.0 / 13.0, 8.0 / 15.0];
        let q = B2 * sin * (1.0 + z * series.iter().rev().fold(0.0, |sum, term| sum * z + term));
        let bend = B2 * sin * (4.0 * E2 * cos2 - w) / (w * w * w);
        let between = sin * (x * x + 2.0 * y * y) + 3.0 * E2 / (1.0 - E2) * sin * cos2 * y * y;
        Under { m2: width * (q + bend * height * height / 24.0 + between / 12.0), metres: x.hypot(y) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_edges_are_as_those_of_any_length() {
        let seed = fastrand::u64(..);
        println!("seed {seed}");
        let mut random = fastrand::Rng::with_seed(seed);
        let mut farthest = 0.0_f64;
        for _ in 0..100_000 {
            let from = Coord { x: random.f64() * 340.0 - 170.0, y: (random.f64() - 0.5) * 2.0 * (POLAR - SHORT) };
            let mut run = || (random.f64() - 0.5) * 2.0 * SHORT * random.f64().powi(3);
            let to = from + Coord { x: run(), y: run() };
            let (short, any) = (Under::of(from, to), Under::of_any(from, to));
            // Beside rounding: that of the other way to work it out is some 3e-5 m² for the shortest edge.
            let differs = ((short.m2 - any.m2).abs() - 1e-4).max(0.0) / any.metres.powi(2);
            farthest = farthest.max(differs);
            assert!((short.metres - any.metres).abs() < 1e-6 * any.metres + 1e-7, "seed {seed}: {from:?} {to:?}");
        }
        println!("farthest {farthest:e} of the square of the length");
        assert!(farthest < 1e-9, "seed {seed}: {farthest}");
    }
}
