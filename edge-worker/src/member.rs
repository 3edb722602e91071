//! Members: who signs in, and with which role on which site. What opens follows from a secret of the operator's and from
//! what is stored, and is stored nowhere. See `docs/decisions/0015-members-have-generated-keys.md`.

use crate::auth::SESSION_SECONDS;
use crate::site_key::{id_and_salt, is_id};
use blake3::{Hash, Hasher};
use serde_json::{Value, json};

/// What every key of a member begins with.
const PREFIX: &str = "passerby_member_";
/// What a member's session begins with, which the operator's does not.
const SESSION_PREFIX: &str = "member.";

/// What a member may do with a site. Each may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Ask, export, and see settings and notes.
    Viewer,
    /// Write saved segments, annotations and saved funnels.
    Editor,
    /// Everything but what owners do.
    Admin,
    /// Delete the site, and decide who else owns it.
    Owner,
}

impl Role {
    /// Its name in requests and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// The role of a name; none where that is something else.
    pub fn named(name: &Value) -> Option<Self> {
        [Self::Viewer, Self::Editor, Self::Admin, Self::Owner].into_iter().find(|role| name == role.name())
    }
}

/// What is stored of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Sixteen hexadecimal digits, chosen by chance.
    pub id: String,
    /// What the member is called.
    pub name: String,
    /// When the account was made, in seconds since 1970.
    pub created_s: i64,
    /// How often the key was made anew.
    pub generation: u32,
    /// Whether the member has made the key, so that nobody else has seen it.
    pub own_key: bool,
    /// 32 random bytes in hexadecimal digits. Who holds a key but not these cannot test guesses of the operator's secret.
    salt: String,
}

impl Member {
    /// A new account.
    pub fn new(name: &str, created_s: i64, chance: [u8; 40]) -> Self {
        let (id, salt) = id_and_salt(chance);
        Self {
            id,
            name: name.to_owned(),
            created_s,
            generation: 0,
            own_key: false,
            salt: Hash::from_bytes(salt).to_hex().to_string(),
        }
    }

    /// One that nobody has, to compare a key with that is nobody's.
    pub fn nobody() -> Self {
        Self::new("", 0, [0; 40])
    }

    /// Reads what [`Self::to_json`] wrote; none where that is something else.
    pub fn from_json(record: &Value) -> Option<Self> {
        let text = |field| record.get(field)?.as_str().map(str::to_owned);
        Some(Self {
            id: text("id")?,
            name: text("name")?,
            created_s: record.get("created_s")?.as_i64()?,
            generation: u32::try_from(record.get("generation")?.as_u64()?).ok()?,
            own_key: record.get("own_key")?.as_bool()?,
            salt: text("salt")?,
        })
    }

    /// As it is stored.
    pub fn to_json(&self) -> Value {
        let Self { id, name, created_s, generation, own_key, salt } = self;
        json!({
            "id": id, "name": name, "created_s": created_s, "generation": generation, "own_key": own_key, "salt": salt,
        })
    }

    /// The key with which the member signs in.
    pub fn key(&self, operator_secret: &str) -> String {
        format!("{PREFIX}{}_{}", self.id, self.mac("passerby keys of members v1", operator_secret, 0).to_hex())
    }

    /// A session that ends at a time in seconds since 1970.
    pub fn session_until(&self, ends_s: i64, operator_secret: &str) -> String {
        let mac = self.mac("passerby sessions of members v1", operator_secret, ends_s);
        format!("{SESSION_PREFIX}{}.{ends_s}.{}", self.id, mac.to_hex())
    }

    /// A session that begins at `now_s`, in seconds since 1970.
    pub fn session(&self, now_s: i64, operator_secret: &str) -> String {
        self.session_until(now_s + SESSION_SECONDS, operator_secret)
    }

    /// Whether a session is this member's, made with the key of today, and has not ended at `now_s`.
    pub fn is_session(&self, session: &Session<'_>, operator_secret: &str, now_s: i64) -> bool {
        // Hashes are compared in constant time.
        let mac = self.mac("passerby sessions of members v1", operator_secret, session.ends_s);
        mac == session.mac && now_s < session.ends_s && session.id == self.id
    }

    /// Everything that decides what it opens is part of it, so that a record that was changed opens nothing.
    fn mac(&self, context: &str, operator_secret: &str, ends_s: i64) -> Hash {
        let mut hasher = Hasher::new_keyed(&blake3::derive_key(context, operator_secret.as_bytes()));
        for part in [&self.salt, &self.id] {
            // Each with its length in front, so that no two records share their bytes.
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.update(&self.generation.to_le_bytes()).update(&ends_s.to_le_bytes());
        hasher.finalize()
    }
}

/// What a session's cookie says, unproven.
#[derive(Debug, PartialEq)]
pub struct Session<'a> {
    /// The member's id.
    pub id: &'a str,
    ends_s: i64,
    mac: Hash,
}

impl<'a> Session<'a> {
    /// Reads a cookie's value; none where it has another form.
    pub fn read(cookie: &'a str) -> Option<Self> {
        let (id, signed) = cookie.strip_prefix(SESSION_PREFIX)?.split_once('.')?;
        let (ends_s, mac) = signed.split_once('.')?;
        let ends_s = ends_s.parse().ok()?;
        Some(Self { id, ends_s, mac: Hash::from_hex(mac).ok()? }).filter(|_| is_id(id))
    }
}

/// The id in a text that has the form of a member's key.
pub fn id_of(key: &str) -> Option<&str> {
    let (id, secret) = key.strip_prefix(PREFIX)?.split_once('_')?;
    (is_id(id) && Hash::from_hex(secret).is_ok()).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member() -> Member {
        Member::new("Ada", 1_700_000_000, std::array::from_fn(|byte| byte as u8))
    }

    #[test]
    fn a_key_names_its_member_and_nothing_else_of_the_record() {
        let key = member().key("secret");
        assert_eq!(id_of(&key), Some("0001020304050607"));
        assert!(!key.contains(&member().salt) && !key.contains("Ada"));
        assert_eq!(crate::site_key::id_of(&key), None, "it is no key of a site");
    }

    #[test]
    fn whatever_decides_what_a_key_opens_is_part_of_it() {
        let key = member().key("secret");
        assert_eq!(Member { name: "Another".into(), created_s: 0, own_key: true, ..member() }.key("secret"), key);
        for other in [
            Member { id: "0001020304050608".into(), ..member() },
            Member { generation: 1, ..member() },
            Member { salt: "00".repeat(32), ..member() },
        ] {
            assert_ne!(other.key("secret").rsplit_once('_'), key.rsplit_once('_'), "{other:?}");
        }
        assert_ne!(member().key("another secret"), key);
    }

    #[test]
    fn only_a_key_has_the_form_of_one() {
        let secret = "ab".repeat(32);
        for (text, id) in [
            (&*format!("passerby_member_0123456789abcdef_{secret}"), Some("0123456789abcdef")),
            (&*format!("passerby_0123456789abcdef_{secret}"), None),
            (&*format!("passerby_member_0123456789ABCDEF_{secret}"), None),
            (&*format!("passerby_member_0123456789abcde_{secret}"), None),
            (&*format!("passerby_member_0123456789abcdef_{secret}0"), None),
            ("passerby_member_", None),
            ("", None),
        ] {
            assert_eq!(id_of(text), id, "{text}");
        }
    }

    #[test]
    fn a_session_opens_until_it_ends_or_the_key_is_another() {
        let cookie = member().session(1_000, "secret");
        let session = Session::read(&cookie).unwrap();
        let ends_s = 1_000 + SESSION_SECONDS;
        for (member, secret, now_s, opens) in [
            (member(), "secret", 1_000, true),
            (member(), "secret", ends_s - 1, true),
            (member(), "secret", ends_s, false),
            (member(), "another", 1_000, false),
            (Member { generation: 1, ..member() }, "secret", 1_000, false),
            (Member { id: "0001020304050608".into(), ..member() }, "secret", 1_000, false),
            (Member { name: "Ada L.".into(), ..member() }, "secret", 1_000, true),
        ] {
            assert_eq!(member.is_session(&session, secret, now_s), opens, "{member:?} {secret} {now_s}");
        }
    }

    #[test]
    fn a_session_cannot_be_changed_and_a_key_is_none() {
        let (member, cookie) = (member(), member().session(0, "secret"));
        let [_, id, ends_s, mac] = <[&str; 4]>::try_from(cookie.split('.').collect::<Vec<_>>()).unwrap();
        let key = member.key("secret");
        let key_mac = key.rsplit('_').next().unwrap();
        for forged in [
            format!("member.{id}.99999999999.{mac}"),
            format!("member.0001020304050608.{ends_s}.{mac}"),
            format!("member.{id}.0.{key_mac}"),
            format!("member.{id}.{ends_s}.{key_mac}"),
        ] {
            assert!(!member.is_session(&Session::read(&forged).unwrap(), "secret", -1), "{forged}");
        }
        for unread in ["", "member.", &*format!("member.{id}"), &*format!("{ends_s}.{mac}"), &*key] {
            assert_eq!(Session::read(unread), None, "{unread}");
        }
    }

    #[test]
    fn roles_include_those_before_them() {
        assert!(Role::Viewer < Role::Editor && Role::Editor < Role::Admin && Role::Admin < Role::Owner);
        for role in [Role::Viewer, Role::Editor, Role::Admin, Role::Owner] {
            assert_eq!(Role::named(&role.name().into()), Some(role));
        }
        for name in [json!("Owner"), json!(""), json!(1), json!(null)] {
            assert_eq!(Role::named(&name), None, "{name}");
        }
    }

    #[test]
    fn what_is_stored_is_read() {
        let stored = Member { generation: 3, own_key: true, ..member() }.to_json();
        assert_eq!(Member::from_json(&stored).map(|member| member.to_json()), Some(stored.clone()));
        for field in ["id", "name", "created_s", "generation", "own_key", "salt"] {
            let mut record = stored.clone();
            record[field] = Value::Null;
            assert_eq!(Member::from_json(&record), None, "{field}");
        }
    }
}
