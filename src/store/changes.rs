use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value as Json, value::RawValue};
use sqlx::PgConnection;

use crate::{
    model::{Layer, fold},
    store::{Staging, StoreError},
};

/// What an import did to one feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It was not there before.
    Added,
    /// It is no more.
    Removed,
    /// Its geometry is another, and perhaps its properties.
    Moved,
    /// Its properties are others.
    Changed,
}

/// A property before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// The field.
    pub field: String,
    /// What it held.
    pub before: Json,
    /// What it holds.
    pub after: Json,
}

/// A feature that an import touched.
#[derive(Debug, Serialize)]
pub struct Change {
    /// What was done.
    pub kind: ChangeKind,
    /// The feature.
    pub id: i64,
    /// What identifies it within its source.
    pub key: String,
    /// Its name.
    pub name: Option<String>,
    /// The department it says, else where it lies.
    pub department: Option<String>,
    /// Properties that are otherwise.
    pub fields: Vec<FieldChange>,
    /// Geodesic area before, in hectares.
    pub area_before_ha: Option<f64>,
    /// Geodesic area after, in hectares.
    pub area_after_ha: Option<f64>,
    /// Geodesic area that belongs to it only before or only after, in hectares.
    pub area_moved_ha: Option<f64>,
    /// How far its centre moved, in metres.
    pub distance_m: Option<f64>,
    /// Where it is, or was when it was removed: GeoJSON.
    #[serde(skip)]
    pub geometry: Option<Box<RawValue>>,
}

/// What an import did in one department, in features and hectares (geodesic).
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct ChangeCounts {
    /// New features.
    pub added: u64,
    /// Features that are no more.
    pub removed: u64,
    /// Features with another geometry.
    pub moved: u64,
    /// Features with other properties only.
    pub changed: u64,
    /// Area of the new ones.
    pub added_ha: f64,
    /// Area of those that are no more.
    pub removed_ha: f64,
    /// Area that moved ones have only before or only after.
    pub moved_ha: f64,
}

/// Counts by department, however it is spelled; under an empty name those in none.
pub fn by_department(changes: &[Change]) -> BTreeMap<String, ChangeCounts> {
    let mut counts = BTreeMap::<String, ChangeCounts>::new();
    // Sources spell departments in their own way: one spelling stands for all, small letters before capitals.
    let mut spelling = BTreeMap::<String, &str>::new();
    for department in changes.iter().filter_map(|change| change.department.as_deref()) {
        let known = spelling.entry(fold(department)).or_insert(department);
        *known = (*known).max(department);
    }
    for change in changes {
        let spelled = change.department.as_deref().map_or("", |department| spelling[&fold(department)]);
        let of = counts.entry(spelled.to_owned()).or_default();
        match change.kind {
            ChangeKind::Added => {
                of.added += 1;
                of.added_ha += change.area_after_ha.unwrap_or(0.0);
            }
            ChangeKind::Removed => {
                of.removed += 1;
                of.removed_ha += change.area_before_ha.unwrap_or(0.0);
            }
            ChangeKind::Moved => {
                of.moved += 1;
                of.moved_ha += change.area_moved_ha.unwrap_or(0.0);
            }
            ChangeKind::Changed => of.changed += 1,
        }
    }
    counts
}

impl Staging {
    /// What the merge did to features, by id. Called after it.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn changes(&mut self, import_id: i64) -> Result<Vec<Change>, StoreError> {
        let layer = self.layer();
        read_changes(self.connection(), layer, import_id).await
    }
}

async fn read_changes(connection: &mut PgConnection, layer: &Layer, import_id: i64) -> Result<Vec<Change>, StoreError> {
    let department = layer.fields.iter().find(|field| field.is_department).map(|field| field.name.as_str());
    let query = sqlx::query_file!(
        "src/store/queries/read_import_changes.sql",
        layer.id,
        import_id,
        layer.name_field,
        department
    );
    let rows = query.fetch_all(connection).await?;
    let changes = rows.into_iter().filter_map(|row| {
        let fields = match row.was && !row.removed {
            true => field_changes(row.properties_before.as_deref(), row.properties.as_deref()),
            false => vec![],
        };
        let kind = match (row.removed, row.was, row.moved) {
            (true, ..) => ChangeKind::Removed,
            (false, false, _) => ChangeKind::Added,
            (false, true, true) => ChangeKind::Moved,
            // Only the original record is another: nothing that anybody sees.
            (false, true, false) if fields.is_empty() => return None,
            (false, true, false) => ChangeKind::Changed,
        };
        let hectares = |m2: Option<f64>| {
            m2.map(|m2| m2 / 1e4).filter(|_| !matches!(layer.geometry, crate::model::GeometryKind::Point))
        };
        Some(Change {
            kind,
            id: row.id,
            key: row.key,
            name: row.name,
            department: row.department,
            fields,
            area_before_ha: hectares(row.area_before),
            area_after_ha: hectares(row.area),
            area_moved_ha: hectares(row.area_moved),
            distance_m: row.distance,
            geometry: row.geometry.and_then(|text| RawValue::from_string(text).ok()),
        })
    });
    Ok(changes.collect())
}

fn field_changes(before: Option<&str>, after: Option<&str>) -> Vec<FieldChange> {
    let read = |text: Option<&str>| {
        text.and_then(|text| serde_json::from_str::<Map<String, Json>>(text).ok()).unwrap_or_default()
    };
    let (before, after) = (read(before), read(after));
    let of = |object: &Map<String, Json>, field: &str| object.get(field).cloned().unwrap_or(Json::Null);
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changes = names.into_iter().map(|field| FieldChange {
        field: field.clone(),
        before: of(&before, field),
        after: of(&after, field),
    });
    changes.filter(|change| change.before != change.after).collect()
}
