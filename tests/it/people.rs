//! People: the first administrator, accounts, sessions, tokens, what each may, and what is remembered of it.

use serde_json::{Value as Json, json};

use crate::support::{
    Answer,
    people::{Browser, PASSWORD, accept, hire, secret_in, with_administrator},
};

#[test]
fn the_first_administrator_makes_accounts_and_each_may_what_their_role_says() {
    let (database, server) = with_administrator();
    let asked = server.get("/api/session");
    assert_eq!(asked.header("cache-control"), "no-store");
    let nobody = asked.json();
    assert_eq!((&nobody["person"], &nobody["has_accounts"]), (&Json::Null, &json!(true)));
    let root = Browser::sign_in(&server, "ROOT ", PASSWORD).unwrap_or_else(|answer| panic!("{}", answer.json()));
    assert_eq!(root.get("/api/session").json()["person"]["role"], "system_admin");
    let logins = [
        ("rita", "reporter", "onds"),
        ("oto", "officer", "defensoria"),
        ("ana", "analyst", "defensoria"),
        ("lita", "steward", "minam"),
        ("jefa", "institution_admin", "defensoria"),
    ];
    let ids = logins.map(|(login, role, institution)| hire(&root, login, role, institution));
    // What each gets: accounts, audit, writing a feature, making an account.
    let feature = |code: &str| json!({"type": "Feature", "geometry": null, "properties": {"code": code, "name": "X", "state": "latente"}});
    for (login, accounts, write) in [
        ("rita", 403, 403),
        ("oto", 403, 403),
        ("ana", 403, 403),
        ("lita", 403, 201),
        ("jefa", 200, 403),
        ("root", 200, 403),
    ] {
        let browser = Browser::sign_in(&server, login, PASSWORD).unwrap_or_else(|answer| panic!("{}", answer.json()));
        assert_eq!(browser.get("/api/accounts").status, accounts, "{login}");
        assert_eq!(browser.get("/api/audit").status, accounts, "{login}");
        let kind = [("Content-Type", "application/geo+json")];
        let written = browser.send("POST", "/ogc/collections/conflicts/items", &kind, &feature(login));
        assert_eq!(written.status, write, "{login}: {}", written.json());
    }
    // What is written into layers names its writer, to those who may read the audit and to nobody else.
    let events = root_audit(&root);
    let made = events.iter().find(|event| event["action"] == "feature.create").expect("it is recorded");
    assert_eq!((&made["login"], &made["institution"]), (&json!("lita"), &json!("minam")));
    assert_eq!(
        database.query("select written_by from rimay.feature where layer = 'conflicts'"),
        [Some("account lita".to_owned())]
    );
    assert!(!server.get("/ogc/collections/conflicts/items").json().to_string().contains("account lita"));
    for path in ["/api/accounts", "/api/audit", "/api/tokens"] {
        assert_eq!(server.get(path).status, 401, "{path}");
    }
    // An institution's administrator sees and changes their own people only, and makes nobody above them.
    let jefa = Browser::sign_in(&server, "jefa", PASSWORD).ok().unwrap();
    let seen = jefa.get("/api/accounts").json();
    let seen: Vec<_> =
        seen["accounts"].as_array().unwrap().iter().map(|account| account["login"].as_str().unwrap()).collect();
    assert_eq!(seen, ["ana", "jefa", "oto"]);
    let draft = |role: &str, institution: &str| json!({"login": "nueva", "name": "Nueva", "role": role, "institution": institution});
    for refused in [draft("officer", "minam"), draft("system_admin", "defensoria")] {
        assert_eq!(jefa.send("POST", "/api/accounts", &[], &refused).status, 403, "{refused}");
    }
    let other = format!("/api/accounts/{}", ids[3]);
    assert_eq!(
        jefa.send("PATCH", &other, &[("If-Match", "\"2\"")], &json!({"active": false})).status,
        404,
        "not there for her"
    );
    for wrong in ["x", "------------------------------------", "00000000-0000-0000-0000-000000000000"] {
        let path = format!("/api/accounts/{wrong}");
        assert_eq!(
            root.send("PATCH", &path, &[("If-Match", "\"1\"")], &json!({"active": false})).status,
            404,
            "{wrong}"
        );
        assert_eq!(root.send("DELETE", &format!("/api/tokens/{wrong}"), &[], &Json::Null).status, 404, "{wrong}");
    }
    let own = format!("/api/accounts/{}", ids[4]);
    let version = |browser: &Browser, login: &str| {
        let all = browser.get("/api/accounts").json();
        let account =
            all["accounts"].as_array().unwrap().iter().find(|account| account["login"] == login).unwrap().clone();
        format!("\"{}\"", account["version"])
    };
    let of_jefa = version(&jefa, "jefa");
    assert_eq!(
        jefa.send("PATCH", &own, &[("If-Match", &of_jefa)], &json!({"active": false})).status,
        403,
        "not herself"
    );
    assert_eq!(jefa.send("PATCH", &own, &[("If-Match", &of_jefa)], &json!({"role": "system_admin"})).status, 403);
    // A reporter who becomes an officer has a level no more.
    let of_rita = format!("/api/accounts/{}", ids[0]);
    let seen = version(&root, "rita");
    let officer = root.send("PATCH", &of_rita, &[("If-Match", &seen)], &json!({"role": "officer"}));
    assert_eq!((officer.status, &officer.json()["network_level"]), (200, &Json::Null), "{}", officer.json());
    // Where somebody works is a place that is there.
    let sent = |jurisdiction: &str| json!({"login": "zoe", "name": "Zoe", "role": "officer", "institution": "ana", "jurisdiction": [jurisdiction]});
    let refused = root.send("POST", "/api/accounts", &[], &sent("99"));
    assert_eq!((refused.status, &refused.json()["errors"][0]["member"]), (422, &json!("jurisdiction")));
    assert!(refused.json()["errors"][0]["es"].as_str().unwrap().starts_with("«99» no es un UBIGEO"));
    // A new institution changes none that is there; a closed one has no new people, and keeps its name.
    let named = |title: &str, closed: bool| json!({"title_es": title, "title_en": title, "closed": closed});
    let new = [("If-None-Match", "*")];
    assert_eq!(root.send("PUT", "/api/institutions/anp", &new, &named("SERNANP", false)).status, 200);
    assert_eq!(root.send("PUT", "/api/institutions/ana", &new, &named("Otra", false)).status, 412);
    assert_eq!(root.send("PUT", "/api/institutions/anp", &[], &named("SERNANP", true)).status, 200);
    let all = server.json("/api/institutions");
    let told = |id: &str| all["institutions"].as_array().unwrap().iter().find(|own| own["id"] == id).unwrap().clone();
    assert_eq!(told("anp"), json!({"id": "anp", "title_es": "SERNANP", "title_en": "SERNANP", "closed": true}));
    assert_ne!(told("ana")["title_es"], "Otra");
    let mut late = sent("08");
    late["institution"] = json!("anp");
    let refused = root.send("POST", "/api/accounts", &[], &late);
    assert_eq!((refused.status, &refused.json()["errors"][0]["member"]), (422, &json!("institution")));
    // Whoever is let go is out at once, and comes in no more.
    let oto = Browser::sign_in(&server, "oto", PASSWORD).ok().unwrap();
    let of_oto = format!("/api/accounts/{}", ids[1]);
    assert_eq!(jefa.send("PATCH", &of_oto, &[], &json!({"active": false})).status, 428);
    assert_eq!(jefa.send("PATCH", &of_oto, &[("If-Match", "\"99\"")], &json!({"active": false})).status, 412);
    let seen = version(&jefa, "oto");
    let gone = jefa.send("PATCH", &of_oto, &[("If-Match", &seen)], &json!({"active": false}));
    assert_eq!((gone.status, &gone.json()["active"]), (200, &json!(false)));
    assert_eq!(oto.get("/api/session").json()["person"], Json::Null);
    assert_eq!(Browser::sign_in(&server, "oto", PASSWORD).err().unwrap().status, 401);
    // All of it is remembered, row upon row.
    let events = root.get("/api/audit?limit=1000").json();
    let actions = events["events"].to_string();
    for action in ["account.create", "account.change", "password.choose", "session.begin", "account.invite_first"] {
        assert!(actions.contains(action), "{action}");
    }
    assert!(!actions.contains("argon2") && !actions.contains(PASSWORD));
    let verify = || database.run(["audit", "verify"]);
    assert!(String::from_utf8(verify().stdout).unwrap().contains("all as they were written"));
    assert!(!database.accepts("update rimay.audit_event set subject = 'x' where number = 3"), "rows are never changed");
    assert!(!database.accepts("delete from rimay.audit_event") && !database.accepts("truncate rimay.audit_event"));
    assert!(database.accepts(
        "alter table rimay.audit_event disable trigger append_only; update rimay.audit_event set subject = 'x' where number = 3;
         alter table rimay.audit_event enable trigger append_only"
    ));
    let found = verify();
    assert!(!found.status.success() && String::from_utf8(found.stderr).unwrap().contains("row 3 is the first"));
}

fn root_audit(root: &Browser) -> Vec<Json> {
    root.get("/api/audit?limit=1000").json()["events"].as_array().unwrap().clone()
}

#[test]
fn sessions_passwords_and_tokens_are_looked_after() {
    let (database, server) = with_administrator();
    let root = Browser::sign_in(&server, "root", PASSWORD).ok().unwrap();
    let lita = hire(&root, "lita", "steward", "minam");
    let first = Browser::sign_in(&server, "lita", PASSWORD).ok().unwrap();
    let second = Browser::sign_in(&server, "lita", PASSWORD).ok().unwrap();
    assert_ne!(first.cookie, second.cookie);
    // Of passwords, sessions and tokens nothing is kept that would let one in.
    let kept = database.query("select string_agg(password_hash, ' ') from rimay.account")[0].clone().unwrap();
    assert!(kept.starts_with("$argon2id$"), "{kept}");
    let secret = first.cookie.split_once('=').unwrap().1;
    assert_eq!(
        database.count(&format!("select count(*) from rimay.session where encode(digest, 'hex') = '{secret}'")),
        0
    );
    // A page of another site gets nowhere with the cookie.
    let foreign = first.send(
        "POST",
        "/api/tokens",
        &[("Origin", "https://evil.example")],
        &json!({"name": "x", "scopes": ["read"]}),
    );
    assert_eq!(foreign.status, 403);
    let foreign = [("Origin", "https://evil.example")];
    let lured = server.send_json("POST", "/api/session", &foreign, &json!({"login": "root", "password": PASSWORD}));
    assert_eq!((lured.status, lured.header("set-cookie")), (403, ""), "nobody is signed in by another site");
    // Another password ends the other sessions.
    let change =
        |old: &str, new: &str| first.send("PUT", "/api/session/password", &[], &json!({"old": old, "new": new})).status;
    assert_eq!(change("not it at all", "cuatro lagunas altas"), 401);
    assert_eq!(change(PASSWORD, "corta"), 422);
    assert_eq!(change(PASSWORD, "cuatro lagunas altas"), 204);
    assert_eq!(second.get("/api/session").json()["person"], Json::Null);
    assert_eq!(first.get("/api/session").json()["person"]["login"], "lita");
    assert!(Browser::sign_in(&server, "lita", PASSWORD).is_err());
    // Tokens do what they are for, by either scheme, until they are revoked.
    let made = first.send(
        "POST",
        "/api/tokens",
        &[],
        &json!({"name": "QGIS", "scopes": ["read", "layers:write"], "days": 30}),
    );
    assert_eq!(made.status, 201, "{}", made.json());
    let token = made.json()["secret"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {token}");
    let feature =
        json!({"type": "Feature", "geometry": null, "properties": {"code": "T1", "name": "X", "state": "latente"}});
    let write = |authorization: &str| {
        let headers = [("Authorization", authorization), ("Content-Type", "application/geo+json")];
        server.send_json("POST", "/ogc/collections/conflicts/items", &headers, &feature).status
    };
    assert_eq!(write(&bearer), 201);
    let who = server.send("GET", "/api/session", &[("Authorization", &bearer)]).json();
    assert_eq!(who["person"]["login"], "lita");
    assert_eq!(
        server.send("GET", "/api/tokens", &[("Authorization", &bearer)]).status,
        403,
        "with a token one makes no tokens"
    );
    let reading = first.send("POST", "/api/tokens", &[], &json!({"name": "R", "scopes": ["read"]})).json();
    assert_eq!(write(&format!("Bearer {}", reading["secret"].as_str().unwrap())), 403, "not for writing");
    let listed = first.get("/api/tokens").json();
    assert_eq!(listed["tokens"].as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains(&token) && listed["tokens"][1]["used_at"].is_string());
    let revoke = format!("/api/tokens/{}", made.json()["id"].as_str().unwrap());
    assert_eq!(root.send("DELETE", &revoke, &[], &Json::Null).status, 404, "not hers");
    assert_eq!(first.send("DELETE", &revoke, &[], &Json::Null).status, 204);
    assert_eq!(write(&bearer), 401);
    for wrong in [
        json!({"name": "", "scopes": ["read"]}),
        json!({"name": "x", "scopes": []}),
        json!({"name": "x", "scopes": ["all"]}),
        json!({"name": "x", "scopes": ["read"], "days": -1}),
    ] {
        assert_eq!(first.send("POST", "/api/tokens", &[], &wrong).status, 400, "{wrong}");
    }
    // Signing out ends it; an administrator's link gives a lost password back, once.
    assert_eq!(first.send("DELETE", "/api/session", &[], &Json::Null).status, 204);
    assert_eq!(first.get("/api/session").json()["person"], Json::Null);
    let again = root.send("POST", &format!("/api/accounts/{lita}/invitation"), &[], &Json::Null).json();
    let link = again["invitation"].as_str().unwrap();
    let told = server.send_json("POST", "/api/invitations", &[], &json!({"secret": secret_in(link)})).json();
    assert_eq!((&told["login"], &told["first_administrator"]), (&json!("lita"), &json!(false)));
    assert_eq!(accept(&server, link, json!({"password": "corta"})).status, 422, "a poor password does not use it up");
    assert_eq!(accept(&server, link, json!({"password": PASSWORD})).status, 204);
    assert!(Browser::sign_in(&server, "lita", PASSWORD).is_ok());
    let output = database.run(["account", "invite", "LITA"]);
    assert!(String::from_utf8(output.stdout).unwrap().contains("/entrar#clave="));
    let listed = String::from_utf8(database.run(["account", "list"]).stdout).unwrap();
    assert!(listed.contains("lita  lita, steward, minam"), "{listed}");
}

#[test]
fn whoever_guesses_waits_and_learns_nothing() {
    let (_database, server) = with_administrator();
    let fail = |login: &str| Browser::sign_in(&server, login, "a wrong password").err().unwrap();
    let (known, unknown) = (fail("root"), fail("nobody"));
    let told = |answer: &Answer| (answer.status, answer.json()["detail"].clone());
    assert_eq!(told(&known), told(&unknown), "whether somebody has a login is not told");
    for _ in 0..6 {
        fail("root");
    }
    let slowed = fail("root");
    assert!(slowed.status == 429 && slowed.header("retry-after").parse::<u64>().unwrap() > 0, "{}", slowed.json());
    assert_eq!(Browser::sign_in(&server, "root", PASSWORD).err().unwrap().status, 429, "the right one waits too");
    let endless = "x".repeat(100_000);
    assert_eq!(Browser::sign_in(&server, "somebody", &endless).err().unwrap().status, 401);
    for body in [
        json!([]),
        json!({}),
        json!({"login": "root"}),
        json!({"login": 1, "password": 2}),
        json!({"login": "r", "password": "p", "x": 1}),
    ] {
        assert_eq!(server.send_json("POST", "/api/session", &[], &body).status, 400, "{body}");
    }
    for secret in ["", "nada", &"0".repeat(64)] {
        assert_eq!(
            server.send_json("POST", "/api/invitations", &[], &json!({"secret": secret})).status,
            404,
            "{secret}"
        );
    }
    let forged = [("Cookie", "rimay_session=0000000000000000000000000000000000000000000000000000000000000000")];
    assert_eq!(server.send("GET", "/api/session", &forged).json()["person"], Json::Null);
}
