use std::collections::BTreeSet;

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{
    api::Problem,
    index::Snapshot,
    model::{FieldType, PropertyFilter, Value},
};

/// Values a filter on one code field may list.
const MAX_VALUES: usize = 100;

/// The query string, decoded. Of a parameter that is given twice the last counts.
#[derive(Debug)]
pub(super) struct Params(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Params, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        // No text of ours holds it, and PostgreSQL takes none that does.
        if let Some((name, _)) = pairs.iter().find(|(_, value)| value.contains('\0')) {
            return Err(Problem::bad_parameter(name, "holds a character that no text may hold (U+0000)"));
        }
        Ok(Params(pairs))
    }
}

impl Params {
    /// Refuses parameters that are not in `known`.
    pub(super) fn allow_only<'a>(&self, known: impl IntoIterator<Item = &'a str>) -> Result<(), Problem> {
        let known: Vec<_> = known.into_iter().collect();
        match self.0.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => {
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                Err(Problem::bad_parameter(name, format!("is not known here; known are: {known}")))
            }
            None => Ok(()),
        }
    }

    /// Whether a parameter says so; where it is not given, it does not.
    pub(super) fn truth(&self, name: &str) -> Result<bool, Problem> {
        match self.get(name) {
            None | Some("false" | "") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Problem::bad_parameter(name, "expected true or false")),
        }
    }

    /// The same with another parameter.
    pub(super) fn with(&self, name: &str, value: &str) -> Params {
        Params(self.0.iter().cloned().chain([(name.to_owned(), value.to_owned())]).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The parameters except those named, as a query string.
    pub(super) fn without(&self, names: &[&str]) -> form_urlencoded::Serializer<'static, String> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.0.iter().filter(|(name, _)| !names.contains(&name.as_str())));
        query
    }

    /// How many to return: at least 1, at most `maximum` (greater values are taken as the maximum).
    pub(super) fn limit(&self, default: usize, maximum: usize) -> Result<usize, Problem> {
        let Some(text) = self.get("limit") else { return Ok(default) };
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        // A number too large for the machine is still a number above the maximum.
        match (digits, text.parse::<usize>()) {
            (true, Ok(0)) | (false, _) => {
                Err(Problem::bad_parameter("limit", format!("expected a whole number from 1 to {maximum}")))
            }
            (true, number) => Ok(number.unwrap_or(maximum).min(maximum)),
        }
    }

    /// A whole number from 0.
    pub(super) fn whole_number(&self, name: &str) -> Result<Option<u64>, Problem> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let number = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        number.map(Some).ok_or_else(|| Problem::bad_parameter(name, "expected a whole number from 0"))
    }

    /// Conditions on the layer's own fields: `field=value`, for code fields also `field=one,other`.
    pub(super) fn property_filters(&self, snapshot: &Snapshot) -> Result<Vec<PropertyFilter>, Problem> {
        let mut filters = vec![];
        for (position, field) in snapshot.fields().iter().enumerate() {
            let Some(text) = self.get(&field.name) else { continue };
            let parse =
                |text: &str| Value::parse(field, text).map_err(|error| Problem::from((field.name.as_str(), error)));
            let any_of = match field.kind {
                FieldType::Code => {
                    let words: BTreeSet<_> = text.split(',').collect();
                    if words.len() > MAX_VALUES {
                        return Err(Problem::bad_parameter(&field.name, format!("at most {MAX_VALUES} values")));
                    }
                    words.into_iter().map(parse).collect::<Result<Vec<_>, _>>()?
                }
                _ => vec![parse(text)?],
            };
            if any_of.iter().any(Value::is_null) {
                return Err(Problem::bad_parameter(&field.name, "a value is missing"));
            }
            filters.push(PropertyFilter { position, any_of });
        }
        Ok(filters)
    }
}
