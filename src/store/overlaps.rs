use serde_json::Value as Json;

use crate::store::{Store, StoreError};

impl Store {
    /// A kept question about what lies on what; `None` where none bears that name.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn overlap_question(&self, id: &str) -> Result<Option<Json>, StoreError> {
        let query = sqlx::query_file_scalar!("src/store/queries/read_overlap_question.sql", id);
        Ok(query.fetch_optional(&self.pool).await?)
    }

    /// Keeps a question under the name that follows from it; says whether there was room for it.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn keep_overlap_question(&self, id: &str, question: &Json) -> Result<bool, StoreError> {
        let query = sqlx::query_file_scalar!("src/store/queries/keep_overlap_question.sql", id, question);
        Ok(query.fetch_one(&self.pool).await?)
    }
}
