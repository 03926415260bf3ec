use std::io::{self, Write};

use crate::model::Catalogue;

/// Prints the catalogue for people at a terminal.
///
/// # Errors
/// What the system says where it cannot be written.
pub(super) fn print() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for layer in Catalogue::built_in().layers() {
        writeln!(out, "{}  ({} / {})", layer.id, layer.title.es, layer.title.en)?;
        let fields: Vec<_> = layer.fields.iter().map(|field| field.name.as_str()).collect();
        writeln!(out, "    fields   {}", fields.join(", "))?;
        for preset in layer.presets.iter().filter(|preset| !preset.demonstration) {
            writeln!(out, "    preset   {}  ({})", preset.name, preset.title.en)?;
        }
    }
    Ok(())
}
