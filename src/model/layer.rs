use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{Access, Preset, Value};

/// A text in both languages of the interface; Spanish comes first.
#[derive(Debug, Clone, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Spanish.
    pub es: String,
    /// English.
    pub en: String,
}

/// One layer as the catalogue declares it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// Name in URLs, SQL and files: lower case and underscores.
    pub id: String,
    /// What people call it.
    pub title: Text,
    /// One or two sentences for catalogues.
    pub description: Text,
    /// What the features look like on the ground.
    pub geometry: GeometryKind,
    /// Whether a feature may be without geometry.
    #[serde(default)]
    pub may_lack_place: bool,
    /// The field that holds a feature's name.
    pub name_field: String,
    /// The code field that colours, filters and counts the layer, if it has one.
    #[serde(default)]
    pub category_field: Option<String>,
    /// Date fields with the first and the last day on which a feature holds, if the layer has them. A feature
    /// without a first day holds always; without a last day it still holds.
    #[serde(default)]
    pub time_fields: Option<[String; 2]>,
    /// Spacing in metres of the grid on which corners of most areas lie by law, in UTM.
    #[serde(default)]
    pub grid_m: Option<f64>,
    /// Filter (CQL2 text) of the features that count where layers are compared and nobody said otherwise.
    #[serde(default)]
    pub counts_where: Option<String>,
    /// Fields shown under the name in lists.
    #[serde(default)]
    pub list_fields: Vec<String>,
    /// Whether a map shows the layer when nobody chose.
    pub visible: bool,
    /// First zoom level at which tiles carry the layer.
    #[serde(default)]
    pub min_zoom: u8,
    /// Drawing hints.
    pub style: Style,
    /// Fields in the order they are shown.
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
    /// Known sources and how their columns map to the fields.
    #[serde(rename = "preset", default)]
    pub presets: Vec<Preset>,
}

/// Geometry of a layer. Features may also have none.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum GeometryKind {
    /// One place.
    Point,
    /// One or more areas, stored as a multipolygon.
    Polygon,
}

/// One field of a layer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Name in SQL, JSON and files.
    pub name: String,
    /// What people call it.
    pub title: Text,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// Unit of a number, such as `ha`.
    #[serde(default)]
    pub unit: Option<String>,
    /// The number is the area of the feature, in its unit.
    #[serde(default)]
    pub is_area: bool,
    /// The text is a code of so many digits: where spreadsheets lost a leading zero it is put back.
    #[serde(default)]
    pub digits: Option<usize>,
    /// The text is the name of the department where the feature lies.
    #[serde(default)]
    pub is_department: bool,
    /// The code list of a `code` field.
    #[serde(default)]
    pub codes: Vec<Code>,
    /// When the field applies at all; elsewhere it is empty.
    #[serde(default)]
    pub only_when: Option<Condition>,
    /// Who may see it.
    #[serde(default)]
    pub sensitivity: Sensitivity,
}

/// Another field of the same feature has a certain code.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The other field.
    pub field: String,
    /// Its code.
    pub is: String,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// Any text.
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// A finite number.
    Real,
    /// True or false.
    Boolean,
    /// A calendar day, `YYYY-MM-DD`.
    Date,
    /// One code of the field's list.
    Code,
}

/// One entry of a code list: the stored code and its labels.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// What is stored: lower case, no accents.
    pub code: String,
    /// Spanish label.
    pub es: String,
    /// English label.
    pub en: String,
}

/// Who may see a field.
#[derive(Debug, Clone, Copy, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// Anyone.
    #[default]
    Public,
    /// The institution that recorded it, and those it shares with.
    Institutional,
    /// Named persons only.
    Reserved,
}

/// Drawing hints, taken by the map and by exported styles.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Style {
    /// Colour for each code of the category field, `#RRGGBB`.
    #[serde(default)]
    pub colors: BTreeMap<String, String>,
    /// Colour where the category is missing or the layer has none.
    pub default_color: String,
    /// Line pattern of areas, so that layers differ by more than hue.
    #[serde(default)]
    pub outline: Option<Outline>,
    /// Opacity of areas, 0 to 1.
    #[serde(default)]
    pub fill_opacity: f64,
}

/// Line pattern of an outline.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Outline {
    /// Unbroken.
    Solid,
    /// Short dashes.
    Dash,
    /// Long dashes.
    LongDash,
    /// Dots.
    Dot,
}

impl Field {
    /// The code with the leading zero that a spreadsheet took from it; `None` where none is missing.
    pub fn with_lost_zero(&self, value: &Value) -> Option<String> {
        let text = value.as_text()?;
        let is_short = Some(text.len() + 1) == self.digits && text.bytes().all(|b| b.is_ascii_digit());
        is_short.then(|| format!("0{text}"))
    }
}

impl Layer {
    /// The field with the first day on which a feature holds.
    pub fn first_day_field(&self) -> Option<&str> {
        self.time_fields.as_ref().map(|[first, _]| first.as_str())
    }

    /// The field of that name, if the layer has it.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The fields a caller with this access may see, in the layer's order.
    pub fn permitted_fields(&self, access: Access) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| access.permits(field.sensitivity))
    }

    /// Empties fields that do not apply ([`Field::only_when`]) and says of each what it held.
    pub fn empty_inapplicable(&self, values: &mut [Value]) -> Vec<String> {
        let mut notes = vec![];
        for (position, field) in self.fields.iter().enumerate() {
            let Some(condition) = &field.only_when else { continue };
            let other = self.position(&condition.field).and_then(|position| values[position].as_text());
            if !values[position].is_null() && other != Some(&condition.is) {
                let held = values[position].as_text().unwrap_or_default();
                let why = format!(
                    "goes only with {} {}, not with {}",
                    condition.field,
                    condition.is,
                    other.unwrap_or("none")
                );
                notes.push(format!("{}: \"{held}\" {why}; left empty", field.name));
                values[position] = Value::Null;
            }
        }
        notes
    }

    /// Where the field of that name stands in [`Layer::fields`].
    pub fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// The preset of that name, if the layer has it.
    pub fn preset(&self, name: &str) -> Option<&Preset> {
        self.presets.iter().find(|preset| preset.name == name)
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{Catalogue, Value};

    #[test]
    fn only_active_cases_have_a_phase() {
        let layer = Catalogue::built_in().layer("conflicts").expect("built in");
        let (state, phase) = (layer.position("state").expect("declared"), layer.position("phase").expect("declared"));
        let mut values = vec![Value::Null; layer.fields.len()];
        values[phase] = Value::Text("dialogo".into());
        values[state] = Value::Text("activo".into());
        assert!(layer.empty_inapplicable(&mut values).is_empty());
        values[state] = Value::Text("resuelto".into());
        assert_eq!(
            layer.empty_inapplicable(&mut values),
            ["phase: \"dialogo\" goes only with state activo, not with resuelto; left empty"]
        );
        assert!(values[phase].is_null());
    }
}
