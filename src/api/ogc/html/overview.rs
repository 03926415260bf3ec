use axum::response::Response;
use maud::{Markup, PreEscaped, html};

use crate::{
    api::{
        PublicUrl,
        file::media_type,
        ogc::{
            download::files,
            html::{both, licences, page, trail},
        },
    },
    index::{Feature, Snapshot},
    tiles::sketch,
};

pub(in crate::api::ogc) fn landing_page(url: &PublicUrl) -> Response {
    let body = html! {
        p { "Conflictos sociales, cuencas, concesiones mineras y territorios indígenas del Perú, para programas SIG." }
        p lang="en" class="beside" { "Social conflicts, watersheds, mining concessions and indigenous territories of Peru, for GIS programs." }
        ul {
            li { a href=(url.join("/ogc/collections")) { "Colecciones" } " " span lang="en" class="beside" { "Collections" } }
            li { a href=(url.join("/ogc/conformance")) { "Clases de conformidad" } " " span lang="en" class="beside" { "Conformance" } }
            li { a href=(url.join("/ogc/processes")) { "Procesos" } " " span lang="en" class="beside" { "Processes" } }
            li { a href=(url.join("/ogc/api")) { "Descripción del servicio (OpenAPI)" } " " span lang="en" class="beside" { "Service description" } }
        }
        h2 { "Conectarse " span lang="en" class="beside" { "Connect" } }
        ul {
            li { "QGIS: " a href=(url.join("/ogc/rimay.qlr")) { "rimay.qlr" } ", todas las capas con sus colores " span lang="en" class="beside" { "all layers in their colours" } }
            li { "ArcGIS, QGIS (WFS / OGC API - Features): " code { (url.join("/ogc")) } }
            li { "GDAL: " code { "OAPIF:" (url.join("/ogc")) } }
            li { a href=(url.join("/sig.html")) { "Rimay en programas SIG: líneas para copiar" } " " span lang="en" class="beside" { a href=(url.join("/gis.html")) { "Rimay in GIS programs" } } }
        }
    };
    page(url, "Rimay", &[], &body)
}

pub(in crate::api::ogc) fn conformance_page(url: &PublicUrl, classes: &[&str]) -> Response {
    let body = html! { ul { @for class in classes { li { code { (class) } } } } };
    page(url, "Clases de conformidad", &[], &body)
}

pub(in crate::api::ogc) fn collections_page<'a>(
    url: &PublicUrl,
    snapshots: impl Iterator<Item = &'a Snapshot>,
) -> Response {
    let body = html! {
        div.sheet { table {
            thead { tr { th scope="col" { "Colección" } th scope="col" { "Elementos" } th scope="col" { "Fuente" } th scope="col" { "Licencia" } } }
            tbody { @for snapshot in snapshots { tr {
                td { a href=(url.join(&format!("/ogc/collections/{}", snapshot.layer().id))) { (both(&snapshot.layer().title)) } (synthetic_mark(snapshot.has_synthetic())) }
                td.number { (snapshot.features().len()) }
                td { (snapshot.attribution()) }
                td { (licences(&snapshot.licence())) }
            } } }
        } }
    };
    page(url, "Colecciones", &[], &body)
}

pub(in crate::api::ogc) fn collection_page(url: &PublicUrl, snapshot: &Snapshot, background: &Snapshot) -> Response {
    let layer = snapshot.layer();
    let own = format!("/ogc/collections/{}", layer.id);
    // Of a large layer a part is drawn, from all over it.
    let step = snapshot.features().len() / DRAWN + 1;
    let shown = snapshot.features().iter().step_by(step).map(|feature| &**feature);
    let body = html! {
        p { (layer.description.es) }
        p lang="en" class="beside" { (layer.description.en) }
        (synthetic_note(snapshot.has_synthetic()))
        (figure(snapshot, background, shown, &layer.title.es))
        @if step > 1 { p.beside { "La imagen muestra uno de cada " (step) " elementos." } }
        dl {
            dt { "Elementos" } dd { a href=(url.join(&format!("{own}/items"))) { (snapshot.features().len()) } }
            dt { "Fuente" } dd { (snapshot.attribution()) }
            dt { "Licencia" } dd { (licences(&snapshot.licence())) }
            dt { "Descargar" } dd { @for format in files() {
                a href=(url.join(&format!("{own}/items?f={}", format.name()))) type=(media_type(format)) { (format.name()) } " "
            } }
            dt { "Teselas" } dd { code { (url.join(&format!("/tiles/{}", layer.id))) } }
            dt { "Para programas " span lang="en" class="beside" { "For programs" } } dd {
                a href=(url.join(&format!("{own}?f=json"))) { "JSON" } " "
                a href=(url.join(&format!("{own}/queryables"))) { "queryables" } " "
                a href=(url.join(&format!("{own}/schema"))) { "schema" } " "
                a href=(url.join(&format!("/ogc/rimay.qlr?layers={}", layer.id))) { "rimay.qlr" }
            }
        }
        h2 { "Campos " span lang="en" class="beside" { "Fields" } }
        div.sheet { table {
            thead { tr { th scope="col" { "Nombre" } th scope="col" { "Título" } th scope="col" { "Unidad" } th scope="col" { "Códigos" } } }
            tbody { @for field in snapshot.fields() { tr {
                td { code { (field.name) } }
                td { (both(&field.title)) }
                td { (field.unit.as_deref().unwrap_or_default()) }
                td { @for code in &field.codes { code { (code.code) } " " (code.es) " " span lang="en" class="beside" { (code.en) } br; } }
            } } }
        } }
    };
    page(url, &layer.title.es, &trail(layer)[..1], &body)
}

/// About how many features the picture of a collection shows: all of most layers.
const DRAWN: usize = 3_000;

/// A picture of features; nothing where none has a place.
pub(super) fn figure<'a>(
    snapshot: &'a Snapshot,
    background: &Snapshot,
    features: impl Iterator<Item = &'a Feature> + Clone,
    words: &str,
) -> Markup {
    let layer = snapshot.layer();
    let category = layer.category_field.as_deref().and_then(|name| snapshot.position(name));
    let color = |feature: &Feature| {
        let code = category.and_then(|position| feature.value(position).as_text());
        code.and_then(|code| layer.style.colors.get(code)).map_or(layer.style.default_color.as_str(), String::as_str)
    };
    html! { @if let Some(picture) = sketch(background, features, color, words) { figure { (PreEscaped(picture)) } } }
}

pub(super) fn synthetic_mark(is_synthetic: bool) -> Markup {
    html! { @if is_synthetic { " " em { "sintético" } } }
}

pub(super) fn synthetic_note(is_synthetic: bool) -> Markup {
    html! { @if is_synthetic { p.note { "Contiene datos sintéticos: inventados para la demostración, no describen nada real. " span lang="en" class="beside" { "Holds synthetic data, invented for demonstration." } } } }
}
