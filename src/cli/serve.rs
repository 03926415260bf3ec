use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, bail};
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::{net::TcpListener, sync::watch};

use crate::{
    api::{
        self, ActivityCache, AppState, Basemap, CountedCache, CountsCache, EditToken, Heavy, KnownCache, PublicUrl,
        app, follow_register, keep_known_cases,
    },
    cli::{account::first_link, database::Database, stop::StopSignals},
    config::Settings,
    exchange::{ImportRequest, ReadOptions, import},
    index::Index,
    jobs::{ImportJobs, OverlapJobs},
    model::{Access, Catalogue},
    people::{OpenIdConnect, People},
    store::Store,
    tiles::TileCache,
};

/// How often revisions are compared with the database.
const REFRESH: Duration = Duration::from_millis(400);
/// How long requests under way may take when the server is told to stop.
const GRACE: Duration = Duration::from_secs(5);
/// How often the managed database is looked after when it does not answer.
const REVIVAL: Duration = Duration::from_secs(2);

/// Memory for counts already made.
const COUNTS_CACHE_BYTES: u64 = 16 << 20;

pub(super) async fn run(settings: Settings) -> anyhow::Result<()> {
    let mut stop = StopSignals::listen()?;
    let listener = bind(settings.listen).await?;
    if !settings.web_dir.join("index.html").is_file() {
        bail!(
            "the front-end is not built: there is no index.html in {}; run `make run`, or say --web-dir",
            settings.web_dir.display()
        );
    }
    eprintln!("Starting the database …");
    let database = Database::open(&settings).await?;
    let (tell, told) = watch::channel(false);
    let outcome = {
        let mut serving = std::pin::pin!(serve(&settings, &database, listener, told));
        tokio::select! {
            outcome = &mut serving => outcome,
            _ = stop.received() => {
                tell.send_replace(true);
                tokio::time::timeout(GRACE, serving).await.unwrap_or(Ok(()))
            }
        }
    };
    eprintln!("Stopping …");
    database.close().await?;
    outcome
}

/// Serves until it is told to stop or fails.
async fn serve(
    settings: &Settings,
    database: &Database,
    listener: TcpListener,
    mut told: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let basemap = match &settings.basemap {
        Some(setting) => Basemap::open(setting).await?,
        None => Basemap::Own,
    };
    let store = Store::open(database.url()).await?;
    if let Some(folder) = &settings.demo_data {
        load_demonstration(&store, folder).await?;
    }
    let index = Arc::new(Index::load(&store).await?);
    let address = listener.local_addr()?;
    let own_url = format!("http://{}", address_to_open(address));
    if address.ip().is_unspecified() && settings.public_url.is_none() {
        eprintln!(
            "Links say {own_url}, which only this machine can open; for others, set --public-url to the address they use"
        );
    }
    let public_url = PublicUrl::new(settings.public_url.as_deref().unwrap_or(&own_url));
    let oidc = settings.oidc.clone().map(|own| OpenIdConnect::new(own, public_url.join("/api/session/oidc/return")));
    let oidc = oidc.transpose().context("the other sign-in service cannot be used")?;
    let overlaps = OverlapJobs::new(Arc::clone(&index), store.clone());
    let (known_cases, activity) = (KnownCache::default(), ActivityCache::default());
    let state = AppState {
        index: Arc::clone(&index),
        tiles: Arc::new(TileCache::new(settings.tile_cache_mib << 20)),
        basemap,
        counts: Arc::new(CountsCache::new(COUNTS_CACHE_BYTES)),
        public_url,
        heavy: Heavy::new(),
        activity: activity.clone(),
        counted: CountedCache::default(),
        known_cases: known_cases.clone(),
        people: People::default(),
        oidc,
        overlaps: overlaps.clone(),
        store: store.clone(),
        imports: ImportJobs::new(store.clone()),
        edit_token: settings.edit_token.as_ref().map(|token| EditToken::new(token.expose())),
        metrics: PrometheusBuilder::new().install_recorder().context("metrics cannot be counted")?,
    };
    if let Some(path) = first_link(&store).await? {
        let address = state.public_url.join(&path);
        eprintln!("Nobody has an account yet. The first administrator makes theirs within a day at\n  {address}");
    }
    println!("Rimay listens on {own_url}");
    let (shown, tiles) = (Arc::clone(&index), Arc::clone(&state.tiles));
    std::thread::spawn(move || keep_prepared(&shown, &tiles));
    let server = api::serve(listener, app(state, settings.web_dir.clone()), settings.connections, async move {
        // An error means that nobody is left to tell us: stop as well.
        let _ = told.wait_for(|stop| *stop).await;
    });
    tokio::select! {
        () = server => Ok(()),
        () = index.keep_fresh(&store, REFRESH) => Ok(()),
        () = overlaps.keep_up() => Ok(()),
        () = keep_known_cases(&store, &known_cases) => Ok(()),
        () = follow_register(&store, &known_cases, &activity) => Ok(()),
        () = keep_running(database, &index) => Ok(()),
    }
}

/// Prepares the tiles of each layer, and again when it has changed, for as long as the program runs.
fn keep_prepared(index: &Index, tiles: &TileCache) -> ! {
    let mut prepared = HashMap::new();
    loop {
        let began = Instant::now();
        for snapshot in index.snapshots(Access::Public) {
            if prepared.insert(snapshot.layer().id.as_str(), snapshot.checksum()) != Some(snapshot.checksum()) {
                tiles.prepare(&snapshot);
            }
        }
        // Where a layer changes all the time, a processor is not busy with this all the time.
        std::thread::sleep(REFRESH.max(began.elapsed() * 3));
    }
}

/// Starts the managed database again when it does not answer.
async fn keep_running(database: &Database, index: &Index) {
    loop {
        tokio::time::sleep(REVIVAL).await;
        if index.freshness().failure.is_some()
            && let Err(error) = database.revive()
        {
            tracing::warn!(%error, "the managed database cannot be started");
        }
    }
}

/// The address a browser on this machine can open: nobody can go to 0.0.0.0.
fn address_to_open(listening: SocketAddr) -> SocketAddr {
    let ip = match listening.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listening.port())
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => anyhow::anyhow!(
            "port {} of {} is taken by another program; stop it, or choose another port with --listen {}:8081",
            address.port(),
            address.ip(),
            address.ip()
        ),
        _ => anyhow::anyhow!("cannot listen on {address}: {error}; choose another address with --listen"),
    })
}

/// Takes in `<layer>.geojson` of each layer that has demonstration data in the folder and into which nothing was
/// ever imported: a load that was cut off goes on where it stopped.
async fn load_demonstration(store: &Store, folder: &Path) -> anyhow::Result<()> {
    let filled = store.layers_with_imports().await?;
    for layer in Catalogue::built_in().layers().iter().filter(|layer| !filled.contains(&layer.id)) {
        let path = folder.join(format!("{}.geojson", layer.id));
        let Some(preset) = layer.preset("demonstration").filter(|_| path.is_file()) else { continue };
        let read = ReadOptions { preset: Some(preset), ..ReadOptions::of(layer) };
        let request = ImportRequest {
            path,
            read,
            source: None,
            licence: None,
            attribution: None,
            valid_on: None,
            received_by: "rimay serve".into(),
            account: None,
            overwrite_edits: false,
            allow_outside: false,
            changes: None,
            must_be_at: None,
            dry_run: false,
        };
        let report = import(store, request, |_| {}).await?;
        eprintln!("Demonstration data: {} {}", report.accepted, layer.id);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_means_all_is_opened_by_the_loopback_address() {
        for (listening, to_open) in
            [("0.0.0.0:8080", "127.0.0.1:8080"), ("[::]:8080", "[::1]:8080"), ("192.0.2.7:80", "192.0.2.7:80")]
        {
            let to_open: SocketAddr = to_open.parse().expect("an address");
            assert_eq!(address_to_open(listening.parse().expect("an address")), to_open);
        }
    }
}
