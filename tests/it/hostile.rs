//! Files made to do harm: refused with a reason, and what reads them reaches nothing else.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use zip::{ZipWriter, write::SimpleFileOptions};

use crate::support::{RIMAY, TestDatabase, scratch, watershed, write_geojson};

/// What the process that read a file did after it had given up its rights, as strace saw it.
struct Deeds {
    /// Files it opened.
    opened: Vec<String>,
    /// Connections it tried.
    connections: Vec<String>,
}

/// Imports a file under strace: whether it was taken, what was said, and what the reading process did.
fn import_watched(database: &TestDatabase, file: &Path, layer: &str) -> (bool, String, Deeds) {
    let folder = scratch();
    let trace = folder.path().join("trace");
    let output = Command::new("strace")
        .args(["-f", "-qq", "-s", "400", "-e", "trace=openat,open,connect,socket,execve,clone,clone3,seccomp", "-o"])
        .arg(&trace)
        .args([RIMAY, "import", file.to_str().unwrap(), "--layer", layer, "--source-crs", "EPSG:4326"])
        .env("DATABASE_URL", &database.url)
        .output()
        .expect("strace, which ./setup.sh --tests installs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said, deeds(&fs::read_to_string(trace).unwrap()))
}

fn deeds(trace: &str) -> Deeds {
    let lines = || trace.lines().filter_map(|line| line.split_once(' '));
    let worker = lines().find(|(_, call)| call.contains("execve(") && call.contains("\"read-file\""));
    let (worker, _) = worker.unwrap_or_else(|| panic!("no worker in:\n{trace}"));
    let mut family = HashSet::from([worker.to_owned()]);
    let mut confined = false;
    let mut deeds = Deeds { opened: vec![], connections: vec![] };
    for (process, call) in lines().filter(|(process, _)| trace.contains(*process)) {
        if !family.contains(process) {
            continue;
        }
        let call = call.trim_start();
        confined |= call.starts_with("seccomp(") && call.ends_with("= 0");
        if call.starts_with("clone") {
            family.extend(call.rsplit_once("= ").map(|(_, thread)| thread.to_owned()));
        }
        let succeeded = !call.contains(" = -1 ");
        if confined && call.starts_with("open") && succeeded {
            deeds.opened.extend(call.split('"').nth(1).map(str::to_owned));
        }
        if confined && (call.starts_with("connect(") || call.starts_with("socket(")) && succeeded {
            deeds.connections.push(call.to_owned());
        }
    }
    assert!(confined, "the worker did not give up its rights:\n{trace}");
    deeds
}

/// Beside the file and its own folder a worker reads what the system has for GDAL and PROJ.
fn assert_harmless(deeds: &Deeds, file: &Path) {
    let own = file.to_str().unwrap();
    // The parts of a Shapefile are looked for beside it.
    let beside = file.parent().filter(|_| own.ends_with(".shp")).map(|folder| folder.to_str().unwrap());
    let outside: Vec<_> = deeds
        .opened
        .iter()
        .filter(|path| {
            let system =
                ["/usr/", "/lib/", "/lib64/", "/etc/ld.so.cache", "/etc/localtime", "/dev/", "/sys/devices/system/cpu"];
            !system.iter().any(|folder| path.starts_with(folder))
                && *path != own
                && Some(path.as_str()) != beside
                && !path.contains("/rimay-import-")
        })
        .collect();
    assert!(outside.is_empty(), "{own}: opened {outside:?}");
    assert!(deeds.connections.is_empty(), "{own}: {:?}", deeds.connections);
}

fn archive(folder: &Path, name: &str, members: &[(&str, &[u8])]) -> PathBuf {
    let path = folder.join(name);
    let mut archive = ZipWriter::new(File::create(&path).unwrap());
    for (member, content) in members {
        archive.start_file(*member, SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap();
    path
}

#[test]
fn files_made_to_do_harm_are_refused_and_reach_nothing() {
    let database = TestDatabase::create();
    let folder = scratch();
    let secret = folder.path().join("secret.txt");
    fs::write(&secret, "code,name,longitude,latitude\n1,SECRETO,-75,-10\n").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let secret_name = secret.display();
    let write = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    };
    let feature = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"1","name":"X"},"geometry":{"type":"Point","coordinates":[-75,-10]}}]}"#;
    let vrt = format!(
        r#"<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource relativeToVRT="0">{secret_name}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"#
    );
    let kml = format!(
        r#"<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY leak SYSTEM "file://{secret_name}">]>
        <kml xmlns="http://www.opengis.net/kml/2.2"><Document><NetworkLink><Link><href>http://127.0.0.1:{port}/kml</href></Link></NetworkLink>
        <Placemark><name>&leak;</name><Point><coordinates>-75,-10</coordinates></Point></Placemark></Document></kml>"#
    );
    let far = format!(
        r#"{{"type":"FeatureCollection","crs":{{"type":"link","properties":{{"href":"http://127.0.0.1:{port}/crs"}}}},"features":[]}}"#
    );
    let zeros = vec![0; 64 << 20];
    let entity = format!(r#"<!DOCTYPE x [<!ENTITY leak SYSTEM "file://{secret_name}">]><worksheet>&leak;</worksheet>"#);
    let files = [
        (write("vrt.geojson", &vrt), Some("does not hold GeoJSON")),
        (
            write(
                "ajeno.csv",
                &format!(
                    "<OGRVRTDataSource><OGRVRTLayer name=\"x\"><SrcDataSource>{secret_name}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
                ),
            ),
            Some("no rows"),
        ),
        (write("entidad.kml", &kml), None),
        (write("enlace.geojson", &far), Some("no rows")),
        (archive(folder.path(), "subir.zip", &[("../fuera.geojson", feature.as_bytes())]), None),
        (archive(folder.path(), "bomba.zip", &[("ceros.geojson", &zeros)]), Some("unpack")),
        (archive(folder.path(), "hoja.xlsx", &[("xl/worksheets/sheet1.xml", entity.as_bytes())]), None),
        (write("cortado.shp", "\0\0'\n"), Some(".shx")),
        (write("nada.geojson", &feature.replace("-75,-10", "1e999,-10")), None),
    ];
    for (file, expected) in files {
        let began = Instant::now();
        let (taken, said, deeds) = import_watched(&database, &file, "populated_places");
        assert!(!taken || !said.contains("SECRETO"), "{}: {said}", file.display());
        if let Some(expected) = expected {
            assert!(!taken && said.contains(expected), "{}: {said}", file.display());
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{}", file.display());
        assert_harmless(&deeds, &file);
    }
    assert!(listener.accept().is_err(), "somebody called");
    assert!(!folder.path().parent().unwrap().join("fuera.geojson").exists());
    assert_eq!(
        database
            .count("select count(*) from rimay.feature where properties::text || source_record::text like '%SECRETO%'"),
        0
    );
    // What is seen of a file that means well, so that the above is no blindness.
    let good = write("bien.geojson", feature);
    let (taken, said, deeds) = import_watched(&database, &good, "populated_places");
    assert!(taken, "{said}");
    assert!(deeds.opened.iter().any(|path| path == good.to_str().unwrap()), "{:?}", deeds.opened);
}

#[test]
fn an_area_of_a_million_corners_is_refused_by_its_row() {
    let database = TestDatabase::create();
    let folder = scratch();
    let corners = 1_000_000;
    let ring: Vec<String> = (0..=corners)
        .map(|n| {
            let angle = f64::from(n % corners) / f64::from(corners) * std::f64::consts::TAU;
            format!("[{:.9},{:.9}]", -75.0 + angle.cos(), -10.0 + angle.sin())
        })
        .collect();
    let mut huge = watershed("9", "Enorme", -75.0, -10.0, 0.1);
    huge["geometry"]["coordinates"] = serde_json::json!([]);
    let huge = huge.to_string().replace(r#""coordinates":[]"#, &format!(r#""coordinates":[[{}]]"#, ring.join(",")));
    let small = watershed("1", "Uno", -76.0, -10.0, 0.1);
    let file = folder.path().join("enorme.geojson");
    fs::write(&file, format!(r#"{{"type":"FeatureCollection","features":[{huge},{small}]}}"#)).unwrap();
    let report = database.import(&file, &["--layer", "watersheds"]);
    assert!(report.contains("Enorme: it has 1000001 corners; at most"), "{report}");
    assert_eq!(database.count_features("watersheds"), 1);
}

/// Ten times in the course of an import somebody ends the program: nothing of it is kept, and the same import succeeds.
#[test]
fn an_import_that_is_killed_leaves_nothing_or_all() {
    let database = TestDatabase::create();
    let folder = scratch();
    let rows = 100_000;
    let features: Vec<_> = (0..rows)
        .map(|n| serde_json::json!({"type": "Feature", "properties": {"code": format!("{n:010}"), "name": format!("L{n}")},
            "geometry": {"type": "Point", "coordinates": [-75.0 - f64::from(n % 100) / 100.0, -10.0 + f64::from(n / 100) / 100.0]}}))
        .collect();
    let file = write_geojson(folder.path(), "lugares.geojson", &features);
    let import = || {
        let mut command = Command::new(RIMAY);
        command
            .args(["import", file.to_str().unwrap(), "--layer", "populated_places"])
            .env("DATABASE_URL", &database.url);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        command
    };
    // How long it takes, on a layer of its own.
    let began = Instant::now();
    assert!(import().arg("--dry-run").status().unwrap().success());
    let whole = began.elapsed();
    for phase in 1..=10 {
        let mut running = import().spawn().unwrap();
        std::thread::sleep(whole * phase / 11);
        running.kill().unwrap();
        running.wait().unwrap();
        let kept = database.count_features("populated_places");
        assert!(kept == 0 || kept == rows as usize, "phase {phase}: {kept}");
        let imports = database.count("select count(*) from rimay.import");
        assert_eq!(imports, usize::from(kept > 0), "phase {phase}");
    }
    assert!(import().status().unwrap().success());
    assert_eq!(database.count_features("populated_places"), rows as usize);
    assert_eq!(database.count("select count(*) from rimay.import"), 1);
}
