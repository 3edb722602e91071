//! Who may do what: from what a route needs and what a request brings to what it is granted. Which route needs what is
//! in `routes::table`.

use crate::answer::Refusal;
use crate::auth::{self, Credentials};
use crate::call::Call;
use crate::ingest;
use crate::registry::keys;
use crate::runtime;
use crate::signature::Signature;
use crate::site_key::{self, Scope};
use crate::site_store::nonces::Nonce;
use protocol::outcome::{Outcome, Unauthorised};
use worker::Method;

/// What a route needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// A key of the site with this scope, or the operator's admin key.
    Key(Scope),
    /// The same, or a signature by such a key.
    KeyOrSignature(Scope),
    /// The operator's admin key.
    AdminKey,
}

/// What a request is granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Grant {
    /// Nothing yet.
    #[default]
    Nothing,
    /// What it says it signed is still to be compared with its body; then it is what a key of this scope may do.
    Signed(Signature, Scope),
    /// What the route gives, with this site alone.
    Site(String),
    /// What the route gives, with any site.
    AnySite,
}

impl Grant {
    /// Refuses a site that is not granted. Whether there is such a site is not told.
    pub fn covers(&self, domain: &str) -> Result<(), Refusal> {
        match self {
            Self::AnySite => Ok(()),
            Self::Site(site) if site == domain => Ok(()),
            Self::Site(_) => {
                let hint = "Send a key of that site.";
                Err(Refusal::new(403, "other_site", "The key is one of another site.", hint))
            }
            Self::Nothing | Self::Signed(..) => Err(refusal(Unauthorised::Key)),
        }
    }
}

/// Grants a request what its route needs, by the admin key, a session, or a key of a site.
///
/// # Errors
/// Where it brings nothing that is known, or what does not suffice.
pub async fn grant(call: &Call, need: Need) -> Result<Grant, Refusal> {
    let scope = match need {
        Need::Nothing => return Ok(Grant::AnySite),
        Need::Key(scope) => Some(scope),
        Need::KeyOrSignature(scope) => {
            // A signature is never passed over, whatever else is there.
            match Signature::read(|name| call.header(name), call.now_s()) {
                Ok(None) => Some(scope),
                Ok(Some(signature)) => return Ok(Grant::Signed(signature, scope)),
                Err(why) => return Err(refusal(why)),
            }
        }
        Need::AdminKey => None,
    };
    let (authorization, cookie) = (call.header("authorization"), call.header("cookie"));
    let credentials = Credentials { authorization: authorization.as_deref(), cookie: cookie.as_deref() };
    // Sessions end by the real clock, also under test.
    let now_s = runtime::clock_ms().div_euclid(1000);
    if call.config.admin_key.as_ref().is_some_and(|key| credentials.are_valid(key, now_s)) {
        // A session comes along by itself, whatever page makes the browser ask.
        let header = |name: &str| call.header(name);
        let (site, origin, host) = (header("sec-fetch-site"), header("origin"), header("host"));
        if credentials.bearer().is_none()
            && call.request.method() != Method::Get
            && auth::is_of_another_page(site.as_deref(), origin.as_deref(), host.as_deref())
        {
            let hint = "Sessions are for the dashboard's own pages; programs send a key.";
            return Err(Refusal::new(403, "other_origin", "A page of another origin may not do this.", hint));
        }
        return Ok(Grant::AnySite);
    }
    let given = credentials.bearer().unwrap_or_default();
    let Some(id) = site_key::id_of(given) else { return Err(refusal(Unauthorised::Key)) };
    // Who may change things may no longer as soon as the key is deleted.
    let is_fresh = !matches!(scope, Some(Scope::Write | Scope::Read));
    let known = keys::find(call, id, is_fresh).await?.filter(|known| auth::is_key(given, &known.text));
    let known = known.ok_or_else(|| refusal(Unauthorised::Key))?;
    match scope {
        Some(scope) if known.key.may(scope) => Ok(Grant::Site(known.key.site.clone())),
        Some(_) => Err(missing_scope()),
        None => {
            let hint = "Send the admin key that the server was started with.";
            Err(Refusal::new(403, "admin_key_only", "No key of a site may do this.", hint))
        }
    }
}

/// Compares what a request says it signed with its body, and grants it what its key may do. The nonce is still to be
/// claimed; none where the request is not signed.
pub async fn check_signature(call: &mut Call, body: &[u8]) -> Result<Option<Nonce>, Refusal> {
    let Grant::Signed(signature, scope) = &call.grant else { return Ok(None) };
    let forged = || refusal(Unauthorised::BadSignature);
    let known = keys::find(call, &signature.key_id, false).await?.ok_or_else(forged)?;
    if !runtime::is_hmac_sha256(known.text.as_bytes(), &signature.text(body), &signature.mac).await? {
        return Err(forged());
    }
    if !known.key.may(*scope) {
        return Err(missing_scope());
    }
    let nonce = signature.nonce();
    call.grant = Grant::Site(known.key.site.clone());
    Ok(Some(nonce))
}

fn missing_scope() -> Refusal {
    let hint = "Send a key with the scope that the path takes; the documentation lists them.";
    Refusal::new(403, "missing_scope", "The key's scopes do not allow this.", hint)
}

/// The refusal of a request that shows no right, or not well.
pub fn refusal(why: Unauthorised) -> Refusal {
    ingest::refusal_of(Outcome::Unauthorised(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_covers_its_site_alone() {
        for (grant, code) in [
            (Grant::AnySite, None),
            (Grant::Site("example.com".into()), None),
            (Grant::Site("example.org".into()), Some("other_site")),
            (Grant::Site("www.example.com".into()), Some("other_site")),
            (Grant::Nothing, Some("unauthorised")),
        ] {
            assert_eq!(grant.covers("example.com").err().map(|refusal| refusal.code), code, "{grant:?}");
        }
    }
}
