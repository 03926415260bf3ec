//! The resources of the OGC API as pages for people who follow a link with a browser: Spanish, with English beside it.
//!
//! Pages run no program. What they show is what the JSON of the same address has.

mod features;
mod overview;

pub(super) use features::{ItemsPage, feature_page, items_page};
pub(super) use overview::{collection_page, collections_page, conformance_page, landing_page};

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use maud::{DOCTYPE, Markup, html};

use crate::{
    api::{Problem, PublicUrl},
    model::{Layer, Text},
};

const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// A page with the trail that leads to it: title and path of each step.
fn page(url: &PublicUrl, title: &str, trail: &[(&str, String)], body: &Markup) -> Response {
    let markup = html! {
        (DOCTYPE)
        html lang="es" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) @if title != "Rimay" { " · Rimay" } }
                // Of the host the page came from, which need not be the public one.
                link rel="stylesheet" href=(url.path("/ogc/pages.css"));
                link rel="icon" href=(url.path("/icon.svg"));
            }
            body {
                nav aria-label="Ruta" {
                    a href=(url.join("/mapa")) { "Mapa" }
                    a href=(url.join("/ogc")) { "OGC API" }
                    @for (name, path) in trail { a href=(url.join(path)) { (name) } }
                }
                main { h1 { (title) } (body) }
            }
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    ];
    (headers, markup.into_string()).into_response()
}

/// What was wrong, in the words of the problem document.
pub(super) fn problem_page(url: &PublicUrl, problem: &Problem) -> Response {
    let (title, beside) = match problem.status() {
        StatusCode::BAD_REQUEST => ("No se entiende la pregunta", "The question cannot be understood"),
        StatusCode::NOT_FOUND => ("No hay nada en esta dirección", "There is nothing at this address"),
        StatusCode::SERVICE_UNAVAILABLE => ("El servidor está ocupado", "The server is busy"),
        _ => ("No se pudo responder", "It could not be answered"),
    };
    let body = html! {
        p lang="en" class="beside" { (beside) }
        p lang="en" { (problem) }
    };
    (problem.status(), page(url, title, &[], &body)).into_response()
}

/// Licences with the two that are no SPDX name in the pages' language.
fn licences(stated: &str) -> String {
    stated.replace("not stated", "no indicada por la fuente").replace("public domain", "dominio público")
}

/// Words in both languages.
fn both(text: &Text) -> Markup {
    html! {
        (text.es)
        @if text.en != text.es { " " span lang="en" class="beside" { (text.en) } }
    }
}

/// The layer's place among the collections.
fn trail(layer: &Layer) -> Vec<(&'static str, String)> {
    vec![("Colecciones", "/ogc/collections".into()), ("Colección", format!("/ogc/collections/{}", layer.id))]
}

/// `GET /ogc/pages.css`
pub(super) async fn stylesheet() -> impl IntoResponse {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, include_str!("pages.css"))
}
