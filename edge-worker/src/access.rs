//! Who may do what: from what a route needs and what a request brings to what it is granted. Which route needs what is
//! in `routes::table`.

use crate::answer::Refusal;
use crate::auth::{self, Credentials};
use crate::call::Call;
use crate::ingest;
use crate::member::{Role, Session};
use crate::registry::{keys, members};
use crate::routes::shares;
use crate::runtime;
use crate::share::{self, Share};
use crate::signature::Signature;
use crate::site_key::{self, Scope};
use crate::site_store::nonces::Nonce;
use protocol::outcome::{Outcome, Unauthorised};
use std::rc::Rc;
use worker::Method;

/// What a route needs. Members have at least the role that suits it, and the admin key opens everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing.
    Nothing,
    /// A key of the site with this scope.
    Key(Scope),
    /// A key of the site that may read, or a share, which is told less.
    ReadOrShare,
    /// The same, or a signature by such a key.
    KeyOrSignature(Scope),
    /// A member who has at least this role on the site; up to editors, a key with the scope `admin` does too.
    Role(Role),
    /// To be signed in, as any member.
    Member,
    /// The operator's admin key.
    AdminKey,
}

impl Need {
    /// The scope by which a key of a site suffices; none where no key does.
    const fn scope(self) -> Option<Scope> {
        match self {
            Self::Key(scope) | Self::KeyOrSignature(scope) => Some(scope),
            Self::ReadOrShare => Some(Scope::Read),
            Self::Role(Role::Viewer | Role::Editor | Role::Admin) => Some(Scope::Admin),
            Self::Nothing | Self::Role(Role::Owner) | Self::Member | Self::AdminKey => None,
        }
    }

    /// The least role with which a member suffices; none where none does.
    const fn role(self) -> Option<Role> {
        match self {
            Self::Nothing | Self::Member | Self::ReadOrShare | Self::Key(Scope::Read) => Some(Role::Viewer),
            Self::Key(_) | Self::KeyOrSignature(_) => Some(Role::Admin),
            Self::Role(role) => Some(role),
            Self::AdminKey => None,
        }
    }
}

/// What a request is granted.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Grant {
    /// Nothing yet.
    #[default]
    Nothing,
    /// What it says it signed is still to be compared with its body; then it is what a key of this scope may do.
    Signed(Signature, Scope),
    /// What the route gives, with this site alone.
    Site(String),
    /// What the route gives, with the sites on which this member has at least this role.
    Member(Rc<members::Known>, Role),
    /// What the route gives a share, with its site.
    Share(Rc<Share>),
    /// What the route gives, with any site.
    AnySite,
}

impl Grant {
    /// The role that a request acts with on a site that it is granted; none for the operator's, which may do anything.
    ///
    /// # Errors
    /// Where the site is not granted.
    pub fn acting_on(&self, domain: &str) -> Result<Option<Role>, Refusal> {
        self.covers(domain)?;
        Ok(match self {
            Self::AnySite => None,
            Self::Member(known, least) => Some(known.role(domain).unwrap_or(*least)),
            Self::Share(_) => Some(Role::Viewer),
            Self::Site(_) | Self::Signed(..) | Self::Nothing => Some(Role::Admin),
        })
    }

    /// Refuses a site that is not granted. Whether there is such a site is not told.
    pub fn covers(&self, domain: &str) -> Result<(), Refusal> {
        match self {
            Self::AnySite => Ok(()),
            Self::Site(site) if site == domain => Ok(()),
            Self::Site(_) => {
                let hint = "Send a key of that site.";
                Err(Refusal::new(403, "other_site", "The key is one of another site.", hint))
            }
            Self::Share(share) if share.site == domain => Ok(()),
            Self::Share(_) => {
                let hint = "A link shows one site.";
                Err(Refusal::new(403, "other_site", "The share is one of another site.", hint))
            }
            Self::Member(known, least) => match known.role(domain) {
                Some(role) if role >= *least => Ok(()),
                Some(_) => {
                    let hint = "Ask an admin of the site for another role; the documentation lists what each may do.";
                    Err(Refusal::new(403, "missing_role", "Your role on the site does not allow this.", hint))
                }
                None => {
                    let hint = "Ask an admin of that site to add you.";
                    Err(Refusal::new(403, "other_site", "You are no member of that site.", hint))
                }
            },
            Self::Nothing | Self::Signed(..) => Err(refusal(Unauthorised::Key)),
        }
    }
}

/// Grants a request what its route needs, by the admin key, a session, or a key of a site.
///
/// # Errors
/// Where it brings nothing that is known, or what does not suffice.
pub async fn grant(call: &Call, need: Need) -> Result<Grant, Refusal> {
    match need {
        Need::Nothing => return Ok(Grant::AnySite),
        Need::KeyOrSignature(scope) => {
            // A signature is never passed over, whatever else is there.
            match Signature::read(|name| call.header(name), call.now_s()) {
                Ok(None) => {}
                Ok(Some(signature)) => return Ok(Grant::Signed(signature, scope)),
                Err(why) => return Err(refusal(why)),
            }
        }
        Need::Key(_) | Need::ReadOrShare | Need::Role(_) | Need::Member | Need::AdminKey => {}
    }
    let (authorization, cookie) = (call.header("authorization"), call.header("cookie"));
    let credentials = Credentials { authorization: authorization.as_deref(), cookie: cookie.as_deref() };
    // Sessions end by the real clock, also under test.
    let now_s = runtime::clock_ms().div_euclid(1000);
    if call.config.admin_key.as_ref().is_some_and(|key| credentials.are_valid(key, now_s)) {
        if credentials.bearer().is_none() {
            refuse_other_origins(call)?;
        }
        return Ok(Grant::AnySite);
    }
    // Who may change things may no longer as soon as the key is deleted, or the role.
    let is_fresh = !matches!(need.scope(), Some(Scope::Write | Scope::Read));
    match (credentials.bearer(), credentials.session()) {
        (Some(token), _) if share::id_of(token).is_some() => of_share(call, token, need).await,
        (Some(key), _) => of_key(call, key, need, is_fresh).await,
        (None, Some(session)) => of_member(call, session, need, is_fresh, now_s).await,
        (None, None) => Err(refusal(Unauthorised::Key)),
    }
}

async fn of_key(call: &Call, given: &str, need: Need, is_fresh: bool) -> Result<Grant, Refusal> {
    let Some(id) = site_key::id_of(given) else { return Err(refusal(Unauthorised::Key)) };
    let known = keys::find(call, id, is_fresh).await?.filter(|known| auth::is_key(given, &known.text));
    let known = known.ok_or_else(|| refusal(Unauthorised::Key))?;
    match need.scope() {
        Some(scope) if known.key.may(scope) => Ok(Grant::Site(known.key.site.clone())),
        Some(_) => Err(missing_scope()),
        None => {
            let hint = "Send the admin key that the server was started with, or sign in.";
            Err(Refusal::new(403, "admin_key_only", "No key of a site may do this.", hint))
        }
    }
}

async fn of_share(call: &Call, token: &str, need: Need) -> Result<Grant, Refusal> {
    let unknown = || refusal(Unauthorised::Key);
    let (id, secret) = share::id_of(token).zip(call.config.key_secret()).ok_or_else(unknown)?;
    // The registry is asked each time, so that a link that was taken back is so at once.
    let known = shares::find(call, id).await?.filter(|share| auth::is_key(token, &share.token(secret)));
    let share = known.ok_or_else(unknown)?;
    if share.is_over(call.now_s()) {
        return Err(shares::over());
    }
    if need == Need::ReadOrShare {
        return Ok(Grant::Share(Rc::new(share)));
    }
    let hint = "A share answers POST /api/v2/query, and says what can be asked.";
    Err(Refusal::new(403, "not_shared", "A share does not show this.", hint))
}

async fn of_member(call: &Call, session: &str, need: Need, is_fresh: bool, now_s: i64) -> Result<Grant, Refusal> {
    let unknown = || refusal(Unauthorised::Key);
    let (session, secret) = Session::read(session).zip(call.config.key_secret()).ok_or_else(unknown)?;
    let known = members::find(call, session.id, is_fresh).await?;
    let known = known.filter(|known| known.member.is_session(&session, secret, now_s)).ok_or_else(unknown)?;
    refuse_other_origins(call)?;
    let least = need.role().ok_or_else(|| {
        let hint = "Sign in with the admin key that the server was started with.";
        Refusal::new(403, "admin_key_only", "No member may do this.", hint)
    })?;
    Ok(Grant::Member(known, least))
}

/// Refuses a page of another origin. A session comes along by itself, whatever page makes the browser ask.
fn refuse_other_origins(call: &Call) -> Result<(), Refusal> {
    if call.request.method() == Method::Get { Ok(()) } else { refuse_other_pages(call) }
}

/// The same, whatever the method: browsers let pages of any origin read what comes by a WebSocket.
///
/// # Errors
/// Where a page of another origin asks without a key.
pub fn refuse_other_pages(call: &Call) -> Result<(), Refusal> {
    let header = |name: &str| call.header(name);
    let (site, origin, host) = (header("sec-fetch-site"), header("origin"), header("host"));
    if header("authorization").is_none()
        && auth::is_of_another_page(site.as_deref(), origin.as_deref(), host.as_deref())
    {
        let hint = "Sessions are for the dashboard's own pages; programs send a key.";
        return Err(Refusal::new(403, "other_origin", "A page of another origin may not do this.", hint));
    }
    Ok(())
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
