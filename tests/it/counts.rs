//! Counts of cases: what the program works out in memory is what PostgreSQL works out of the tables, for everybody and any day.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::{
    cases::{fact, path_of, record, share, sign_in, with_officers},
    support::{Answer, Server, TestDatabase, people::Browser},
};

/// Numbers that look like chance and are the same each time.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    pub fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[usize::try_from(self.below(words.len() as u64)).unwrap()]
    }
}

const CLASSES: [&str; 3] = ["public", "public", "reserved"];

pub fn invented(chance: &mut Chance, number: u64) -> Json {
    let mut facts =
        vec![json!({"kind": "name", "name": format!("Caso {number}"), "source_class": chance.of(&CLASSES)})];
    let mut add = |mut fact: Json, class: &str| {
        fact["source_class"] = class.into();
        facts.push(fact);
    };
    for year in 2010..2010 + chance.below(4) {
        let code = chance.of(&["activo", "latente", "resuelto"]);
        let mut state =
            json!({"kind": "state", "code": code, "valid_from": format!("{year}-0{}-15", 1 + chance.below(9))});
        if code == "activo" {
            state["phase"] = chance.of(&["temprana", "crisis", "dialogo"]).into();
        }
        add(state, chance.of(&CLASSES));
    }
    for (institution, codes) in [("ana", ["acceso", "uso"]), ("defensoria", ["socioambiental", "laboral"])] {
        if chance.below(2) == 0 {
            add(json!({"kind": "type", "institution": institution, "code": chance.of(&codes)}), chance.of(&CLASSES));
        }
    }
    for code in ["may_turn_violent", "threatens_governability", "needs_the_state"] {
        if chance.below(3) > 0 {
            add(json!({"kind": "test", "code": code}), chance.of(&CLASSES));
        }
    }
    if chance.below(2) == 0 {
        let (institution, code) =
            if chance.below(2) == 0 { ("minem", "explotacion") } else { ("defensoria", "energia") };
        add(json!({"kind": "activity", "institution": institution, "code": code}), chance.of(&CLASSES));
        add(json!({"kind": "class", "institution": "onds", "code": chance.of(&["diferencia", "conflicto"])}), "public");
    }
    for _ in 0..chance.below(3) {
        let department = chance.of(&["LORETO", "CUSCO", "PUNO"]);
        add(json!({"kind": "place", "department": department, "protection": "public"}), chance.of(&CLASSES));
    }
    json!({"facts": facts})
}

pub fn changed(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.json());
}

/// The same two records, the one that more see after the other: it cannot go on in that.
pub fn in_order<'a>(by: &Browser, one: &'a Json, other: &'a Json) -> [&'a Json; 2] {
    let open = |case: &Json| match by.get(&path_of(case)).json()["sharing"].as_str() {
        Some("public") => 2,
        Some("shared") => 1,
        _ => 0,
    };
    if open(one) > open(other) { [other, one] } else { [one, other] }
}

pub fn version_of(by: &Browser, case: &Json) -> String {
    format!("\"{}\"", by.get(&path_of(case)).json()["version"])
}

/// Schemes, with their conditions in SQL, whose words, and which sources they use.
pub const SCHEMES: [(&str, &str, &str, &str); 2] = [
    (
        "defensoria",
        "state.code in ('activo', 'latente') and coalesce('may_turn_violent' = any (said.tests), false)",
        "defensoria",
        "{public,institutional}",
    ),
    (
        "onds",
        "state.code in ('activo', 'latente') and coalesce(said.tests @> '{threatens_governability,needs_the_state}', false)",
        "onds",
        "{public,institutional,reserved}",
    ),
];
const GROUPINGS: [(&str, &str); 10] = [
    ("state", "state.code"),
    ("phase", "state.phase"),
    ("type", "said.type"),
    ("own_type", "said.own_type"),
    ("activity", "said.activity"),
    ("department", "place.department"),
    ("month", "to_char(state.first_day, 'YYYY-MM')"),
    ("scope", "said.scope"),
    ("class", "said.class"),
    ("institution", "c.institution"),
];

fn told(counts: &Json) -> Vec<String> {
    let groups = counts["groups"].as_array().unwrap();
    let mut told: Vec<_> =
        groups.iter().map(|group| format!("{}={}", group["value"].as_str().unwrap_or("-"), group["count"])).collect();
    told.sort();
    told
}

fn compare(database: &TestDatabase, server: &Server, viewers: &[(&str, Option<&Browser>)]) -> u64 {
    server.settle();
    let mut counted = 0;
    for (scheme, condition, words, classes) in SCHEMES {
        for day in ["2009-12-31", "2011-03-20", "2012-06-30", "2026-01-01"] {
            for (by, column) in GROUPINGS {
                let sql = include_str!("counts.sql")
                    .replace("{day}", day)
                    .replace("{words}", words)
                    .replace("{classes}", classes)
                    .replace("{condition}", condition)
                    .replace("{by}", column);
                for (viewer, browser) in viewers {
                    let path = format!("/api/schemes/{scheme}/counts?by={by}&asOf={day}");
                    let answer = browser.map_or_else(|| server.get(&path), |browser| browser.get(&path)).json();
                    let mut expected: Vec<_> = database.query_cases(viewer, &sql).into_iter().flatten().collect();
                    expected.sort();
                    assert_eq!(told(&answer), expected, "{viewer} {path}");
                    counted += answer["total"].as_u64().unwrap();
                }
            }
        }
    }
    counted
}

#[test]
fn counts_are_those_of_the_database_as_cases_come_change_and_go() {
    let (database, server) = with_officers();
    let (oto, olga) = (sign_in(&server, "oto"), sign_in(&server, "olga"));
    let mut chance = Chance(11);
    let cases: Vec<(Json, &Browser)> = (0..60)
        .map(|number| {
            let by = if chance.below(3) == 0 { &olga } else { &oto };
            (record(by, &invented(&mut chance, number)), by)
        })
        .collect();
    let viewers = [("", None), ("onds", Some(&oto)), ("defensoria", Some(&olga))];
    assert_eq!(compare(&database, &server, &viewers), 0, "drafts count nowhere");
    for (number, (case, by)) in cases.iter().enumerate() {
        let sharing = match number % 4 {
            0 => json!({"sharing": "public"}),
            1 => {
                json!({"sharing": "shared", "shared_with": [if std::ptr::eq(*by, &oto) { "defensoria" } else { "onds" }]})
            }
            2 => json!({"sharing": "own", "draft": false}),
            _ => continue,
        };
        share(by, case, &sharing);
    }
    assert!(compare(&database, &server, &viewers) > 500);
    // Facts that change and go, records that merge and part, cases that are no longer shared.
    for (number, (case, by)) in cases.iter().enumerate().filter(|(number, _)| number % 3 == 0) {
        let name = fact(case, "name").clone();
        let path = format!("{}/facts/{}", path_of(case), name["id"].as_str().unwrap());
        let next = json!({"kind": "name", "name": format!("Otro {number}"), "source_class": "public"});
        changed(&by.send("PUT", &path, &[("If-Match", "\"1\"")], &next));
        let facts = case["facts"].as_array().unwrap();
        if let Some(state) = facts.iter().find(|fact| fact["kind"] == "state") {
            let path = format!("{}/facts/{}", path_of(case), state["id"].as_str().unwrap());
            changed(&by.send("DELETE", &path, &[("If-Match", "\"1\"")], &Json::Null));
        }
    }
    let of_oto: Vec<&Json> = cases.iter().filter(|(_, by)| std::ptr::eq(*by, &oto)).map(|(case, _)| case).collect();
    let mut merged = vec![];
    for pair in of_oto.chunks_exact(2).take(8) {
        let [case, into] = in_order(&oto, pair[0], pair[1]);
        let seen = version_of(&oto, case);
        let path = format!("{}/merge", path_of(case));
        changed(&oto.send("PUT", &path, &[("If-Match", &seen)], &json!({"into": into["id"]})));
        merged.push(path);
    }
    assert!(compare(&database, &server, &viewers) > 300);
    for path in merged.iter().take(3) {
        let case = path.trim_end_matches("/merge");
        let seen = format!("\"{}\"", oto.get(case).json()["version"]);
        changed(&oto.send("DELETE", path, &[("If-Match", &seen)], &Json::Null));
    }
    // (Of the other officer, who merged none.)
    for (case, by) in cases.iter().filter(|(_, by)| std::ptr::eq(*by, &olga)).take(6) {
        share(by, case, &json!({"sharing": "own"}));
    }
    assert!(compare(&database, &server, &viewers) > 300);
}

#[test]
fn what_was_counted_is_counted_again_as_it_was_known() {
    let (_database, server) = with_officers();
    let oto = sign_in(&server, "oto");
    let mut chance = Chance(5);
    let mut seen: Vec<(String, Json, Json)> = vec![];
    let mut note = || {
        let counts = oto.get("/api/schemes/defensoria/counts?by=state&asOf=2020-01-01").json();
        let month = oto.get("/api/schemes/defensoria/month?month=2019-12").json();
        seen.push((jiff::Timestamp::now().to_string(), counts, month));
    };
    // Each with an act of protest, and so many dead that sums tell which cases they are of.
    let mut with_act = |number: u64| {
        let mut case = invented(&mut chance, number);
        case["facts"]
            .as_array_mut()
            .unwrap()
            .push(json!({"kind": "event", "institution": "defensoria", "code": "paro",
            "valid_from": "2019-12-10", "text": "Paro.", "dead_civilian": number * number, "source_class": "public"}));
        record(&oto, &case)
    };
    let cases: Vec<Json> = (0..40).map(&mut with_act).collect();
    note();
    for case in &cases {
        share(&oto, case, &json!({"sharing": "own", "draft": false}));
    }
    note();
    for pair in cases.chunks_exact(2).take(12) {
        let path = format!("{}/merge", path_of(&pair[0]));
        changed(&oto.send("PUT", &path, &[("If-Match", &version_of(&oto, &pair[0]))], &json!({"into": pair[1]["id"]})));
    }
    note();
    for pair in cases.chunks_exact(2).take(5) {
        let path = format!("{}/merge", path_of(&pair[0]));
        changed(&oto.send("DELETE", &path, &[("If-Match", &version_of(&oto, &pair[0]))], &Json::Null));
    }
    for case in cases.iter().skip(28) {
        share(&oto, case, &json!({"sharing": "own", "draft": true}));
    }
    note();
    let totals: Vec<_> = seen.iter().map(|(_, counts, _)| counts["total"].as_u64().unwrap()).collect();
    assert!(totals[0] == 0 && totals[1] > totals[2] && totals[2] != totals[3], "{totals:?}");
    let acts: Vec<_> = seen.iter().map(|(_, _, month)| month["dead"]["civilian"].as_u64().unwrap()).collect();
    assert!(acts.iter().collect::<std::collections::BTreeSet<_>>().len() > 2, "{acts:?}");
    for (time, counts, month) in &seen {
        let again = oto.get(&format!("/api/schemes/defensoria/counts?by=state&asOf=2020-01-01&asKnown={time}")).json();
        assert_eq!((&again["groups"], &again["revision"]), (&counts["groups"], &counts["revision"]), "{time}");
        let again = oto.get(&format!("/api/schemes/defensoria/month?month=2019-12&asKnown={time}")).json();
        for told in ["total", "protest_acts", "dead", "events"] {
            assert_eq!(again[told], month[told], "{told} {time}");
        }
    }
}

/// State and phase.
pub type Stood = (String, String);

/// State and phase of the cases that somebody may see, by code, as PostgreSQL has them on a day.
pub fn standings(database: &TestDatabase, viewer: &str, day: &str) -> BTreeMap<String, Stood> {
    let sql = include_str!("counts.sql")
        .replace("{day}", day)
        .replace("{words}", "defensoria")
        .replace("{classes}", "{public,institutional,reserved}")
        .replace("{condition}", "true")
        .replace("{by}", "c.id || '|' || state.code || '|' || coalesce(state.phase, '')");
    let rows = database.query_cases(viewer, &sql).into_iter().flatten();
    rows.map(|row| {
        let mut parts = row.split('=').next().unwrap().split('|').map(str::to_owned);
        (parts.next().unwrap(), (parts.next().unwrap(), parts.next().unwrap()))
    })
    .collect()
}

#[test]
fn what_changed_between_two_days_is_what_the_database_says() {
    let (database, server) = with_officers();
    let (oto, olga) = (sign_in(&server, "oto"), sign_in(&server, "olga"));
    let mut chance = Chance(3);
    for number in 0..160 {
        let by = if number % 3 == 0 { &olga } else { &oto };
        let case = record(by, &invented(&mut chance, number));
        match number % 4 {
            0 => _ = share(by, &case, &json!({"sharing": "public"})),
            1 => _ = share(by, &case, &json!({"sharing": "own", "draft": false})),
            _ => {}
        }
    }
    server.settle();
    let mut seen = BTreeMap::<String, u64>::new();
    for (viewer, browser) in [("", None), ("onds", Some(&oto)), ("defensoria", Some(&olga))] {
        for (since, until) in [("2010-12-31", "2011-12-31"), ("2009-06-30", "2012-06-30"), ("2012-01-01", "2012-01-01")]
        {
            let path = format!("/api/changes?since={since}&until={until}");
            let told = browser.map_or_else(|| server.get(&path), |browser| browser.get(&path)).json();
            let (before, after) = (standings(&database, viewer, since), standings(&database, viewer, until));
            let open = |state: &str| state == "activo" || state == "latente";
            let count = |is_meant: &dyn Fn(Option<&Stood>, &Stood) -> bool| {
                after.iter().filter(|(id, now)| is_meant(before.get(*id), now)).count()
            };
            let new = count(&|then, now| then.is_none() && open(&now.0));
            let resolved = count(&|then, now| then.is_some_and(|then| open(&then.0)) && now.0 == "resuelto");
            let reactivated = count(&|then, now| {
                then.is_some_and(|then| (!open(&then.0) && open(&now.0)) || (then.0 == "latente" && now.0 == "activo"))
            });
            // Of the phases there are here: dialogo, temprana, crisis, the gravest last.
            let gravity = |phase: &str| ["dialogo", "temprana", "crisis"].iter().position(|own| *own == phase);
            let escalated = count(&|then, now| {
                then.is_some_and(|then| now.0 == "activo" && then.0 == "activo" && gravity(&now.1) > gravity(&then.1))
            });
            let deescalated = count(&|then, now| {
                then.is_some_and(|then| {
                    then.0 == "activo"
                        && (now.0 == "latente" || (now.0 == "activo" && gravity(&now.1) < gravity(&then.1)))
                })
            });
            let expected = json!({"new": new, "resolved": resolved, "reactivated": reactivated, "escalated": escalated,
                "deescalated": deescalated, "withdrawn": 0});
            assert_eq!(told["counts"], expected, "{viewer} {path}");
            for (kind, count) in told["counts"].as_object().unwrap() {
                *seen.entry(kind.clone()).or_default() += count.as_u64().unwrap();
            }
            assert_eq!(told["number_matched"], told["changes"].as_array().unwrap().len());
        }
    }
    assert!(seen.iter().all(|(kind, count)| *count > 0 || kind == "withdrawn"), "{seen:?}");
    // Each is told with how it stood and stands, and where it is on the map.
    let told = server.json("/api/changes?since=2009-06-30&until=2012-06-30");
    let first = &told["changes"][0];
    assert!(first["name"].as_str().unwrap().starts_with("Caso") && first["feature"].is_u64(), "{first}");
    let of = |department: &str| {
        server.json(&format!("/api/changes?since=2009-06-30&until=2012-06-30&department={department}"))
    };
    assert_eq!(of("cusco")["changes"], of("CUSCO")["changes"], "however it is written");
    let listed = |name: &str| {
        server.json(&format!("/api/layers/conflicts/features?department={name}"))["number_matched"].clone()
    };
    assert!(listed("CUSCO").as_u64().unwrap() > 0 && listed("cusco") == listed("CUSCO"));
    assert!(of("CUSCO")["changes"].as_array().unwrap().iter().all(|case| case["department"] == "Cusco"));
    assert_eq!(of("NADA")["number_matched"], 0);
    assert_eq!(server.get("/api/changes?since=2030-01-01&until=2020-01-01").status, 400);
    assert_eq!(server.get("/api/changes?since=ayer").status, 400);
}

#[test]
fn many_who_ask_at_once_are_all_answered_and_odd_times_are_refused() {
    let (_database, server) = with_officers();
    let oto = sign_in(&server, "oto");
    let mut chance = Chance(9);
    for number in 0..20 {
        let case = record(&oto, &invented(&mut chance, number));
        share(&oto, &case, &json!({"sharing": "public"}));
    }
    let known = jiff::Timestamp::now();
    std::thread::scope(|scope| {
        let ask = |path: String| {
            scope.spawn({
                let server = &server;
                move || server.get(&path).status
            })
        };
        let asked: Vec<_> = (0..24).map(|_| ask("/api/schemes/defensoria/counts?by=state".into())).collect();
        for answer in asked {
            assert_eq!(answer.join().unwrap(), 200);
        }
    });
    for (time, status) in
        [(known.to_string(), 200), ("2040-01-01T00:00:00Z".into(), 400), ("-009998-01-01T00:00:00Z".into(), 400)]
    {
        assert_eq!(oto.get(&format!("/api/schemes/defensoria/counts?asKnown={time}")).status, status, "{time}");
    }
    assert_eq!(server.get("/api/schemes/defensoria/month?month=0000-01").status, 400);
    // A count is of data and of words: where words change, its revision does.
    let counts = || server.json("/api/schemes/defensoria/counts?by=type&asOf=2020-01-01");
    let before = counts();
    let root = sign_in(&server, "root");
    let word = json!({"code": "otros", "relation": "broader"});
    assert!(root.send("PUT", "/api/codes/ana/type/acceso/matches/defensoria", &[], &word).status < 300);
    assert_ne!(counts()["revision"], before["revision"]);
}
