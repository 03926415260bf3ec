use crate::{
    exchange::{ExportAbout, ExportRow},
    index::{Feature, Snapshot},
    store::to_wkb,
};

impl ExportAbout {
    /// What a file of a snapshot's features says about itself.
    pub fn of(snapshot: &Snapshot) -> ExportAbout {
        ExportAbout {
            title: snapshot.layer().title.es.clone(),
            licence: snapshot.licence(),
            attribution: snapshot.attribution(),
            synthetic: snapshot.has_synthetic(),
            revision: snapshot.revision(),
        }
    }
}

impl ExportRow {
    /// A feature of a snapshot with the values of the fields at these positions.
    pub fn of(snapshot: &Snapshot, feature: &Feature, fields: &[usize]) -> ExportRow {
        ExportRow {
            id: feature.id,
            values: fields.iter().map(|position| feature.value(*position).into()).collect(),
            source: snapshot.source_of(feature).map(|source| source.name.clone()),
            synthetic: feature.synthetic,
            geometry_wkb: feature.geometry.as_ref().map(to_wkb),
        }
    }
}
