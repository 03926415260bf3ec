//! Signing in with an account elsewhere, at a small provider of ours.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::Command,
    sync::{Arc, Mutex},
};

use openidconnect::{
    AccessToken, Audience, EmptyAdditionalClaims, EndUserEmail, IssuerUrl, JsonWebKeyId, Nonce, PrivateSigningKey,
    StandardClaims, SubjectIdentifier,
    core::{CoreIdToken, CoreIdTokenClaims, CoreJsonWebKeySet, CoreJwsSigningAlgorithm, CoreRsaPrivateSigningKey},
};
use serde_json::json;

use crate::support::{
    Server, TestDatabase,
    people::{Browser, PASSWORD, hire, with_administrator},
    serve_command,
};

/// A provider that vouches for one person, as it is told.
struct Provider {
    issuer: String,
    /// Whom it vouches for: e-mail address, and whether it has verified it.
    person: Arc<Mutex<(String, bool)>>,
    /// By code: nonce and challenge.
    begun: Arc<Mutex<HashMap<String, (String, String)>>>,
}

fn key() -> CoreRsaPrivateSigningKey {
    let made = Command::new("openssl").args(["genrsa", "-traditional", "2048"]).output().expect("openssl makes keys");
    let pem = String::from_utf8(made.stdout).unwrap();
    CoreRsaPrivateSigningKey::from_pem(&pem, Some(JsonWebKeyId::new("one".into()))).unwrap()
}

impl Provider {
    fn start() -> Provider {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let provider = Provider {
            issuer: issuer.clone(),
            person: Arc::new(Mutex::new(("oto@onds.example".into(), true))),
            begun: Arc::default(),
        };
        let (person, begun) = (Arc::clone(&provider.person), Arc::clone(&provider.begun));
        std::thread::spawn(move || {
            let key = key();
            for stream in listener.incoming().map_while(Result::ok) {
                let _ = answer(stream, &issuer, &key, &person, &begun);
            }
        });
        provider
    }
}

fn answer(
    mut stream: TcpStream,
    issuer: &str,
    key: &CoreRsaPrivateSigningKey,
    person: &Mutex<(String, bool)>,
    begun: &Mutex<HashMap<String, (String, String)>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        if let Some(told) = header.to_lowercase().strip_prefix("content-length:") {
            length = told.trim().parse().unwrap();
        }
        if header.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let told = match path.as_str() {
        "/.well-known/openid-configuration" => json!({
            "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"), "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }),
        "/keys" => json!(CoreJsonWebKeySet::new(vec![key.as_verification_key()])),
        _ => {
            let sent: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
            let (nonce, challenge) = begun.lock().unwrap().remove(&sent["code"]).unwrap_or_default();
            let digest = <sha2::Sha256 as sha2::Digest>::digest(&sent["code_verifier"]);
            let shown = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, digest);
            assert_eq!(shown, challenge, "PKCE");
            let (email, verified) = person.lock().unwrap().clone();
            let claims = StandardClaims::new(SubjectIdentifier::new("7".into()))
                .set_email(Some(EndUserEmail::new(email)))
                .set_email_verified(Some(verified));
            let (now, later) = (chrono_now(0), chrono_now(300));
            let audience = vec![Audience::new("rimay".into())];
            let claims = CoreIdTokenClaims::new(
                IssuerUrl::new(issuer.into()).unwrap(),
                audience,
                later,
                now,
                claims,
                EmptyAdditionalClaims {},
            )
            .set_nonce(Some(Nonce::new(nonce)));
            let access = AccessToken::new("access".into());
            let token =
                CoreIdToken::new(claims, key, CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, Some(&access), None);
            json!({"access_token": "access", "token_type": "bearer", "id_token": token.unwrap().to_string()})
        }
    };
    let text = told.to_string();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )
}

fn chrono_now(seconds: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now() + chrono::TimeDelta::seconds(seconds)
}

/// As a browser that is sent to the provider, signs in there, and comes back: what came of it.
fn go_round(server: &Server, provider: &Provider) -> (u16, String, String) {
    let sent = server.get("/api/session/oidc");
    assert_eq!(sent.status, 303, "{}", String::from_utf8_lossy(&sent.body));
    let address = sent.header("location").to_owned();
    assert!(address.starts_with(&format!("{}/authorize?", provider.issuer)), "{address}");
    let waiting = sent.header("set-cookie").split(';').next().unwrap().to_owned();
    let asked: HashMap<String, String> =
        form_urlencoded::parse(address.split_once('?').unwrap().1.as_bytes()).into_owned().collect();
    assert_eq!((asked["client_id"].as_str(), asked["code_challenge_method"].as_str()), ("rimay", "S256"));
    assert!(asked["redirect_uri"].ends_with("/api/session/oidc/return"));
    let code = format!("code-{}", asked["state"]);
    provider.begun.lock().unwrap().insert(code.clone(), (asked["nonce"].clone(), asked["code_challenge"].clone()));
    let back = format!("/api/session/oidc/return?code={code}&state={}", asked["state"]);
    // Another browser that is given the address is not signed in.
    assert_eq!(server.get(&back).status, 401);
    let came = server.get_with(&back, &[("Cookie", &waiting)]);
    assert_eq!(server.get_with(&back, &[("Cookie", &waiting)]).status, 401, "a code works once");
    (came.status, came.header("location").to_owned(), came.header("set-cookie").to_owned())
}

fn with_provider(database: &TestDatabase, provider: &Provider) -> Server {
    let mut command = serve_command();
    command.env("DATABASE_URL", &database.url).args([
        "--oidc-issuer",
        &provider.issuer,
        "--oidc-client-id",
        "rimay",
        "--oidc-name",
        "el ministerio",
    ]);
    Server::from_command(command)
}

#[test]
fn whoever_another_service_vouches_for_signs_in_to_the_account_they_have() {
    let (database, server) = with_administrator();
    let root = Browser::sign_in(&server, "root", PASSWORD).ok().unwrap();
    hire(&root, "oto@onds.example", "officer", "onds");
    assert_eq!(server.get("/api/session/oidc").status, 404, "none is configured");
    drop(server);
    let provider = Provider::start();
    let server = with_provider(&database, &provider);
    assert_eq!(server.json("/api/session")["elsewhere"], "el ministerio");
    let (status, to, cookies) = go_round(&server, &provider);
    assert_eq!((status, to.as_str()), (303, "/entrar"), "{cookies}");
    let sessions = "select count(*) from rimay.session s join rimay.account a on a.id = s.account where a.login = 'oto@onds.example'";
    assert_eq!(database.count(sessions), 1);
    // An address that is not verified, or that no account here bears, opens nothing.
    for (email, verified) in [("oto@onds.example", false), ("nadie@onds.example", true)] {
        *provider.person.lock().unwrap() = (email.into(), verified);
        let sent = server.get("/api/session/oidc");
        assert_eq!(sent.status, 303);
        if verified {
            assert_eq!(go_round(&server, &provider).1, "/entrar#servicio=sin-cuenta");
        }
    }
    assert_eq!(database.count(sessions), 1);
    // Without the service, people sign in with their passwords.
    let (silent, _) = (TcpListener::bind("127.0.0.1:0").unwrap(), drop(server));
    let away = Provider {
        issuer: format!("http://{}", silent.local_addr().unwrap()),
        person: Arc::default(),
        begun: Arc::default(),
    };
    drop(silent);
    let server = with_provider(&database, &away);
    assert_eq!(server.get("/api/session/oidc").status, 503);
    assert!(Browser::sign_in(&server, "oto@onds.example", PASSWORD).is_ok());
}
