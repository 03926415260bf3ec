//! People with accounts, as tests make them.

use serde_json::{Value as Json, json};

use crate::support::{Answer, Server, TestDatabase};

pub const PASSWORD: &str = "tres ríos y un cerro";

/// Somebody with a browser: shows the cookie they were given.
pub struct Browser<'a> {
    pub server: &'a Server,
    pub cookie: String,
}

impl<'a> Browser<'a> {
    pub fn sign_in(server: &'a Server, login: &str, password: &str) -> Result<Browser<'a>, Box<Answer>> {
        let answer = server.send_json("POST", "/api/session", &[], &json!({"login": login, "password": password}));
        if answer.status != 200 {
            return Err(answer.into());
        }
        let set = answer.header("set-cookie").to_owned();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
        Ok(Browser { server, cookie: set.split(';').next().unwrap().to_owned() })
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Json) -> Answer {
        self.server.send_json(method, path, &[&[("Cookie", self.cookie.as_str())], headers].concat(), body)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], &Json::Null)
    }
}

pub fn secret_in(link: &str) -> &str {
    link.split_once("#clave=").unwrap_or_else(|| panic!("no link: {link}")).1.trim()
}

pub fn accept(server: &Server, link: &str, mut body: Json) -> Answer {
    body["secret"] = secret_in(link).into();
    server.send_json("POST", "/api/invitations/accept", &[], &body)
}

/// A server whose first administrator, `root`, has signed in once.
pub fn with_administrator() -> (TestDatabase, Server) {
    let database = TestDatabase::create();
    let (server, said) = Server::start_and_hear(&database);
    let link = said.lines().find(|line| line.contains("/entrar#clave=")).unwrap_or_else(|| panic!("{said}")).to_owned();
    let first = json!({"password": PASSWORD, "login": "Root", "name": "La administradora", "institution": "onds"});
    assert_eq!(accept(&server, &link, first.clone()).status, 204);
    assert_eq!(accept(&server, &link, first).status, 404, "a link works once");
    (database, server)
}

/// Makes an account and chooses its password.
pub fn hire(by: &Browser, login: &str, role: &str, institution: &str) -> String {
    let draft = json!({"login": login, "name": login, "role": role, "institution": institution,
        "network_level": if role == "reporter" { json!(2) } else { Json::Null }});
    let made = by.send("POST", "/api/accounts", &[], &draft);
    assert_eq!(made.status, 201, "{}", made.json());
    let link = made.json()["invitation"].as_str().unwrap().to_owned();
    assert_eq!(accept(by.server, &link, json!({"password": PASSWORD})).status, 204);
    made.json()["id"].as_str().unwrap().to_owned()
}
