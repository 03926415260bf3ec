use std::path::Path;

use gdal::spatial_ref::SpatialRef;
use serde_json::Value as Json;

use crate::exchange::{
    ExchangeError,
    source::crs::{epsg_of, of_epsg},
};

/// The reference system that the `crs` members of a GeoJSON file state; without any, the one GDAL assumes.
///
/// Codes of EPSG are read here, because GDAL knows fewer ways of writing them. Of other names GDAL decides, but what
/// it does not know it takes for WGS 84 without a word.
///
/// # Errors
/// [`ExchangeError::UnknownCrsMember`], [`ExchangeError::SeveralCrsMembers`], [`ExchangeError::UnusableCrs`].
pub(crate) fn stated_crs(
    path: &Path,
    members: &[Json],
    by_gdal: Option<SpatialRef>,
) -> Result<Option<SpatialRef>, ExchangeError> {
    let Some((first, others)) = members.split_first() else { return Ok(by_gdal) };
    let code = code_of(first);
    if let Some(other) = others.iter().find(|other| code.is_none() || code_of(other) != code) {
        let (first, second) = (shown(first), shown(other));
        return Err(ExchangeError::SeveralCrsMembers { path: path.into(), first, second });
    }
    match code {
        Some(code) => of_epsg(code).map(Some),
        None => match by_gdal.filter(|crs| epsg_of(crs) != Some(WGS84)) {
            Some(crs) => Ok(Some(crs)),
            None => Err(ExchangeError::UnknownCrsMember { path: path.into(), member: shown(first) }),
        },
    }
}

const WGS84: u32 = 4326;

fn shown(member: &Json) -> String {
    member.to_string().chars().take(120).collect()
}

/// The EPSG code a member states: `EPSG:n`, `EPSG::n`, `urn:ogc:def:crs:EPSG::n`, `http://…/EPSG/0/n`, a code alone
/// under the type `EPSG`, or one of the names of WGS 84.
fn code_of(member: &Json) -> Option<u32> {
    let of = |json: &Json, name: &str| {
        let found = json.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone())
    };
    let properties = of(member, "properties");
    if let Some(code) = properties.as_ref().and_then(|properties| of(properties, "code")) {
        return code.as_u64().map_or_else(|| code.as_str()?.parse().ok(), |code| u32::try_from(code).ok());
    }
    let name = properties.and_then(|properties| of(&properties, "name"));
    let name = name.as_ref().unwrap_or(member).as_str()?.trim().to_ascii_uppercase();
    let (before, digits) = name.split_at(name.rfind([':', '/', '#']).map_or(0, |at| at + 1));
    match name.as_str() {
        "WGS84" | "WGS 84" | "CRS84" => Some(WGS84),
        _ if before.contains("OGC") && (digits == "CRS84" || name.ends_with("OGC:2:84")) => Some(WGS84),
        _ if before.contains("EPSG") => digits.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn codes_are_read_however_they_are_written() {
        for name in [
            "EPSG:24877",
            "epsg:24877",
            "EPSG::24877",
            "urn:ogc:def:crs:EPSG::24877",
            "urn:ogc:def:crs:EPSG:6.9:24877",
            "http://www.opengis.net/def/crs/EPSG/0/24877",
            "http://www.opengis.net/gml/srs/epsg.xml#24877",
        ] {
            assert_eq!(code_of(&json!({"type": "name", "properties": {"name": name}})), Some(24877), "{name}");
            assert_eq!(code_of(&json!(name)), Some(24877), "{name}");
        }
        assert_eq!(code_of(&json!({"type": "EPSG", "properties": {"code": 24877}})), Some(24877));
        assert_eq!(code_of(&json!({"type": "EPSG", "properties": {"code": "24877"}})), Some(24877));
        for name in ["urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84", "urn:ogc:def:crs:OGC:2:84", "WGS84"] {
            assert_eq!(code_of(&json!({"type": "name", "properties": {"name": name}})), Some(4326), "{name}");
        }
        for name in ["PSAD56", "EPSG:4326+5773", "EPSG", "ESRI:102100", ""] {
            assert_eq!(code_of(&json!({"type": "name", "properties": {"name": name}})), None, "{name}");
        }
    }
}
