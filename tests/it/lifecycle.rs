//! Starting, stopping, and starting where it cannot be done.

use std::{
    io::{BufRead, BufReader},
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use crate::support::{RIMAY, Server, TestDatabase, conflict, scratch, serve_command, watershed, write_geojson};

fn failure(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    let last = said.trim_end().lines().last().unwrap_or_default().to_owned();
    assert!(last.starts_with("rimay: "), "{said}");
    last
}

fn signal(name: &str, process_id: u32) {
    assert!(Command::new("kill").args([format!("-{name}"), process_id.to_string()]).status().unwrap().success());
}

#[test]
fn told_to_stop_it_stops_and_says_so_with_its_exit_code() {
    let database = TestDatabase::create();
    for name in ["TERM", "INT"] {
        let mut server = Server::start(&database);
        let started = Instant::now();
        signal(name, server.process_id());
        assert!(server.wait().success(), "{name}");
        assert!(started.elapsed().as_secs() < 5, "{name}: {:?}", started.elapsed());
    }
}

#[test]
fn a_taken_port_is_one_sentence() {
    let database = TestDatabase::create();
    let server = Server::start(&database);
    let address = server.url.strip_prefix("http://").unwrap();
    let said = failure(serve_command().args(["--listen", address]).env("DATABASE_URL", &database.url));
    assert!(said.contains("is taken by another program") && said.contains("--listen"), "{said}");
}

#[test]
fn a_page_that_is_not_built_is_one_sentence() {
    let folder = scratch();
    let said =
        failure(serve_command().arg("--web-dir").arg(folder.path()).env("DATABASE_URL", "postgres://localhost/x"));
    assert!(said.contains("the front-end is not built"), "{said}");
}

#[test]
fn a_database_that_is_not_there_is_one_sentence() {
    let unreachable = failure(serve_command().env("DATABASE_URL", "postgres://rimay@127.0.0.1:1/rimay"));
    assert!(unreachable.contains("cannot connect to PostgreSQL"), "{unreachable}");
    assert!(unreachable.contains("Connection refused"), "{unreachable}");
    let missing = TestDatabase::create().url.replace("rimay_test_", "no_such_");
    let missing = failure(serve_command().env("DATABASE_URL", missing));
    assert!(missing.contains("does not exist"), "{missing}");
    let senseless = failure(serve_command().env("DATABASE_URL", "mysql://x"));
    assert!(senseless.contains("database URL"), "{senseless}");
}

#[test]
fn a_schema_of_another_program_is_one_sentence() {
    let database = TestDatabase::create();
    database.query("insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (9999, 'later', true, '', 0) returning description");
    let newer = failure(serve_command().env("DATABASE_URL", &database.url));
    assert!(newer.contains("a newer program (schema 9999"), "{newer}");
    database.query("with gone as (delete from _sqlx_migrations where version = 9999) update _sqlx_migrations set checksum = 'other' where version = 1 returning description");
    let foreign = failure(serve_command().env("DATABASE_URL", &database.url));
    assert!(foreign.contains("export its layers with that version"), "{foreign}");
}

#[test]
fn demonstration_data_goes_on_where_a_load_was_cut_off() {
    let database = TestDatabase::create();
    let folder = scratch();
    let demo = folder.path().to_str().unwrap();
    write_geojson(folder.path(), "conflicts.geojson", &[conflict("Conga", "activo", Some([-78.36, -6.92]))]);
    drop(Server::start_with(&database, &["--demo-data", demo]));
    write_geojson(folder.path(), "watersheds.geojson", &[watershed("1", "Cuenca", -76.0, -10.0, 0.1)]);
    let server = Server::start_with(&database, &["--demo-data", demo]);
    for layer in ["conflicts", "watersheds"] {
        assert_eq!(server.json(&format!("/ogc/collections/{layer}/items"))["numberMatched"], 1, "{layer}");
    }
    assert_eq!(database.count("select count(*) from rimay.import"), 2, "nothing was loaded twice");
}

#[test]
fn the_schema_is_made_once_by_two_servers_that_start_together() {
    let database = TestDatabase::create_bare();
    let servers: Vec<_> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..2).map(|_| scope.spawn(|| Server::start(&database))).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    for server in servers {
        assert_eq!(server.json("/api/catalogue")["layers"].as_array().unwrap().len(), 9);
    }
}

#[test]
fn a_data_directory_that_cannot_be_used_is_one_sentence() {
    let folder = scratch();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let said = failure(
        Command::new(RIMAY)
            .args(["database", "exec", "--data-dir"])
            .arg(&file)
            .args(["--", "true"])
            .env_remove("DATABASE_URL"),
    );
    assert!(said.contains(file.to_str().unwrap()), "{said}");
}

#[test]
fn a_machine_without_postgresql_is_one_sentence() {
    let folder = scratch();
    let said = failure(
        Command::new(RIMAY)
            .args(["database", "exec", "--data-dir"])
            .arg(folder.path().join("data"))
            .args(["--", "true"])
            .env("RIMAY_PG_BIN", "/nonexistent")
            .env_remove("DATABASE_URL"),
    );
    assert!(said.contains("PostgreSQL is not installed") && said.contains("make setup"), "{said}");
}

#[test]
fn a_configuration_file_with_a_wrong_key_is_refused_by_name() {
    let folder = scratch();
    let file = folder.path().join("rimay.toml");
    std::fs::write(&file, "lisen = \"127.0.0.1:8081\"\n").unwrap();
    let output = Command::new(RIMAY).args(["layers", "--config"]).arg(&file).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("lisen") && said.contains("listen"), "{said}");
}

#[test]
fn the_managed_database_starts_keeps_and_is_found_again_after_a_kill() {
    let folder = scratch();
    let data_dir = folder.path().join("data");
    // PostgreSQL's account must be able to reach the folder.
    Command::new("chmod").arg("755").arg(folder.path()).status().unwrap();
    let start = || {
        let mut command = serve_command();
        command.arg("--data-dir").arg(&data_dir).env_remove("DATABASE_URL").env("PGHOST", "nowhere.invalid");
        Server::from_command(command)
    };
    let psql = |sql: &str| {
        let output = Command::new(RIMAY)
            .args(["database", "exec", "--data-dir"])
            .arg(&data_dir)
            .args(["--", "psql", "-Atc", sql])
            .env_remove("DATABASE_URL")
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };

    let server = start();
    psql("insert into rimay.feature (layer, key, properties) values ('conflicts', 'a', '{\"name\": \"Queda\"}')");
    signal("KILL", server.process_id());
    drop(server);

    let mut server = start();
    let found = server.wait_for("/ogc/collections/conflicts/items", |page| page["numberMatched"] == 1);
    assert_eq!(found["features"][0]["properties"]["name"], "Queda");
    signal("TERM", server.process_id());
    assert!(server.wait().success());
    let postmaster = data_dir.join("database/postmaster.pid");
    assert!(!postmaster.exists(), "the last user stops the database");
    assert_eq!(psql("select count(*) from rimay.feature"), "1");
}

/// Waits until something whose name begins so lies in a folder, lets work go on for a moment, and sends a signal.
fn interrupt(child: Child, folder: &Path, beginning: &str, name: &str) -> Output {
    let deadline = Instant::now() + Duration::from_secs(60);
    let is_there = || {
        let mut entries = std::fs::read_dir(folder).unwrap();
        entries.any(|entry| entry.unwrap().file_name().to_string_lossy().starts_with(beginning))
    };
    while !is_there() {
        assert!(Instant::now() < deadline, "no {beginning} in {}", folder.display());
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(300));
    signal(name, child.id());
    child.wait_with_output().unwrap()
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn an_interrupted_import_leaves_nothing_behind() {
    let folder = scratch();
    Command::new("chmod").arg("755").arg(folder.path()).status().unwrap();
    let (data_dir, temporary) = (folder.path().join("data"), folder.path().join("tmp"));
    std::fs::create_dir(&temporary).unwrap();
    let file = folder.path().join("lugares.csv");
    let rows = (0..400_000).map(|n| format!("{n},Lugar {n},-75.{n:06},-10\n"));
    std::fs::write(&file, std::iter::once("code,name,lon,lat\n".into()).chain(rows).collect::<String>()).unwrap();
    let rimay = || {
        let mut command = Command::new(RIMAY);
        command.arg("--data-dir").arg(&data_dir).env_remove("DATABASE_URL").env("TMPDIR", &temporary);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    assert!(rimay().arg("migrate").status().unwrap().success());
    for (name, code) in [("INT", 130), ("TERM", 143)] {
        let mut import = rimay();
        import.arg("import").arg(&file).args(["--layer", "populated_places", "--source-crs", "4326"]);
        let output = interrupt(import.spawn().unwrap(), &temporary, "rimay-import-", name);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.trim_end().ends_with(&format!("rimay: stopped by SIG{name}; nothing was changed")), "{said}");
        assert!(is_empty(&temporary), "temporary files are gone");
        assert!(!data_dir.join("database/postmaster.pid").exists(), "the database is stopped");
    }
    let count = ["database", "exec", "--", "psql", "-Atc", "select count(*) from rimay.feature"];
    assert_eq!(String::from_utf8(rimay().args(count).output().unwrap().stdout).unwrap(), "0\n");
}

#[test]
fn an_interrupted_export_leaves_nothing_behind() {
    let database = TestDatabase::create();
    database.query(
        "insert into rimay.feature (layer, key, properties, geom) select 'populated_places', n::text, \
         jsonb_build_object('code', n::text, 'name', 'Lugar ' || n), st_setsrid(st_makepoint(-75, -10), 4326) \
         from generate_series(1, 200000) n returning null::text",
    );
    let folder = scratch();
    let path = folder.path().join("lugares.kml");
    let mut export = Command::new(RIMAY);
    export.args(["export", "populated_places", "--format", "kml", "-o"]).arg(&path);
    export.env("DATABASE_URL", &database.url).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = interrupt(export.spawn().unwrap(), folder.path(), ".rimay-export-", "TERM");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(143), "{said}");
    assert!(said.ends_with("rimay: stopped by SIGTERM; nothing was changed\n"), "{said}");
    assert!(is_empty(folder.path()), "neither the file nor its beginning is there");
}

#[test]
fn a_command_with_the_managed_database_gets_its_own_exit_code_and_surroundings() {
    let folder = scratch();
    Command::new("chmod").arg("755").arg(folder.path()).status().unwrap();
    let exec = |script: &str| {
        let mut command = Command::new(RIMAY);
        command.arg("--data-dir").arg(folder.path().join("data")).args(["database", "exec", "--", "sh", "-c", script]);
        for name in ["PGHOST", "PGSERVICE", "PGOPTIONS", "PGSSLMODE", "PGPASSFILE", "PGCONNECT_TIMEOUT"] {
            command.env(name, "not-for-us");
        }
        command.env("PGP_KEY", "kept").env_remove("DATABASE_URL").output().unwrap()
    };
    assert_eq!(exec("exit 7").status.code(), Some(7));
    let killed = exec("kill -KILL $$").status;
    assert_eq!((killed.code(), killed.signal()), (Some(137), None));
    let output = exec("psql -Atc 'select 1' && env");
    let seen = String::from_utf8(output.stdout).unwrap();
    assert!(seen.starts_with("1\n"), "{seen}{}", String::from_utf8_lossy(&output.stderr));
    assert!(!seen.contains("not-for-us") && seen.contains("PGP_KEY=kept"), "{seen}");
}

#[test]
fn a_server_on_all_addresses_gives_links_that_can_be_opened() {
    let database = TestDatabase::create();
    let mut command = serve_command();
    command.args(["--listen", "0.0.0.0:0"]).env("DATABASE_URL", &database.url).env_remove("RIMAY_PUBLIC_URL");
    let server = Server::from_command(command);
    assert!(server.url.starts_with("http://127.0.0.1:"), "{}", server.url);
    let link = server.json("/ogc")["links"][0]["href"].as_str().unwrap().to_owned();
    assert!(link.starts_with(&server.url), "{link}");
    let mut warned = serve_command();
    warned.args(["--listen", "0.0.0.0:0"]).env("DATABASE_URL", &database.url).stderr(Stdio::piped());
    let mut child = warned.stdout(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("set --public-url")));
    signal("TERM", child.id());
    assert!(child.wait().unwrap().success());
}
