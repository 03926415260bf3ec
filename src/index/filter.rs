use geo::Geometry;

use crate::{
    index::{Feature, Snapshot},
    model::cql2::{Cql2Error, Expression, Filter, Property, PropertyKind, Record, Scalar},
};

/// Name of the geometry in filters and schemas.
pub const GEOMETRY: &str = "geometry";
/// Its name in PostGIS, which people who come from there write.
const GEOMETRY_IN_POSTGIS: &str = "geom";
/// Whether the feature is invented; every feature has it.
pub const SYNTHETIC: &str = "synthetic";

impl Snapshot {
    /// Makes a filter ready for the features of this snapshot: its fields, whether they are synthetic, and the geometry.
    ///
    /// # Errors
    /// [`Cql2Error`] naming the property, function or operand that does not fit.
    pub fn compile(&self, expression: &Expression) -> Result<Filter, Cql2Error> {
        let fields = self.fields().iter().map(|field| Property { name: &field.name, kind: field.kind.into() });
        let others = [
            Property { name: SYNTHETIC, kind: PropertyKind::Boolean },
            Property { name: GEOMETRY, kind: PropertyKind::Geometry },
            Property { name: GEOMETRY_IN_POSTGIS, kind: PropertyKind::Geometry },
        ];
        Filter::compile(expression, &fields.chain(others).collect::<Vec<_>>())
    }
}

/// The fields by position, then whether it is synthetic.
impl Record for Feature {
    fn value(&self, position: usize) -> Scalar<'_> {
        self.values.get(position).map_or(Scalar::Boolean(self.synthetic), Scalar::from)
    }

    fn geometry(&self) -> Option<&Geometry<f64>> {
        self.geometry.as_ref()
    }
}
