use serde_json::json;
use sqlx::Row;

use crate::{
    model::{Catalogue, Layer},
    store::{Store, StoreError},
};

const OLDEST_SERVER: i32 = 14;
// st_makevalid(…, 'method=structure') came with 3.2.
const OLDEST_POSTGIS: &str = "3.2";

impl Store {
    /// Checks the server, applies migrations that are missing, and declares the catalogue's layers.
    pub(super) async fn migrate(&self) -> Result<(), StoreError> {
        self.check_server().await?;
        sqlx::migrate!().run(&self.pool).await?;
        sqlx::query_file!("src/store/queries/adopt_changes.sql").execute(&self.pool).await?;
        for layer in Catalogue::built_in().layers() {
            sqlx::query_file!("src/store/queries/declare_layer.sql", layer.id, declaration(layer))
                .execute(&self.pool)
                .await?;
        }
        Ok(())
    }

    async fn check_server(&self) -> Result<(), StoreError> {
        // Not checked at compile time: these must run where the schema does not exist yet.
        let server =
            sqlx::query("select current_setting('server_version_num')::int / 10000, current_setting('server_version')")
                .fetch_one(&self.pool)
                .await?;
        if server.get::<i32, _>(0) < OLDEST_SERVER {
            return Err(StoreError::OldServer { required: OLDEST_SERVER, found: server.get(1) });
        }
        let available: Option<String> = sqlx::query_scalar(
            "select coalesce(installed_version, default_version) from pg_available_extensions where name = 'postgis'",
        )
        .fetch_optional(&self.pool)
        .await?;
        let refused = |found| StoreError::NoPostgis { required: OLDEST_POSTGIS, found };
        let version = available.ok_or_else(|| refused("the server does not offer it".into()))?;
        if version_number(&version) < version_number(OLDEST_POSTGIS) {
            return Err(refused(format!("the server has {version}")));
        }
        Ok(())
    }
}

fn version_number(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}

fn declaration(layer: &Layer) -> serde_json::Value {
    let fields: Vec<_> = layer
        .fields
        .iter()
        .map(|field| {
            let codes: Vec<_> = field.codes.iter().map(|code| &code.code).collect();
            json!({"name": field.name, "type": field.kind, "title": field.title, "unit": field.unit, "codes": codes})
        })
        .collect();
    json!({"title": layer.title, "geometry": layer.geometry, "fields": fields})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(version_number("3.10.1") > version_number("3.2"));
        assert!(version_number("3.1.9") < version_number("3.2"));
    }
}
