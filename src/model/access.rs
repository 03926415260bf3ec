use crate::model::Sensitivity;

/// What a caller may see, decided before a query runs and carried into every read.
///
/// Snapshots are built per access: what the caller may not see is not in the snapshot at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Access {
    /// Anyone: public fields only.
    #[default]
    Public,
}

impl Access {
    /// Whether this caller may see fields of the given sensitivity.
    pub fn permits(self, sensitivity: Sensitivity) -> bool {
        match self {
            Access::Public => sensitivity == Sensitivity::Public,
        }
    }
}
