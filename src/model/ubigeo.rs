use crate::model::fold;

/// Departments in the order of their INEI numbers, from 1. Source: INEI, Codificación de la división político-administrativa.
pub const DEPARTMENTS: [&str; 25] = [
    "Amazonas",
    "Áncash",
    "Apurímac",
    "Arequipa",
    "Ayacucho",
    "Cajamarca",
    "Callao",
    "Cusco",
    "Huancavelica",
    "Huánuco",
    "Ica",
    "Junín",
    "La Libertad",
    "Lambayeque",
    "Lima",
    "Loreto",
    "Madre de Dios",
    "Moquegua",
    "Pasco",
    "Piura",
    "Puno",
    "San Martín",
    "Tacna",
    "Tumbes",
    "Ucayali",
];
/// Callao's number at RENIEC; those between move up by one.
const CALLAO_AT_RENIEC: usize = 24;

/// Who numbers the places of Peru. The numbers look alike and mean other places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UbigeoAuthority {
    /// Instituto Nacional de Estadística e Informática.
    Inei,
    /// Registro Nacional de Identificación y Estado Civil.
    Reniec,
}

/// The INEI number of a department, from 1, in whatever letters its name is written; `None` where there is none of that name.
pub fn department_number(name: &str) -> Option<usize> {
    let folded = fold(name);
    DEPARTMENTS.iter().position(|own| fold(own) == folded).map(|place| place + 1)
}

/// Whether a text can be the UBIGEO of a department, a province or a district, by INEI's numbers.
pub fn is_ubigeo(text: &str) -> bool {
    matches!(text.len(), 2 | 4 | 6)
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && text[..2].parse().is_ok_and(|number| (1..=DEPARTMENTS.len()).contains(&number))
}

/// Whose the UBIGEO is, by the department it stands for: the first two digits are the department's number. `None` where both
/// authorities number the department alike, where neither does so, or where it cannot be told.
pub fn ubigeo_authority(ubigeo: &str, department: &str) -> Option<UbigeoAuthority> {
    let number: usize = ubigeo.get(..2)?.parse().ok()?;
    let inei = department_number(department)?;
    let callao = department_number("callao")?;
    let reniec = match inei {
        inei if inei == callao => CALLAO_AT_RENIEC,
        inei if inei > callao && inei <= CALLAO_AT_RENIEC => inei - 1,
        inei => inei,
    };
    match (number == inei, number == reniec) {
        (true, false) => Some(UbigeoAuthority::Inei),
        (false, true) => Some(UbigeoAuthority::Reniec),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_department_tells_whose_the_number_is() {
        for (ubigeo, department, authority) in [
            ("150101", "LIMA", Some(UbigeoAuthority::Inei)),
            ("140101", "Lima", Some(UbigeoAuthority::Reniec)),
            ("070101", "Callao", Some(UbigeoAuthority::Inei)),
            ("240101", "CALLAO", Some(UbigeoAuthority::Reniec)),
            ("240101", "Tumbes", Some(UbigeoAuthority::Inei)),
            ("010101", "Amazonas", None),
            ("250101", "Ucayali", None),
            ("990101", "Lima", None),
            ("1", "Lima", None),
        ] {
            assert_eq!(ubigeo_authority(ubigeo, department), authority, "{ubigeo} {department}");
        }
    }
}
