//! What is doubtful in a file on its way in: told, and taken all the same.

use std::collections::HashMap;

use crate::{
    model::RowNote,
    store::{Staging, StoreError, imports::note},
};

/// A stated area that differs by more than this share from the geodesic one is told.
const AREA_TOLERANCE: f64 = 0.05;
/// Areas smaller than so many m², or narrower than so many metres on average, are slivers.
const SLIVER: (f64, f64) = (100.0, 1.0);

/// Doubts of one kind: the first of them, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct Doubts {
    /// How many rows.
    pub total: u64,
    /// The first by row, at most 1000.
    pub first: Vec<RowNote>,
}

/// How the features of a source moved against what it had before, in metres.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Shift {
    /// Features that were there before and are still.
    pub matched: u64,
    /// Those among them whose centre moved by more than a metre.
    pub moved: u64,
    /// The middle of the moves to the east.
    pub east_m: f64,
    /// The middle of the moves to the north.
    pub north_m: f64,
    /// Between the tenth and the ninetieth of a hundred moves, in the wider direction.
    pub spread_m: f64,
}

impl Shift {
    /// How far the middle move is.
    pub fn distance_m(&self) -> f64 {
        self.east_m.hypot(self.north_m)
    }

    /// Whether most features moved alike: it is then not they that moved.
    pub fn is_of_all(&self) -> bool {
        self.moved >= 5
            && self.moved * 2 > self.matched
            && self.distance_m() > 2.0
            && self.spread_m < self.distance_m() / 4.0
    }
}

impl Staging {
    /// Rows whose stated area, in a field whose unit has so many m², is not what their geometry measures.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn find_areas_stated_otherwise(
        &mut self,
        field: &str,
        unit: &str,
        unit_m2: f64,
    ) -> Result<Doubts, StoreError> {
        let query = sqlx::query_file!(
            "src/store/queries/find_incoming_areas_stated_otherwise.sql",
            field,
            unit_m2,
            AREA_TOLERANCE
        );
        let rows = query.fetch_all(self.connection()).await?;
        let total = rows.first().map_or(0, |row| row.total.unsigned_abs());
        let first = rows.into_iter().map(|row| {
            let measured = row.measured;
            note(
                row.row_number,
                row.feature,
                format!("{field} says {} {unit}; the geometry measures {measured:.4} {unit} (geodesic)", row.stated),
            )
        });
        Ok(Doubts { total, first: first.collect() })
    }

    /// Areas that are next to nothing.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn find_slivers(&mut self) -> Result<Doubts, StoreError> {
        let (area, width) = SLIVER;
        let query = sqlx::query_file!("src/store/queries/find_incoming_slivers.sql", area, width);
        let rows = query.fetch_all(self.connection()).await?;
        let total = rows.first().map_or(0, |row| row.total.unsigned_abs());
        let first = rows.into_iter().map(|row| {
            let said = format!("{:.1} m² (geodesic), {:.2} m wide on average", row.area, row.width);
            note(row.row_number, row.feature, said)
        });
        Ok(Doubts { total, first: first.collect() })
    }

    /// Rows that lie in another department than a field says.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn find_elsewhere(&mut self, field: &str) -> Result<Doubts, StoreError> {
        if !sqlx::query_file_scalar!("src/store/queries/has_outlines.sql").fetch_one(self.connection()).await? {
            return Ok(Doubts::default());
        }
        sqlx::query_file!("src/store/queries/index_incoming_places.sql").execute(self.connection()).await?;
        // Outlines are few, and each asks the index.
        sqlx::query("set local enable_nestloop = on").execute(self.connection()).await?;
        let query = sqlx::query_file!("src/store/queries/find_incoming_elsewhere.sql", field);
        let rows = query.fetch_all(self.connection()).await?;
        sqlx::query("set local enable_nestloop = off").execute(self.connection()).await?;
        let total = rows.first().map_or(0, |row| row.total.unsigned_abs());
        let first = rows.into_iter().map(|row| {
            note(
                row.row_number,
                row.feature,
                format!("{field} says {}; it lies in {} (by the outlines of {})", row.stated, row.found, row.by),
            )
        });
        Ok(Doubts { total, first: first.collect() })
    }

    /// How the features that the source has already moved; `None` where none did.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn measure_shift(&mut self, source: &str) -> Result<Option<Shift>, StoreError> {
        let layer = self.layer().id.as_str();
        let query = sqlx::query_file!("src/store/queries/measure_incoming_shift.sql", layer, source);
        let row = query.fetch_one(self.connection()).await?;
        let (Some(east_m), Some(north_m), Some(spread_east), Some(spread_north)) =
            (row.east, row.north, row.spread_east, row.spread_north)
        else {
            return Ok(None);
        };
        Ok(Some(Shift {
            matched: row.matched.unsigned_abs(),
            moved: row.moved.unsigned_abs(),
            east_m,
            north_m,
            spread_m: spread_east.max(spread_north),
        }))
    }

    /// Fills in where rows are that are still there.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn locate<'a>(&mut self, notes: impl Iterator<Item = &'a mut RowNote>) -> Result<(), StoreError> {
        let mut notes: Vec<_> = notes.filter(|note| note.place.is_none()).collect();
        let rows: Vec<i64> = notes.iter().filter_map(|note| i64::try_from(note.row).ok()).collect();
        let query = sqlx::query_file!("src/store/queries/locate_incoming.sql", &rows);
        let places = query.map(|row| (row.row_number.unsigned_abs(), [row.longitude, row.latitude]));
        let places: HashMap<u64, [f64; 2]> = places.fetch_all(self.connection()).await?.into_iter().collect();
        for note in &mut notes {
            note.place = places.get(&note.row).copied();
        }
        Ok(())
    }

    /// Corners of some of the areas, longitude and latitude.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn corners(&mut self, most: i64) -> Result<Vec<[f64; 2]>, StoreError> {
        let query = sqlx::query_file!("src/store/queries/read_incoming_corners.sql", most);
        Ok(query.map(|row| [row.longitude, row.latitude]).fetch_all(self.connection()).await?)
    }
}
