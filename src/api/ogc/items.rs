use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};
use serde_json::json;

use crate::{
    api::{
        Heavy, Problem, PublicUrl, SharedState,
        cached::{Keep, is_unchanged, respond, respond_tagged},
        file::{file_name, send},
        lens,
        moment::MOMENT_PARAMETERS,
        ogc::{
            GEOJSON,
            collections::background,
            download::{file_format, file_names, write_file},
            feature_json::{Dialect, FeatureWriter, content_crs},
            html::{feature_page, items_page},
            link,
            page::{Page, PageBody},
            question::{Effort, Question, parse_crs},
            representation::Representation,
        },
        params::Params,
        tiles::accepts_gzip,
    },
    crs::{CRS84, Crs},
    index::{Feature, Snapshot},
    model::Moment,
};

/// Ends of the routes of features, by which OPTIONS tells what may be done there.
pub(super) const ITEMS_ROUTE: &str = "/collections/{layer}/items";
/// See [`ITEMS_ROUTE`].
pub(super) const ITEM_ROUTE: &str = "/collections/{layer}/items/{id}";

/// Longer than a question that is not heavy can take.
const QUICK: Duration = Duration::from_secs(10);
/// Most features on one page for people.
const MAX_SHOWN: usize = 1_000;
const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

/// `GET /ogc/collections/{layer}/items`
///
/// Features by ascending id. Pages follow one another by the last id seen (`after`), so that a page is as cheap as
/// its size and nothing is skipped when features come or go; `offset` is taken too.
pub(super) async fn items(
    State(state): State<SharedState>,
    State(url): State<PublicUrl>,
    State(heavy): State<Heavy>,
    Path(layer): Path<String>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let snapshot = state.snapshot(&layer, params.moment()?).await?;
    let file = params.get("f").and_then(file_format);
    if file.is_none() {
        check_item_format(&params)?;
    }
    let mut question = Question::parse(&params, &snapshot)?;
    let meant = lens::among(&state, &params, &snapshot, params.moment()?).await?.map(Arc::new);
    if let Some(meant) = &meant {
        question.restrict_to(Arc::clone(meant));
    }
    if let Some(format) = file {
        if question.clip.is_some() {
            return Err(Problem::bad_parameter("clip", "files are not cut: it goes with f=json and f=jsonfg"));
        }
        let finding = Arc::clone(&snapshot);
        let written = heavy.run(move |deadline| write_file(&question, &finding, format, deadline)).await?;
        return Ok(with_crs(send(written, &file_name(&snapshot.layer().id, format), format), &CRS84));
    }
    let (crs, effort) = (question.crs, question.effort());
    let dialect = dialect(&params, &headers)?;
    let Some(dialect) = dialect else {
        let background = background(&state.index);
        question.limit = question.limit.min(MAX_SHOWN);
        return heavy
            .run(move |deadline| {
                let page = Page::find(&question, &snapshot, deadline)?;
                Ok(items_page(&url, &snapshot, &background, &page.shown(&snapshot, &url, &params)))
            })
            .await;
    };
    let version = version(&snapshot, meant.as_deref(), dialect, &url);
    let turns = heavy.clone();
    let write = move |deadline| {
        let page = Page::find(&question, &snapshot, deadline)?;
        PageBody::begin(page, &question, &snapshot, dialect, &url, &params, &turns)
    };
    let body = match (is_unchanged(&headers, version), effort) {
        (true, _) => None,
        (false, Effort::None) => Some(write(Instant::now() + QUICK)?),
        (false, Effort::Light) => Some(heavy.run_light(write).await?),
        (false, Effort::Heavy) => Some(heavy.run(write).await?),
    };
    let (body, is_compressed) = body.map(|body| body.send(accepts_gzip(&headers))).unwrap_or_default();
    let mut response = respond(&headers, version, Keep::Revalidate, dialect.media_type(), || body);
    if is_compressed {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(with_crs(response, crs))
}

/// `GET /ogc/collections/{layer}/items/{id}`
pub(super) async fn item(
    State(state): State<SharedState>,
    State(url): State<PublicUrl>,
    Path((layer, id)): Path<(String, String)>,
    params: Params,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    params.allow_only(["f", "crs"].into_iter().chain(MOMENT_PARAMETERS))?;
    let dialect = dialect(&params, &headers)?;
    let crs = parse_crs(&params, "crs")?;
    let snapshot = state.snapshot(&layer, params.moment()?).await?;
    let digits = id.bytes().all(|b| b.is_ascii_digit());
    let feature = id.parse().ok().filter(|_| digits).and_then(|id| snapshot.by_id(id));
    let feature = feature.ok_or_else(|| Problem::not_found(format!("layer {layer} has no feature with this id")))?;
    let Some(dialect) = dialect else {
        return Ok(feature_page(&url, &snapshot, &background(&state.index), feature));
    };
    let (body, tag) = write_item(&snapshot, feature, &url, dialect, crs, params.moment()?)?;
    let response = respond_tagged(&headers, &tag, Keep::Revalidate, dialect.media_type(), || Body::from(body));
    Ok(with_crs(response, crs))
}

fn check_item_format(params: &Params) -> Result<(), Problem> {
    let files = file_names();
    match params.get("f") {
        None | Some("json" | "geojson" | "jsonfg" | "html") => Ok(()),
        Some(_) => Err(Problem::bad_parameter("f", format!("the accepted formats are json, jsonfg, html, {files}"))),
    }
}

/// In which JSON features are answered; `None` for a page.
fn dialect(params: &Params, headers: &HeaderMap) -> Result<Option<Dialect>, Problem> {
    let asks_fg = || {
        let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        params.get("f").is_none() && accepted.contains(Dialect::JsonFg.media_type())
    };
    if params.get("f") == Some("jsonfg") || asks_fg() {
        return Ok(Some(Dialect::JsonFg));
    }
    let representation = Representation::chosen(params, headers)?;
    Ok((representation == Representation::Json).then_some(Dialect::GeoJson))
}

/// What an answer's bytes follow from, beside its address: the features, those of them that a lens leaves, the way they are written, where links lead, and
/// the program.
fn version(snapshot: &Snapshot, meant: Option<&HashSet<i64>>, dialect: Dialect, url: &PublicUrl) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_u64(snapshot.checksum());
    if let Some(meant) = meant {
        let mut ids: Vec<_> = meant.iter().collect();
        ids.sort_unstable();
        ids.hash(&mut hasher);
    }
    hasher.write(format!("{dialect:?} {} {}", url.join("/"), env!("CARGO_PKG_VERSION")).as_bytes());
    hasher.finish()
}

/// One feature of a snapshot of that moment, with its links and what is known of its source, and the strong ETag of these
/// bytes.
pub(super) fn write_item(
    snapshot: &Snapshot,
    feature: &Feature,
    url: &PublicUrl,
    dialect: Dialect,
    crs: &'static Crs,
    moment: Moment,
) -> Result<(Vec<u8>, String), Problem> {
    let path = format!("/ogc/collections/{}", snapshot.layer().id);
    let links = json!([
        link("self", GEOJSON, "This feature", url.join(&format!("{path}/items/{}{}", feature.id, moment.query()))),
        link(
            "version-history",
            GEOJSON,
            "All its versions",
            url.join(&format!("{path}/items/{}/versions", feature.id))
        ),
        link("collection", "application/json", "The collection", url.join(&path)),
    ]);
    let source = snapshot.source_of(feature);
    let about = json!({
        "source": source.map(|source| &source.name),
        "synthetic": feature.synthetic,
        "demonstration": source.is_some_and(|source| source.demonstration),
    });
    let mut body = vec![];
    let writer = FeatureWriter::new(snapshot, dialect, crs, None)?;
    writer.write(&mut body, feature)?;
    let members = dialect.document_members(snapshot.layer(), crs, url);
    body.extend_from_slice(format!(r#"{members},"links":{links},"rimay":{about}}}"#).as_bytes());
    let mut hasher = DefaultHasher::new();
    hasher.write(&body);
    // A writer says by id and version what they have seen; the rest tells one way of writing it from another.
    let tag = format!("\"{}v{}-{:016x}\"", feature.id, feature.version, hasher.finish());
    Ok((body, tag))
}

fn with_crs(mut response: Response, crs: &Crs) -> Response {
    response.headers_mut().insert(CONTENT_CRS, content_crs(crs));
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}
