//! The layers as QGIS opens them: connected to this server, in the colours of the map.

use std::{fmt::Write, sync::Arc};

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use crate::{
    api::{Problem, PublicUrl, params::Params},
    index::{Index, Snapshot},
    model::{Access, GeometryKind, Layer, Outline},
};

/// Features QGIS asks for at once.
const PAGE: usize = 10_000;
/// Scale at which zoom level 0 shows on a screen of 96 dots per inch, tiles of 512 points.
const SCALE_OF_ZOOM_0: f64 = 279_541_132.0;

/// `GET /ogc/rimay.qlr`, a layer definition file of QGIS 3; `layers=conflicts,watersheds` for some of them.
pub(super) async fn layer_definitions(
    State(index): State<Arc<Index>>,
    State(url): State<PublicUrl>,
    params: Params,
) -> Result<Response, Problem> {
    params.allow_only(["layers"])?;
    let snapshots: Vec<_> = match params.get("layers") {
        None => index.snapshots(Access::Public).collect(),
        Some(ids) => {
            let named = ids.split(',').map(|id| index.snapshot(id.trim(), Access::Public));
            named.collect::<Result<_, _>>().map_err(|error| Problem::bad_parameter("layers", error))?
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "application/x-qgis-layer-definition"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"rimay.qlr\""),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, document(&snapshots, &url)).into_response())
}

fn document(snapshots: &[Arc<Snapshot>], url: &PublicUrl) -> String {
    // Points above areas; the catalogue's order otherwise.
    // Of a layer without features QGIS cannot know what to draw.
    let mut ordered: Vec<&Snapshot> =
        snapshots.iter().map(|snapshot| &**snapshot).filter(|snapshot| !snapshot.features().is_empty()).collect();
    ordered.sort_by_key(|snapshot| snapshot.layer().geometry == GeometryKind::Polygon);
    let mut tree = String::new();
    let mut layers = String::new();
    for snapshot in ordered {
        let layer = snapshot.layer();
        let (id, title) = (format!("rimay_{}", layer.id), escape(&layer.title.es));
        let source = escape(&source(&layer.id, url));
        let checked = if layer.visible { "Qt::Checked" } else { "Qt::Unchecked" };
        _ = write!(
            tree,
            r#"<layer-tree-layer id="{id}" name="{title}" checked="{checked}" expanded="0" providerKey="OAPIF" source="{source}"/>"#
        );
        let (geometry, kind) = match layer.geometry {
            GeometryKind::Point => ("Point", "marker"),
            GeometryKind::Polygon => ("Polygon", "fill"),
        };
        _ = write!(
            layers,
            r#"<maplayer type="vector" geometry="{geometry}" autoRefreshEnabled="0"{}><id>{id}</id><datasource>{source}</datasource><layername>{title}</layername><abstract>{}</abstract><attribution>{}</attribution><srs><spatialrefsys><authid>EPSG:4326</authid></spatialrefsys></srs><provider encoding="UTF-8">OAPIF</provider><previewExpression>"{}"</previewExpression>{}</maplayer>"#,
            from_scale(layer),
            escape(&layer.description.es),
            escape(&snapshot.attribution()),
            layer.name_field,
            renderer(snapshot, kind),
        );
    }
    format!(
        r#"<!DOCTYPE qgis-layer-definition><qlr><layer-tree-group name="Rimay" expanded="1" checked="Qt::Checked">{tree}</layer-tree-group><maplayers>{layers}</maplayers></qlr>"#
    )
}

/// What the map shows only from near, QGIS shows from there too.
fn from_scale(layer: &Layer) -> String {
    if layer.min_zoom == 0 {
        return String::new();
    }
    let scale = SCALE_OF_ZOOM_0 / f64::from(1_u32 << layer.min_zoom);
    format!(r#" hasScaleBasedVisibilityFlag="1" minScale="{scale:.0}" maxScale="0""#)
}

/// What QGIS's provider of OGC API - Features connects to.
fn source(layer: &str, url: &PublicUrl) -> String {
    let root = url.join("/ogc");
    format!(
        "url='{root}' typename='{layer}' srsname='OGC:CRS84' version='OGC_API_FEATURES' pagingEnabled='true' pageSize='{PAGE}' restrictToRequestBBOX='1'"
    )
}

/// One symbol for each category, and one for what has none.
fn renderer(snapshot: &Snapshot, kind: &str) -> String {
    let layer = snapshot.layer();
    let category = layer.category_field.as_deref().and_then(|name| snapshot.position(name));
    let Some(field) = category.map(|position| snapshot.fields()[position]) else {
        let only = symbol(0, kind, &layer.style.default_color, layer);
        return format!(r#"<renderer-v2 type="singleSymbol"><symbols>{only}</symbols></renderer-v2>"#);
    };
    let (mut categories, mut symbols) = (String::new(), String::new());
    let known = field.codes.iter().map(|code| (code.code.as_str(), code.es.as_str()));
    for (number, (code, label)) in known.chain([("", "Sin dato")]).enumerate() {
        let color = layer.style.colors.get(code).unwrap_or(&layer.style.default_color);
        _ = write!(
            categories,
            r#"<category value="{}" symbol="{number}" label="{}" render="true"/>"#,
            escape(code),
            escape(label)
        );
        symbols += &symbol(number, kind, color, layer);
    }
    format!(
        r#"<renderer-v2 type="categorizedSymbol" attr="{}"><categories>{categories}</categories><symbols>{symbols}</symbols></renderer-v2>"#,
        field.name
    )
}

fn symbol(number: usize, kind: &str, color: &str, layer: &Layer) -> String {
    let style = &layer.style;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of 255")]
    let opacity = (style.fill_opacity.clamp(0.0, 1.0) * 255.0) as u8;
    let line = match style.outline {
        None | Some(Outline::Solid) => "solid",
        Some(Outline::Dash | Outline::LongDash) => "dash",
        Some(Outline::Dot) => "dot",
    };
    // What the map shows only from near is many small things.
    let size = if layer.min_zoom > 0 { "1.2" } else { "2.8" };
    let property = |name: &str, value: &str| format!(r#"<prop k="{name}" v="{value}"/>"#);
    let (class, properties) = match kind {
        "marker" => (
            "SimpleMarker",
            [("color", rgba(color, 255)), ("outline_color", rgba("#ffffff", 255)), ("size", size.into())],
        ),
        _ => (
            "SimpleFill",
            [("color", rgba(color, opacity)), ("outline_color", rgba(color, 255)), ("outline_style", line.into())],
        ),
    };
    let properties: String = properties.iter().map(|(name, value)| property(name, value)).collect();
    format!(
        r#"<symbol type="{kind}" name="{number}" alpha="1"><layer class="{class}" enabled="1" locked="0" pass="0">{properties}</layer></symbol>"#
    )
}

/// `#B2182B` as QGIS writes it: red, green, blue and opacity, 0 to 255.
fn rgba(color: &str, opacity: u8) -> String {
    let part = |from: usize| u8::from_str_radix(color.get(from..from + 2).unwrap_or("80"), 16).unwrap_or(0x80);
    format!("{},{},{},{opacity}", part(1), part(3), part(5))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_written_as_qgis_reads_them() {
        assert_eq!(rgba("#B2182B", 70), "178,24,43,70");
    }
}
