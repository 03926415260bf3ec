use std::{cmp::Ordering, sync::Arc, time::Instant};

use crate::{
    api::{
        Heavy, Problem,
        ogc::{CRS84, DEFAULT_LIMIT, MAX_LIMIT},
        params::Params,
    },
    index::{Feature, SYNTHETIC, Slot, Snapshot},
    model::{
        FeatureQuery, Value,
        cql2::{Cql2Error, Filter, Scalar, parse_json, parse_text},
    },
};

/// Parameters of a question about features that are not names of properties.
pub(super) const PARAMETERS: [&str; 11] = [
    "bbox",
    "datetime",
    "limit",
    "offset",
    "after",
    "f",
    "filter",
    "filter-lang",
    "filter-crs",
    "sortby",
    "properties",
];
/// How filters may be written. GDAL sends filters only to servers that also name `cql-text`, their old name.
pub(super) const FILTER_LANGUAGES: [&str; 3] = ["cql2-text", "cql2-json", "cql-text"];

/// What a client asks of the features of a layer.
pub(super) struct Question {
    query: FeatureQuery,
    order: Vec<SortKey>,
    /// Positions of the properties to answer with; `None` for all.
    pub(super) selection: Option<Selection>,
    /// How many on a page.
    pub(super) limit: usize,
    /// Features to pass over.
    pub(super) offset: usize,
    /// Only features with a greater id.
    pub(super) after: Option<i64>,
}

/// Which properties are answered.
pub(super) struct Selection {
    /// Positions among the snapshot's fields.
    pub(super) fields: Vec<usize>,
    /// Whether the feature is invented.
    pub(super) synthetic: bool,
}

struct SortKey {
    position: usize,
    descending: bool,
}

impl Question {
    /// Reads the parameters against the fields of the layer.
    pub(super) fn parse(params: &Params, snapshot: &Snapshot) -> Result<Question, Problem> {
        let fields = snapshot.fields().iter().map(|field| field.name.as_str());
        params.allow_only(PARAMETERS.into_iter().chain(fields))?;
        let question = Question {
            query: FeatureQuery {
                bbox: params.get("bbox").map(str::parse).transpose()?,
                period: params.get("datetime").map(str::parse).transpose()?,
                properties: params.property_filters(snapshot)?,
                text: None,
                filter: parse_filter(params, snapshot)?,
            },
            order: params.get("sortby").map(|text| parse_order(text, snapshot)).transpose()?.unwrap_or_default(),
            selection: params.get("properties").map(|text| parse_selection(text, snapshot)).transpose()?,
            limit: params.limit(DEFAULT_LIMIT, MAX_LIMIT)?,
            offset: usize::try_from(params.whole_number("offset")?.unwrap_or(0)).unwrap_or(usize::MAX),
            after: params.whole_number("after")?.map(|id| i64::try_from(id).unwrap_or(i64::MAX)),
        };
        if question.is_sorted() && question.after.is_some() {
            return Err(Problem::bad_parameter("after", "pages of a sorted answer follow one another by offset"));
        }
        Ok(question)
    }

    /// Whether the client chose an order; else it is that of ids.
    pub(super) fn is_sorted(&self) -> bool {
        !self.order.is_empty()
    }

    /// Slots of the features that match, in the order asked for. What may take long is done off the async threads, and
    /// only so much of it at once.
    pub(super) async fn answer(
        self: &Arc<Question>,
        snapshot: &Arc<Snapshot>,
        heavy: &Heavy,
    ) -> Result<Vec<Slot>, Problem> {
        if self.query.filter.is_none() && !self.is_sorted() {
            return Ok(snapshot.find(&self.query));
        }
        let (question, snapshot) = (Arc::clone(self), Arc::clone(snapshot));
        heavy.run(move |deadline| question.find(&snapshot, deadline)).await?
    }

    fn find(&self, snapshot: &Snapshot, deadline: Instant) -> Result<Vec<Slot>, Problem> {
        let mut slots = snapshot.find_until(&self.query, deadline)?;
        // Stable: features that are equal in all keys stay by ascending id.
        slots.sort_by(|a, b| self.compare(snapshot.feature(*a), snapshot.feature(*b)));
        Ok(slots)
    }

    fn compare(&self, a: &Feature, b: &Feature) -> Ordering {
        let by = |key: &SortKey| {
            let (a, b) = (&a.values[key.position], &b.values[key.position]);
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

impl Selection {
    /// The chosen values with their fields, in the layer's order.
    pub(super) fn of<'a>(
        &'a self,
        snapshot: &'a Snapshot,
        feature: &'a Feature,
    ) -> impl Iterator<Item = (&'a str, &'a Value)> {
        self.fields.iter().map(|position| (snapshot.fields()[*position].name.as_str(), &feature.values[*position]))
    }
}

fn parse_filter(params: &Params, snapshot: &Snapshot) -> Result<Option<Filter>, Problem> {
    let language = params.get("filter-lang").unwrap_or(FILTER_LANGUAGES[0]);
    if !FILTER_LANGUAGES.contains(&language) {
        return Err(Problem::bad_parameter("filter-lang", format!("accepted are {}", FILTER_LANGUAGES.join(", "))));
    }
    if params.get("filter-crs").is_some_and(|crs| crs != CRS84) {
        return Err(Problem::bad_parameter("filter-crs", format!("accepted is {CRS84}")));
    }
    let Some(text) = params.get("filter").filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let refused = |error: Cql2Error| Problem::bad_parameter("filter", error);
    metrics::counter!("rimay_filters_total", "language" => language.to_owned()).increment(1);
    let expression = if language == "cql2-json" { parse_json(text) } else { parse_text(text) };
    snapshot.compile(&expression.map_err(refused)?).map(Some).map_err(refused)
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
