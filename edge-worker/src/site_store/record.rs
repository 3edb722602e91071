//! The site's own row: its settings and the key that hashes imported visitors.

use super::visitor::Salt;
use super::{Site, platform, schema, site_day};
use engine::site::SiteSettings;
use jiff::tz::TimeZone;
use std::rc::Rc;
use worker::{Result, SqlStorageValue};

/// What the site's row holds.
pub(crate) struct SiteRecord {
    /// The site's domain.
    pub(crate) domain: String,
    /// The settings as the owner gave them, for showing them again.
    pub(crate) given: serde_json::Value,
    /// The settings as the engine reads them.
    pub(crate) settings: Rc<SiteSettings>,
    /// Hashes the visitors of imports, the same way every time, so that imports can be continued.
    pub(crate) import_key: Salt,
    zone: TimeZone,
}

impl Site {
    /// Reads the site's row into memory; false when the site was never set up or is deleted.
    pub(crate) fn load_record(&self) -> Result<bool> {
        if self.record.borrow().is_some() {
            return Ok(true);
        }
        let sql = self.storage.sql();
        if !schema::exists(&sql)? {
            return Ok(false);
        }
        let rows = schema::rows(&sql, "SELECT domain, settings, import_key, schema FROM site", vec![])?;
        let Some(row) = rows.first() else { return Ok(false) };
        let (Some(domain), Some(settings), Some(key)) =
            (schema::text(row, 0), schema::text(row, 1), schema::blob(row, 2))
        else {
            return Err(schema::corrupt("settings"));
        };
        let version = schema::integer(row, 3).ok_or_else(|| schema::corrupt("settings"))?;
        platform::transaction(&self.storage, || schema::migrate(&sql, version))?;
        let given = serde_json::from_str(settings)?;
        let import_key = Salt(key.try_into().map_err(|_| schema::corrupt("settings"))?);
        self.hold(domain.to_owned(), given, import_key)?;
        Ok(true)
    }

    /// Sets the site up, or gives it new settings.
    pub(crate) fn set_up(&self, domain: String, given: serde_json::Value) -> Result<()> {
        let known = self.load_record()?;
        let sql = self.storage.sql();
        let import_key = match self.record.borrow().as_ref() {
            Some(record) if known => record.import_key,
            _ => Salt(platform::random_bytes()),
        };
        platform::transaction(&self.storage, || {
            schema::create(&sql)?;
            sql.exec("DELETE FROM site", None)?;
            let values = vec![
                SqlStorageValue::Integer(schema::VERSION.into()),
                domain.as_str().into(),
                given.to_string().into(),
                SqlStorageValue::Blob(import_key.0.to_vec()),
            ];
            sql.exec("INSERT INTO site (schema, domain, settings, import_key) VALUES (?, ?, ?, ?)", values)?;
            Ok(())
        })?;
        self.hold(domain, given, import_key)
    }

    /// Takes everything of the site away: its database, its archive, its salts, what memory
    /// holds.
    pub(crate) async fn delete(&self) -> Result<()> {
        self.record.take();
        self.window.take();
        self.nonces.take();
        self.shelf.take();
        self.answers.take();
        self.compaction_armed.set(false);
        self.armed_daily.set(false);
        self.active.take();
        self.archive.clear();
        self.salts.delete_all().await?;
        self.delete_archive().await?;
        self.storage.delete_alarm().await?;
        self.storage.delete_all().await?;
        // Whoever came meanwhile may have had one made.
        self.salts.delete_all().await
    }

    /// The site's time zone.
    pub(crate) fn time_zone(&self) -> TimeZone {
        self.record.borrow().as_ref().map_or(TimeZone::UTC, |record| record.zone.clone())
    }

    fn hold(&self, domain: String, given: serde_json::Value, import_key: Salt) -> Result<()> {
        let settings = SiteSettings::from_json(&given).map_err(|_| schema::corrupt("settings"))?;
        let zone = site_day::time_zone(&settings.timezone);
        *self.record.borrow_mut() = Some(SiteRecord { domain, given, settings: Rc::new(settings), import_key, zone });
        Ok(())
    }
}
