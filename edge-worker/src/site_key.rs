//! The keys of a site: what each may do, and its text, which follows from a secret of the operator's and from what is
//! stored of the key, so that the text itself is stored nowhere. See `docs/decisions/0013-keys-are-derived.md`.

use blake3::{Hash, Hasher};
use serde_json::{Value, json};

/// What every key begins with, so that one that leaked is known for what it is.
const PREFIX: &str = "passerby_";
/// Digits of an id.
const ID_DIGITS: usize = 16;
/// Longest name in bytes.
const NAME_BYTES_MAX: usize = 200;

/// What a key may do with its site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Send events that happen.
    Write,
    /// Ask and export.
    Read,
    /// Everything but to delete the site.
    Admin,
}

impl Scope {
    const ALL: [Self; 3] = [Self::Write, Self::Read, Self::Admin];

    /// Its name in requests and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Read => "read",
            Self::Admin => "admin",
        }
    }

    /// Scopes from a list of their names, each once and always in the same order; none where the list is empty or has
    /// something else in it.
    pub fn all_named(names: &Value) -> Option<Vec<Self>> {
        let names = names.as_array()?;
        let is_known = |name: &Value| Self::ALL.iter().any(|scope| name == scope.name());
        let is_named = |scope: &Self| names.iter().any(|name| name == scope.name());
        let scopes: Vec<Self> = Self::ALL.into_iter().filter(is_named).collect();
        (!scopes.is_empty() && names.iter().all(is_known)).then_some(scopes)
    }
}

/// A key's name as it is kept; none where it is empty, too long or not one line.
pub fn name(given: &str) -> Option<&str> {
    let name = given.trim();
    ((1..=NAME_BYTES_MAX).contains(&name.len()) && !name.contains(char::is_control)).then_some(name)
}

/// What is stored of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteKey {
    /// Sixteen hexadecimal digits, chosen by chance.
    pub id: String,
    /// The domain of the site it is for.
    pub site: String,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made, in seconds since 1970.
    pub created_s: i64,
    /// 32 random bytes. Who holds a key but not these cannot test guesses of the operator's secret.
    pub salt: [u8; 32],
}

impl SiteKey {
    /// A new key's record.
    pub fn new(site: &str, name: &str, scopes: Vec<Scope>, created_s: i64, chance: [u8; 40]) -> Self {
        let (id, salt) = id_and_salt(chance);
        Self { id, site: site.to_owned(), name: name.to_owned(), scopes, created_s, salt }
    }

    /// Reads what [`Self::to_json`] wrote; none where that is something else.
    pub fn from_json(record: &Value) -> Option<Self> {
        let text = |field| record.get(field)?.as_str().map(str::to_owned);
        Some(Self {
            id: text("id")?,
            site: text("site")?,
            name: text("name")?,
            scopes: Scope::all_named(record.get("scopes")?)?,
            created_s: record.get("created_s")?.as_i64()?,
            salt: *Hash::from_hex(record.get("salt")?.as_str()?).ok()?.as_bytes(),
        })
    }

    /// As it is stored.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "site": self.site,
            "name": self.name,
            "scopes": self.scope_names(),
            "created_s": self.created_s,
            "salt": Hash::from_bytes(self.salt).to_hex().as_str(),
        })
    }

    /// The names of what it may do.
    pub fn scope_names(&self) -> Value {
        self.scopes.iter().map(|scope| scope.name()).collect()
    }

    /// Whether it may do what the scope names.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope) || self.scopes.contains(&Scope::Admin)
    }

    /// The key itself. Everything that decides what it opens is part of the secret, so that a record that was changed
    /// opens nothing.
    pub fn text(&self, operator_secret: &str) -> String {
        let mut hasher =
            Hasher::new_keyed(&blake3::derive_key("passerby keys of sites v1", operator_secret.as_bytes()));
        hasher.update(&self.salt);
        for part in [&self.id, &self.site, &self.scope_names().to_string()] {
            // Each with its length in front, so that no two records share their bytes.
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        format!("{PREFIX}{}_{}", self.id, hasher.finalize().to_hex())
    }
}

/// An id, and the random bytes that go with it.
pub fn id_and_salt(chance: [u8; 40]) -> (String, [u8; 32]) {
    let (id, salt) = chance.split_at(ID_DIGITS / 2);
    let id = id.iter().fold(0, |id: u64, byte| id << 8 | u64::from(*byte));
    (format!("{id:016x}"), salt.try_into().unwrap_or_default())
}

/// The id in a text that has the form of a key.
pub fn id_of(text: &str) -> Option<&str> {
    let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
    (is_id(id) && Hash::from_hex(secret).is_ok()).then_some(id)
}

/// Whether a text has the form of an id.
pub fn is_id(text: &str) -> bool {
    text.len() == ID_DIGITS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SiteKey {
        SiteKey::new("example.com", "CI", vec![Scope::Write], 1_700_000_000, std::array::from_fn(|byte| byte as u8))
    }

    #[test]
    fn a_key_names_its_id_and_nothing_else_of_its_record() {
        let (key, text) = (key(), key().text("secret"));
        assert_eq!((id_of(&text), &*key.id), (Some("0001020304050607"), "0001020304050607"));
        let salt = Hash::from_bytes(key.salt).to_hex();
        assert!(!text.contains(salt.as_str()) && !text.contains("example") && text.len() == 90);
    }

    #[test]
    fn whatever_decides_what_a_key_opens_is_part_of_its_secret() {
        let text = key().text("secret");
        assert_eq!(SiteKey { name: "Another".into(), created_s: 0, ..key() }.text("secret"), text);
        for other in [
            SiteKey { id: "0001020304050608".into(), ..key() },
            SiteKey { site: "example.org".into(), ..key() },
            SiteKey { scopes: vec![Scope::Admin], ..key() },
            SiteKey { scopes: vec![Scope::Write, Scope::Read], ..key() },
            SiteKey { salt: [0; 32], ..key() },
        ] {
            assert_ne!(other.text("secret").rsplit_once('_'), text.rsplit_once('_'), "{other:?}");
        }
        assert_ne!(key().text("another secret"), text);
    }

    #[test]
    fn what_is_stored_is_read() {
        assert_eq!(SiteKey::from_json(&key().to_json()), Some(key()));
        for field in ["id", "site", "name", "scopes", "created_s", "salt"] {
            let mut record = key().to_json();
            record[field] = Value::Null;
            assert_eq!(SiteKey::from_json(&record), None, "{field}");
        }
    }

    #[test]
    fn only_a_key_has_the_form_of_one() {
        let secret = "ab".repeat(32);
        for (text, id) in [
            (&*format!("passerby_0123456789abcdef_{secret}"), Some("0123456789abcdef")),
            (&*format!("passerby_0123456789ABCDEF_{secret}"), None),
            (&*format!("passerby_0123456789abcde_{secret}"), None),
            (&*format!("passerby_0123456789abcdef_{secret}0"), None),
            (&*format!("passerby_0123456789abcdef_{}", "x".repeat(64)), None),
            (&*format!("0123456789abcdef_{secret}"), None),
            ("passerby_", None),
            ("", None),
        ] {
            assert_eq!(id_of(text), id, "{text}");
        }
    }

    #[test]
    fn scopes_are_read_by_name_and_admin_is_all() {
        for (names, scopes) in [
            (json!(["write"]), Some(vec![Scope::Write])),
            (json!(["admin", "read", "admin"]), Some(vec![Scope::Read, Scope::Admin])),
            (json!(["write", "everything"]), None),
            (json!(["Write"]), None),
            (json!([1]), None),
            (json!([]), None),
            (json!("write"), None),
        ] {
            assert_eq!(Scope::all_named(&names), scopes, "{names}");
        }
        for (scopes, may) in [
            (vec![Scope::Write], [true, false, false]),
            (vec![Scope::Write, Scope::Read], [true, true, false]),
            (vec![Scope::Admin], [true, true, true]),
        ] {
            let key = SiteKey { scopes, ..key() };
            assert_eq!(Scope::ALL.map(|scope| key.may(scope)), may, "{:?}", key.scopes);
        }
    }

    #[test]
    fn a_name_is_a_line() {
        for (given, kept) in [
            (" CI ", Some("CI")),
            ("Bäckerei", Some("Bäckerei")),
            ("", None),
            (" ", None),
            ("two\nlines", None),
            (&*"x".repeat(201), None),
        ] {
            assert_eq!(name(given), kept, "{given:?}");
        }
    }
}
