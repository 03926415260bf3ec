use std::{cell::RefCell, sync::Once};

use gdal::{config::set_error_handler, errors::CplErrType};

thread_local! {
    /// The first failure GDAL reported on this thread since [`take_failure`] was last called.
    static FAILURE: RefCell<Option<String>> = const { RefCell::new(None) };
}

static PREPARED: Once = Once::new();

/// Sends GDAL's messages to the log instead of the terminal, and keeps failures for whoever reads or writes a file.
/// Call before any other use of GDAL; later calls cost nothing.
pub fn prepare_gdal() {
    PREPARED.call_once(|| {
        set_error_handler(|kind, number, text| {
            let text = text.trim();
            match kind {
                CplErrType::Failure | CplErrType::Fatal => {
                    tracing::debug!(number, "gdal: {}", shorten(text));
                    FAILURE.with_borrow_mut(|kept| _ = kept.get_or_insert_with(|| shorten(text)));
                }
                _ => tracing::trace!(number, "gdal: {}", shorten(text)),
            }
        });
    });
}

/// What GDAL first complained about on this thread since the last call, if it did.
///
/// GDAL carries on where it can: a shape it cannot build becomes a row without geometry, and an iteration that
/// fails merely ends. Asking here is the only way to tell.
pub(crate) fn take_failure() -> Option<String> {
    FAILURE.take()
}

fn shorten(text: &str) -> String {
    text.chars().take(200).collect()
}
