use axum::response::Response;
use maud::{Markup, html};

use crate::{
    api::{
        PublicUrl,
        file::media_type,
        ogc::html::{
            both, licences,
            overview::{figure, synthetic_mark, synthetic_note},
            page, trail,
        },
    },
    exchange::ExportFormat,
    index::{Feature, Slot, Snapshot},
    model::{Field, ValueRef},
};

/// A page of features.
pub(in crate::api::ogc) struct ItemsPage<'a> {
    pub(in crate::api::ogc) slots: &'a [Slot],
    /// Geodesic distances in metres, where somebody asked for nearness.
    pub(in crate::api::ogc) distances: Option<&'a [f64]>,
    pub(in crate::api::ogc) matched: Option<usize>,
    /// Address of the next page.
    pub(in crate::api::ogc) next: Option<String>,
    /// Address of the same as JSON.
    pub(in crate::api::ogc) json: String,
    /// Addresses of files with all that matches.
    pub(in crate::api::ogc) files: Vec<(ExportFormat, String)>,
}

pub(in crate::api::ogc) fn items_page(
    url: &PublicUrl,
    snapshot: &Snapshot,
    background: &Snapshot,
    shown: &ItemsPage<'_>,
) -> Response {
    let layer = snapshot.layer();
    let columns: Vec<_> = [&layer.name_field]
        .into_iter()
        .chain(&layer.category_field)
        .chain(&layer.list_fields)
        .filter_map(|name| snapshot.position(name))
        .collect();
    let features = shown.slots.iter().map(|slot| snapshot.feature(*slot));
    let body = html! {
        p {
            @match shown.matched {
                Some(matched) => { (shown.slots.len()) " de " (matched) " elementos" }
                None => { (shown.slots.len()) " elementos más cercanos" }
            }
            " · " a href=(shown.json) { "GeoJSON" }
            @if !shown.files.is_empty() { " · Descargar todo " span lang="en" class="beside" { "Download all" } ":" }
            @for (format, address) in &shown.files { " " a href=(address) type=(media_type(*format)) { (format.name()) } }
        }
        (synthetic_note(features.clone().any(|feature| feature.synthetic)))
        (figure(snapshot, background, features.clone(), &layer.title.es))
        div.sheet { table {
            thead { tr {
                th scope="col" { "id" }
                @for position in &columns { th scope="col" { (both(&snapshot.fields()[*position].title)) } }
                @if shown.distances.is_some() { th scope="col" { "Distancia (m)" } }
            } }
            tbody { @for (row, feature) in features.enumerate() { tr {
                td { a href=(url.join(&format!("/ogc/collections/{}/items/{}", layer.id, feature.id))) { (feature.id) } (synthetic_mark(feature.synthetic)) }
                @for position in &columns { td { (value(snapshot.fields()[*position], feature.value(*position))) } }
                @if let Some(distances) = shown.distances { td.number { (format!("{:.0}", distances[row])) } }
            } } }
        } }
        @if let Some(next) = &shown.next { p.pages { a rel="next" href=(next) { "Siguiente " span lang="en" class="beside" { "Next" } } } }
    };
    page(url, &layer.title.es, &trail(layer), &body)
}

pub(in crate::api::ogc) fn feature_page(
    url: &PublicUrl,
    snapshot: &Snapshot,
    background: &Snapshot,
    feature: &Feature,
) -> Response {
    let layer = snapshot.layer();
    let name = snapshot.position(&layer.name_field).and_then(|position| feature.value(position).as_text());
    let title = name.map_or_else(|| format!("{} {}", layer.title.es, feature.id), str::to_owned);
    let source = snapshot.source_of(feature);
    let body = html! {
        (synthetic_note(feature.synthetic))
        (figure(snapshot, background, std::iter::once(feature), &title))
        dl {
            @for (field, held) in snapshot.fields().iter().zip(feature.values()) {
                dt { (both(&field.title)) } dd { (value(field, held)) }
            }
            @if let Some(source) = source {
                dt { "Fuente de datos" } dd { (source.title.es) }
                dt { "Atribución" } dd { (source.attribution) }
                dt { "Licencia" } dd { (licences(&source.licence)) }
            }
        }
        p { a href=(url.join(&format!("/ogc/collections/{}/items/{}?f=json", layer.id, feature.id))) { "GeoJSON" } }
    };
    page(url, &title, &trail(layer), &body)
}

fn value(field: &Field, value: ValueRef<'_>) -> Markup {
    let label = value.as_text().and_then(|text| field.codes.iter().find(|code| code.code == text));
    html! {
        @match (label, value) {
            (Some(code), _) => { (code.es) }
            (None, ValueRef::Null) => { span class="beside" { "no indicado" } }
            (None, ValueRef::Text(text)) => { (text) }
            (None, ValueRef::Boolean(yes)) => { @if yes { "sí" } @else { "no" } }
            (None, ValueRef::Integer(number)) => { (number) }
            (None, ValueRef::Real(number)) => { (number) }
            (None, ValueRef::Date(date)) => { (date) }
        }
        @if let Some(unit) = field.unit.as_deref().filter(|_| !value.is_null()) { " " (unit) }
    }
}
