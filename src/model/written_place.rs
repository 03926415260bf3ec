//! Places as people write them: in degrees, in degrees with minutes and seconds, or in metres of a UTM zone.

use crate::model::AROUND_PERU;

/// A place as it was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum WrittenPlace {
    /// Degrees of WGS 84.
    Degrees {
        /// East of Greenwich.
        longitude: f64,
        /// North of the equator.
        latitude: f64,
    },
    /// Metres in a southern UTM zone of WGS 84.
    Utm {
        /// 17, 18 or 19: those of Peru.
        zone: u8,
        /// East.
        easting: f64,
        /// North.
        northing: f64,
    },
}

/// Zones of Peru.
const ZONES: [u8; 3] = [17, 18, 19];
/// Words that may stand between the numbers and say nothing.
const FILLERS: [&str; 11] =
    ["ZONA", "ZONE", "UTM", "WGS", "LAT", "LON", "LONG", "LATITUD", "LONGITUD", "LATITUDE", "LONGITUDE"];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    Number {
        value: f64,
        is_negative: bool,
    },
    /// North or south, east or west: `true` for the latter of both.
    Hemisphere {
        is_longitude: bool,
        is_negative: bool,
    },
    /// Degrees, minutes or seconds.
    Mark,
}

/// The places that a text can mean, the likeliest first: none where it is no place, several where the zone is not told.
pub fn read_written_place(text: &str) -> Vec<WrittenPlace> {
    let Some(parts) = parts_of(text) else { return vec![] };
    let numbers: Vec<f64> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Number { value, .. } => Some(*value),
            _ => None,
        })
        .collect();
    match utm(&numbers) {
        Some(places) => places,
        None => degrees(&parts, numbers.len()).into_iter().collect(),
    }
}

/// The numbers and what stands with them; `None` where there is a word that is of no place.
fn parts_of(text: &str) -> Option<Vec<Part>> {
    let mut text: String = text.to_uppercase().chars().map(plain).collect();
    // A comma parts numbers where points are decimal, or where it is the only thing that can.
    let commas = text.matches(',').count();
    let is_parting =
        text.contains('.') || text.contains(", ") || (commas == 1 && !text.trim().contains([' ', ';', '°']));
    text = text.replace(',', if is_parting { " " } else { "." }).replace("WGS84", " ").replace("WGS 84", " ");
    let mut parts = vec![];
    let mut rest = text.trim_start_matches([' ', ';', '(']);
    while let Some(first) = rest.chars().next() {
        let end = if first.is_ascii_digit() || first == '-' || first == '+' || first == '.' {
            let length = rest[1..].find(|c: char| !(c.is_ascii_digit() || c == '.')).map_or(rest.len(), |at| at + 1);
            let value: f64 = rest[..length].parse().ok()?;
            parts.push(Part::Number { value: value.abs(), is_negative: first == '-' });
            length
        } else if first.is_alphabetic() {
            let length = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
            match &rest[..length] {
                "N" | "NORTE" | "NORTH" => parts.push(Part::Hemisphere { is_longitude: false, is_negative: false }),
                "S" | "SUR" | "SOUTH" => parts.push(Part::Hemisphere { is_longitude: false, is_negative: true }),
                "E" | "ESTE" | "EAST" => parts.push(Part::Hemisphere { is_longitude: true, is_negative: false }),
                "W" | "O" | "OESTE" | "WEST" => parts.push(Part::Hemisphere { is_longitude: true, is_negative: true }),
                // Latitude bands of Peru, metres.
                "K" | "L" | "M" => {}
                filler if FILLERS.contains(&filler) => {}
                _ => return None,
            }
            length
        } else if matches!(first, '°' | '\'' | '"') {
            parts.push(Part::Mark);
            first.len_utf8()
        } else if matches!(first, ':' | '=' | '/' | ')') {
            first.len_utf8()
        } else {
            return None;
        };
        rest = rest[end..].trim_start_matches([' ', ';', '(']);
    }
    Some(parts)
}

fn plain(c: char) -> char {
    match c {
        'º' | '˚' => '°',
        '′' | '’' | '´' | '`' => '\'',
        '″' | '”' | '“' => '"',
        '−' | '–' => '-',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

/// Two numbers that are an easting and a northing of Peru, and a zone where there is one.
fn utm(numbers: &[f64]) -> Option<Vec<WrittenPlace>> {
    let easting = *numbers.iter().find(|number| (100_000.0..1_000_000.0).contains(*number))?;
    let northing = *numbers.iter().find(|number| (7_500_000.0..=10_010_000.0).contains(*number))?;
    let rest: Vec<f64> = numbers.iter().copied().filter(|number| *number != easting && *number != northing).collect();
    let zones: Vec<u8> = match rest[..] {
        [] => ZONES.to_vec(),
        [told] => ZONES.into_iter().filter(|zone| f64::from(*zone) == told).collect(),
        _ => vec![],
    };
    Some(zones.into_iter().map(|zone| WrittenPlace::Utm { zone, easting, northing }).collect())
}

/// Two values of one, two or three numbers each.
fn degrees(parts: &[Part], count: usize) -> Option<WrittenPlace> {
    let each = (count.is_multiple_of(2) && (2..=6).contains(&count)).then_some(count / 2)?;
    let is_told = parts.iter().any(|part| match part {
        Part::Number { value, is_negative } => *is_negative || value.fract() != 0.0,
        Part::Hemisphere { .. } | Part::Mark => true,
    });
    if !is_told {
        // Two whole numbers are as likely a code.
        return None;
    }
    let mut values = [(0.0, false), (0.0, false)];
    let mut hemispheres = vec![];
    let mut seen = 0;
    for part in parts {
        match part {
            Part::Number { value, is_negative } => {
                let (half, nth) = (seen / each, seen % each);
                let scale = [1.0, 60.0, 3600.0][nth];
                if nth > 0 && (*value >= 60.0 || *is_negative) {
                    return None;
                }
                values[half].0 += value / scale;
                values[half].1 |= *is_negative;
                seen += 1;
            }
            Part::Hemisphere { is_longitude, is_negative } => hemispheres.push((*is_longitude, *is_negative)),
            Part::Mark => {}
        }
    }
    let is_longitude_first = match hemispheres[..] {
        [] | [_] => values[0].0 > 60.0 && values[1].0 <= 30.0,
        [(first, _), (second, _)] if first != second => first,
        _ => return None,
    };
    let told = |half: usize| match hemispheres.get(half) {
        Some((_, is_negative)) if hemispheres.len() == 2 => values[half].1 || *is_negative,
        _ => values[half].1,
    };
    let signed = |half: usize| if told(half) { -values[half].0 } else { values[half].0 };
    let (lon, lat) = if is_longitude_first { (0, 1) } else { (1, 0) };
    let (mut longitude, mut latitude) = (signed(lon), signed(lat));
    // Without any sign, what fits Peru lies south and west.
    if !told(0) && !told(1) && hemispheres.is_empty() && AROUND_PERU.contains(-longitude, -latitude) {
        (longitude, latitude) = (-longitude, -latitude);
    }
    let is_on_earth = longitude.abs() <= 180.0 && latitude.abs() <= 90.0;
    is_on_earth.then_some(WrittenPlace::Degrees { longitude, latitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_people_write_them() {
        let lima = (-77.0283, -12.0433);
        for text in [
            "-12.0433, -77.0283",
            "-12.0433 -77.0283",
            "-12.0433,-77.0283",
            "-12,0433 -77,0283",
            "-12,0433; -77,0283",
            "-77.0283, -12.0433",
            "12.0433 S, 77.0283 W",
            "12.0433° S 77.0283° O",
            "77.0283 O 12.0433 S",
            "S 12.0433 O 77.0283",
            "lat: -12.0433 lon: -77.0283",
            "(-12.0433; -77.0283)",
            "12.0433, 77.0283",
            "12°02'35.88\"S 77°01'41.88\"W",
            "12° 2′ 35.88″ S, 77° 1′ 41.88″ O",
            "12 02 35.88 S 77 01 41.88 W",
            "12º 2.598' S 77º 1.698' W",
        ] {
            let read = read_written_place(text);
            let [WrittenPlace::Degrees { longitude, latitude }] = read[..] else { panic!("{text}: {read:?}") };
            assert!((longitude - lima.0).abs() < 1e-6 && (latitude - lima.1).abs() < 1e-6, "{text}: {read:?}");
        }
    }

    #[test]
    fn metres_of_a_zone_are_read_and_a_zone_that_is_not_told_is_any() {
        let place = |zone| WrittenPlace::Utm { zone, easting: 279_250.0, northing: 8_667_600.5 };
        for text in [
            "18L 279250 8667600.5",
            "18S 279250 8667600.5",
            "279250 E 8667600.5 N zona 18 sur",
            "UTM 18 279250, 8667600.5",
            "8667600.5 N 279250 E 18 L WGS84",
        ] {
            assert_eq!(read_written_place(text), [place(18)], "{text}");
        }
        assert_eq!(read_written_place("279250 8667600.5"), [17, 18, 19].map(place));
        assert_eq!(read_written_place("21 279250 8667600.5"), []);
    }

    #[test]
    fn names_and_codes_are_no_places() {
        for text in [
            "Lima",
            "12",
            "12 77",
            "010000115",
            "Lote 88",
            "D.S. 12-2010",
            "-12.5",
            "12°70'S 77°W",
            "1 2 3 4 5 6 7 8",
            "PSAD56 18S 279250 8667600",
            "-95.0, -200.0",
            "",
            "S",
            "12.5 S 13.5 S",
        ] {
            assert_eq!(read_written_place(text), [], "{text}");
        }
    }
}
