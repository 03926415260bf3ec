use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use crate::{
    exchange::{ExchangeError, source::cells::Cell},
    model::{Field, Layer, Preset, Value, ValueError, fold},
};

/// Where the values of a layer's fields come from, in one file.
#[derive(Debug)]
pub(crate) struct Mapping {
    pub(crate) preset: Option<&'static Preset>,
    /// The preset was recognised by its columns rather than named.
    pub(crate) detected: bool,
    /// One for each field, in the layer's order.
    pub(crate) fields: Vec<FieldSource>,
}

/// Where the values of one field come from.
#[derive(Debug)]
pub(crate) struct FieldSource {
    field: &'static Field,
    /// Column of the file.
    pub(crate) column: Option<usize>,
    /// The same for every feature; stronger than the column.
    pub(crate) constant: Option<Value>,
    /// The file's words, as they are and folded, with what they mean.
    words: HashMap<String, Value>,
}

/// The columns of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns<'a> {
    pub(crate) names: &'a [String],
    /// Shapefiles cut names to ten characters.
    pub(crate) cut_to_ten: bool,
}

impl Columns<'_> {
    /// The column of that name: exactly, else without regard to case, accents and `_`, else cut to ten characters.
    pub(crate) fn find(&self, wanted: &str) -> Option<usize> {
        let exact = self.names.iter().position(|name| name == wanted);
        let like = |wanted: String| self.names.iter().position(|name| plain(name) == wanted);
        let cut = || {
            let is_long = self.cut_to_ten && wanted.chars().count() > 10;
            is_long.then(|| like(plain(&wanted.chars().take(10).collect::<String>()))).flatten()
        };
        exact.or_else(|| like(plain(wanted))).or_else(cut)
    }

    /// The column that somebody named for a field.
    ///
    /// # Errors
    /// [`ExchangeError::NoSuchColumn`].
    pub(crate) fn told(&self, path: &Path, field: &str, column: &str) -> Result<usize, ExchangeError> {
        self.find(column).ok_or_else(|| ExchangeError::NoSuchColumn {
            path: path.into(),
            field: field.into(),
            column: column.into(),
            columns: self.listed(),
        })
    }

    fn listed(&self) -> String {
        if self.names.is_empty() { "none".into() } else { self.names.join(", ") }
    }
}

fn plain(name: &str) -> String {
    fold(&name.replace('_', " "))
}

/// Maps the columns of a file to the fields of a layer: as told, field by field; else by the given preset, else by the
/// only preset whose columns are all there, else by the fields' own names and titles. A field told to have the column
/// without a name has none.
///
/// # Errors
/// [`ExchangeError::MissingColumn`], [`ExchangeError::NoColumnMatches`], [`ExchangeError::NoSuchField`],
/// [`ExchangeError::NoSuchColumn`].
pub(crate) fn map_columns(
    path: &Path,
    layer: &'static Layer,
    given: Option<&'static Preset>,
    told: &BTreeMap<String, String>,
    columns: Columns<'_>,
) -> Result<Mapping, ExchangeError> {
    check_column_fields(layer, told)?;
    let preset = given.or_else(|| recognise(layer, columns));
    let by_preset = preset.filter(|preset| !preset.columns.is_empty());
    let mut found: Vec<Option<usize>> = match by_preset {
        Some(preset) => layer.fields.iter().map(|field| columns.find(preset.columns.get(&field.name)?)).collect(),
        None => by_names(layer, columns),
    };
    for (field, found) in layer.fields.iter().zip(&mut found) {
        match told.get(&field.name).map(String::as_str) {
            None => {}
            Some("") => *found = None,
            Some(column) => *found = Some(columns.told(path, &field.name, column)?),
        }
    }
    if let Some(preset) = by_preset {
        check_needed(path, layer, preset, &found, columns)?;
    }
    let mut mapping = Mapping {
        preset,
        detected: given.is_none() && preset.is_some(),
        fields: layer.fields.iter().zip(found).map(|(field, column)| FieldSource::new(field, column, preset)).collect(),
    };
    let told_fields = mapping.fields.iter_mut().filter(|source| told.contains_key(&source.field.name));
    told_fields.for_each(|source| source.constant = None);
    let name = layer.position(&layer.name_field).and_then(|position| mapping.fields.get(position));
    match name.is_some_and(|source| source.column.is_some() || source.constant.is_some()) {
        true => Ok(mapping),
        false => Err(no_match(path, layer, columns)),
    }
}

/// Names under which columns of coordinates can be told beside the layer's fields.
pub(crate) const COORDINATES: [&str; 2] = ["longitude", "latitude"];

/// Whether columns can be told for all of these names.
///
/// # Errors
/// [`ExchangeError::NoSuchField`].
pub fn check_column_fields(layer: &Layer, told: &BTreeMap<String, String>) -> Result<(), ExchangeError> {
    let is_known = |name: &&String| layer.position(name).is_some() || COORDINATES.contains(&name.as_str());
    let Some(unknown) = told.keys().find(|name| !is_known(name)) else { return Ok(()) };
    let fields = layer.fields.iter().map(|field| field.name.as_str());
    Err(ExchangeError::NoSuchField {
        layer: layer.id.clone(),
        asked: unknown.clone(),
        accepted: fields.chain(COORDINATES).collect::<Vec<_>>().join(", "),
    })
}

fn recognise(layer: &'static Layer, columns: Columns<'_>) -> Option<&'static Preset> {
    let fits = |preset: &&Preset| {
        let mut needed = preset.columns.values().chain(&preset.longitude).chain(&preset.latitude);
        !preset.columns.is_empty() && needed.all(|column| columns.find(column).is_some())
    };
    let mut fitting = layer.presets.iter().filter(fits);
    fitting.next().filter(|_| fitting.next().is_none())
}

/// Field names first, then titles; no column is used twice.
fn by_names(layer: &Layer, columns: Columns<'_>) -> Vec<Option<usize>> {
    let mut found: Vec<Option<usize>> = layer.fields.iter().map(|field| columns.find(&field.name)).collect();
    for (position, field) in layer.fields.iter().enumerate() {
        let title = [&field.title.es, &field.title.en].into_iter().find_map(|title| columns.find(title));
        if found[position].is_none() && !found.contains(&title) {
            found[position] = title;
        }
    }
    found
}

/// The name and what identifies a feature must be there; other missing columns are only told.
fn check_needed(
    path: &Path,
    layer: &'static Layer,
    preset: &'static Preset,
    found: &[Option<usize>],
    columns: Columns<'_>,
) -> Result<(), ExchangeError> {
    let code = preset.key.is_empty().then_some("code");
    for name in preset.key.iter().map(String::as_str).chain(code).chain([layer.name_field.as_str()]) {
        let Some(column) = preset.columns.get(name) else { continue };
        if layer.position(name).is_some_and(|position| found[position].is_none()) {
            return Err(ExchangeError::MissingColumn {
                path: path.into(),
                preset: &preset.name,
                field: name,
                column,
                columns: columns.listed(),
            });
        }
    }
    Ok(())
}

fn no_match(path: &Path, layer: &'static Layer, columns: Columns<'_>) -> ExchangeError {
    let presets = layer.presets.iter().filter(|preset| !preset.columns.is_empty());
    let presets: Vec<&str> = presets.map(|preset| preset.name.as_str()).collect();
    let fields = layer.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join(", ");
    let presets = if presets.is_empty() { String::new() } else { format!("the presets {}, or ", presets.join(", ")) };
    ExchangeError::NoColumnMatches {
        path: path.into(),
        layer: &layer.id,
        name_field: &layer.name_field,
        columns: columns.listed(),
        accepted: format!("{presets}columns named after the fields: {fields}"),
    }
}

impl FieldSource {
    fn new(field: &'static Field, column: Option<usize>, preset: Option<&'static Preset>) -> FieldSource {
        // A test over all presets makes sure that constants and words can be read.
        let read = |text: &String| Value::parse(field, text).unwrap_or(Value::Null);
        let words = preset.and_then(|preset| preset.values.get(&field.name)).into_iter().flatten();
        let words = words.flat_map(|(word, meaning)| [(word.clone(), read(meaning)), (fold(word), read(meaning))]);
        let constant = preset.and_then(|preset| preset.constants.get(&field.name)).map(read);
        FieldSource { field, column, constant, words: words.collect() }
    }

    /// The value of the field in one row. Words of the preset count before our own reading of the text.
    ///
    /// # Errors
    /// Why the text does not fit the field.
    pub(crate) fn value(&self, cells: &[Cell]) -> Result<Value, ValueError> {
        if let Some(constant) = &self.constant {
            return Ok(constant.clone());
        }
        let Some(text) = self.column.and_then(|column| cells[column].text()) else { return Ok(Value::Null) };
        let text = text.trim();
        let meant = self.words.get(text).or_else(|| match self.words.is_empty() {
            true => None,
            false => self.words.get(&fold(text)),
        });
        meant.map_or_else(|| Value::parse(self.field, text).and_then(|v| plausible(v, text)), |value| Ok(value.clone()))
    }
}

/// Nothing of ours is older than this: `01/01/5`, `0044-03-15 BC` and the year 0, which PostgreSQL does not know,
/// are slips of the pen or of a program.
const FIRST_YEAR: i16 = 1000;

fn plausible(value: Value, text: &str) -> Result<Value, ValueError> {
    match value {
        Value::Date(day) if day.year() < FIRST_YEAR => Err(ValueError::NotADate(text.chars().take(60).collect())),
        value => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Catalogue;

    fn layer(id: &str) -> &'static Layer {
        Catalogue::built_in().layer(id).expect("built in")
    }

    fn mapped(id: &str, preset: Option<&str>, names: &[&str]) -> Result<Mapping, ExchangeError> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let layer = layer(id);
        let preset = preset.and_then(|name| layer.preset(name));
        let columns = Columns { names: &names, cut_to_ten: true };
        map_columns(Path::new("x.csv"), layer, preset, &BTreeMap::new(), columns)
    }

    #[test]
    fn what_is_told_of_columns_counts_before_names_and_presets() {
        let names = ["UH", "codigo", "Nombre", "NOMB_UH_N1", "AREA_KM2"].map(str::to_owned);
        let columns = Columns { names: &names, cut_to_ten: false };
        let watersheds = layer("watersheds");
        let told = |pairs: &[(&str, &str)]| {
            let told = pairs.iter().map(|(field, column)| ((*field).to_owned(), (*column).to_owned())).collect();
            map_columns(Path::new("x.csv"), watersheds, None, &told, columns)
        };
        let column = |mapping: &Mapping, name| mapping.fields[watersheds.position(name).expect("a field")].column;
        let mapping = told(&[("name", "NOMB_UH_N1"), ("code", "uh")]).expect("both are there");
        assert_eq!((column(&mapping, "name"), column(&mapping, "code")), (Some(3), Some(0)));
        let error = told(&[("name", "NOMBRE X")]).expect_err("no such column").to_string();
        assert!(error.contains("NOMBRE X") && error.contains("UH, codigo"), "{error}");
        let error = told(&[("nombre", "UH")]).expect_err("no such field").to_string();
        assert!(error.contains("nombre") && error.contains("longitude"), "{error}");
        assert!(told(&[("name", "")]).is_err(), "nothing is left for the name");
    }

    #[test]
    fn columns_match_by_name_title_and_cut_name() {
        let mapping = mapped("conflicts", None, &["CASO", "Estado", "competent_", "STARTED ON"]).expect("has a name");
        let columns: Vec<Option<usize>> = mapping.fields.iter().map(|source| source.column).collect();
        let of = |name| columns[layer("conflicts").position(name).expect("a field")];
        assert_eq!(
            (of("name"), of("state"), of("competent_authority"), of("started_on")),
            (Some(0), Some(1), Some(2), Some(3))
        );
        assert_eq!(mapping.preset.map(|preset| &preset.name), None);
    }

    #[test]
    fn a_preset_is_recognised_by_its_columns() {
        let names = ["UH", "codigo", "Nombre", "NOMB_UH_N1", "AREA_KM2"];
        let mapping = mapped("watersheds", None, &names).expect("fits");
        assert_eq!(mapping.preset.map(|preset| preset.name.as_str()), Some("ana_hydrographic_units"));
        assert!(mapping.detected);
    }

    #[test]
    fn dates_that_cannot_be_are_told() {
        let mapping = mapped("conflicts", None, &["name", "started_on"]).expect("has a name");
        let field = &mapping.fields[layer("conflicts").position("started_on").expect("a field")];
        let read = |text: &str| field.value(&[Cell::Null, Cell::Text(text.into())]);
        assert_eq!(read("01/06/1532"), Ok(Value::Date(jiff::civil::date(1532, 6, 1))));
        for text in
            ["infinity", "0044-03-15 BC", "-0044-03-15", "20000-01-01", "01/01/20000", "0000-01-01", "01/01/5", "now"]
        {
            assert!(matches!(read(text), Err(ValueError::NotADate(_))), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn a_missing_column_is_named() {
        let error = mapped("watersheds", Some("ana_hydrographic_units"), &["NOMBRE"]).expect_err("no CODIGO");
        assert!(error.to_string().contains("takes code from the column CODIGO"), "{error}");
        let error = mapped("watersheds", None, &["UH", "X"]).expect_err("nothing fits");
        assert!(error.to_string().contains("UH, X") && error.to_string().contains("ana_hydro"), "{error}");
    }

    #[test]
    fn constants_and_words_of_every_preset_can_be_read() {
        for layer in Catalogue::built_in().layers() {
            for preset in &layer.presets {
                let words = preset.values.iter().flat_map(|(field, words)| words.values().map(move |w| (field, w)));
                for (name, text) in preset.constants.iter().chain(words) {
                    let field = layer.field(name).expect("checked by the catalogue");
                    assert!(Value::parse(field, text).is_ok(), "{} {}: {name} = {text}", layer.id, preset.name);
                }
            }
        }
    }
}
