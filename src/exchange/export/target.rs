use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::exchange::ExchangeError;

/// A file in the making: written in a hidden folder beside its target and moved there when it is whole.
///
/// The folder lies on the same file system, so that moving is one step; it vanishes if writing fails.
pub(crate) struct Target {
    path: PathBuf,
    folder: TempDir,
    overwrite: bool,
}

/// Parts other programs add to a shapefile; wrong once the shapefile is replaced.
const STALE_PARTS: [&str; 5] = ["qix", "sbn", "sbx", "fix", "qpj"];

impl Target {
    /// Prepares for writing `path`.
    ///
    /// # Errors
    /// [`ExchangeError::TargetExists`], [`ExchangeError::Unwritable`].
    pub(crate) fn begin(path: &Path, overwrite: bool) -> Result<Target, ExchangeError> {
        let unwritable = |source| ExchangeError::Unwritable { path: path.into(), source };
        let path = std::path::absolute(path).map_err(unwritable)?;
        let parent = path.parent().unwrap_or(Path::new("/"));
        let folder = tempfile::Builder::new().prefix(".rimay-export-").tempdir_in(parent).map_err(unwritable)?;
        let target = Target { path, folder, overwrite };
        target.refuse_existing(&target.path)?;
        Ok(target)
    }

    /// Where to write: the target's own file name, in the hidden folder.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(self.path.file_name().unwrap_or_default())
    }

    /// Replaces everything written so far by one zip archive that holds it.
    ///
    /// # Errors
    /// [`ExchangeError::Unwritable`].
    pub(crate) fn zip(&self) -> Result<(), ExchangeError> {
        let pack = || -> io::Result<()> {
            let parts = self.parts()?;
            let mut archive = ZipWriter::new(File::create(self.path())?);
            for part in parts {
                let name = part.file_name().unwrap_or_default().to_string_lossy().into_owned();
                archive.start_file(name, SimpleFileOptions::default())?;
                io::copy(&mut File::open(&part)?, &mut archive)?;
                fs::remove_file(&part)?;
            }
            archive.finish().map(drop).map_err(io::Error::from)
        };
        pack().map_err(|source| self.unwritable(source))
    }

    /// Moves everything written to its place; the file the caller named comes last.
    ///
    /// # Errors
    /// [`ExchangeError::TargetExists`] for any part, [`ExchangeError::Unwritable`].
    pub(crate) fn finish(self) -> Result<(), ExchangeError> {
        let mut parts = self.parts().map_err(|source| self.unwritable(source))?;
        parts.sort_by_key(|part| *part == self.path());
        for part in &parts {
            File::open(part).and_then(|file| file.sync_all()).map_err(|source| self.unwritable(source))?;
            self.refuse_existing(&self.place_of(part))?;
        }
        if self.path.extension().is_some_and(|extension| extension == "shp") {
            // Most targets have none of them: that they cannot be removed is no failure.
            STALE_PARTS.iter().for_each(|stale| _ = fs::remove_file(self.path.with_extension(stale)));
        }
        for part in &parts {
            fs::rename(part, self.place_of(part)).map_err(|source| self.unwritable(source))?;
        }
        Ok(())
    }

    fn parts(&self) -> io::Result<Vec<PathBuf>> {
        fs::read_dir(self.folder.path())?.map(|entry| entry.map(|entry| entry.path())).collect()
    }

    fn place_of(&self, part: &Path) -> PathBuf {
        self.path.with_file_name(part.file_name().unwrap_or_default())
    }

    fn refuse_existing(&self, path: &Path) -> Result<(), ExchangeError> {
        let is_taken = path.is_dir() || (!self.overwrite && path.symlink_metadata().is_ok());
        if is_taken { Err(ExchangeError::TargetExists { path: path.into() }) } else { Ok(()) }
    }

    fn unwritable(&self, source: io::Error) -> ExchangeError {
        ExchangeError::Unwritable { path: self.path.clone(), source }
    }
}
