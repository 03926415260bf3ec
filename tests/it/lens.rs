//! Lenses on the map's conflicts: what happened in a period, what a scheme counts, how cases stood. Each is what PostgreSQL says, in
//! the timeline as in lists, files and OGC API.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::{
    cases::{fact, path_of, record, share, sign_in, with_officers},
    counts::{Chance, SCHEMES, changed, in_order, invented, standings, version_of},
    support::{Server, TestDatabase},
};

/// Days on which something happened in the features of the map, as the public may know: feature, day, what, how often.
const HAPPENED: &str = "
    with feature as (
      select f.id, f.properties ->> 'case_id' as case_id, (f.properties ->> 'started_on')::date as began,
        (f.properties ->> 'ended_on')::date as ended, f.properties ->> 'state' as state
      from rimay.feature f where f.layer = 'conflicts'
    ), happened as (
      select feature.id, e.valid_from as day, case when e.code in ('marcha', 'planton', 'concentracion', 'bloqueo', 'paro', 'huelga',
        'enfrentamiento') then 'protests' else 'others' end as what, feature.state
      from feature join rimay.conflict_case c on coalesce(c.merged_into, c.id)::text = feature.case_id
      join rimay.case_fact e on e.case_id = c.id and e.kind = 'event' and e.recorded_to is null and e.source_class = 'public'
      where c.sharing = 'public'
      union all select id, began, 'began', state from feature
      union all select id, ended, 'ended', state from feature
    )";

/// In the test itself rows are not hidden: what the public may see stands in the condition above.
fn as_register(database: &TestDatabase, sql: &str) -> Vec<String> {
    database.query(&format!("{HAPPENED} {sql}")).into_iter().flatten().collect()
}

fn sums(told: &Json) -> BTreeMap<String, [u64; 4]> {
    let months = told["months"].as_array().unwrap();
    let number = |month: &Json, name: &str| month[name].as_u64().unwrap();
    months
        .iter()
        .map(|month| {
            let sum = ["events", "protests", "began", "ended"].map(|name| number(month, name));
            (month["month"].as_str().unwrap().to_owned(), sum)
        })
        .collect()
}

fn expected_sums(database: &TestDatabase, condition: &str) -> BTreeMap<String, [u64; 4]> {
    let rows = as_register(
        database,
        &format!(
            "select to_char(day, 'YYYY-MM') || ' ' || count(*) filter (where what in ('protests', 'others')) || ' '
               || count(*) filter (where what = 'protests') || ' ' || count(*) filter (where what = 'began') || ' '
               || count(*) filter (where what = 'ended')
             from happened where day is not null and {condition} group by to_char(day, 'YYYY-MM')"
        ),
    );
    rows.iter()
        .map(|row| {
            let mut parts = row.split(' ');
            let month = parts.next().unwrap().to_owned();
            (month, [0; 4].map(|_: u64| parts.next().unwrap().parse().unwrap()))
        })
        .collect()
}

fn ids(database: &TestDatabase, condition: &str) -> BTreeSet<u64> {
    let rows =
        as_register(database, &format!("select distinct id::text from happened where day is not null and {condition}"));
    rows.iter().map(|id| id.parse().unwrap()).collect()
}

fn listed(told: &Json) -> BTreeSet<u64> {
    told["features"].as_array().unwrap().iter().map(|own| own["id"].as_u64().unwrap()).collect()
}

/// The features of the map, once it shows all that the public may see.
fn whole_map(database: &TestDatabase, server: &Server) -> Json {
    let number = |sql: &str| database.query(sql)[0].as_deref().unwrap().parse::<u64>().unwrap();
    let count = number("select count(*)::text from rimay.feature where layer = 'conflicts'");
    let revision = number("select count(*)::text from rimay.layer_change where layer = 'conflicts'");
    server.settle();
    server.wait_for("/api/layers/conflicts/features?limit=1", |page| {
        page["revision"].as_u64() >= Some(revision) && page["number_matched"] == count
    });
    server.json("/ogc/collections/conflicts/items?limit=1000")
}

/// All ways to ask for the same conflicts answer the same ones.
fn compare(database: &TestDatabase, server: &Server, lens: &str, expected: &BTreeSet<u64>) {
    let list = server.json(&format!("/api/layers/conflicts/features?{lens}&limit=1000"));
    assert_eq!(&listed(&list), expected, "list {lens}");
    let counted: u64 = list["categories"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(counted, expected.len() as u64, "categories {lens}");
    let items = server.json(&format!("/ogc/collections/conflicts/items?{lens}&limit=1000"));
    assert_eq!(&listed(&items), expected, "items {lens}");
    let csv = server.get(&format!("/ogc/collections/conflicts/items?{lens}&f=csv"));
    let rows = String::from_utf8(csv.body).unwrap().lines().filter(|line| line.contains("Caso")).count();
    assert_eq!(rows, expected.len(), "csv {lens}");
    let timeline = server.json(&format!("/api/timeline?{lens}"));
    let meant: BTreeSet<u64> =
        timeline["meant"]["features"].as_array().unwrap().iter().map(|id| id.as_u64().unwrap()).collect();
    assert_eq!(&meant, expected, "timeline {lens}");
    // And those of one state, both by its parameter and by a filter.
    let active: BTreeSet<u64> = expected.intersection(&ids(database, "state = 'activo'")).copied().collect();
    for condition in ["state=activo", "filter=state='activo'", "state=activo&filter=name%20is%20not%20null"] {
        let list = server.json(&format!("/api/layers/conflicts/features?{lens}&{condition}&limit=1000"));
        assert_eq!(listed(&list), active, "{lens} {condition}");
    }
}

#[test]
fn what_happened_in_a_period_is_what_the_database_says_as_the_register_changes() {
    let (database, server) = with_officers();
    let (oto, olga) = (sign_in(&server, "oto"), sign_in(&server, "olga"));
    let mut chance = Chance(5);
    let mut cases = vec![];
    for number in 0..60_u64 {
        let by = if number % 3 == 0 { &olga } else { &oto };
        let mut case = invented(&mut chance, number);
        // So that the public may know its name, and when it began.
        case["facts"][0]["source_class"] = "public".into();
        let facts = case["facts"].as_array_mut().unwrap();
        facts.push(json!({"kind": "state", "code": "latente", "valid_from": "2009-03-01", "source_class": "public"}));
        for _ in 0..chance.below(6) {
            let day = format!("20{:02}-0{}-1{}", 10 + chance.below(6), 1 + chance.below(9), chance.below(9));
            facts.push(json!({"kind": "event", "institution": "defensoria", "code": chance.of(&["marcha", "reunion", "noticia", "paro"]),
                "text": "Un hecho", "valid_from": day, "source_class": chance.of(&["public", "public", "reserved"])}));
        }
        let case = record(by, &case);
        if number % 5 != 4 {
            share(by, &case, &json!({"sharing": "public"}));
        }
        cases.push((number % 3 == 0, case));
    }
    let periods = [
        ("2011-02-01/2011-06-30", "day between '2011-02-01' and '2011-06-30'"),
        ("../2010-12-31", "day <= '2010-12-31'"),
        ("2013-01-01/..", "day >= '2013-01-01'"),
        ("1990-01-01/1990-12-31", "false"),
    ];
    let look = |round: &str| {
        let shown = whole_map(&database, &server)["numberMatched"].as_u64().unwrap();
        assert!(shown > 20, "{round}: {shown}");
        assert_eq!(sums(&server.json("/api/timeline")), expected_sums(&database, "true"), "{round}");
        let dated = sums(&server.json("/api/timeline?state=activo"));
        assert_eq!(dated, expected_sums(&database, "state = 'activo'"), "{round}");
        let mut found = 0;
        for (period, condition) in periods {
            let expected = ids(&database, condition);
            found += expected.len();
            compare(&database, &server, &format!("happened={period}"), &expected);
        }
        assert!(found > 30, "{round}: {found}");
    };
    look("as they were recorded");
    // Facts come and go, cases become public and cease to be so, two become one.
    for (at, (is_of_olga, case)) in cases.iter().enumerate() {
        let by = if *is_of_olga { &olga } else { &oto };
        match at % 6 {
            0 => {
                let event = json!({"kind": "event", "institution": "defensoria", "code": "bloqueo", "text": "Otro",
                    "valid_from": "2011-03-03", "source_class": "public"});
                assert_eq!(by.send("POST", &format!("{}/facts", path_of(case)), &[], &event).status, 201);
            }
            1 => _ = share(by, case, &json!({"sharing": "own"})),
            2 => _ = share(by, case, &json!({"sharing": "public"})),
            3 => {
                let now = by.get(&path_of(case)).json();
                let facts = now["facts"].as_array().unwrap();
                if let Some(event) = facts.iter().find(|own| own["kind"] == "event") {
                    let path = format!("{}/facts/{}", path_of(case), event["id"].as_str().unwrap());
                    let seen = format!("\"{}\"", event["version"]);
                    assert!(by.send("DELETE", &path, &[("If-Match", &seen)], &Json::Null).status < 300);
                }
            }
            _ => {}
        }
    }
    let own: Vec<_> = cases.iter().filter(|(is_of_olga, _)| !is_of_olga).map(|(_, case)| case).collect();
    for pair in own.chunks_exact(2).take(4) {
        let [case, into] = in_order(&oto, pair[0], pair[1]);
        let path = format!("{}/merge", path_of(case));
        let merge = json!({"into": into["id"]});
        changed(&oto.send("PUT", &path, &[("If-Match", &version_of(&oto, case))], &merge));
    }
    look("after they changed");
}

#[test]
fn a_scheme_leaves_the_conflicts_of_the_map_that_it_counts() {
    let (database, server) = with_officers();
    let (oto, olga) = (sign_in(&server, "oto"), sign_in(&server, "olga"));
    let mut chance = Chance(8);
    for number in 0..60 {
        let by = if number % 2 == 0 { &olga } else { &oto };
        let mut case = invented(&mut chance, number);
        case["facts"][0]["source_class"] = "public".into();
        let case = record(by, &case);
        if number % 4 != 3 {
            share(by, &case, &json!({"sharing": "public"}));
        }
    }
    let shown = whole_map(&database, &server);
    let feature_of: BTreeMap<&str, u64> = shown["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|own| (own["properties"]["case_id"].as_str().unwrap(), own["id"].as_u64().unwrap()))
        .collect();
    let today = database.query("select current_date::text")[0].clone().unwrap();
    for (scheme, condition, words, classes) in SCHEMES {
        let sql = include_str!("counts.sql")
            .replace("{day}", &today)
            .replace("{words}", words)
            .replace("{classes}", classes)
            .replace("{condition}", condition)
            .replace("{by}", "c.id::text");
        let rows: Vec<_> = database.query_cases("", &sql).into_iter().flatten().collect();
        let expected: BTreeSet<u64> = rows.iter().map(|row| feature_of[row.split('=').next().unwrap()]).collect();
        assert!(expected.len() > 3 && expected.len() < feature_of.len(), "{scheme}: {}", expected.len());
        let lens = format!("scheme={scheme}");
        let list = server.json(&format!("/api/layers/conflicts/features?{lens}&limit=1000"));
        assert_eq!(listed(&list), expected);
        assert_eq!(listed(&server.json(&format!("/ogc/collections/conflicts/items?{lens}&limit=1000"))), expected);
        // Whoever is signed in sees the same map.
        assert_eq!(listed(&oto.get(&format!("/api/layers/conflicts/features?{lens}&limit=1000")).json()), expected);
        // Both lenses at once leave what both leave.
        let period = "happened=2010-01-01/2011-12-31";
        let active = listed(&server.json(&format!("/api/layers/conflicts/features?{period}&limit=1000")));
        let both = listed(&server.json(&format!("/api/layers/conflicts/features?{period}&{lens}&limit=1000")));
        assert_eq!(both, expected.intersection(&active).copied().collect());
    }
    for (path, said) in [
        ("/api/layers/conflicts/features?scheme=nadie", "accepted are"),
        ("/ogc/collections/conflicts/items?scheme=nadie", "accepted are"),
        ("/api/timeline?scheme=nadie", "accepted are"),
        ("/api/layers/conflicts/features?happened=ayer", "is no date or interval"),
        ("/api/layers/conflicts/features?happened=2011-01-01/2010-01-01", "ends before it begins"),
        ("/api/layers/watersheds/features?happened=2011-01-01", "it goes with the layer conflicts"),
        ("/ogc/collections/watersheds/items?scheme=onds", "it goes with the layer conflicts"),
        ("/api/layers/conflicts/features?filter=nada%20=%201", "nada"),
        ("/api/timeline?hoy=1", "hoy"),
        ("/api/standings?on=ayer", "on"),
        ("/api/changes?until=0000-05-05", "parameter"),
        ("/ogc/collections/conflicts/items?happened=2011-01-01&asKnown=2100-01-01", "leave asKnown out"),
        ("/ogc/collections/conflicts/items?scheme=onds&asKnown=2100-01-01", "leave asKnown out"),
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.json()["detail"].as_str().unwrap().contains(said), "{path}: {}", answer.json());
    }
    assert_eq!(server.get("/api/changes?until=0001-01-01").status, 200);
    assert_eq!(server.get("/ogc/collections/conflicts/items?scheme=onds&asOf=2011-01-01").status, 200);
}

#[test]
fn how_conflicts_stood_on_a_day_is_what_the_database_says() {
    let (database, server) = with_officers();
    let (oto, olga) = (sign_in(&server, "oto"), sign_in(&server, "olga"));
    let mut chance = Chance(4);
    for number in 0..100 {
        let by = if number % 2 == 0 { &olga } else { &oto };
        let case = record(by, &invented(&mut chance, number));
        if number % 4 != 3 {
            share(by, &case, &json!({"sharing": "public"}));
        }
    }
    // One that is in the layer only, and came later.
    database.query("insert into rimay.feature (layer, key, properties, geom, valid_from) values ('conflicts', 'solo',
        '{\"name\": \"Solo\", \"state\": \"activo\", \"phase\": \"crisis\"}', st_point(-75, -9, 4326), '2011-06-01') returning null::text");
    // And one that is over, which the layer says began and ended.
    database.query("insert into rimay.feature (layer, key, properties, geom, valid_from) values ('conflicts', 'pasado',
        '{\"name\": \"Pasado\", \"state\": \"resuelto\", \"started_on\": \"2010-08-01\", \"ended_on\": \"2012-07-01\"}', st_point(-75, -9, 4326), '2010-01-01') returning null::text");
    let shown = whole_map(&database, &server);
    let features = shown["features"].as_array().unwrap();
    let numbered =
        |name: &str| features.iter().find(|own| own["properties"]["name"] == name).unwrap()["id"].as_u64().unwrap();
    let past = numbered("Pasado");
    let case_of: BTreeMap<u64, &str> = features
        .iter()
        .filter_map(|own| Some((own["id"].as_u64().unwrap(), own["properties"]["case_id"].as_str()?)))
        .collect();
    let alone = numbered("Solo");
    let mut seen = 0;
    for (day, is_there, past_state) in
        [("2010-07-01", false, None), ("2011-12-31", true, Some("activo")), ("2013-01-01", true, Some("resuelto"))]
    {
        let told = server.json(&format!("/api/standings?on={day}"));
        let stood = standings(&database, "", day);
        let mut found = BTreeMap::new();
        for own in told["standings"].as_array().unwrap() {
            let id = own["feature"].as_u64().unwrap();
            let standing = (own["state"].as_str().unwrap(), own["phase"].as_str().unwrap_or_default());
            match case_of.get(&id) {
                Some(case) => _ = found.insert((*case).to_owned(), (standing.0.to_owned(), standing.1.to_owned())),
                None if id == past => assert_eq!((Some(standing.0), standing.1), (past_state, ""), "{day}"),
                None => assert_eq!((id, standing), (alone, ("activo", "crisis")), "{day}"),
            }
        }
        let on_map: BTreeSet<&str> = case_of.values().copied().collect();
        let expected: BTreeMap<_, _> = stood.into_iter().filter(|(case, _)| on_map.contains(case.as_str())).collect();
        assert_eq!(found, expected, "{day}");
        let count = expected.len() + usize::from(is_there) + usize::from(past_state.is_some());
        assert_eq!((told["number_matched"].as_u64().unwrap(), told["on"].as_str()), (count as u64, Some(day)));
        seen += count;
    }
    assert!(seen > 40, "{seen}");
    let changes = server.json("/api/changes?since=2011-12-31&until=2013-01-01");
    let ended = changes["changes"].as_array().unwrap().iter().find(|own| own["name"] == "Pasado").unwrap();
    assert_eq!((&ended["change"], &ended["before"]["state"]), (&json!("resolved"), &json!("activo")));
}

#[test]
fn words_are_found_in_what_events_and_actors_say_as_far_as_they_are_seen() {
    let (_database, server) = with_officers();
    let (oto, olga) = (sign_in(&server, "oto"), sign_in(&server, "olga"));
    let event = |text: &str, day: &str, class: &str| json!({"kind": "event", "institution": "defensoria", "code": "noticia", "text": text, "valid_from": day, "source_class": class});
    let case = record(
        &oto,
        &json!({"sharing": "public", "facts": [
            {"kind": "name", "name": "Uno", "source_class": "public"},
            {"kind": "state", "code": "latente", "valid_from": "2020-01-01", "source_class": "public"},
            event("Marcha por el AGUA en Celendín", "2020-02-01", "public"),
            event("Otra marcha por el agua", "2020-03-01", "public"),
            event("Reunión reservada sobre el agua", "2020-04-01", "reserved"),
            {"kind": "actor", "name": "Frente de Defensa", "organisation": "Rondas", "role": "primary", "side": "community", "source_class": "public"},
        ]}),
    );
    let count = |path: &str, as_oto: bool| {
        let told = if as_oto { oto.get(path).json() } else { server.json(path) };
        told["number_matched"].as_u64().unwrap()
    };
    assert_eq!((count("/api/events?q=agua", false), count("/api/events?q=agua", true)), (2, 3));
    assert_eq!(count("/api/events?q=CELENDIN", false), 1, "without accents or capitals");
    assert_eq!((count("/api/events?q=reservada", false), count("/api/events?q=reservada", true)), (0, 1));
    assert_eq!(count("/api/events?q=celendin%20otra", false), 0, "not across events");
    assert_eq!(count("/api/events?q=100%25", false), 0);
    assert_eq!(count("/api/stakeholders?q=rondas", false), 1);
    assert_eq!(olga.get("/api/events?q=reservada").json()["number_matched"], 0);
    let page = server.json("/api/events?q=agua&limit=1");
    assert_eq!((&page["events"][0]["text"], &page["number_matched"]), (&json!("Otra marcha por el agua"), &json!(2)));
    let next = server.json("/api/events?q=agua&limit=1&offset=1");
    assert_eq!(next["events"][0]["text"], "Marcha por el AGUA en Celendín");
    assert_eq!(server.json("/api/events?q=agua&offset=5")["events"], json!([]));
    assert_eq!(count("/api/events?q=agua&from=2020-02-15", false), 1);
    // What is no longer said is no longer found, nor what is no longer shared.
    let now = oto.get(&path_of(&case)).json();
    let event = fact(&now, "event");
    let said = event["text"].as_str().unwrap().split(' ').next().unwrap().to_owned();
    let path = format!("{}/facts/{}", path_of(&case), event["id"].as_str().unwrap());
    assert!(count(&format!("/api/events?q={said}"), true) > 0);
    let before = count("/api/events?q=agua", true);
    let seen = format!("\"{}\"", event["version"]);
    assert!(oto.send("DELETE", &path, &[("If-Match", &seen)], &Json::Null).status < 300);
    assert_eq!(count("/api/events?q=agua", true), before - 1);
    share(&oto, &case, &json!({"sharing": "own"}));
    assert_eq!((count("/api/events?q=agua", false), count("/api/events?q=agua", true)), (0, before - 1));
}
