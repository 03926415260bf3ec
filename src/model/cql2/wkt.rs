//! Geometries as text: the well-known text of CQL2, with heights, which are dropped, and bounding boxes.

use geo::{
    Coord, Geometry, GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon, coord,
};

use crate::model::{
    Bbox,
    cql2::{Cql2Error, cursor::Parser},
};

const KEYWORDS: [&str; 8] =
    ["point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection", "bbox"];

/// Whether a geometry may begin with that name, in small letters.
pub(super) fn is_keyword(name: &str) -> bool {
    KEYWORDS.contains(&name)
}

/// Reads what stands behind the keyword, with its brackets.
pub(super) fn parse(parser: &mut Parser, keyword: &str) -> Result<Geometry<f64>, Cql2Error> {
    Ok(match keyword {
        "point" => {
            parser.demand("(")?;
            let point = position(parser)?;
            parser.demand(")")?;
            Point(point).into()
        }
        "linestring" => LineString(line(parser)?).into(),
        "polygon" => polygon(parser)?.into(),
        "multipoint" => MultiPoint(many(parser, point)?).into(),
        "multilinestring" => MultiLineString(many(parser, |parser| line(parser).map(LineString))?).into(),
        "multipolygon" => MultiPolygon(many(parser, polygon)?).into(),
        "geometrycollection" => Geometry::GeometryCollection(GeometryCollection(many(parser, member)?)),
        "bbox" => bbox_geometry(&many(parser, Parser::signed_number)?)?,
        _ => return Err(parser.unexpected("a geometry")),
    })
}

/// The area of a box of 4 numbers, or 6 with heights; two areas where it crosses the antimeridian.
pub(super) fn bbox_geometry(numbers: &[f64]) -> Result<Geometry<f64>, Cql2Error> {
    let [west, south, east, north] = match *numbers {
        [west, south, east, north] | [west, south, _, east, north, _] => [west, south, east, north],
        _ => return Err(Cql2Error::Geometry("BBOX takes 4 numbers, or 6 with heights".into())),
    };
    if south > north {
        return Err(Cql2Error::Geometry("the south of BBOX is greater than its north".into()));
    }
    // What has no width is no area.
    let (first, last) = (coord! { x: west, y: south }, coord! { x: east, y: north });
    if first == last {
        return Ok(geo::Point(first).into());
    }
    if west == east || (south == north && west < east) {
        return Ok(geo::LineString(vec![first, last]).into());
    }
    let areas = Bbox { west, south, east, north }.parts().map(|part| {
        geo::Rect::new(coord! { x: part.west, y: part.south }, coord! { x: part.east, y: part.north }).to_polygon()
    });
    let mut areas: Vec<_> = areas.collect();
    Ok(match areas.len() {
        1 => areas.remove(0).into(),
        _ => MultiPolygon(areas).into(),
    })
}

/// Refuses what has no meaning as a geometry: rings that do not close or enclose nothing.
pub(super) fn check_ring(ring: &[Coord<f64>]) -> Result<(), Cql2Error> {
    if ring.len() < 4 || ring.first() != ring.last() {
        let said = "a ring needs at least 4 positions, and the last must be the first";
        return Err(Cql2Error::Geometry(said.into()));
    }
    Ok(())
}

/// Refuses a line of one position.
pub(super) fn check_line(line: &[Coord<f64>]) -> Result<(), Cql2Error> {
    if line.len() < 2 {
        return Err(Cql2Error::Geometry("a line needs at least 2 positions".into()));
    }
    Ok(())
}

/// `(a, b, c)`
fn many<T>(
    parser: &mut Parser,
    mut item: impl FnMut(&mut Parser) -> Result<T, Cql2Error>,
) -> Result<Vec<T>, Cql2Error> {
    parser.demand("(")?;
    let mut items = vec![item(parser)?];
    while parser.takes(",") {
        items.push(item(parser)?);
    }
    parser.demand(")")?;
    Ok(items)
}

fn position(parser: &mut Parser) -> Result<Coord<f64>, Cql2Error> {
    parser.budget.vertex()?;
    let (x, y) = (parser.signed_number()?, parser.signed_number()?);
    // A third number is a height.
    if !parser.is_at(&[",", ")"]) {
        parser.signed_number()?;
    }
    Ok(coord! { x: x, y: y })
}

/// `(1 2)`, or `1 2` as older programs write the points of a multipoint.
fn point(parser: &mut Parser) -> Result<Point<f64>, Cql2Error> {
    let bracketed = parser.takes("(");
    let point = position(parser)?;
    if bracketed {
        parser.demand(")")?;
    }
    Ok(Point(point))
}

fn line(parser: &mut Parser) -> Result<Vec<Coord<f64>>, Cql2Error> {
    let line = many(parser, position)?;
    check_line(&line)?;
    Ok(line)
}

fn polygon(parser: &mut Parser) -> Result<Polygon<f64>, Cql2Error> {
    let mut rings = many(parser, |parser| {
        let ring = many(parser, position)?;
        check_ring(&ring)?;
        Ok(LineString(ring))
    })?;
    let exterior = rings.remove(0);
    Ok(Polygon::new(exterior, rings))
}

fn member(parser: &mut Parser) -> Result<Geometry<f64>, Cql2Error> {
    let keyword = parser.word().map(|word| word.to_ascii_lowercase());
    let Some(keyword) = keyword.filter(|word| is_keyword(word) && word != "geometrycollection" && word != "bbox")
    else {
        return Err(parser.unexpected("POINT, LINESTRING, POLYGON or one of their multiples"));
    };
    parser.takes_word(&keyword);
    parser.takes_word("z");
    parse(parser, &keyword)
}
