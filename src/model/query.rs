use crate::model::{Bbox, Value};

/// A question about the features of one layer: all conditions must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeatureQuery {
    /// Intersects this box, exactly. Features without geometry match every box.
    pub bbox: Option<Bbox>,
    /// The field at this position has one of these values.
    pub properties: Vec<PropertyFilter>,
    /// The name or code contains this, already folded by [`crate::model::fold`].
    pub text: Option<String>,
}

/// One field must have one of the values.
#[derive(Debug, Clone, PartialEq)]
pub struct PropertyFilter {
    /// Position in the layer's fields.
    pub position: usize,
    /// Accepted values; never empty.
    pub any_of: Vec<Value>,
}
