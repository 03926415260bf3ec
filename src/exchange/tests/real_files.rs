//! Real files, as published. They are not part of the project: where they are absent the tests say so and pass.

use std::{path::PathBuf, time::Instant};

use super::files::{Read, read};
use crate::{
    exchange::ReadOptions,
    model::{Catalogue, UbigeoAuthority, Value, ubigeo_authority},
};

fn real_file(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    if !path.exists() {
        eprintln!("skipped: {name} is not beside the project");
        return None;
    }
    Some(path)
}

fn read_real(name: &str, layer: &str, preset: &str) -> Option<Read> {
    let path = real_file(name)?;
    let layer = Catalogue::built_in().layer(layer).expect("built in");
    let start = Instant::now();
    let options = ReadOptions { preset: layer.preset(preset), ..super::files::plain(layer) };
    assert!(options.preset.is_some(), "{preset}");
    let done = read(&path, options).unwrap_or_else(|error| panic!("{name}: {error}"));
    let took = start.elapsed().as_millis();
    eprintln!(
        "{name}: {} features, {} rejected, {} notes, {took} ms",
        done.features.len(),
        done.rejected.len(),
        done.notes.len()
    );
    eprintln!("    {:?}", done.summary);
    for note in done.notes.iter().chain(&done.rejected).take(6) {
        eprintln!("    row {} {}: {}", note.row, note.feature, note.note);
    }
    Some(done)
}

fn column<'a>(done: &'a Read, layer: &str, field: &str) -> Vec<&'a Value> {
    let position = Catalogue::built_in().layer(layer).expect("built in").position(field).expect("a field");
    done.features.iter().map(|feature| &feature.values[position]).collect()
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

#[test]
fn each_authority_is_known_by_its_numbers() {
    let Some(path) = real_file("peru_districts_ubigeo.csv") else { return };
    let text = std::fs::read_to_string(path).expect("readable");
    let mut told = [0, 0];
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        for (column, own, other) in
            [(0, UbigeoAuthority::Inei, UbigeoAuthority::Reniec), (1, UbigeoAuthority::Reniec, UbigeoAuthority::Inei)]
        {
            let authority = ubigeo_authority(cells[column], cells[2]);
            assert_ne!(authority, Some(other), "{line}");
            told[column] += usize::from(authority == Some(own));
        }
    }
    assert!(told.iter().all(|count| *count > 1_000), "{told:?} of {}", text.lines().count());
}

#[test]
fn mining_concessions() {
    let layer = "mining_concessions";
    let Some(done) = read_real("cajamarca_mining_concessions.geojson", layer, "ingemmet_cadastre") else { return };
    assert_eq!((done.features.len(), done.rejected.len()), (2785, 0));
    assert_eq!(done.summary.operation.text, "none needed: already WGS 84");
    let dates = column(&done, layer, "claim_date");
    assert_eq!(dates.iter().filter(|date| date.is_null()).count(), 11);
    let keys: std::collections::HashSet<&str> = done.features.iter().map(|feature| feature.key.as_str()).collect();
    assert_eq!(keys.len(), 2785, "CODIGOU is unique");
    assert!(column(&done, layer, "holder").iter().any(|holder| holder.as_text().is_some_and(|t| t.contains('Ñ'))));
    assert!(column(&done, layer, "status").iter().all(|status| !status.is_null()));
    assert!(column(&done, layer, "utm_zone").iter().all(|zone| matches!(zone, Value::Integer(17 | 18))));
}

#[test]
fn peasant_communities() {
    let layer = "indigenous_territories";
    let Some(done) = read_real("cajamarca_peasant_communities.geojson", layer, "peasant_communities") else { return };
    assert_eq!((done.features.len(), done.rejected.len()), (103, 0));
    let dates = column(&done, layer, "resolution_date");
    assert!(dates.contains(&&Value::Date(jiff::civil::date(1967, 12, 29))));
    assert!(column(&done, layer, "kind").iter().all(|kind| **kind == text("comunidad_campesina")));
}

#[test]
fn native_communities() {
    let layer = "indigenous_territories";
    let Some(done) = read_real("cajamarca_native_communities.geojson", layer, "native_communities") else { return };
    assert_eq!((done.features.len(), done.rejected.len()), (4, 0));
    assert!(column(&done, layer, "population").iter().all(|people| matches!(people, Value::Integer(_))));
}

#[test]
fn watersheds() {
    let Some(done) = read_real("peru_hydrographic_units.geojson", "watersheds", "ana_hydrographic_units") else {
        return;
    };
    assert_eq!((done.features.len(), done.rejected.len()), (231, 0));
    assert!(column(&done, "watersheds", "stated_area_km2").iter().all(|area| matches!(area, Value::Real(_))));
}

#[test]
fn districts() {
    let Some(done) = read_real("peru_districts.gpkg", "districts", "district_limits") else { return };
    assert_eq!((done.features.len(), done.rejected.len()), (1874, 0));
    let names = column(&done, "districts", "name");
    assert!(
        names
            .iter()
            .any(|name| name.as_text().is_some_and(|t| crate::model::fold(t) == "canaris" && t.contains(['Ñ', 'ñ'])))
    );
    let keys: std::collections::HashSet<&str> = done.features.iter().map(|feature| feature.key.as_str()).collect();
    assert_eq!(keys.len(), 1874, "department, province and district together are unique");
}

#[test]
fn populated_centres() {
    let Some(done) = read_real("peru_populated_centres.csv.gz", "populated_places", "inei_populated_centres") else {
        return;
    };
    assert_eq!(done.features.len() + done.rejected.len(), 94_922);
    assert_eq!(done.rejected.len(), 0);
    assert!(column(&done, "populated_places", "code").contains(&&text("0101010001")));
}

#[test]
fn mining_conflicts() {
    let layer = "conflicts";
    let Some(done) = read_real("peru_mining_conflicts_2024_03.xlsx", layer, "ombudsman_mining_conflicts") else {
        return;
    };
    assert_eq!((done.features.len(), done.rejected.len()), (81, 0));
    assert!(column(&done, layer, "state").iter().all(|state| !state.is_null()));
    assert!(column(&done, layer, "name").contains(&&text("Río Blanco (ex Majaz)")));
    assert!(column(&done, layer, "violence_recorded").iter().all(|said| matches!(said, Value::Boolean(_))));
}
