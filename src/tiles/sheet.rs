use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    thread,
};

use geo::CoordsIter;

use crate::{
    index::{Feature, Slot, Snapshot},
    tiles::mvt::Shape,
};

/// Points of a geometry that is generalised in a microsecond.
const PLAIN: usize = 16;

/// All areas of a layer as they are drawn at one zoom level, side by side in memory: where thousands are on a tile, going
/// from feature to feature costs more than drawing them.
#[derive(Debug)]
pub(super) struct Sheet {
    /// By slot.
    entries: Vec<Entry>,
    /// West, north, east and south of the entries in tile units from the world's north-west corner; beside them, since all
    /// are looked through.
    bounds: Vec<[i32; 4]>,
    /// The shapes of all entries, see [`Entry::shape`].
    shapes: Vec<u8>,
    /// Values of the category, by the number entries have for them.
    pub(super) categories: Vec<String>,
}

/// One area.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: i64,
    /// Where its outline begins, in tile units from the world's north-west corner.
    pub(super) start: [i32; 2],
    shape: std::ops::Range<u32>,
    /// Its category, and whether it is invented.
    pub(super) category: Option<u16>,
    pub(super) synthetic: bool,
}

impl Sheet {
    fn draw(snapshot: &Snapshot, zoom: u8) -> Sheet {
        let count = snapshot.features().len();
        let (entries, bounds) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let mut sheet = Sheet { entries, bounds, shapes: vec![], categories: vec![] };
        let category = snapshot.layer().category_field.as_deref().and_then(|name| snapshot.position(name));
        let mut numbers: HashMap<&str, Option<u16>> = HashMap::new();
        let mut shape = Shape::default();
        for feature in snapshot.features() {
            let text = category.and_then(|position| feature.value(position).as_text());
            let category = text.and_then(|text| {
                *numbers.entry(text).or_insert_with(|| {
                    sheet.categories.push(text.to_owned());
                    u16::try_from(sheet.categories.len() - 1).ok()
                })
            });
            let anew;
            let area = if is_plain(feature) {
                anew = feature.generalise(zoom);
                &anew
            } else {
                feature.generalised(zoom)
            };
            let start = shape.draw_from_start(area.rings());
            let from = sheet.shapes.len();
            sheet.shapes.extend_from_slice(shape.commands());
            let end = |at: usize| u32::try_from(at).expect("shapes of a layer take less than 4 GiB");
            sheet.bounds.push(bounds_of(area.rings().flatten()));
            sheet.entries.push(Entry {
                id: feature.id,
                start,
                shape: end(from)..end(sheet.shapes.len()),
                category,
                synthetic: feature.synthetic,
            });
        }
        sheet.shapes.shrink_to_fit();
        sheet
    }

    /// Slots of the areas that meet these bounds (west, north, east, south in the entries' units), ascending. Looks
    /// through all of them: for tiles that show a good part of the layer. `meets` decides where rounding might.
    pub(super) fn near(&self, [west, north, east, south]: [i32; 4], meets: impl Fn(Slot) -> bool) -> Vec<Slot> {
        let mut slots = vec![0; self.bounds.len()];
        let mut count = 0;
        for (slot, [left, top, right, bottom]) in (0..).zip(&self.bounds) {
            slots[count] = slot;
            // Without branches, which a processor could not foresee.
            let is_near = (*left <= east) & (*right >= west) & (*top <= south) & (*bottom >= north);
            count += usize::from(is_near);
        }
        slots.truncate(count);
        slots.retain(|slot| {
            let [left, top, right, bottom] = self.bounds[*slot as usize];
            left > west && right < east && top > north && bottom < south || meets(*slot)
        });
        slots
    }

    /// The area, and its bounds as in [`Sheet::near`].
    pub(super) fn entry(&self, slot: Slot) -> (&Entry, [i32; 4]) {
        (&self.entries[slot as usize], self.bounds[slot as usize])
    }

    /// What follows an area's first point, see [`Shape::draw_from_start`]; empty for what is no area.
    pub(super) fn shape(&self, entry: &Entry) -> &[u8] {
        &self.shapes[entry.shape.start as usize..entry.shape.end as usize]
    }
}

/// Whether it is soon generalised again where a tile's edge cuts it: the sheet alone then keeps it.
fn is_plain(feature: &Feature) -> bool {
    feature.geometry.as_ref().is_none_or(|geometry| geometry.coords_count() <= PLAIN)
}

fn bounds_of<'a>(points: impl Iterator<Item = &'a [i32; 2]>) -> [i32; 4] {
    points.fold([i32::MAX, i32::MAX, i32::MIN, i32::MIN], |[west, north, east, south], [x, y]| {
        [west.min(*x), north.min(*y), east.max(*x), south.max(*y)]
    })
}

/// The sheets of the newest snapshots, by layer and zoom level.
#[derive(Debug, Default, Clone)]
pub(super) struct Sheets {
    /// One is drawn at a time.
    drawing: Arc<Mutex<()>>,
    by_layer: Arc<Mutex<HashMap<(&'static str, u8), Kept>>>,
}

/// A sheet of the snapshot with this checksum, once it is drawn.
#[derive(Debug)]
struct Kept {
    checksum: u64,
    revision: i64,
    sheet: Arc<OnceLock<Sheet>>,
}

impl Sheets {
    /// The sheet, if it is drawn. Else it is drawn beside: who asks need not wait for the whole layer.
    pub(super) fn get(&self, snapshot: &Arc<Snapshot>, zoom: u8) -> Option<Arc<OnceLock<Sheet>>> {
        let (sheet, is_new) = self.place(snapshot, zoom)?;
        if is_new {
            let (sheets, snapshot) = (self.clone(), Arc::clone(snapshot));
            thread::spawn(move || sheets.draw(&snapshot, zoom));
        }
        sheet.get().is_some().then_some(sheet)
    }

    /// The sheet, if it is drawn.
    pub(super) fn drawn(&self, snapshot: &Snapshot, zoom: u8) -> Option<Arc<OnceLock<Sheet>>> {
        let by_layer = self.by_layer.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = by_layer.get(&(snapshot.layer().id.as_str(), zoom))?;
        (kept.checksum == snapshot.checksum() && kept.sheet.get().is_some()).then(|| Arc::clone(&kept.sheet))
    }

    /// Draws the sheet before anybody asks for it.
    pub(super) fn draw_ahead(&self, snapshot: &Snapshot, zoom: u8) {
        if let Some((_, true)) = self.place(snapshot, zoom) {
            self.draw(snapshot, zoom);
        }
    }

    /// Draws a sheet when it is its turn, unless the layer has changed while it waited.
    fn draw(&self, snapshot: &Snapshot, zoom: u8) {
        let _turn = self.drawing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((sheet, false)) = self.place(snapshot, zoom) {
            sheet.get_or_init(|| Sheet::draw(snapshot, zoom));
        }
    }

    /// Where the sheet is or will be, and whether nobody has begun to draw it; `None` where the layer has changed since.
    fn place(&self, snapshot: &Snapshot, zoom: u8) -> Option<(Arc<OnceLock<Sheet>>, bool)> {
        let key = (snapshot.layer().id.as_str(), zoom);
        let (checksum, revision) = (snapshot.checksum(), snapshot.revision());
        let mut by_layer = self.by_layer.lock().unwrap_or_else(PoisonError::into_inner);
        match by_layer.get(&key) {
            Some(kept) if kept.checksum == checksum => Some((Arc::clone(&kept.sheet), false)),
            Some(kept) if kept.revision > revision => None,
            _ => {
                let sheet = Arc::new(OnceLock::new());
                by_layer.insert(key, Kept { checksum, revision, sheet: Arc::clone(&sheet) });
                Some((sheet, true))
            }
        }
    }
}
