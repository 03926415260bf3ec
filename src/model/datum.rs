/// A geodetic datum that Peruvian files come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Datum {
    /// EPSG:4326 and the UTM zones 32717 to 32719.
    Wgs84,
    /// EPSG:5373 and the UTM zones 5387 to 5389 and 5839; equal to WGS 84 within a metre.
    Peru96,
    /// EPSG:4674; equal to WGS 84 within a metre.
    Sirgas2000,
    /// EPSG:4248 and the UTM zones 24877 to 24879; about 450 m from WGS 84.
    Psad56,
}

/// How coordinates of one datum come to WGS 84: a geocentric translation as EPSG publishes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DatumOperation {
    /// EPSG code of the operation.
    pub epsg: u32,
    /// Name in the EPSG registry.
    pub name: &'static str,
    /// The datum it starts from.
    pub from: Datum,
    /// Translation along X, Y, Z in metres.
    pub translation_m: [f64; 3],
    /// Accuracy EPSG states, in metres.
    pub accuracy_m: f64,
}

/// Operations we offer, each datum's default first. Source: EPSG registry, as PROJ ships it.
pub const DATUM_OPERATIONS: &[DatumOperation] = &[
    DatumOperation {
        epsg: 1208,
        name: "PSAD56 to WGS 84 (8)",
        from: Datum::Psad56,
        translation_m: [-279.0, 175.0, -379.0],
        accuracy_m: 16.0,
    },
    DatumOperation {
        epsg: 1201,
        name: "PSAD56 to WGS 84 (1)",
        from: Datum::Psad56,
        translation_m: [-288.0, 175.0, -376.0],
        accuracy_m: 42.0,
    },
    DatumOperation {
        epsg: 5378,
        name: "Peru96 to WGS 84 (1)",
        from: Datum::Peru96,
        translation_m: [0.0; 3],
        accuracy_m: 1.0,
    },
    DatumOperation {
        epsg: 15894,
        name: "SIRGAS 2000 to WGS 84 (1)",
        from: Datum::Sirgas2000,
        translation_m: [0.0; 3],
        accuracy_m: 1.0,
    },
];

impl Datum {
    /// The datum of a reference system by its EPSG code, for the systems of Peru.
    pub fn of_crs(epsg: u32) -> Option<Datum> {
        match epsg {
            4326 | 4979 | 3857 | 32701..=32760 | 32601..=32660 => Some(Datum::Wgs84),
            5373 | 5387..=5389 | 5839 => Some(Datum::Peru96),
            4674 | 31977..=31985 => Some(Datum::Sirgas2000),
            4248 | 24877..=24879 => Some(Datum::Psad56),
            _ => None,
        }
    }

    /// The operation used when nobody names one; none is needed from WGS 84.
    pub fn default_operation(self) -> Option<&'static DatumOperation> {
        DATUM_OPERATIONS.iter().find(|operation| operation.from == self)
    }
}

impl DatumOperation {
    /// Those we offer, for people.
    pub fn listed() -> String {
        let offered = DATUM_OPERATIONS.iter().map(|operation| format!("EPSG:{} ({})", operation.epsg, operation.name));
        format!("it is not offered; offered are {}", offered.collect::<Vec<_>>().join(", "))
    }

    /// The operation that a sentence of an import names, as `PSAD56 to WGS 84 (1) (EPSG:1201, …)`.
    pub fn named_in(text: &str) -> Option<&'static DatumOperation> {
        DATUM_OPERATIONS.iter().find(|operation| text.contains(operation.name))
    }

    /// The operation with that EPSG code, if we offer it.
    pub fn by_epsg(epsg: u32) -> Option<&'static DatumOperation> {
        DATUM_OPERATIONS.iter().find(|operation| operation.epsg == epsg)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_from_psad56_is_the_one_epsg_states_for_peru_onshore() {
        let operation = Datum::of_crs(24877).and_then(Datum::default_operation);
        assert_eq!(operation.map(|o| o.epsg), Some(1208));
        assert_eq!(Datum::of_crs(32718).and_then(Datum::default_operation), None);
    }
}
