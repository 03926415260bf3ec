use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter},
};

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    exchange::{
        SourceSummary,
        grid::{GridFit, MET_M},
    },
    model::{Bbox, Layer, RowNote, UbigeoAuthority, Value, ubigeo_authority},
    store::{ChangeCounts, Doubts, KeptEdit, Merge, Repair, Shift},
};

/// Notes of one kind that are printed; all of them are kept with the import.
const PRINTED: usize = 10;

/// Codes of places that can only be of one authority.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct UbigeoCounts {
    /// Of INEI.
    pub inei: u64,
    /// Of RENIEC.
    pub reniec: u64,
}

/// What became of a file, row by row where it matters.
#[derive(Debug, Clone, Serialize)]
pub struct ImportReport {
    /// The layer it went into.
    pub layer: String,
    /// The file's name.
    pub file: String,
    /// Format and table.
    pub format: String,
    /// Preset given or recognised.
    pub preset: Option<String>,
    /// Source whose features the file replaced.
    pub source: String,
    /// Day the data is of, if anybody said.
    pub valid_on: Option<jiff::civil::Date>,
    /// Reference system found, or told.
    pub crs_found: String,
    /// How coordinates came to WGS 84.
    pub datum_operation: String,
    /// Columns of the file, in its order.
    pub columns: Vec<String>,
    /// Fields that columns of the file fill: the field and its column.
    pub used_columns: Vec<(String, String)>,
    /// Columns of the file that no field takes; their content is kept in the original record.
    pub ignored_columns: Vec<String>,
    /// The layer's revision before it.
    pub revision: i64,
    /// Rows read.
    pub read: u64,
    /// Rows taken.
    pub accepted: u64,
    /// Rows without geometry among them.
    pub without_geometry: u64,
    /// Areas made valid, and what changed.
    pub repaired: Vec<RowNote>,
    /// Areas whose rings were wound clockwise.
    pub rings_turned: u64,
    /// Features whose heights were dropped.
    pub z_dropped: u64,
    /// Rows not taken, and why.
    pub rejected: Vec<RowNote>,
    /// Values that were not understood, and the like. The rows were taken.
    pub notes: Vec<RowNote>,
    /// Rows with the same geometry as an earlier one. They were taken.
    pub same_geometry: Vec<RowNote>,
    /// By field with an area: rows that measure otherwise.
    pub area_differs: Vec<(String, Doubts)>,
    /// Rows that lie in another department than they say.
    pub elsewhere: Doubts,
    /// Areas that are next to nothing.
    pub slivers: Doubts,
    /// Whose the codes of places are, by the department they stand for.
    pub ubigeo: UbigeoCounts,
    /// How well corners lie on the layer's legal grid, the best first; nothing where it has none.
    pub grid: Vec<GridFit>,
    /// How all features of the source moved alike since its last file.
    pub shift: Option<Shift>,
    /// Box around what was taken, in degrees.
    pub bbox: Option<Bbox>,
    /// What changed in the layer.
    pub merge: Merge,
    /// The same by department, where the source had a file before; under an empty name what lies in none.
    pub by_department: BTreeMap<String, ChangeCounts>,
    /// How many rows bear the code of a feature that another source of the layer has, by source: the layer then has both.
    pub known_elsewhere: BTreeMap<String, u64>,
    /// What people did to the source's features since; the file did not undo it.
    pub kept_edits: Vec<KeptEdit>,
    /// When the same file came last, if it changes nothing: then it is not kept again.
    pub same_as: Option<Timestamp>,
    /// Nothing was kept.
    pub dry_run: bool,
}

impl ImportReport {
    /// A report at the beginning of an import.
    pub(super) fn new(layer: &Layer, file: &str, summary: &SourceSummary) -> ImportReport {
        ImportReport {
            layer: layer.id.clone(),
            file: file.to_owned(),
            format: summary.format.to_string(),
            preset: summary.preset.as_ref().map(|preset| preset.name.clone()),
            source: String::new(),
            crs_found: summary.crs_found.clone(),
            datum_operation: summary.operation.text.clone(),
            columns: summary.columns.clone(),
            used_columns: summary.used_columns.clone(),
            ignored_columns: summary.ignored_columns.clone(),
            revision: 0,
            read: 0,
            accepted: 0,
            without_geometry: 0,
            repaired: vec![],
            rings_turned: 0,
            z_dropped: 0,
            rejected: vec![],
            notes: vec![],
            same_geometry: vec![],
            area_differs: vec![],
            elsewhere: Doubts::default(),
            slivers: Doubts::default(),
            ubigeo: UbigeoCounts::default(),
            grid: vec![],
            shift: None,
            bbox: None,
            merge: Merge::default(),
            by_department: BTreeMap::new(),
            known_elsewhere: BTreeMap::new(),
            valid_on: None,
            kept_edits: vec![],
            same_as: None,
            dry_run: false,
        }
    }

    /// Counts whose a feature's code is, where the layer has codes of places and the department beside them.
    pub(super) fn count_ubigeo(&mut self, layer: &Layer, values: &[Value]) {
        let code = layer.fields.iter().position(|field| field.digits.is_some());
        let department = layer.position("department");
        let (Some(code), Some(department)) = (code, department) else { return };
        let (Some(code), Some(department)) = (values[code].as_text(), values[department].as_text()) else { return };
        match ubigeo_authority(code, department) {
            Some(UbigeoAuthority::Inei) => self.ubigeo.inei += 1,
            Some(UbigeoAuthority::Reniec) => self.ubigeo.reniec += 1,
            None => {}
        }
    }

    /// All that is told of single rows.
    pub(super) fn notes_of_rows(&mut self) -> impl Iterator<Item = &mut RowNote> {
        let doubts = self.area_differs.iter_mut().map(|(_, doubts)| doubts);
        let doubts = doubts.chain([&mut self.elsewhere, &mut self.slivers]).flat_map(|doubts| &mut doubts.first);
        let lists = [&mut self.repaired, &mut self.rejected, &mut self.notes, &mut self.same_geometry];
        lists.into_iter().flatten().chain(doubts)
    }

    /// Says of each repair what was wrong and what area there is now. An area of which nothing was left is rejected
    /// for what was wrong with it, and no repair.
    pub(super) fn set_repairs(&mut self, repairs: Vec<Repair>, vanished: Vec<RowNote>) {
        let mut vanished: BTreeMap<u64, RowNote> = vanished.into_iter().map(|note| (note.row, note)).collect();
        for repair in repairs {
            match vanished.get_mut(&repair.row.row) {
                Some(rejected) => rejected.note = format!("{}; {}", repair.row.note, rejected.note),
                None => self.repaired.push(RowNote { note: describe(&repair), ..repair.row }),
            }
        }
        self.rejected.extend(vanished.into_values());
    }
}

/// What was wrong and the geodesic area, in hectares. An outline that crosses itself or another has no area of its
/// own: the formula counts some parts twice and others as less than nothing. What it gives is told only where it
/// agrees, within 1 %, with the area after the repair, as evidence that the repair was slight.
fn describe(repair: &Repair) -> String {
    let hectares = |area_m2: f64| format!("{:.4} ha", area_m2 / 10_000.0);
    let after = repair.area_after_m2.unwrap_or_default();
    let before = repair.area_before_m2.filter(|before| (before - after).abs() <= 0.01 * after);
    let before = before.map(|before| format!("{} before, ", hectares(before))).unwrap_or_default();
    format!("{}; geodesic area {before}{} after the repair", repair.row.note, hectares(after))
}

impl Display for ImportReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let preset = self.preset.as_deref().unwrap_or("none (columns by name)");
        writeln!(f, "{} → layer {}, source {}", self.file, self.layer, self.source)?;
        writeln!(f, "  format            {}", self.format)?;
        writeln!(f, "  preset            {preset}")?;
        writeln!(f, "  CRS found         {}", self.crs_found)?;
        writeln!(f, "  datum operation   {}", self.datum_operation)?;
        let used: Vec<_> = self.used_columns.iter().map(|(field, column)| format!("{field} ← {column}")).collect();
        writeln!(f, "  columns used      {}", used.join(", "))?;
        if !self.ignored_columns.is_empty() {
            writeln!(f, "  columns not used  {} (kept in the original record)", self.ignored_columns.join(", "))?;
        }
        writeln!(f, "  read              {}", self.read)?;
        writeln!(f, "  accepted          {}", self.accepted)?;
        if self.without_geometry > 0 {
            writeln!(f, "  without geometry  {}", self.without_geometry)?;
        }
        write_notes(f, "repaired", &self.repaired)?;
        if self.rings_turned > 0 {
            writeln!(f, "  rings turned      {} areas, to counter-clockwise", self.rings_turned)?;
        }
        if self.z_dropped > 0 {
            writeln!(f, "  heights dropped   {}", self.z_dropped)?;
        }
        write_notes(f, "rejected", &self.rejected)?;
        write_notes(f, "values in doubt", &self.notes)?;
        write_notes(f, "same geometry", &self.same_geometry)?;
        for (field, doubts) in &self.area_differs {
            write_doubts(f, &format!("{field} differs"), doubts)?;
        }
        write_doubts(f, "elsewhere", &self.elsewhere)?;
        write_doubts(f, "slivers", &self.slivers)?;
        if self.ubigeo != UbigeoCounts::default() {
            let UbigeoCounts { inei, reniec } = self.ubigeo;
            let mixed = if inei > 0 && reniec > 0 { "; one of them is wrong" } else { "" };
            writeln!(f, "  UBIGEO by INEI    {inei}, by RENIEC {reniec}, as their departments tell{mixed}")?;
        }
        write_grid(f, &self.grid)?;
        if let Some(shift) = self.shift {
            let Shift { matched, moved, east_m, north_m, .. } = shift;
            let distance_m = shift.distance_m();
            writeln!(
                f,
                "  ALL MOVED         {moved} of {matched} features by the same {distance_m:.1} m ({east_m:.1} m east, {north_m:.1} m north): probably another datum or operation than before; see --source-crs and --operation"
            )?;
        }
        let bbox = self.bbox.map_or("none".into(), |bbox| bbox.to_string());
        writeln!(f, "  bounding box      {bbox}")?;
        let Merge { added, changed, only_record, unchanged, removed, demonstration_removed } = self.merge;
        let title = if self.dry_run { "would be" } else { "in the layer" };
        writeln!(f, "  {title:<16}  {added} added, {changed} changed, {unchanged} unchanged, {removed} removed")?;
        if only_record > 0 {
            writeln!(f, "                    of those changed, {only_record} only in columns that no field takes")?;
        }
        for (department, counts) in &self.by_department {
            let ChangeCounts { added, removed, moved, changed, added_ha, removed_ha, moved_ha } = counts;
            let department = if department.is_empty() { "in no department" } else { department };
            writeln!(
                f,
                "    {department:<22} {added} added ({added_ha:.2} ha), {removed} removed ({removed_ha:.2} ha), {moved} moved ({moved_ha:.2} ha), {changed} with other properties"
            )?;
        }
        if demonstration_removed > 0 {
            writeln!(f, "                    {demonstration_removed} demonstration features give way")?;
        }
        for (source, count) in &self.known_elsewhere {
            writeln!(
                f,
                "  ALREADY THERE     {count} of these rows bear codes that the source {source} has: the layer has both; to replace them say --source {source}"
            )?;
        }
        write_kept_edits(f, &self.kept_edits)?;
        if let Some(at) = self.same_as {
            writeln!(f, "  the same file as {at:.0}: nothing was changed")?;
        }
        if self.dry_run {
            writeln!(f, "  dry run: nothing was kept")?;
        }
        Ok(())
    }
}

fn write_kept_edits(f: &mut Formatter<'_>, edits: &[KeptEdit]) -> fmt::Result {
    if edits.is_empty() {
        return Ok(());
    }
    writeln!(f, "  edits kept        {} (--overwrite-edits lets the file count instead)", edits.len())?;
    for edit in edits.iter().take(PRINTED) {
        let row = edit.row.map_or("no row".into(), |row| format!("row {row}"));
        let deed = if edit.removed { "removed by hand" } else { "written by hand" };
        writeln!(f, "    {row:<10} {}: {deed} {:.0}", edit.feature, edit.at)?;
    }
    write_rest(f, edits.len())
}

/// Nothing where there are none: doubts are worth a line only where there are some.
fn write_doubts(f: &mut Formatter<'_>, title: &str, doubts: &Doubts) -> fmt::Result {
    if doubts.total == 0 {
        return Ok(());
    }
    writeln!(f, "  {title:<16}  {}", doubts.total)?;
    for note in doubts.first.iter().take(PRINTED) {
        writeln!(f, "    row {:<6} {}: {}", note.row, note.feature, note.note)?;
    }
    write_rest(f, usize::try_from(doubts.total).unwrap_or(usize::MAX))
}

/// What the grid tells of the datum by which the coordinates came.
fn write_grid(f: &mut Formatter<'_>, fits: &[GridFit]) -> fmt::Result {
    let Some(best) = fits.first() else { return Ok(()) };
    for (position, GridFit { system, median_m, .. }) in fits.iter().enumerate() {
        let title = if position == 0 { "corners off grid" } else { "" };
        writeln!(f, "  {title:<16}  {median_m:.2} m in {system}")?;
    }
    if best.median_m < MET_M && best.operation.is_none() {
        writeln!(
            f,
            "                    they lie on the grid of WGS 84 itself: right for a cadastre drawn in WGS 84; if it was drawn in PSAD56, the file is some 450 m off: say --source-crs EPSG:24877, 24878 or 24879"
        )?;
    }
    Ok(())
}

/// The number, then the first of the notes, each on its line.
fn write_notes(f: &mut Formatter<'_>, title: &str, notes: &[RowNote]) -> fmt::Result {
    writeln!(f, "  {title:<16}  {}", notes.len())?;
    for note in notes.iter().take(PRINTED) {
        writeln!(f, "    row {:<6} {}: {}", note.row, note.feature, note.note)?;
    }
    write_rest(f, notes.len())
}

fn write_rest(f: &mut Formatter<'_>, total: usize) -> fmt::Result {
    match total.checked_sub(PRINTED) {
        None | Some(0) => Ok(()),
        Some(rest) => writeln!(f, "    … and {rest} more, kept with the import"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_before_is_told_where_it_means_something() {
        let described = |before, after| {
            let row = RowNote { row: 1, feature: "A".into(), note: "Self-intersection".into(), place: None };
            describe(&Repair { row, area_before_m2: before, area_after_m2: Some(after) })
        };
        let slight = described(Some(1_000_000.0), 999_000.0);
        assert_eq!(slight, "Self-intersection; geodesic area 100.0000 ha before, 99.9000 ha after the repair");
        for cancelled in [Some(0.0), Some(600_000.0), None] {
            assert_eq!(
                described(cancelled, 1_200_000.0),
                "Self-intersection; geodesic area 120.0000 ha after the repair"
            );
        }
    }
}
