//! What somebody sends as a fact, looked at field by field.

use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::{FactField, FactFieldType, FactKind, FactKinds, ListedCode};
use crate::model::{AROUND_PERU, Catalogue, Code, DEPARTMENTS, department_number, fold, is_ubigeo, plain_text};

/// Characters of a line and of a text, at most.
const LONGEST: (usize, usize) = (300, 20_000);
/// Members that tell where a fact is from, whatever its kind.
const PROVENANCE: [&str; 4] = ["source_class", "source", "source_url", "source_on"];
/// Classes of sources, from what anybody could know to what never leaves the institution.
pub const SOURCE_CLASSES: [&str; 3] = ["public", "institutional", "reserved"];

/// What is wrong with a member, in both languages of the interface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// The member.
    pub member: String,
    /// Spanish.
    pub es: String,
    /// English.
    pub en: String,
}

/// A fact whose members are what its kind takes.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedFact {
    /// Its kind.
    pub kind: String,
    /// What it says: columns of the table of facts; of a place, `longitude` and `latitude` too.
    pub members: Map<String, Json>,
}

fn wrong(member: &str, es: impl Into<String>, en: impl Into<String>) -> Wrong {
    Wrong { member: member.to_owned(), es: es.into(), en: en.into() }
}

/// Of these, the one most like what was written, where any is like it.
fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let written = fold(written);
    let likeness = |word: &&str| strsim::damerau_levenshtein(&written, &fold(word));
    known
        .map(|word| (likeness(&word), word))
        .min()
        .filter(|(far, word)| *far <= word.len().div_ceil(2))
        .map(|(_, word)| word)
}

pub(super) fn unknown<'a>(member: &str, written: &str, known: impl Iterator<Item = &'a str> + Clone) -> Wrong {
    let written: String = written.chars().take(60).collect();
    let all = known.clone().collect::<Vec<_>>().join(", ");
    match nearest(&written, known) {
        Some(near) => wrong(
            member,
            format!("«{written}» no se conoce; ¿quiso decir «{near}»? Se aceptan: {all}"),
            format!("\"{written}\" is not known; did you mean \"{near}\"? Accepted are {all}"),
        ),
        None => wrong(
            member,
            format!("«{written}» no se conoce; se aceptan: {all}"),
            format!("\"{written}\" is not known; accepted are {all}"),
        ),
    }
}

/// Of a pattern, a range or a text in other letters that none of these meets.
pub(super) fn unmet<'a>(member: &str, written: &str, known: impl Iterator<Item = &'a str> + Clone) -> Wrong {
    let written: String = written.chars().take(60).collect();
    let all = known.clone().collect::<Vec<_>>().join(", ");
    let (es, en) = match nearest(&written, known) {
        Some(near) => (format!("; ¿quiso decir «{near}»?"), format!("; did you mean \"{near}\"?")),
        None => (String::new(), String::new()),
    };
    wrong(
        member,
        format!("ningún código cumple lo que se pide con «{written}»{es} Los hay: {all}"),
        format!("no code meets what is asked with \"{written}\"{en} There are {all}"),
    )
}

impl FactKinds {
    /// A fact as it was sent (`{"kind": …, …}`), checked against its kind; what is null counts as left out.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn check(
        &self,
        sent: &Map<String, Json>,
        lists: &[ListedCode],
        today: Date,
    ) -> Result<CheckedFact, Vec<Wrong>> {
        let ids = self.kinds.iter().map(|kind| kind.id.as_str());
        let Some(told) = sent.get("kind").and_then(Json::as_str) else {
            let all = ids.collect::<Vec<_>>().join(", ");
            return Err(vec![wrong(
                "kind",
                format!("falta; se aceptan: {all}"),
                format!("is missing; accepted are {all}"),
            )]);
        };
        let Some(kind) = self.kind(told) else { return Err(vec![unknown("kind", told, ids)]) };
        let mut found = vec![];
        let mut members = Map::new();
        let known = kind.uses().map(|(field, _)| field.name.as_str()).chain(PROVENANCE);
        for (name, value) in sent.iter().filter(|(name, value)| *name != "kind" && !value.is_null()) {
            if !known.clone().any(|own| own == name) {
                found.push(unknown(name, name, known.clone()));
                continue;
            }
            let checked = match kind.uses().find(|(field, _)| field.name == *name) {
                Some((field, _)) => field.check(value, kind, sent, lists, today),
                None => provenance(name, value, today),
            };
            match checked {
                Ok(value) => _ = members.insert(name.clone(), value),
                Err(wrong) => found.push(wrong),
            }
        }
        for (field, _) in
            kind.uses().filter(|(field, needed)| *needed && sent.get(&field.name).is_none_or(Json::is_null))
        {
            found.push(wrong(
                &field.name,
                format!("{}: falta", field.title.es),
                format!("{}: is missing", field.title.en),
            ));
        }
        members.entry("source_class").or_insert_with(|| "institutional".into());
        // All that is wrong is told at once; of a member that is wrong by itself, no more than that.
        let by_itself: Vec<String> = found.iter().map(|wrong| wrong.member.clone()).collect();
        let together = together(kind, sent, &members, today);
        found.extend(together.into_iter().filter(|wrong| !by_itself.contains(&wrong.member)));
        match found.is_empty() {
            true => Ok(CheckedFact { kind: kind.id.clone(), members }),
            false => Err(found),
        }
    }
}

/// What does not hold between members: as they were sent, and those that are right.
fn together(kind: &FactKind, sent: &Map<String, Json>, members: &Map<String, Json>, today: Date) -> Vec<Wrong> {
    let mut found = vec![];
    let has = |name: &str| sent.get(name).is_some_and(|value| !value.is_null());
    let text = |name: &str| members.get(name).and_then(Json::as_str);
    if let (Some(from), Some(to)) = (text("valid_from"), text("valid_to"))
        && from > to
    {
        found.push(wrong("valid_to", "termina antes de empezar", "it ends before it begins"));
    }
    if kind.id == "state" {
        let is_active = text("code") == Some("activo");
        if has("code") && is_active != has("phase") {
            found.push(wrong(
                "phase",
                "un caso activo tiene exactamente una fase; los demás, ninguna",
                "an active case has exactly one phase, others have none",
            ));
        }
        if text("valid_from").is_some_and(|day| day > today.to_string().as_str()) {
            found.push(wrong("valid_from", "la fecha está por venir", "this day is still to come"));
        }
    }
    if kind.id == "place" {
        if has("longitude") != has("latitude") {
            let member = if has("longitude") { "latitude" } else { "longitude" };
            found.push(wrong(member, "longitud y latitud van juntas", "longitude and latitude come together"));
        }
        if !["longitude", "ubigeo", "department"].into_iter().any(has) {
            found.push(wrong(
                "longitude",
                "un lugar necesita coordenadas, un UBIGEO o un departamento; un caso nacional no lleva lugar",
                "a place needs coordinates, a UBIGEO or a department; a national case has no place",
            ));
        }
        let numbered = text("ubigeo").and_then(|code| code.get(..2)?.parse::<usize>().ok());
        if let (Some(number), Some(department)) = (numbered, text("department"))
            && department_number(department) != Some(number)
        {
            let of_code = DEPARTMENTS[number - 1];
            found.push(wrong(
                "ubigeo",
                format!("es de {of_code}, y el departamento dice «{department}»: corrija uno de los dos"),
                format!("it is of {of_code}, and the department says \"{department}\": mend one of them"),
            ));
        }
        if has("subject") && text("protection") == Some("public") {
            found.push(wrong(
                "protection",
                "este lugar pondría en peligro a alguien: se generaliza o se reserva",
                "this place would endanger somebody: generalise or withhold it",
            ));
        }
    }
    found
}

fn provenance(name: &str, value: &Json, today: Date) -> Result<Json, Wrong> {
    match name {
        "source_class" => match value.as_str() {
            Some(class) if SOURCE_CLASSES.contains(&class) => Ok(class.into()),
            other => Err(unknown(name, other.unwrap_or_default(), SOURCE_CLASSES.into_iter())),
        },
        "source_on" => match day(name, value, today)? {
            told if told.as_str().is_some_and(|told| told > today.to_string().as_str()) => {
                Err(wrong(name, "la fecha está por venir", "this day is still to come"))
            }
            told => Ok(told),
        },
        "source_url" => match words(name, value, 2_000)? {
            address if address.starts_with("http://") || address.starts_with("https://") => Ok(address.into()),
            _ => Err(wrong(
                name,
                "se espera una dirección http:// o https://",
                "expected an address, http:// or https://",
            )),
        },
        _ => words(name, value, 500).map(Json::from),
    }
}

fn words(name: &str, value: &Json, most: usize) -> Result<String, Wrong> {
    let Some(text) = value.as_str().map(plain_text) else {
        return Err(wrong(name, "se espera un texto", "expected a text"));
    };
    let text = text.trim();
    let count = text.chars().count();
    if count == 0 || count > most {
        return Err(wrong(
            name,
            format!("se esperan de 1 a {most} caracteres; tiene {count}"),
            format!("expected 1 to {most} characters; it has {count}"),
        ));
    }
    Ok(text.to_owned())
}

fn day(name: &str, value: &Json, today: Date) -> Result<Json, Wrong> {
    let read = value.as_str().and_then(|text| text.parse::<Date>().ok().filter(|_| text.len() == 10));
    match read {
        Some(day) if (1500..=i32::from(today.year()) + 100).contains(&i32::from(day.year())) => {
            Ok(day.to_string().into())
        }
        _ => Err(wrong(name, "se espera un día, como 2026-11-30", "expected a day, such as 2026-11-30")),
    }
}

fn chosen(name: &str, value: &Json, choices: &[Code]) -> Result<Json, Wrong> {
    let codes = choices.iter().map(|choice| choice.code.as_str());
    match value.as_str() {
        Some(code) if codes.clone().any(|own| own == code) => Ok(code.into()),
        other => Err(unknown(name, other.unwrap_or_default(), codes)),
    }
}

impl FactField {
    fn check(
        &self,
        value: &Json,
        kind: &FactKind,
        sent: &Map<String, Json>,
        lists: &[ListedCode],
        today: Date,
    ) -> Result<Json, Wrong> {
        let name = self.name.as_str();
        match self.kind {
            FactFieldType::Line => words(name, value, LONGEST.0).map(Json::from),
            FactFieldType::Text => words(name, value, LONGEST.1).map(Json::from),
            FactFieldType::Date => day(name, value, today),
            FactFieldType::Choice => chosen(name, value, &self.choices),
            FactFieldType::Code if !kind.is_listed => chosen(name, value, &kind.choices),
            FactFieldType::Code => {
                let institution = sent.get("institution").and_then(Json::as_str);
                let own =
                    lists.iter().filter(|own| own.list == kind.id && Some(own.institution.as_str()) == institution);
                let codes = own.filter(|own| !own.retired).map(|own| own.code.as_str());
                match value.as_str() {
                    Some(code) if codes.clone().any(|own| own == code) => Ok(code.into()),
                    _ if codes.clone().next().is_none() => Err(wrong(
                        name,
                        "esta institución no tiene códigos en esta lista",
                        "this institution has no codes in this list",
                    )),
                    other => Err(unknown(name, other.unwrap_or_default(), codes)),
                }
            }
            FactFieldType::Institution => {
                let own = lists.iter().filter(|own| own.list == kind.id).map(|own| own.institution.as_str());
                match value.as_str() {
                    Some(code) if own.clone().any(|own| own == code) => Ok(code.into()),
                    other => {
                        let mut known: Vec<_> = own.collect();
                        known.dedup();
                        Err(unknown(name, other.unwrap_or_default(), known.into_iter()))
                    }
                }
            }
            FactFieldType::Count => match value.as_u64() {
                Some(count) if count <= 10_000_000 || name == "feature" && i64::try_from(count).is_ok() => {
                    Ok(count.into())
                }
                _ => Err(wrong(name, "se espera un número entero desde 0", "expected a whole number from 0")),
            },
            FactFieldType::Degrees => {
                let (least, most) = match name {
                    "longitude" => (AROUND_PERU.west, AROUND_PERU.east),
                    _ => (AROUND_PERU.south, AROUND_PERU.north),
                };
                match value.as_f64().filter(|degrees| (least..=most).contains(degrees)) {
                    Some(degrees) => Ok(degrees.into()),
                    None => Err(wrong(
                        name,
                        format!("se esperan grados de {least} a {most} (WGS 84), alrededor del Perú"),
                        format!("expected degrees from {least} to {most} (WGS 84), around Peru"),
                    )),
                }
            }
            FactFieldType::Ubigeo => match value.as_str() {
                Some(code) if is_ubigeo(code) => Ok(code.into()),
                _ => Err(wrong(
                    name,
                    "se espera un texto de 2, 4 o 6 cifras, con sus ceros delante, que empieza con el departamento, de 01 a 25",
                    "expected a text of 2, 4 or 6 digits, with its leading zeros, that begins with the department, 01 to 25",
                )),
            },
            FactFieldType::Department => match words(name, value, LONGEST.0)? {
                told if department_number(&told).is_some() => Ok(told.into()),
                told => Err(unknown(name, &told, DEPARTMENTS.into_iter())),
            },
            FactFieldType::Layer => {
                let layers = Catalogue::built_in().layers().iter().map(|layer| layer.id.as_str());
                match value.as_str() {
                    Some(layer) if layers.clone().any(|own| own == layer) => Ok(layer.into()),
                    other => Err(unknown(name, other.unwrap_or_default(), layers)),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use serde_json::json;

    use super::{super::KINDS, *};

    fn lists() -> Vec<ListedCode> {
        let code = |institution: &str, list: &str, code: &str, retired| ListedCode {
            institution: institution.into(),
            list: list.into(),
            code: code.into(),
            title_es: code.into(),
            title_en: code.into(),
            retired,
            version: 1,
        };
        vec![
            code("defensoria", "type", "socioambiental", false),
            code("defensoria", "type", "comunal", false),
            code("defensoria", "type", "viejo", true),
            code("ana", "type", "acceso", false),
        ]
    }

    fn check(sent: Json) -> Result<CheckedFact, Vec<String>> {
        let Json::Object(sent) = sent else { panic!("an object") };
        KINDS
            .check(&sent, &lists(), date(2026, 11, 30))
            .map_err(|found| found.into_iter().map(|wrong| format!("{}: {}", wrong.member, wrong.en)).collect())
    }

    #[test]
    fn a_sound_fact_keeps_what_it_says() {
        let fact = check(json!({"kind": "type", "institution": "defensoria", "code": "comunal", "source": null}))
            .expect("sound");
        assert_eq!(
            Json::from(fact.members),
            json!({"institution": "defensoria", "code": "comunal", "source_class": "institutional"})
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_what_is_like_it() {
        for (sent, told) in [
            (json!({}), "kind: is missing; accepted are name"),
            (json!({"kind": "estado"}), "kind: \"estado\" is not known; did you mean \"state\""),
            (
                json!({"kind": "type", "institution": "defensoria", "code": "socioambientl"}),
                "did you mean \"socioambiental\"",
            ),
            (json!({"kind": "type", "institution": "defensoria", "code": "viejo"}), "code: \"viejo\" is not known"),
            (json!({"kind": "type", "institution": "defensoría", "code": "comunal"}), "did you mean \"defensoria\""),
            (json!({"kind": "name"}), "name: Name: is missing"),
            (json!({"kind": "name", "name": " "}), "name: expected 1 to 300 characters; it has 0"),
            (json!({"kind": "name", "name": "Conga", "nam": "x"}), "nam: \"nam\" is not known; did you mean \"name\""),
            (
                json!({"kind": "state", "code": "activo", "valid_from": "2026-01-01"}),
                "phase: an active case has exactly one",
            ),
            (
                json!({"kind": "state", "code": "latente", "phase": "crisis", "valid_from": "2026-01-01"}),
                "phase: an active case",
            ),
            (
                json!({"kind": "state", "code": "latente", "valid_from": "2027-01-01"}),
                "valid_from: this day is still to come",
            ),
            (json!({"kind": "state", "code": "latente", "valid_from": "30/11/2026"}), "valid_from: expected a day"),
            (json!({"kind": "place", "protection": "public"}), "longitude: a place needs coordinates"),
            (
                json!({"kind": "place", "protection": "public", "longitude": -78.5}),
                "latitude: longitude and latitude come together",
            ),
            (
                json!({"kind": "place", "protection": "public", "longitude": -7.2, "latitude": -78.5}),
                "longitude: expected degrees",
            ),
            (
                json!({"kind": "place", "protection": "public", "subject": "defender", "ubigeo": "0601"}),
                "protection: this place would",
            ),
            (
                json!({"kind": "place", "protection": "public", "department": "Apurimak"}),
                "department: \"Apurimak\" is not known; did you mean \"Apurímac\"",
            ),
            (
                json!({"kind": "place", "protection": "public", "department": "PUNO", "ubigeo": "0601"}),
                "ubigeo: it is of Cajamarca, and the department says \"PUNO\"",
            ),
            (
                json!({"kind": "place", "protection": "withheld", "ubigeo": "601"}),
                "ubigeo: expected a text of 2, 4 or 6",
            ),
            (
                json!({"kind": "actor", "name": "X", "role": "primary", "side": "company", "valid_from": "2026-02-01", "valid_to": "2026-01-01"}),
                "valid_to: it ends before",
            ),
            (json!({"kind": "demand", "text": "x", "source_class": "secret"}), "source_class: \"secret\" is not known"),
            (json!({"kind": "demand", "text": "x", "source_url": "javascript:1"}), "source_url: expected an address"),
            (json!({"kind": "link", "layer": "watershed", "feature": 1}), "did you mean \"watersheds\""),
            (
                json!({"kind": "event", "institution": "ana", "code": "x", "text": "x", "valid_from": "2026-01-01", "participants": -1}),
                "participants: expected a whole number",
            ),
        ] {
            let found = check(sent.clone()).expect_err("wrong");
            assert!(found.iter().any(|line| line.contains(told)), "{sent}: {found:?}");
        }
    }
}
