use serde_json::{Map, Value as Json};
use sqlx::PgConnection;

use super::CaseError;
use crate::model::{
    DEPARTMENTS,
    cases::{CheckedFact, Wrong},
    department_number, fold,
};

/// Communities that a unit must have to stand for a place in it.
const ENOUGH_COMMUNITIES: i64 = 5;
/// Metres beside the outline of the department that is written at which a place is taken to lie in another: outlines differ by less.
const FAR_FROM_OUTLINE_M: f64 = 10_000.0;
/// Columns that tell where a place is.
const PLACE_COLUMNS: [&str; 11] = [
    "longitude",
    "latitude",
    "precision",
    "subject",
    "name",
    "text",
    "ubigeo",
    "department",
    "province",
    "district",
    "watershed",
];

/// Columns of a fact, and of places whose site is told to its institution only, those of the site.
pub(super) struct Located {
    pub(super) columns: Map<String, Json>,
    pub(super) site: Option<Map<String, Json>>,
}

pub(super) async fn locate_all(
    connection: &mut PgConnection,
    facts: &[CheckedFact],
) -> Result<Vec<Located>, CaseError> {
    let mut located = Vec::with_capacity(facts.len());
    for (place, fact) in facts.iter().enumerate() {
        let named = |error| match error {
            CaseError::Wrong(mut wrong) if facts.len() > 1 => {
                wrong.member = format!("facts[{place}].{}", wrong.member);
                CaseError::Wrong(wrong)
            }
            error => error,
        };
        let mut columns = fact.members.clone();
        columns.insert("kind".into(), fact.kind.clone().into());
        if fact.kind == "link" {
            check_link(connection, fact).await.map_err(named)?;
        }
        located.push(if fact.kind == "place" {
            locate(connection, columns).await.map_err(named)?
        } else {
            Located { columns, site: None }
        });
    }
    Ok(located)
}

/// A link leads to a feature that is there.
async fn check_link(connection: &mut PgConnection, fact: &CheckedFact) -> Result<(), CaseError> {
    let layer = fact.members.get("layer").and_then(Json::as_str);
    let (Some(layer), Some(feature)) = (layer, fact.members.get("feature").and_then(Json::as_i64)) else {
        return Ok(());
    };
    let query = sqlx::query_file_scalar!("src/store/queries/has_feature.sql", layer, feature);
    if query.fetch_one(connection).await? {
        return Ok(());
    }
    Err(CaseError::Wrong(Box::new(Wrong {
        member: "feature".into(),
        es: format!("la capa no tiene ningún elemento con el número {feature}"),
        en: format!("the layer has no feature with the number {feature}"),
    })))
}

/// Finds the units in which a place lies, and parts what others may see of it from where it is.
async fn locate(connection: &mut PgConnection, mut columns: Map<String, Json>) -> Result<Located, CaseError> {
    let degrees = |name: &str| columns.get(name).and_then(Json::as_f64);
    let (longitude, latitude) = (degrees("longitude"), degrees("latitude"));
    let told = columns.get("ubigeo").and_then(Json::as_str);
    let department = columns.get("department").and_then(Json::as_str);
    let department_code = department.and_then(department_number).map(|number| format!("{number:02}"));
    let query = sqlx::query_file!(
        "src/store/queries/locate_place.sql",
        longitude,
        latitude,
        told,
        department_code,
        FAR_FROM_OUTLINE_M
    );
    let found = query.fetch_one(&mut *connection).await?;
    if let (Some(told), Some(beside)) = (told, &found.units_beside) {
        return Err(CaseError::Wrong(Box::new(Wrong {
            member: "ubigeo".into(),
            es: format!(
                "los límites cargados no tienen {told}; junto a él hay: {beside}. Si es nuevo, escriba el código de la unidad mayor y su nombre en el detalle"
            ),
            en: format!(
                "the outlines that are loaded do not have {told}; beside it there are {beside}. Of a new one write the code of the larger unit, and its name as detail"
            ),
        })));
    }
    if let (Some(_), Some(told), Some(lies)) = (longitude, told, &found.ubigeo)
        && !lies.starts_with(told)
        && !told.starts_with(lies.as_str())
    {
        return Err(CaseError::Wrong(Box::new(Wrong {
            member: "ubigeo".into(),
            es: format!("el lugar está en el UBIGEO {lies}, no en {told}: corrija uno de los dos"),
            en: format!("the place lies in the UBIGEO {lies}, not in {told}: mend one of them"),
        })));
    }
    if let (Some(department), Some(true)) = (department, found.is_beside_department) {
        let (es, en) = match &found.department {
            Some(lies) => (format!("están en {lies}"), format!("lie in {lies}")),
            None => ("no están en ninguno".to_owned(), "lie in none".to_owned()),
        };
        return Err(CaseError::Wrong(Box::new(Wrong {
            member: "department".into(),
            es: format!("las coordenadas {es}, y el departamento dice «{department}»: corrija unas u otro"),
            en: format!("the coordinates {en}, and the department says \"{department}\": mend one of them"),
        })));
    }
    // The code of a smaller unit than the layers know is kept.
    let ubigeo = found.ubigeo.filter(|lies| told.is_none_or(|told| !told.starts_with(lies.as_str())));
    // What the layers say comes before what somebody wrote; where they contradict one another, that is kept in words.
    let units = [("department", &found.department), ("province", &found.province), ("district", &found.district)];
    let written = |column: &str| columns.get(column).and_then(Json::as_str).map(str::to_owned);
    let is_other = |(column, unit): &(&str, &Option<String>)| {
        unit.as_deref().zip(written(column)).is_some_and(|(lies, written)| fold(lies) != fold(&written))
    };
    if units.iter().any(is_other) {
        let all = units.iter().filter_map(|(column, _)| written(column)).collect::<Vec<_>>().join(", ");
        let text = [written("text"), Some(format!("Según la fuente: {all}."))];
        columns.insert("text".into(), text.into_iter().flatten().collect::<Vec<_>>().join(" ").into());
        for (column, _) in units {
            columns.remove(column);
        }
    }
    for (column, unit) in units.into_iter().chain([("ubigeo", &ubigeo), ("watershed", &found.watershed)]) {
        if let Some(unit) = unit {
            columns.insert(column.into(), unit.as_str().into());
        }
    }
    // A code tells its department, whether or not outlines are loaded; and however sources spell it, it is stored in one way: else
    // the spelling would tell which of them knew it.
    let number = match columns.get("ubigeo").and_then(Json::as_str) {
        Some(code) => code.get(..2).and_then(|digits| digits.parse::<usize>().ok()),
        None => columns.get("department").and_then(|name| department_number(name.as_str()?)),
    };
    if let Some(department) = number.and_then(|number| DEPARTMENTS.get(number.wrapping_sub(1))) {
        columns.insert("department".into(), (*department).into());
    }
    columns.insert("units_as_of".into(), found.units_as_of);
    let protection = columns.get("protection").and_then(Json::as_str).unwrap_or_default().to_owned();
    if protection == "public" {
        return Ok(Located { columns, site: None });
    }
    let site: Map<String, Json> =
        PLACE_COLUMNS.iter().filter_map(|name| Some(((*name).to_owned(), columns.remove(*name)?))).collect();
    columns.remove("units_as_of");
    if protection == "generalised" {
        let text = |name: &str| site.get(name).and_then(Json::as_str);
        let (department, province, district) = (text("department"), text("province"), text("district"));
        let query = sqlx::query_file!("src/store/queries/count_communities.sql", department, province, district);
        let count = query.fetch_one(&mut *connection).await?;
        // A unit with enough communities stands for a place; and so that the next larger one, where it is told, does not mean one of
        // few small ones, those together must have enough as well.
        let stands = |own: i64, small: i64, has_small: bool| {
            own >= ENOUGH_COMMUNITIES && (!has_small || small >= ENOUGH_COMMUNITIES)
        };
        let (level, digits): (&[&str], usize) = match () {
            () if stands(count.in_district, count.in_small_districts, count.has_small_districts)
                && stands(count.in_province, count.in_small_provinces, count.has_small_provinces) =>
            {
                (&["department", "province", "district"], 6)
            }
            () if stands(count.in_province, count.in_small_provinces, count.has_small_provinces) => {
                (&["department", "province"], 4)
            }
            () => (&["department"], 2),
        };
        let code = match (text("ubigeo"), number) {
            (Some(code), _) => Some(code[..digits.min(code.len())].to_owned()),
            // Whether more is known than the department is not told either.
            (None, number) => number.map(|number| format!("{number:02}")),
        };
        // What is told of a cell is the same wherever in it the place is: its names are those of its own code.
        let cell = sqlx::query_file!(
            "src/store/queries/locate_place.sql",
            None::<f64>,
            None::<f64>,
            code.as_deref(),
            None::<&str>,
            FAR_FROM_OUTLINE_M
        );
        let cell = cell.fetch_one(&mut *connection).await?;
        for unit in level {
            let own = match *unit {
                "province" => cell.province.as_deref(),
                "district" => cell.district.as_deref(),
                _ => None,
            };
            if let Some(name) = own.or(text(unit)) {
                columns.insert((*unit).to_owned(), name.into());
            }
        }
        if let Some(code) = code {
            columns.insert("ubigeo".into(), code.into());
        }
        let precision = ["departamento", "provincia", "distrito"][level.len() - 1];
        columns.insert("precision".into(), precision.into());
    }
    Ok(Located { columns, site: Some(site) })
}
