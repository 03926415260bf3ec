use std::{collections::HashSet, sync::LazyLock};

use crate::model::{DatumOperation, Field, FieldType, Layer, Preset};

/// Every layer, declared once, in the order maps and lists show them.
#[derive(Debug)]
pub struct Catalogue {
    layers: Vec<Layer>,
}

/// What is wrong with a catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// Not TOML, or not of a layer's shape.
    #[error("the declaration of a layer cannot be read: {0}")]
    Syntax(#[from] toml::de::Error),
    /// It contradicts itself.
    #[error("layer {layer}: {problem}")]
    Contradiction {
        /// The layer.
        layer: String,
        /// What does not fit.
        problem: String,
    },
}

/// A layer nobody declared.
#[derive(Debug, thiserror::Error)]
#[error("there is no layer \"{asked}\"; the layers are: {known}")]
pub struct UnknownLayer {
    /// What was asked for.
    pub asked: String,
    /// The ids of the layers there are.
    pub known: String,
}

const DECLARATIONS: [&str; 9] = [
    include_str!("layers/conflicts.toml"),
    include_str!("layers/mining_concessions.toml"),
    include_str!("layers/indigenous_territories.toml"),
    include_str!("layers/protected_areas.toml"),
    include_str!("layers/watersheds.toml"),
    include_str!("layers/districts.toml"),
    include_str!("layers/provinces.toml"),
    include_str!("layers/departments.toml"),
    include_str!("layers/populated_places.toml"),
];

static BUILT_IN: LazyLock<Catalogue> =
    LazyLock::new(|| Catalogue::parse(&DECLARATIONS).expect("the built-in catalogue is checked by a test"));

impl Catalogue {
    /// The layers that ship with the program.
    pub fn built_in() -> &'static Catalogue {
        &BUILT_IN
    }

    /// Reads and checks layer declarations, one TOML text for each layer.
    ///
    /// # Errors
    /// [`CatalogueError`] naming the layer and what does not fit.
    pub fn parse(declarations: &[&str]) -> Result<Catalogue, CatalogueError> {
        let layers = declarations.iter().map(|text| toml::from_str(text)).collect::<Result<Vec<Layer>, _>>()?;
        let mut ids = HashSet::new();
        for layer in &layers {
            let contradiction = |problem| CatalogueError::Contradiction { layer: layer.id.clone(), problem };
            if !ids.insert(&layer.id) {
                return Err(contradiction("is declared twice".into()));
            }
            check(layer).map_err(contradiction)?;
        }
        Ok(Catalogue { layers })
    }

    /// All layers, in the order maps and lists show them.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The layer with that id.
    ///
    /// # Errors
    /// [`UnknownLayer`], which lists the ids there are.
    pub fn layer(&self, id: &str) -> Result<&Layer, UnknownLayer> {
        self.layers.iter().find(|layer| layer.id == id).ok_or_else(|| UnknownLayer {
            asked: id.chars().take(60).collect(),
            known: self.layers.iter().map(|layer| layer.id.as_str()).collect::<Vec<_>>().join(", "),
        })
    }
}

fn check(layer: &Layer) -> Result<(), String> {
    let mut names = HashSet::new();
    for field in &layer.fields {
        check_field(field)?;
        if !names.insert(field.name.as_str()) {
            return Err(format!("field {} is declared twice", field.name));
        }
    }
    if !is_identifier(&layer.id) {
        return Err(format!("\"{}\" is not an identifier", layer.id));
    }
    let named = std::iter::once(&layer.name_field).chain(&layer.category_field).chain(&layer.list_fields);
    for name in named {
        layer.field(name).ok_or_else(|| format!("there is no field {name}"))?;
    }
    for condition in layer.fields.iter().filter_map(|field| field.only_when.as_ref()) {
        let other = layer.field(&condition.field);
        if !other.is_some_and(|field| field.codes.iter().any(|code| code.code == condition.is)) {
            return Err(format!("\"{}\" is no code of {}", condition.is, condition.field));
        }
    }
    for name in layer.time_fields.iter().flatten() {
        if layer.field(name).is_none_or(|field| field.kind != FieldType::Date) {
            return Err(format!("time field {name} is no date field"));
        }
    }
    let category = layer.category_field.as_deref().and_then(|name| layer.field(name));
    if category.is_some_and(|field| field.kind != FieldType::Code) {
        return Err("the category field must be of type code".into());
    }
    for code in layer.style.colors.keys() {
        if !category.is_some_and(|field| field.codes.iter().any(|c| &c.code == code)) {
            return Err(format!("there is a colour for \"{code}\", which is no code of the category field"));
        }
    }
    layer.presets.iter().try_for_each(|preset| check_preset(layer, preset))
}

fn check_field(field: &Field) -> Result<(), String> {
    // `id` would collide with the feature id in GDAL, `geom` and `source_name` with columns of the typed views, and
    // `synthetic` with what every feature says of itself.
    if !is_identifier(&field.name)
        || ["id", "geom", "source_name", "synthetic", "layer", "bbox", "datetime", "limit", "offset", "after", "f", "q"]
            .contains(&field.name.as_str())
    {
        return Err(format!("\"{}\" cannot name a field", field.name));
    }
    if (field.kind == FieldType::Code) == field.codes.is_empty() {
        return Err(format!("field {}: a code list goes with type code, and only with it", field.name));
    }
    Ok(())
}

fn check_preset(layer: &Layer, preset: &Preset) -> Result<(), String> {
    let in_preset = |problem: String| format!("preset {}: {problem}", preset.name);
    let fields = preset.columns.keys().chain(preset.constants.keys()).chain(preset.values.keys()).chain(&preset.key);
    for name in fields {
        layer.field(name).ok_or_else(|| in_preset(format!("there is no field {name}")))?;
    }
    for (name, words) in &preset.values {
        let field = layer.field(name).expect("looked up above");
        for word in words.values().filter(|word| !word.is_empty()) {
            if field.kind == FieldType::Code && !field.codes.iter().any(|code| &code.code == word) {
                return Err(in_preset(format!("\"{word}\" is no code of {name}")));
            }
        }
    }
    if let Some(operation) = &preset.datum_operation {
        let known =
            operation.strip_prefix("EPSG:").and_then(|code| code.parse().ok()).and_then(DatumOperation::by_epsg);
        known.ok_or_else(|| in_preset(format!("{operation} is no datum operation we offer")))?;
    }
    if preset.longitude.is_some() != preset.latitude.is_some() {
        return Err(in_preset("longitude and latitude go together".into()));
    }
    Ok(())
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_catalogue_is_sound() {
        let catalogue = Catalogue::parse(&DECLARATIONS).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(catalogue.layers().len(), 9);
    }

    #[test]
    fn a_contradiction_names_layer_and_reason() {
        let text = include_str!("layers/watersheds.toml").replace("name_field = \"name\"", "name_field = \"nombre\"");
        let error = Catalogue::parse(&[&text]).expect_err("no such field");
        assert_eq!(error.to_string(), "layer watersheds: there is no field nombre");
    }

    #[test]
    fn an_unknown_layer_lists_the_known_ones() {
        let error = Catalogue::built_in().layer("concesiones").expect_err("not its id");
        assert!(error.to_string().contains("mining_concessions"), "{error}");
    }
}
