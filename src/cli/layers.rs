use crate::model::Catalogue;

/// Prints the catalogue for people at a terminal.
pub(super) fn print() {
    for layer in Catalogue::built_in().layers() {
        println!("{}  ({} / {})", layer.id, layer.title.es, layer.title.en);
        let fields: Vec<_> = layer.fields.iter().map(|field| field.name.as_str()).collect();
        println!("    fields   {}", fields.join(", "));
        for preset in layer.presets.iter().filter(|preset| !preset.demonstration) {
            println!("    preset   {}  ({})", preset.name, preset.title.en);
        }
    }
}
