use std::fmt::Write;

use geo::{BoundingRect, Geometry, LineString, MapCoords, Rect, Simplify, coord};

use crate::{
    index::{Feature, Snapshot},
    model::Bbox,
};

/// Width of a sketch, in its own units.
const WIDTH: f64 = 400.0;
/// Height of a sketch, at most and at least, in its own units.
const HEIGHTS: (f64, f64) = (120.0, 480.0);
/// Detail below this many units is left out.
const DETAIL: f64 = 0.6;
/// What is seen around the features, as a share of their extent.
const MARGIN: f64 = 0.08;
/// The least that is seen around an area, in degrees.
const LEAST_SPAN: f64 = 0.02;
/// The least that is seen around points, which say little without the shape of the land.
const LEAST_SPAN_OF_POINTS: f64 = 3.0;
/// Radius of a point, in units.
const DOT: f64 = 3.0;

/// A small picture of features over the outlines of a layer, as SVG: for pages without a program.
///
/// Degrees of longitude are shortened as at the middle latitude. The words are for people who cannot see it.
pub fn sketch<'a>(
    background: &Snapshot,
    features: impl Iterator<Item = &'a Feature> + Clone,
    color: impl Fn(&Feature) -> &'a str,
    words: &str,
) -> Option<String> {
    let extent = features.clone().filter_map(|feature| feature.bbox).reduce(|a, b| a.union(&b))?;
    let is_point = |feature: &Feature| matches!(feature.geometry, Some(Geometry::Point(_)));
    let least = if features.clone().any(is_point) { LEAST_SPAN_OF_POINTS } else { LEAST_SPAN };
    let frame = Frame::around(extent, least);
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {:.1}" role="img" aria-label="{}">"#,
        frame.height,
        escape(words)
    );
    svg.push_str(r##"<g fill="#f4f1ea" stroke="#b9b2a3" stroke-width="0.7" vector-effect="non-scaling-stroke">"##);
    for area in background.features().iter().filter(|area| area.bbox.is_some_and(|bbox| frame.shows(&bbox))) {
        frame.draw(&mut svg, area, None);
    }
    svg.push_str(r#"</g><g fill-opacity="0.55" stroke-width="0.8">"#);
    for feature in features {
        frame.draw(&mut svg, feature, Some(color(feature)));
    }
    svg.push_str("</g></svg>");
    Some(svg)
}

/// What part of the world a sketch shows, and how large.
struct Frame {
    seen: Bbox,
    /// Units of a degree of longitude.
    across: f64,
    /// Units of a degree of latitude.
    down: f64,
    height: f64,
}

impl Frame {
    fn around(extent: Bbox, least_span: f64) -> Frame {
        let shortened = ((extent.south + extent.north) / 2.0).to_radians().cos().max(0.05);
        let span = |from: f64, to: f64| ((to - from) * (1.0 + 2.0 * MARGIN)).max(least_span);
        let (mut wide, mut high) = (span(extent.west, extent.east), span(extent.south, extent.north));
        // Of a tall or flat extent more is seen beside it.
        let height = (WIDTH * high / (wide * shortened)).clamp(HEIGHTS.0, HEIGHTS.1);
        wide = wide.max(WIDTH * high / height / shortened);
        high = high.max(height * wide * shortened / WIDTH);
        let (x, y) = ((extent.west + extent.east) / 2.0, (extent.south + extent.north) / 2.0);
        Frame {
            seen: Bbox { west: x - wide / 2.0, south: y - high / 2.0, east: x + wide / 2.0, north: y + high / 2.0 },
            across: WIDTH / wide,
            down: height / high,
            height,
        }
    }

    fn shows(&self, bbox: &Bbox) -> bool {
        let Bbox { west, south, east, north } = self.seen;
        bbox.west <= east && bbox.east >= west && bbox.south <= north && bbox.north >= south
    }

    fn draw(&self, svg: &mut String, feature: &Feature, color: Option<&str>) {
        let Some(geometry) = &feature.geometry else { return };
        let color = color.map(|color| format!(r#" fill="{}" stroke="{0}""#, escape(color))).unwrap_or_default();
        let place = |c: geo::Coord<f64>| {
            coord! { x: (c.x - self.seen.west) * self.across, y: (self.seen.north - c.y) * self.down }
        };
        match geometry.map_coords(place) {
            Geometry::Point(point) => {
                _ = write!(svg, r#"<circle cx="{:.1}" cy="{:.1}" r="{DOT}"{color}/>"#, point.x(), point.y());
            }
            Geometry::MultiPolygon(areas) => {
                let rings = areas.iter().flat_map(|area| std::iter::once(area.exterior()).chain(area.interiors()));
                let path: String = rings.filter_map(ring_path).collect();
                let is_tiny = |rect: &Rect<f64>| rect.width().max(rect.height()) < 2.0 * DOT;
                match areas.bounding_rect().filter(|rect| path.is_empty() || is_tiny(rect)) {
                    // Too small for its shape to be seen: it shows as a point.
                    Some(rect) => {
                        let middle = rect.center();
                        _ = write!(svg, r#"<circle cx="{:.1}" cy="{:.1}" r="{DOT}"{color}/>"#, middle.x, middle.y);
                    }
                    None => _ = write!(svg, r#"<path fill-rule="evenodd" d="{path}"{color}/>"#),
                }
            }
            _ => {}
        }
    }
}

fn ring_path(ring: &LineString<f64>) -> Option<String> {
    let ring = ring.simplify(DETAIL);
    let mut path = String::new();
    let closed = ring.0.len() > 3;
    for (position, c) in ring.0.iter().take(ring.0.len().saturating_sub(1)).enumerate() {
        _ = write!(path, "{}{:.1} {:.1}", if position == 0 { 'M' } else { 'L' }, c.x, c.y);
    }
    closed.then(|| path + "Z")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
