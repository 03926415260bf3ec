//! Requests that cannot be understood: 400 or 404 with a problem document that says what would be accepted.

use crate::support::{Server, TestDatabase};

fn server() -> Server {
    static DATABASE: std::sync::OnceLock<TestDatabase> = std::sync::OnceLock::new();
    Server::start(DATABASE.get_or_init(TestDatabase::create))
}

#[test]
fn bad_parameters_are_named() {
    let server = server();
    let items = "/ogc/collections/conflicts/items";
    let cases = [
        (format!("{items}?bbox=1,2,3"), "bbox", "expected 4 numbers"),
        (format!("{items}?bbox=1,2,3,4,5"), "bbox", "got 5"),
        (format!("{items}?bbox=NaN,0,1,1"), "bbox", "NaN"),
        (format!("{items}?bbox=0,Infinity,1,1"), "bbox", "finite"),
        (format!("{items}?bbox=0,5,1,4"), "bbox", "south"),
        (format!("{items}?bbox=-200,0,1,1"), "bbox", "180"),
        (format!("{items}?bbox="), "bbox", "finite"),
        (format!("{items}?limit=0"), "limit", "from 1 to 1000000"),
        (format!("{items}?clip=1,2,3"), "clip", "takes 4 numbers"),
        (format!("{items}?clip=POINT(0 0)"), "clip", "POLYGON"),
        (format!("{items}?clip=1,2,3,4) OR (code='a'"), "clip", "POLYGON"),
        (format!("{items}?clip=POLYGON((0 0, 1 1, 1 0, 0 1, 0 0))"), "clip", "crosses"),
        (
            format!("{items}?filter=S_INTERSECTS(geometry,POLYGON((0%200,1%201,1%200,0%201,0%200)))"),
            "filter",
            "crosses or touches itself",
        ),
        (format!("{items}?clip=0,0,1,1&f=csv"), "clip", "f=json"),
        (format!("{items}?clip=-1e155,-1e155,1e155,1e155"), "clip", "from -180"),
        (format!("{items}?limit=-1"), "limit", "from 1 to 1000000"),
        (format!("{items}?limit=ten"), "limit", "whole number"),
        (format!("{items}?limit="), "limit", "whole number"),
        (format!("{items}?offset=-1"), "offset", "whole number"),
        (format!("{items}?after=x"), "after", "whole number"),
        (format!("{items}?datetime=yesterday"), "datetime", "2009-06-05"),
        (format!("{items}?datetime=2010-01-01/2009-01-01"), "datetime", "ends before"),
        (format!("{items}?f=dxf"), "f", "json, jsonfg, html, gpkg, csv, shp, kml, fgb"),
        (format!("{items}?bbox=1,1,6e16,6.9e16&bbox-crs=EPSG:3857"), "bbox", "no place"),
        (format!("{items}?near=-78,95"), "near", "longitude,latitude"),
        (format!("{items}?near=-78,-7&within=-1"), "within", "metres"),
        (format!("{items}?within=10"), "within", "near"),
        (format!("{items}?near=-78,-7&sortby=name"), "near", "sortby"),
        (format!("{items}?filter=DWITHIN(geometry,POINT(1%201),-5)"), "filter", "metres"),
        ("/ogc/collections?f=shp".into(), "f", "json"),
        (format!("{items}?state=abierto"), "state", "activo, latente"),
        (format!("{items}?state="), "state", "missing"),
        (format!("{items}?violence_recorded=quizas"), "violence_recorded", "neither yes nor no"),
        (format!("{items}?started_on=2009"), "started_on", "not a date"),
        (format!("{items}?colour=red"), "colour", "known are"),
        (format!("{items}?filter=state%20%3D"), "filter", "at character 8"),
        (format!("{items}?filter=estado%3D'activo'"), "filter", "the properties are: code, name"),
        (format!("{items}?filter=name%20%3E%203"), "filter", "takes text"),
        (format!("{items}?filter=buffer(geometry,3)%20IS%20NULL"), "filter", "no function \"buffer\""),
        (format!("{items}?filter=name"), "filter", "a condition that is true or false"),
        (format!("{items}?filter=started_on%3D'ayer'"), "filter", "is not a date"),
        (format!("{items}?filter=S_WITHIN(geometry,POLYGON((0%200,1%201)))"), "filter", "a ring needs at least 4"),
        (format!("{items}?filter=%7B&filter-lang=cql2-json"), "filter", "not JSON"),
        (format!("{items}?filter=true&filter-lang=sql"), "filter-lang", "cql2-text, cql2-json"),
        (format!("{items}?filter=true&filter-crs=EPSG:9999"), "filter-crs", "CRS84"),
        (format!("{items}?crs=EPSG:24878"), "crs", "EPSG/0/32718"),
        (format!("{items}?bbox-crs=PSAD56"), "bbox-crs", "is not offered"),
        (format!("{items}?bbox=9,0,1,1&bbox-crs=EPSG:32718"), "bbox", "first corner"),
        (format!("{items}?bbox=0,0,1e300,1e300&bbox-crs=EPSG:32718"), "bbox", "no place"),
        (format!("{items}?filter={}name%3D'x'", "(".repeat(5_000)), "filter", "32 levels"),
        (format!("{items}?filter=name%3D'{}'", "x".repeat(9_000)), "filter", "8192 bytes"),
        (format!("{items}?sortby=-nombre"), "sortby", "the properties are"),
        (format!("{items}?sortby=name&after=3"), "after", "by offset"),
        (format!("{items}?properties=name,secret"), "properties", "the properties are"),
        ("/ogc?x=1".into(), "x", "not known"),
        ("/api/search".into(), "q", "at least one letter"),
        ("/api/search?q=%20".into(), "q", "at least one letter"),
        ("/api/layers/conflicts/features?bbox=a,b,c,d".into(), "bbox", "\"a\""),
        ("/api/layers/conflicts/features?sort=size".into(), "sort", "name, urgency or recent"),
        ("/tiles/conflicts/5/9/16?rev=new".into(), "rev", "known are: v"),
        (
            format!("{items}?state={}", (0..101).map(|n| n.to_string()).collect::<Vec<_>>().join(",")),
            "state",
            "at most 100",
        ),
    ];
    for (path, parameter, said) in cases {
        let answer = server.get(&path);
        assert_eq!((answer.status, answer.header("content-type")), (400, "application/problem+json"), "{path}");
        let problem = answer.json();
        assert_eq!(problem["parameter"], parameter, "{path}");
        assert!(problem["detail"].as_str().unwrap().contains(said), "{path}: {problem}");
        assert_eq!(problem["request_id"], answer.header("x-request-id"), "{path}");
    }
}

#[test]
fn what_is_not_there_is_a_404_with_a_problem() {
    let server = server();
    for path in [
        "/ogc/collections/concesiones",
        "/ogc/collections/concesiones/items",
        "/ogc/collections/conflicts/items/1",
        "/ogc/collections/conflicts/items/+1",
        "/ogc/nothing",
        "/api/nothing",
        "/api/layers/nothing/features",
        "/tiles/conflicts/99/0/0",
        "/tiles/conflicts/5/32/0",
        "/tiles/conflicts/5/0/x",
        "/tiles/nothing/5/0/0",
        "/nothing",
        "/../Cargo.toml",
        "/assets/%2e%2e/%2e%2e/Cargo.toml",
    ] {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.header("content-type")), (404, "application/problem+json"), "{path}");
        assert!(answer.json()["request_id"].is_string(), "{path}");
    }
    let unknown = server.get("/ogc/collections/concesiones").json();
    assert!(unknown["detail"].as_str().unwrap().contains("mining_concessions"), "{unknown}");
}

#[test]
fn other_methods_are_refused_and_long_addresses_do_no_harm() {
    let server = server();
    for path in ["/ogc/collections/conflicts/items", "/api/catalogue", "/"] {
        let answer = server.request("DELETE", path);
        assert_eq!(answer.status, 405, "{path}");
        assert!(answer.header("allow").contains("GET"), "{path}: {}", answer.header("allow"));
        assert_eq!(answer.json()["status"], 405, "{path}");
    }
    let long = format!("/ogc/collections/conflicts/items?name={}", "x".repeat(30_000));
    assert!([200, 414, 431].contains(&server.get(&long).status));
    let name = server.get(&format!("/assets/{}.js", "x".repeat(5_000)));
    assert_eq!((name.status, name.header("content-type")), (404, "application/problem+json"));
    assert_eq!(server.get("/livez").status, 200, "the server is unharmed");
}
