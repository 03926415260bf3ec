//! HTTP: the OGC API at `/ogc`, our own resources at `/api`, tiles at `/tiles`, the web application, health.
//!
//! Handlers read like a recipe: parse parameters into model types, take the snapshot the caller may see, shape the
//! answer. No SQL and no geometry maths here, and nothing is fetched from the database to answer a read.
//! [`Problem`] is the whole table of what clients see when something is wrong.

mod accounts;
mod activity;
mod attachments;
mod basemap;
mod body;
mod cached;
mod caller;
mod case_files;
mod cases;
mod catalogue;
mod changes;
mod codes;
mod connections;
mod counts;
mod facts;
mod features;
mod file;
mod health;
mod heavy;
mod imports;
mod known_cases;
mod lens;
mod mappings;
mod moment;
mod observe;
mod ogc;
mod openapi;
mod overlaps;
mod params;
mod people;
mod problem;
mod register;
mod schemes;
mod search;
mod tiles;
mod token;
mod web;

use std::{ops::Deref, path::PathBuf, sync::Arc, time::Duration};

use axum::{Router, extract::FromRef, middleware, routing::get};
use metrics_exporter_prometheus::PrometheusHandle;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, DefaultPredicate, Predicate, predicate::SizeAbove},
    cors::{AllowHeaders, Any, CorsLayer},
    timeout::TimeoutLayer,
};

use crate::{
    index::Index,
    jobs::{ImportJobs, OverlapJobs},
    people::{OpenIdConnect, People},
    store::Store,
    tiles::TileCache,
};

pub use activity::ActivityCache;
pub use basemap::{Basemap, BasemapError};
pub use connections::{ConnectionLimits, serve};
pub use counts::CountsCache;
pub use heavy::Heavy;
pub use known_cases::{KnownCache, follow_register, keep_known_cases};
pub use lens::CountedCache;
pub use problem::Problem;
pub use token::EditToken;

/// What handlers work with.
pub struct AppState {
    /// The snapshots.
    pub index: Arc<Index>,
    /// Tiles already made.
    pub tiles: Arc<TileCache>,
    /// What lies under them on the map.
    pub basemap: Basemap,
    /// Counts already made.
    pub counts: Arc<CountsCache>,
    /// Address under which clients reach us; links begin with it.
    pub public_url: PublicUrl,
    /// What lies on what.
    pub overlaps: OverlapJobs,
    /// When something happened in cases.
    pub activity: ActivityCache,
    /// Conflicts that schemes count.
    pub counted: CountedCache,
    /// What is known of cases, for counts.
    pub known_cases: KnownCache,
    /// Signs people in.
    pub people: People,
    /// Signs people in elsewhere, where that is configured.
    pub oidc: Option<OpenIdConnect>,
    /// For writes and for the past: reads of the present never touch the database.
    pub store: Store,
    /// Files that were sent.
    pub imports: ImportJobs,
    /// Whoever shows it may write; `None` when nobody may.
    pub edit_token: Option<EditToken>,
    /// Turns for questions that may take long.
    pub heavy: Heavy,
    /// Figures for `/metrics`.
    pub metrics: PrometheusHandle,
}

/// The one state of all handlers: each request takes it several times, so that it must cost nothing to take.
#[derive(Clone)]
struct SharedState(Arc<AppState>);

impl Deref for SharedState {
    type Target = AppState;

    fn deref(&self) -> &AppState {
        &self.0
    }
}

/// Handlers ask for the parts they work with.
macro_rules! parts_of_the_state {
    ($($field:ident: $kind:ty),*) => {
        $(impl FromRef<SharedState> for $kind {
            fn from_ref(state: &SharedState) -> $kind {
                state.$field.clone()
            }
        })*
    };
}

parts_of_the_state!(
    index: Arc<Index>,
    counts: Arc<CountsCache>,
    public_url: PublicUrl,
    edit_token: Option<EditToken>,
    heavy: Heavy,
    metrics: PrometheusHandle
);

/// Address under which clients reach us, without a slash at the end. Never taken from a request.
#[derive(Debug, Clone)]
pub struct PublicUrl(Arc<str>);

impl PublicUrl {
    /// From a configured address; slashes at its end are dropped.
    pub fn new(url: &str) -> PublicUrl {
        PublicUrl(url.trim_end_matches('/').into())
    }

    /// The same without scheme and host: it begins with the path under which clients reach us, if there is one.
    pub fn path(&self, path: &str) -> String {
        let own = self.0.split_once("://").map_or("", |(_, rest)| rest.find('/').map_or("", |at| &rest[at..]));
        format!("{own}{path}")
    }

    /// Scheme and host.
    pub fn origin(&self) -> &str {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        let path = rest.find('/').map_or(0, |at| rest.len() - at);
        &self.0[..self.0.len() - path]
    }

    /// The absolute address of a path that begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

/// Pages of others may read, and with a token write. The wildcard for headers does not stand for `Authorization`.
fn cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(Any)
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(Any)
}

/// An answer of fewer bytes goes as it is: to compress it takes longer than to send it.
const SMALL: u64 = 8 << 10;

const REQUEST_DEADLINE: Duration = Duration::from_secs(10);

/// The whole application. `web_dir` holds the built front-end.
///
/// Layers that stand in one tuple (the first is the outermost) cost a request much less than as many calls of `layer`.
pub fn app(state: AppState, web_dir: PathBuf) -> Router {
    let basemap_origin = state.basemap.origin().map(str::to_owned);
    let state = SharedState(Arc::new(state));
    let method_not_allowed = || async { Problem::method_not_allowed() };
    let ogc = Router::new()
        .nest("/ogc", ogc::routes().layer(middleware::from_fn_with_state(state.clone(), ogc::show_problems)))
        .route("/ogc/", get(ogc::landing).layer(middleware::map_response(ogc::say_what_varies)))
        // Inside the layer of CORS, which would otherwise not see a preflight.
        .method_not_allowed_fallback(method_not_allowed)
        .layer((middleware::from_fn_with_state(state.clone(), ogc::edit::tell_methods), cors()));
    let open_data = Router::new()
        .route("/api/catalogue", get(catalogue::catalogue))
        .route("/api/layers/{layer}/features", get(features::features))
        .route("/api/layers/{layer}/counts", get(counts::counts))
        .route("/api/search", get(search::search))
        .route("/api/timeline", get(activity::timeline))
        .route("/api/openapi.json", get(openapi::document))
        .merge(imports::routes())
        .merge(mappings::routes())
        .route("/basemap/tiles/{zoom}/{column}/{row}", get(basemap::tile))
        .route("/tiles/{layer}", get(tiles::tile_json))
        .route("/tiles/{layer}/{zoom}/{column}/{row}", get(tiles::tile))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(cors());
    // Nothing of people is for pages of others.
    let people = people::routes()
        .merge(accounts::routes())
        .merge(cases::routes())
        .merge(changes::routes())
        .merge(attachments::routes())
        .merge(facts::routes())
        .merge(schemes::routes())
        .merge(codes::routes())
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::map_response(people::keep_nowhere));
    let edge = || (middleware::from_fn(observe::observe), CatchPanicLayer::custom(problem::on_panic));
    let small = || CompressionLayer::new().compress_when(DefaultPredicate::new().and(SizeAbove::new(SMALL)));
    // Nor is this, which may take longer than other requests.
    let registers = register::routes()
        .merge(case_files::routes())
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::map_response(people::keep_nowhere))
        .layer(small());
    let slow = imports::uploads()
        .merge(overlaps::routes())
        .merge(ogc::processes::routes())
        .method_not_allowed_fallback(method_not_allowed)
        .layer((cors(), small()))
        .merge(registers);
    Router::new()
        .merge(ogc)
        .merge(open_data)
        .merge(people)
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .with_state(state.clone())
        // With CORS as well: of a mistyped address pages of others must see that there is nothing.
        .fallback_service(web::routes(web_dir, basemap_origin.as_deref()).layer(cors()))
        .method_not_allowed_fallback(method_not_allowed)
        .layer((
            edge(),
            CompressionLayer::new(),
            TimeoutLayer::with_status_code(axum::http::StatusCode::SERVICE_UNAVAILABLE, REQUEST_DEADLINE),
        ))
        .merge(slow.with_state(state).layer(edge()))
}
