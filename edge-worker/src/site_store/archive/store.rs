//! Where archived files lie: a bucket of R2 on Cloudflare, a folder under plain workerd.

use worker::{Bucket, Env, Error, Fetcher, Method, RequestInit, Response, Result};

/// The binding's name.
const BINDING: &str = "ARCHIVE";

/// A place for files.
pub enum Store {
    /// A disk service of workerd that may be written.
    Folder(Fetcher),
    /// A bucket of R2.
    Bucket(Bucket),
}

impl Store {
    /// The archive that is bound, if one is.
    pub fn of(env: &Env) -> Option<Self> {
        let folder = env.service(BINDING).map(Self::Folder);
        folder.or_else(|_| env.bucket(BINDING).map(Self::Bucket)).ok()
    }

    /// Writes a file, all of it or nothing; one of that name is replaced.
    pub(super) async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<()> {
        match self {
            Self::Folder(folder) => {
                let body = js_sys::Uint8Array::from(bytes.as_slice());
                let mut put = RequestInit::new();
                put.with_method(Method::Put).with_body(Some(body.into()));
                let answer = folder.fetch(address(name), Some(put)).await?;
                if done(&answer) { Ok(()) } else { Err(failed()) }
            }
            Self::Bucket(bucket) => bucket.put(name, bytes).execute().await.map(|_| ()),
        }
    }

    /// A file's bytes; none where it is not there.
    pub(super) async fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        match self {
            Self::Folder(folder) => {
                let mut answer = folder.fetch(address(name), None).await?;
                match answer.status_code() {
                    404 => Ok(None),
                    _ if done(&answer) => answer.bytes().await.map(Some),
                    _ => Err(failed()),
                }
            }
            Self::Bucket(bucket) => {
                let object = bucket.get(name).execute().await?;
                match object.as_ref().and_then(worker::Object::body) {
                    Some(body) => body.bytes().await.map(Some),
                    None => Ok(None),
                }
            }
        }
    }

    /// Deletes a file; one that is not there is as good as deleted.
    pub(super) async fn delete(&self, name: &str) -> Result<()> {
        match self {
            Self::Folder(folder) => {
                let mut delete = RequestInit::new();
                delete.with_method(Method::Delete);
                let answer = folder.fetch(address(name), Some(delete)).await?;
                if done(&answer) || answer.status_code() == 404 { Ok(()) } else { Err(failed()) }
            }
            Self::Bucket(bucket) => bucket.delete(name).await,
        }
    }
}

fn address(name: &str) -> String {
    format!("http://archive/{name}")
}

fn done(answer: &Response) -> bool {
    (200..300).contains(&answer.status_code())
}

fn failed() -> Error {
    Error::RustError("the archive refused".to_owned())
}
