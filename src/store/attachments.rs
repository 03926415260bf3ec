//! Files of cases.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use crate::store::{CaseError, CaseViewer, Store, features::timestamp};

/// What is known of a file of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// Its number.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Bytes.
    pub bytes: i32,
    /// SHA-256 of its content, hexadecimal.
    pub sha256: String,
    /// Class of its source.
    pub source_class: String,
    /// When it came.
    pub recorded_at: Timestamp,
}

/// A new file of a case.
#[derive(Debug, Clone)]
pub struct NewAttachment<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its media type.
    pub media_type: &'a str,
    /// Its content.
    pub content: &'a [u8],
    /// Class of its source.
    pub source_class: &'a str,
}

impl Store {
    /// Files of a case as somebody may see them.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn attachments(&self, viewer: CaseViewer<'_>, case: &str) -> Result<Vec<Attachment>, CaseError> {
        self.look(viewer, async |connection| {
            let rows = sqlx::query_file!("src/store/queries/read_attachments.sql", case).fetch_all(connection).await?;
            let attachment = rows.into_iter().map(|row| Attachment {
                id: row.id,
                name: row.name,
                media_type: row.media_type,
                bytes: row.bytes,
                sha256: row.sha256,
                source_class: row.source_class,
                recorded_at: timestamp(row.recorded_at_us),
            });
            Ok(attachment.collect())
        })
        .await
    }

    /// Name, media type and content of a file; `None` where it is hidden.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn attachment(
        &self,
        viewer: CaseViewer<'_>,
        case: &str,
        id: &str,
    ) -> Result<Option<(String, String, Vec<u8>)>, CaseError> {
        self.look(viewer, async |connection| {
            let query = sqlx::query_file!("src/store/queries/read_attachment.sql", case, id);
            let row = query.fetch_optional(connection).await?;
            Ok(row.map(|row| (row.name, row.media_type, row.content)))
        })
        .await
    }

    /// Adds a file to a case of the caller's institution.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn attach(
        &self,
        viewer: CaseViewer<'_>,
        case: &str,
        new: &NewAttachment<'_>,
    ) -> Result<String, CaseError> {
        self.write_case(viewer, case, "case.attach", async |connection| {
            let query = sqlx::query_file_scalar!(
                "src/store/queries/insert_attachment.sql",
                case,
                new.name,
                new.media_type,
                new.content,
                new.source_class,
                viewer.account
            );
            let id = query.fetch_one(connection).await?;
            Ok((id.clone(), json!({"case": case, "file": id, "bytes": new.content.len()})))
        })
        .await
    }

    /// Takes a file from a case of the caller's institution; it stays in the database.
    ///
    /// # Errors
    /// [`CaseError`].
    pub async fn detach(&self, viewer: CaseViewer<'_>, case: &str, id: &str) -> Result<(), CaseError> {
        self.write_case(viewer, case, "case.detach", async |connection| {
            let query = sqlx::query_file_scalar!("src/store/queries/close_attachment.sql", case, id, viewer.account);
            query.fetch_optional(connection).await?.ok_or(CaseError::UnknownFact)?;
            Ok(((), json!({"case": case, "file": id})))
        })
        .await
    }
}
