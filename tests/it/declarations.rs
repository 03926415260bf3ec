//! The catalogue changes: what people built on the typed views goes on working, or they are told.

use crate::support::{TestDatabase, scratch, watershed, write_geojson};

/// Declares the watersheds anew, after `change` (a JSON expression over `declaration`).
fn declare(change: &str) -> String {
    declare_layer("watersheds", change)
}

fn declare_layer(layer: &str, change: &str) -> String {
    format!(
        "do $$ declare declared jsonb; begin
           select {change} into declared from rimay.layer where id = '{layer}';
           call rimay.declare_layer('{layer}', declared);
         end $$"
    )
}

const WITH_A_FIELD_MORE: &str = r#"jsonb_insert(declaration, '{fields,0}', '{"name": "depth_m", "type": "real", "title": {"es": "Hondo", "en": "Depth"}, "unit": "m", "codes": []}')"#;
const WITH_A_FIELD_LESS: &str = "declaration #- '{fields,2}'";

fn columns(database: &TestDatabase) -> Vec<String> {
    let names = database.query("select attname::text from pg_attribute where attrelid = 'layers.watersheds'::regclass and attnum > 0 order by attnum");
    names.into_iter().flatten().collect()
}

#[test]
fn a_new_field_leaves_views_and_grants_alone() {
    let database = TestDatabase::create();
    assert!(database.accepts("create view public.mine as select id, name from layers.watersheds"));
    assert!(database.accepts("grant select on layers.watersheds to public"));
    assert!(database.accepts(&declare(WITH_A_FIELD_MORE)));
    assert!(columns(&database).contains(&"depth_m".to_owned()), "{:?}", columns(&database));
    assert!(database.accepts("select id, name from public.mine"));
    assert_eq!(granted(&database), 1);
}

fn granted(database: &TestDatabase) -> usize {
    database.count("select count(*) from information_schema.role_table_grants where table_schema = 'layers' and table_name = 'watersheds' and grantee = 'PUBLIC' and privilege_type = 'SELECT'")
}

#[test]
fn a_field_that_goes_keeps_grants_and_is_refused_under_somebodys_view() {
    let database = TestDatabase::create();
    assert!(database.accepts("grant select on layers.watersheds to public"));
    assert!(database.accepts("create view public.mine as select id, name from layers.watersheds"));
    assert!(!database.accepts(&declare(WITH_A_FIELD_LESS)));
    assert!(database.accepts("select id, name from public.mine"), "nothing was lost");
    assert!(database.accepts("drop view public.mine"));
    let before = columns(&database).len();
    assert!(database.accepts(&declare(WITH_A_FIELD_LESS)));
    assert_eq!(columns(&database).len(), before - 1);
    assert_eq!(granted(&database), 1);
}

#[test]
fn the_typed_views_are_for_reading() {
    let database = TestDatabase::create();
    assert!(database.accepts("insert into rimay.feature (layer, key, properties) values ('conflicts', 'a', '{}')"));
    for write in [
        "delete from layers.conflicts",
        "update layers.conflicts set id = 7",
        "insert into layers.conflicts (id) values (7)",
    ] {
        assert!(!database.accepts(write), "{write} went through");
    }
    assert!(database.accepts(&declare(WITH_A_FIELD_LESS)), "and stay so when they are made anew");
    assert!(database.accepts("insert into rimay.feature (layer, key, properties) values ('watersheds', 'a', '{}')"));
    assert!(!database.accepts("delete from layers.watersheds"));
    assert_eq!(database.count("select count(*) from rimay.feature"), 2);
}

#[test]
fn rows_with_a_withdrawn_code_stay_and_new_ones_are_refused() {
    let database = TestDatabase::create();
    let insert = |key: &str| {
        format!(
            r#"insert into rimay.feature (layer, key, properties) values ('conflicts', '{key}', '{{"state": "latente"}}')"#
        )
    };
    assert!(database.accepts(&insert("old")));
    let withdraw = declare_layer("conflicts", r#"replace(declaration::text, '"latente"', '"dormido"')::jsonb"#);
    assert!(database.accepts(&withdraw));
    assert_eq!(database.count("select count(*) from layers.conflicts where state = 'latente'"), 1);
    assert!(!database.accepts(&insert("new")));
}

#[test]
fn an_import_does_not_wait_for_another_layers() {
    let database = TestDatabase::create();
    let impatient =
        "do $$ begin execute format('alter database %I set lock_timeout = %L', current_database(), '2s'); end $$";
    assert!(database.accepts(impatient));
    // What an import into another layer may hold while it runs.
    let _held = database.hold("analyze rimay.incoming_feature");
    let folder = scratch();
    let file = write_geojson(folder.path(), "cuencas.geojson", &[watershed("1", "Cuenca", -76.0, -10.0, 0.1)]);
    database.import(&file, &["--layer", "watersheds"]);
}
