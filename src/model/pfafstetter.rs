//! Codes of hydrographic units after Pfafstetter (Verdin and Verdin 1999, Journal of Hydrology 218).
//!
//! At each level the last digit runs from 1 to 9 up the main stem: even digits are basins of tributaries, odd ones the pieces of
//! the main stem between them, 0 is a basin without outlet.

/// Whether what flows through one unit flows through another one further down; never between a unit and those inside it.
///
/// The codes tell only inside one basin: where all that two units have in common are pieces between basins, the main stem is the
/// shore of a sea or a lake, and neighbours reach it each for itself. So they must share a tributary's digit, after the last basin
/// without outlet.
pub fn is_downstream(unit: &str, of: &str) -> bool {
    if [unit, of].iter().any(|code| code.is_empty() || !code.bytes().all(|digit| digit.is_ascii_digit())) {
        return false;
    }
    let is_odd = |digit: &u8| (digit - b'0') % 2 == 1;
    let common = unit.bytes().zip(of.bytes()).take_while(|(one, other)| one == other).count();
    let (shared, lower, upper) = (&unit.as_bytes()[..common], &unit.as_bytes()[common..], &of.as_bytes()[common..]);
    let since_closed = shared.rsplit(|digit| *digit == b'0').next().unwrap_or_default();
    let is_one_basin = since_closed.iter().any(|digit| !is_odd(digit));
    let (Some(first), Some(from)) = (lower.first(), upper.first()) else { return false };
    is_one_basin && first < from && lower.iter().all(is_odd) && !upper.contains(&b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_down_the_main_stem_are_downstream() {
        for (unit, of) in [
            ("49911", "49912"),
            ("49911", "49999"),
            ("4993", "49951"),
            ("49951", "49952"),
            ("49951", "4996"),
            // Down a tributary, and from it to the main stem below where it flows in.
            ("49841", "49849"),
            ("4981", "49849"),
            ("4979", "4981"),
            ("43", "45"),
        ] {
            assert!(is_downstream(unit, of), "{unit} of {of}");
            assert!(!is_downstream(of, unit), "{of} of {unit}");
        }
    }

    #[test]
    fn neighbours_that_reach_the_main_stem_each_for_itself_are_not() {
        for (one, other, why) in [
            ("49912", "49914", "two tributaries"),
            ("4992", "49951", "a tributary below does not carry what comes from above"),
            ("49842", "4985", "a tributary of a tributary"),
            ("4981", "4981", "the same"),
            ("498", "4981", "one inside the other"),
            ("1376", "1378", "basins on the coast"),
            ("1375533", "1375534", "pieces of the coast"),
            ("1371", "1379", "pieces of the coast"),
            ("0171", "0179", "the shore of a lake"),
            ("13", "49", "other sides of the continent"),
            ("4011", "4015", "pieces of the shore of a lake inside a basin"),
            ("", "49", "nothing"),
            ("4a1", "4a3", "no code"),
        ] {
            assert!(!is_downstream(one, other) && !is_downstream(other, one), "{one} {other}: {why}");
        }
        assert!(is_downstream("40421", "40423"), "inside a tributary of a closed basin");
        assert!(!is_downstream("41", "4302"), "from a basin without outlet nothing flows out");
    }
}
