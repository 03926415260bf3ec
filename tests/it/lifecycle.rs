//! Starting, stopping, and starting where it cannot be done.

use std::{process::Command, time::Instant};

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
