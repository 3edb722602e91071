//! Where secrets lie that must be gone when they are deleted: outside of the object's database, whose history outlives a
//! deletion.

use worker::kv::KvStore;
use worker::{Env, Error, Fetcher, Method, RequestInit, Response, Result};

/// The binding's name.
const BINDING: &str = "SALTS";

/// A folder of secrets, named for an object by its id, which does not name the site.
pub struct Secrets {
    place: Place,
    folder: String,
}

enum Place {
    /// Plain workerd: a disk service that may be written, without history.
    Folder(Fetcher),
    /// Cloudflare: a namespace whose entries expire.
    Kv(KvStore),
    /// Nothing is bound: only whoever asks remembers.
    Nowhere,
}

impl Secrets {
    /// The secrets of the object with that id.
    pub fn new(env: &Env, object_id: String) -> Self {
        let place = match (env.service(BINDING), env.kv(BINDING)) {
            (Ok(folder), _) => Place::Folder(folder),
            (_, Ok(kv)) => Place::Kv(kv),
            _ => Place::Nowhere,
        };
        Self { place, folder: object_id }
    }

    /// Reads a secret; none where there is none of that name.
    ///
    /// # Errors
    /// Where the place cannot say whether there is one: who took that for none would make another one.
    pub async fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        match &self.place {
            Place::Folder(folder) => {
                let mut answer = folder.fetch(self.address(name), None).await?;
                if is_missing(&answer)? { Ok(None) } else { answer.bytes().await.map(Some) }
            }
            Place::Kv(kv) => Ok(kv.get(&self.key(name)).bytes().await?),
            Place::Nowhere => Ok(None),
        }
    }

    /// Writes a secret, for ever where it has no life in seconds. It is durable when this is done.
    pub async fn write(&self, name: &str, secret: &[u8], life_seconds: Option<u64>) -> Result<()> {
        match &self.place {
            Place::Folder(folder) => {
                let body = js_sys::Uint8Array::from(secret);
                let mut put = RequestInit::new();
                put.with_method(Method::Put).with_body(Some(body.into()));
                let answer = folder.fetch(self.address(name), Some(put)).await?;
                if is_missing(&answer)? { Err(refused()) } else { Ok(()) }
            }
            Place::Kv(kv) => {
                let put = kv.put_bytes(&self.key(name), secret)?;
                let put = match life_seconds {
                    Some(seconds) => put.expiration_ttl(seconds),
                    None => put,
                };
                Ok(put.execute().await?)
            }
            Place::Nowhere => Ok(()),
        }
    }

    /// The names of all secrets. Those that expire are not listed.
    pub async fn names(&self) -> Result<Vec<String>> {
        let Place::Folder(folder) = &self.place else { return Ok(Vec::new()) };
        let mut answer = folder.fetch(format!("http://salts/{}", self.folder), None).await?;
        if is_missing(&answer)? {
            return Ok(Vec::new());
        }
        let listing: serde_json::Value = serde_json::from_slice(&answer.bytes().await?).unwrap_or_default();
        let entries = listing.as_array().into_iter().flatten();
        Ok(entries.filter_map(|entry| entry.get("name")?.as_str().map(str::to_owned)).collect())
    }

    /// Deletes a secret; one that is not there is as good as deleted.
    pub async fn delete(&self, name: &str) -> Result<()> {
        match &self.place {
            Place::Folder(folder) => {
                let mut delete = RequestInit::new();
                delete.with_method(Method::Delete);
                is_missing(&folder.fetch(self.address(name), Some(delete)).await?).map(|_| ())
            }
            Place::Kv(kv) => Ok(kv.delete(&self.key(name)).await?),
            Place::Nowhere => Ok(()),
        }
    }

    fn address(&self, name: &str) -> String {
        format!("http://salts/{}/{name}", self.folder)
    }

    fn key(&self, name: &str) -> String {
        format!("{}/{name}", self.folder)
    }
}

/// Whether a folder says that there is nothing of that name.
///
/// # Errors
/// Where it says neither that nor that all went well.
fn is_missing(answer: &Response) -> Result<bool> {
    match answer.status_code() {
        200..300 => Ok(false),
        404 => Ok(true),
        _ => Err(refused()),
    }
}

fn refused() -> Error {
    Error::RustError("the place for secrets refused".to_owned())
}
