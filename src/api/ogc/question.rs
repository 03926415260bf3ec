use std::{cmp::Ordering, collections::HashSet, sync::Arc, time::Instant};

use geo::{CoordsIter, Geometry, Point, Validation, coord};

use crate::{
    api::{
        Problem,
        lens::LENSES,
        ogc::{DEFAULT_LIMIT, MAX_LIMIT},
        params::Params,
    },
    crs::{CRS84, Crs, CrsError, Projection, box_area},
    index::{Feature, GEOMETRY, SYNTHETIC, Slot, Snapshot},
    model::{
        Bbox, FeatureQuery, GeometryKind,
        cql2::{Cql2Error, Expression, Filter, Literal, Scalar, SpatialRelation, parse_json, parse_text},
        geodesic::FARTHEST_M,
    },
};

/// Parameters of a question about features that are not names of properties.
pub(super) const PARAMETERS: [&str; 19] = [
    "asOf",
    "asKnown",
    "bbox",
    "bbox-crs",
    "datetime",
    "limit",
    "offset",
    "after",
    "crs",
    "f",
    "filter",
    "filter-lang",
    "filter-crs",
    "sortby",
    "properties",
    "near",
    "within",
    "clip",
    SYNTHETIC,
];
/// How filters may be written. GDAL sends filters only to servers that also name `cql-text`, their old name.
pub(super) const FILTER_LANGUAGES: [&str; 3] = ["cql2-text", "cql2-json", "cql-text"];

/// What a client asks of the features of a layer.
pub(super) struct Question {
    query: FeatureQuery,
    order: Vec<SortKey>,
    near: Option<Near>,
    /// Only what lies in this area, and no more of it.
    pub(super) clip: Option<Geometry<f64>>,
    /// Positions of the properties to answer with; `None` for all.
    pub(super) selection: Option<Selection>,
    /// How many the client asked for, if it said.
    pub(super) explicit_limit: Option<usize>,
    /// How many on a page.
    pub(super) limit: usize,
    /// Features to pass over.
    pub(super) offset: usize,
    /// Only features with a greater id.
    pub(super) after: Option<i64>,
    /// Reference system of the answer.
    pub(super) crs: &'static Crs,
}

/// What an answer may take.
#[derive(Debug, Clone, Copy)]
pub(super) enum Effort {
    /// Little: boxes and values of fields are soon looked through.
    None,
    /// Most often little, else it gives up in time.
    Light,
    /// More than async threads have.
    Heavy,
}

/// Which properties are answered.
#[derive(Clone)]
pub(super) struct Selection {
    /// Positions among the snapshot's fields.
    pub(super) fields: Vec<usize>,
    /// Whether the feature is invented.
    pub(super) synthetic: bool,
}

/// Where the features shall be near to, and within how many metres.
struct Near {
    place: Point<f64>,
    within_m: Option<f64>,
}

/// What a question found.
pub(super) struct Found {
    /// In the order asked for.
    pub(super) slots: Vec<Slot>,
    /// Geodesic distances in metres, one for each; `None` where nobody asked for nearness.
    pub(super) distances: Option<Vec<f64>>,
    /// How many match; `None` where only the nearest were looked for.
    pub(super) matched: Option<usize>,
}

struct SortKey {
    position: usize,
    descending: bool,
}

impl Question {
    /// Reads the parameters against the fields of the layer.
    pub(super) fn parse(params: &Params, snapshot: &Snapshot) -> Result<Question, Problem> {
        let fields = snapshot.fields().iter().map(|field| field.name.as_str());
        params.allow_only(PARAMETERS.into_iter().chain(LENSES).chain(fields))?;
        let clip = params.get("clip").map(parse_clip).transpose()?;
        let question = Question {
            query: parse_query_inside(params, snapshot, clip.as_ref())?,
            order: params.get("sortby").map(|text| parse_order(text, snapshot)).transpose()?.unwrap_or_default(),
            near: parse_near(params)?,
            clip,
            selection: params.get("properties").map(|text| parse_selection(text, snapshot)).transpose()?,
            limit: params.limit(DEFAULT_LIMIT, MAX_LIMIT)?,
            explicit_limit: params.get("limit").map(|_| params.limit(1, usize::MAX)).transpose()?,
            offset: usize::try_from(params.whole_number("offset")?.unwrap_or(0)).unwrap_or(usize::MAX),
            after: params.whole_number("after")?.map(|id| i64::try_from(id).unwrap_or(i64::MAX)),
            crs: parse_crs(params, "crs")?,
        };
        if question.is_sorted() && question.after.is_some() {
            return Err(Problem::bad_parameter("after", "pages of a sorted answer follow one another by offset"));
        }
        if question.near.is_some() && !question.order.is_empty() {
            return Err(Problem::bad_parameter("near", "features near a place come by distance: leave sortby out"));
        }
        Ok(question)
    }

    /// Whether the client chose an order; else it is that of ids.
    pub(super) fn is_sorted(&self) -> bool {
        !self.order.is_empty() || self.near.is_some()
    }

    /// Only features with one of these ids are meant.
    pub(super) fn restrict_to(&mut self, among: Arc<HashSet<i64>>) {
        self.query.among = Some(among);
    }

    /// Whether every feature is meant, by ascending id.
    pub(super) fn asks_for_all(&self) -> bool {
        self.query.is_empty() && !self.is_sorted()
    }

    /// What the answer may take.
    pub(super) fn effort(&self) -> Effort {
        // What is sorted or transformed cannot give up on the way, and of a filter not even one feature is sure to be
        // looked at in time.
        if !self.order.is_empty() || self.query.filter.is_some() || self.crs != &CRS84 {
            Effort::Heavy
        } else if self.near.is_some() {
            Effort::Light
        } else {
            Effort::None
        }
    }

    /// The features that match, in the order asked for. Where the nearest are asked for without a limit of distance, no
    /// more of them than `most`.
    pub(super) fn find(&self, snapshot: &Snapshot, most: usize, deadline: Instant) -> Result<Found, Problem> {
        if let Some(Near { place, within_m }) = self.near {
            let (most, within) = within_m.map_or((most, FARTHEST_M), |within_m| (usize::MAX, within_m));
            let neighbours = snapshot.nearest(place, &self.query, most, within, deadline)?;
            return Ok(Found {
                matched: within_m.map(|_| neighbours.len()),
                slots: neighbours.iter().map(|neighbour| neighbour.slot).collect(),
                distances: Some(neighbours.iter().map(|neighbour| neighbour.distance_m).collect()),
            });
        }
        let mut slots = snapshot.find_until(&self.query, deadline)?;
        if self.is_sorted() {
            // Stable: features that are equal in all keys stay by ascending id.
            slots.sort_by(|a, b| self.compare(snapshot.feature(*a), snapshot.feature(*b)));
        }
        Ok(Found { matched: Some(slots.len()), slots, distances: None })
    }

    fn compare(&self, a: &Feature, b: &Feature) -> Ordering {
        let by = |key: &SortKey| {
            let (a, b) = (a.value(key.position), b.value(key.position));
            // What is unknown comes last, whichever way.
            match (a.is_null(), b.is_null()) {
                (false, false) => {
                    let order = Scalar::from(a).order(&Scalar::from(b)).unwrap_or(Ordering::Equal);
                    if key.descending { order.reverse() } else { order }
                }
                (a, b) => a.cmp(&b),
            }
        };
        self.order.iter().map(by).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }
}

/// Parameters of which features are meant, that are not names of properties.
pub(in crate::api) const QUERY_PARAMETERS: [&str; 7] =
    ["bbox", "bbox-crs", "datetime", "filter", "filter-lang", "filter-crs", SYNTHETIC];

/// Which features of a layer are meant.
pub(in crate::api) fn parse_query(params: &Params, snapshot: &Snapshot) -> Result<FeatureQuery, Problem> {
    parse_query_inside(params, snapshot, None)
}

/// The same, and only what has something inside an area.
fn parse_query_inside(
    params: &Params,
    snapshot: &Snapshot,
    clip: Option<&Geometry<f64>>,
) -> Result<FeatureQuery, Problem> {
    let (bbox, area) = parse_bbox(params)?;
    Ok(FeatureQuery {
        bbox,
        period: params.get("datetime").map(str::parse).transpose()?,
        properties: params.property_filters(snapshot)?,
        text: None,
        filter: compile(
            clip.map(|area| shares_inside(area, snapshot))
                .into_iter()
                .chain(parse_filter(params)?)
                .chain(parse_synthetic(params)?),
            area,
            snapshot,
        )?,
        among: None,
    })
}

/// The condition of a filter, where there is one.
pub(in crate::api) fn parse_condition(params: &Params, snapshot: &Snapshot) -> Result<Option<Filter>, Problem> {
    compile(parse_filter(params)?.into_iter(), None, snapshot)
}

/// `near=-78.36,-6.92`, and with it `within=50000`
fn parse_near(params: &Params) -> Result<Option<Near>, Problem> {
    let within_m = params.get("within").map(|text| {
        let metres = text.trim().parse::<f64>().ok().filter(|metres| (0.0..=FARTHEST_M).contains(metres));
        metres.ok_or_else(|| Problem::bad_parameter("within", "expected metres, from 0 to 20010000"))
    });
    let within_m = within_m.transpose()?;
    let Some(text) = params.get("near") else {
        return match within_m {
            Some(_) => Err(Problem::bad_parameter("within", "it goes with near, which says from where")),
            None => Ok(None),
        };
    };
    let numbers = text.split(',').map(|part| part.trim().parse::<f64>().ok()).collect::<Option<Vec<_>>>();
    match numbers.as_deref() {
        Some([x, y]) if x.abs() <= 180.0 && y.abs() <= 90.0 => Ok(Some(Near { place: Point::new(*x, *y), within_m })),
        _ => Err(Problem::bad_parameter("near", "expected longitude,latitude in degrees, such as -78.36,-6.92")),
    }
}

/// The system a parameter names; CRS84 when it is absent.
pub(super) fn parse_crs(params: &Params, parameter: &str) -> Result<&'static Crs, Problem> {
    let named = params.get(parameter).map(|text| Crs::find(text).map_err(|error| (parameter, error)));
    Ok(named.transpose()?.unwrap_or(&CRS84))
}

/// The box in degrees or, where it is of a system that is not, the area it is there.
fn parse_bbox(params: &Params) -> Result<(Option<Bbox>, Option<Geometry<f64>>), Problem> {
    let crs = parse_crs(params, "bbox-crs")?;
    let Some(text) = params.get("bbox") else { return Ok((None, None)) };
    if crs == &CRS84 {
        return Ok((Some(text.parse()?), None));
    }
    let [a, b, c, d] = Bbox::parse_numbers(text)?;
    if crs.is_latitude_longitude() {
        return Ok((Some(format!("{b},{a},{d},{c}").parse()?), None));
    }
    if a > c || b > d {
        return Err(Problem::bad_parameter("bbox", "the first corner must not be greater than the second"));
    }
    let area = box_area(coord! { x: a, y: b }, coord! { x: c, y: d });
    let refused = |error| Problem::from(("bbox", error));
    let moved = Projection::from(crs).map_err(refused)?.apply(&area).map_err(refused)?;
    Ok((None, Some(moved)))
}

fn parse_filter(params: &Params) -> Result<Option<Expression>, Problem> {
    let language = params.get("filter-lang").unwrap_or(FILTER_LANGUAGES[0]);
    if !FILTER_LANGUAGES.contains(&language) {
        return Err(Problem::bad_parameter("filter-lang", format!("accepted are {}", FILTER_LANGUAGES.join(", "))));
    }
    let crs = parse_crs(params, "filter-crs")?;
    let Some(text) = params.get("filter").filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    metrics::counter!("rimay_filters_total", "language" => language.to_owned()).increment(1);
    let expression = if language == "cql2-json" { parse_json(text) } else { parse_text(text) };
    let expression = expression.map_err(|error| Problem::bad_parameter("filter", error))?;
    let refused = |error: CrsError| Problem::from(("filter", error));
    let projection = Projection::from(crs).map_err(refused)?;
    expression.map_geometries(&|geometry| projection.apply(&geometry)).map(Some).map_err(refused)
}

/// `synthetic=true`, which every feature has beside its fields.
fn parse_synthetic(params: &Params) -> Result<Option<Expression>, Problem> {
    match params.get(SYNTHETIC) {
        None => Ok(None),
        Some(text @ ("true" | "false")) => {
            let condition = parse_text(&format!("{SYNTHETIC} = {text}"));
            condition.map(Some).map_err(|error| Problem::bad_parameter(SYNTHETIC, error))
        }
        Some(_) => Err(Problem::bad_parameter(SYNTHETIC, "expected true or false")),
    }
}

/// `clip=-79,-8,-78,-7` or an area in WKT.
fn parse_clip(text: &str) -> Result<Geometry<f64>, Problem> {
    let text = text.trim();
    let refused = |detail: &dyn std::fmt::Display| Problem::bad_parameter("clip", detail);
    let is_box = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    let literal = if is_box { format!("BBOX({text})") } else { text.to_owned() };
    let expression = parse_text(&format!("S_INTERSECTS({GEOMETRY},{literal})")).map_err(|error| refused(&error))?;
    let area = match expression {
        Expression::Spatial(_, _, other) => match *other {
            Expression::Literal(Literal::Geometry(area)) => Some(area),
            _ => None,
        },
        _ => None,
    };
    match area {
        Some(Geometry::Polygon(_) | Geometry::MultiPolygon(_)) if !area.iter().all(is_on_earth) => {
            Err(refused(&"coordinates are degrees: longitude from -180 to 180, latitude from -90 to 90"))
        }
        Some(area @ (Geometry::Polygon(_) | Geometry::MultiPolygon(_))) if area.is_valid() => Ok(area),
        Some(Geometry::Polygon(_) | Geometry::MultiPolygon(_)) => Err(refused(&"the area crosses or touches itself")),
        _ => Err(refused(&"expected west,south,east,north in degrees, or POLYGON((…)) or MULTIPOLYGON(((…)))")),
    }
}

fn is_on_earth(area: &Geometry<f64>) -> bool {
    area.coords_iter().all(|c| c.x.abs() <= 180.0 && c.y.abs() <= 90.0)
}

/// Has more in common with an area than its border; a point may lie on the border.
fn shares_inside(area: &Geometry<f64>, snapshot: &Snapshot) -> Expression {
    let relates = |relation| {
        let area = Expression::Literal(Literal::Geometry(area.clone()));
        Expression::Spatial(relation, Box::new(Expression::Property(GEOMETRY.into())), Box::new(area))
    };
    let meets = relates(SpatialRelation::Intersects);
    if snapshot.layer().geometry == GeometryKind::Point {
        return meets;
    }
    Expression::And(vec![meets, Expression::Not(Box::new(relates(SpatialRelation::Touches)))])
}

/// The filter, which must hold together with the area of a box. Features without geometry are in every box.
fn compile(
    conditions: impl Iterator<Item = Expression>,
    area: Option<Geometry<f64>>,
    snapshot: &Snapshot,
) -> Result<Option<Filter>, Problem> {
    let inside = area.map(|area| {
        let own = || Box::new(Expression::Property(GEOMETRY.into()));
        let within = Box::new(Expression::Literal(Literal::Geometry(area)));
        Expression::Or(vec![Expression::Spatial(SpatialRelation::Intersects, own(), within), Expression::IsNull(own())])
    });
    let parts: Vec<_> = conditions.chain(inside).collect();
    if parts.is_empty() {
        return Ok(None);
    }
    let refused = |error: Cql2Error| Problem::bad_parameter("filter", error);
    snapshot.compile(&Expression::And(parts)).map(Some).map_err(refused)
}

/// `name,-stated_area_km2`
fn parse_order(text: &str, snapshot: &Snapshot) -> Result<Vec<SortKey>, Problem> {
    let key = |part: &str| {
        let name = part.trim();
        let (descending, name) = match name.strip_prefix(['+', '-']) {
            Some(rest) => (name.starts_with('-'), rest),
            None => (false, name),
        };
        let position = snapshot.position(name).ok_or_else(|| unknown("sortby", name, snapshot))?;
        Ok(SortKey { position, descending })
    };
    text.split(',').map(key).collect()
}

fn parse_selection(text: &str, snapshot: &Snapshot) -> Result<Selection, Problem> {
    let mut selection = Selection { fields: vec![], synthetic: false };
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        match snapshot.position(name) {
            Some(position) => selection.fields.push(position),
            None if name == SYNTHETIC => selection.synthetic = true,
            None => return Err(unknown("properties", name, snapshot)),
        }
    }
    selection.fields.sort_unstable();
    selection.fields.dedup();
    Ok(selection)
}

fn unknown(parameter: &str, name: &str, snapshot: &Snapshot) -> Problem {
    let known: Vec<_> = snapshot.fields().iter().map(|field| field.name.as_str()).collect();
    let name: String = name.chars().take(60).collect();
    Problem::bad_parameter(
        parameter,
        format!("there is no property \"{name}\"; the properties are: {}", known.join(", ")),
    )
}
