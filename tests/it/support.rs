//! A fresh database, the real program, and requests to it.

pub mod people;

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::Value as Json;
use sqlx::{Connection, PgConnection, Row};

pub const RIMAY: &str = env!("CARGO_BIN_EXE_rimay");

/// A database of one test, dropped with it.
pub struct TestDatabase {
    name: String,
    pub url: String,
}

impl TestDatabase {
    /// A migrated database without features.
    pub fn create() -> TestDatabase {
        static TEMPLATE: OnceLock<TestDatabase> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let template = TestDatabase::create_from("template1");
            let migrated = Command::new(RIMAY).arg("migrate").env("DATABASE_URL", &template.url).output().unwrap();
            assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
            template
        });
        TestDatabase::create_from(&template.name)
    }

    /// A database without anything of ours.
    pub fn create_bare() -> TestDatabase {
        TestDatabase::create_from("template1")
    }

    fn create_from(template: &str) -> TestDatabase {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("rimay_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        admin(&format!("create database {name} template {template}"));
        TestDatabase { url: url_of(&name), name }
    }

    /// Runs one statement and returns its first column as text, row by row.
    pub fn query(&self, sql: &str) -> Vec<Option<String>> {
        self.query_or_refusal(sql).unwrap()
    }

    /// The same, or what the database says against it.
    pub fn query_or_refusal(&self, sql: &str) -> Result<Vec<Option<String>>, String> {
        TestDatabase::ask(&self.url, sql)
    }

    /// The same, as an institution is shown cases.
    pub fn query_cases(&self, viewer: &str, sql: &str) -> Vec<Option<String>> {
        let sign = if self.url.contains('?') { '&' } else { '?' };
        let url = format!("{}{sign}options=-crole%3Drimay_cases%20-crimay.viewer%3D{viewer}", self.url);
        TestDatabase::ask(&url, sql).unwrap()
    }

    fn ask(url: &str, sql: &str) -> Result<Vec<Option<String>>, String> {
        block_on(async {
            let mut connection = PgConnection::connect(url).await.unwrap();
            let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut connection).await;
            connection.close().await.unwrap();
            rows.map(|rows| rows.iter().map(|row| row.get(0)).collect()).map_err(|error| error.to_string())
        })
    }

    /// Whether the database takes a statement.
    pub fn accepts(&self, sql: &str) -> bool {
        block_on(async {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            let outcome = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await;
            connection.close().await.unwrap();
            outcome.inspect_err(|error| println!("refused: {error}")).is_ok()
        })
    }

    /// Runs a statement in a transaction that stays open until the answer is dropped.
    pub fn hold(&self, sql: &str) -> OpenTransaction {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let connection = runtime.block_on(async {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            sqlx::query("begin").execute(&mut connection).await.unwrap();
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
            connection
        });
        OpenTransaction { connection, runtime }
    }

    /// The single number a statement returns.
    pub fn count(&self, sql: &str) -> usize {
        self.query(&format!("select ({sql})::text"))[0].as_deref().unwrap().parse().unwrap()
    }

    pub fn count_features(&self, layer: &str) -> usize {
        self.count(&format!("select count(*) from rimay.feature where layer = '{layer}'"))
    }

    /// Runs the program with this database.
    pub fn run<I: AsRef<std::ffi::OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Output {
        Command::new(RIMAY).args(arguments).env("DATABASE_URL", &self.url).output().unwrap()
    }

    /// Imports a file and returns the report; the import must succeed.
    pub fn import(&self, path: &Path, arguments: &[&str]) -> String {
        let output = self.run([&[path.to_str().unwrap()], arguments].concat().into_iter().fold(
            vec!["import"],
            |mut all, argument| {
                all.push(argument);
                all
            },
        ));
        let report = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{report}{}", String::from_utf8_lossy(&output.stderr));
        report
    }

    /// Imports a file that must be refused; returns the one sentence, without the program's name.
    pub fn refuse(&self, path: &Path, arguments: &[&str]) -> String {
        let output = self.run([&["import", path.to_str().unwrap()], arguments].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "expected a refusal, got: {said}");
        said.trim_end().strip_prefix("rimay: ").unwrap_or_else(|| panic!("not our sentence: {said}")).to_owned()
    }
}

/// A transaction of [`TestDatabase::hold`].
pub struct OpenTransaction {
    connection: PgConnection,
    runtime: tokio::runtime::Runtime,
}

impl OpenTransaction {
    pub fn commit(mut self) {
        self.runtime.block_on(sqlx::query("commit").execute(&mut self.connection)).unwrap();
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // The template lives in a static and is never dropped; its cluster goes with the test run.
        admin(&format!("drop database if exists {} with (force)", self.name));
    }
}

fn server_url() -> String {
    std::env::var("DATABASE_URL").expect("DATABASE_URL must name a PostgreSQL server; `make test` provides one")
}

/// The server's URL with another database.
fn url_of(database: &str) -> String {
    let url = server_url();
    let (base, query) = url.split_once('?').unwrap_or((&url, ""));
    let (server, _) = base.rsplit_once('/').unwrap();
    format!("{server}/{database}?{query}")
}

fn admin(sql: &str) {
    block_on(async {
        let mut connection = PgConnection::connect(&server_url()).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// The program serving on a free port, stopped with the test.
pub struct Server {
    child: Child,
    pub url: String,
}

/// One answer.
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Server {
    /// Serves the database on a free port.
    pub fn start(database: &TestDatabase) -> Server {
        Server::start_with(database, &[])
    }

    pub fn start_with(database: &TestDatabase, arguments: &[&str]) -> Server {
        let mut command = serve_command();
        command.args(arguments).env("DATABASE_URL", &database.url);
        Server::from_command(command)
    }

    /// Serves the database, and what it says to whoever started it until it listens.
    pub fn start_and_hear(database: &TestDatabase) -> (Server, String) {
        let mut heard = tempfile::NamedTempFile::new().unwrap();
        let mut command = serve_command();
        command.env("DATABASE_URL", &database.url).stderr(heard.reopen().unwrap());
        let server = Server::from_told_command(command);
        let mut said = String::new();
        std::io::Read::read_to_string(heard.as_file_mut(), &mut said).unwrap();
        (server, said)
    }

    /// Starts `rimay serve` as the command says and waits for its address.
    pub fn from_command(mut command: Command) -> Server {
        command.stderr(Stdio::inherit());
        Server::from_told_command(command)
    }

    fn from_told_command(mut command: Command) -> Server {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url =
            line.trim_end().strip_prefix("Rimay listens on ").unwrap_or_else(|| panic!("said: {line:?}")).to_owned();
        Server { child, url }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers)
    }

    pub fn request(&self, method: &str, path: &str) -> Answer {
        self.send(method, path, &[])
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send_bytes(method, path, headers, vec![])
    }

    pub fn send_json(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Json) -> Answer {
        let headers = [&[("content-type", "application/geo+json")], headers].concat();
        self.send_bytes(method, path, &headers, body.to_string().into_bytes())
    }

    pub fn send_bytes(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        block_on(async {
            let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
            // Where an answer leads is looked at, not gone to.
            let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
            let mut request = client.request(method, format!("{}{path}", self.url));
            if !body.is_empty() {
                request = request.body(body);
            }
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let response = request.send().await.unwrap();
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            Answer { status, headers, body: response.bytes().await.unwrap().to_vec() }
        })
    }

    /// The JSON at a path that must answer 200.
    pub fn json(&self, path: &str) -> Json {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    /// Waits until what the public is told of the register is what it says now: the program looks for that some times a second, and
    /// does not let whoever asks wait.
    pub fn settle(&self) {
        std::thread::sleep(Duration::from_millis(1500));
    }

    /// Waits until a path answers what the test looks for.
    pub fn wait_for(&self, path: &str, found: impl Fn(&Json) -> bool) -> Json {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let json = self.json(path);
            if found(&json) {
                return json;
            }
            assert!(Instant::now() < deadline, "{path} still answers {json}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the program to end by itself.
    pub fn wait(&mut self) -> std::process::ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `rimay serve` on a free port with a page to serve.
pub fn serve_command() -> Command {
    static WEB: OnceLock<tempfile::TempDir> = OnceLock::new();
    let web = WEB.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("index.html"), "<!doctype html><title>Rimay</title>").unwrap();
        folder
    });
    let mut command = Command::new(RIMAY);
    command.args(["serve"]).env("RIMAY_LISTEN", "127.0.0.1:0").env("RIMAY_WEB_DIR", web.path());
    command
}

/// A folder that goes with the test.
pub fn scratch() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Writes a GeoJSON feature collection with the given features.
pub fn write_geojson(folder: &Path, name: &str, features: &[Json]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, serde_json::json!({"type": "FeatureCollection", "features": features}).to_string()).unwrap();
    path
}

/// A square watershed with its south-western corner at a place, `size` degrees wide.
pub fn watershed(code: &str, name: &str, west: f64, south: f64, size: f64) -> Json {
    let (east, north) = (west + size, south + size);
    serde_json::json!({
        "type": "Feature",
        "properties": {"code": code, "name": name, "drainage_region": "Región de prueba", "stated_area_km2": 1.5},
        "geometry": {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]},
    })
}

/// A conflict at a place, or without one.
pub fn conflict(name: &str, state: &str, place: Option<[f64; 2]>) -> Json {
    serde_json::json!({
        "type": "Feature",
        "properties": {"code": name.to_lowercase(), "name": name, "state": state, "department": "Cajamarca"},
        "geometry": place.map(|place| serde_json::json!({"type": "Point", "coordinates": place})),
    })
}
