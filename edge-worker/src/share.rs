//! Shares: links that show a site's counts to whoever has them, and nothing about few. What opens follows from a secret of
//! the operator's and from what is stored, and is stored nowhere. See `docs/decisions/0016-shares-k-and-noise.md`.

use crate::site_key::{id_and_salt, is_id, name};
use blake3::{Hash, Hasher};
use engine::share::{DIMENSIONS, Rules};
use jiff::Timestamp;
use serde_json::{Value, json};

/// What every share's token begins with.
const PREFIX: &str = "passerby_share_";
/// Fewer visitors are not told, where a share does not say otherwise.
const K: u64 = 5;
/// The noise's ε, where a share does not say otherwise.
const EPSILON: f64 = 0.25;
/// Origins whose pages may show a share in a frame.
const EMBED_MAX: usize = 10;

/// What is stored of a share.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// Sixteen hexadecimal digits, chosen by chance.
    pub id: String,
    /// The domain of the site it shows.
    pub site: String,
    /// 32 random bytes in hexadecimal digits.
    salt: String,
    /// What was asked for when it was made, checked: `name`, `expires_s`, `k`, `noise`, `embed`,
    /// `dimensions`, and `created_s`.
    terms: Value,
}

impl Share {
    /// A share on these terms; none where they are none. `now_s` and the expiry are in seconds since 1970.
    pub fn new(site: &str, asked: &Value, now_s: i64, chance: [u8; 40]) -> Option<Self> {
        let fields = asked.as_object()?;
        let known = ["name", "expires", "k", "noise", "embed", "dimensions"];
        let expires_s = match fields.get("expires") {
            None | Some(Value::Null) => None,
            Some(time) => Some(time.as_str()?.parse::<Timestamp>().ok()?.as_second()).filter(|ends_s| *ends_s > now_s),
        };
        let has_expiry = fields.get("expires").is_some_and(|expires| !expires.is_null());
        let k = fields.get("k").map_or(Some(K), Value::as_u64).filter(|k| (2..=1_000).contains(k))?;
        let noise = match fields.get("noise") {
            None => Some(EPSILON),
            Some(none) if none == "none" => None,
            Some(epsilon) => Some(epsilon.as_f64().filter(|epsilon| (0.05..=1.0).contains(epsilon))?),
        };
        let embed = fields.get("embed").map_or(Some(&[][..]), |list| list.as_array().map(Vec::as_slice))?;
        let dimensions = match fields.get("dimensions") {
            None | Some(Value::Null) => None,
            Some(list) => Some(list.as_array()?),
        };
        let is_told = |dimension: &Value| dimension.as_str().is_some_and(|name| DIMENSIONS.contains(&name));
        let is_sound = fields.keys().all(|field| known.contains(&&**field))
            && embed.len() <= EMBED_MAX
            && embed.iter().all(|origin| origin.as_str().is_some_and(is_origin))
            && has_expiry == expires_s.is_some()
            && dimensions.is_none_or(|list| list.len() <= DIMENSIONS.len() && list.iter().all(is_told));
        let name = name(fields.get("name")?.as_str()?).filter(|_| is_sound)?;
        let (id, salt) = id_and_salt(chance);
        let salt = Hash::from_bytes(salt).to_hex().to_string();
        let terms = json!({
            "name": name, "expires_s": expires_s, "k": k, "noise": noise, "embed": embed, "dimensions": dimensions,
            "created_s": now_s,
        });
        Some(Self { id, site: site.to_owned(), salt, terms })
    }

    /// Reads what [`Self::to_json`] wrote; none where that is something else.
    pub fn from_json(record: &Value) -> Option<Self> {
        let text = |field| record.get(field)?.as_str().map(str::to_owned);
        let terms = record.get("terms").filter(|terms| terms.is_object())?.clone();
        Some(Self { id: text("id")?, site: text("site")?, salt: text("salt")?, terms })
    }

    /// As it is stored.
    pub fn to_json(&self) -> Value {
        json!({ "id": self.id, "site": self.site, "salt": self.salt, "terms": self.terms })
    }

    /// As its admins see it, but for the link.
    pub fn shown(&self) -> Value {
        let time =
            |field| self.terms.get(field).and_then(Value::as_i64).and_then(|time| Timestamp::from_second(time).ok());
        let of = |field| self.terms.get(field).cloned().unwrap_or_default();
        let noise = self.rules().epsilon.map_or_else(|| "none".into(), Value::from);
        json!({
            "id": self.id, "name": of("name"), "k": of("k"), "noise": noise, "embed": of("embed"),
            "dimensions": self.dimensions(),
            "expires": time("expires_s").map(|time| time.to_string()),
            "created": time("created_s").map(|time| time.to_string()),
        })
    }

    /// What holds for its answers. A record that says nothing of it is one of the strictest.
    pub fn rules(&self) -> Rules {
        let k = self.terms.get("k").and_then(Value::as_u64).and_then(|k| u32::try_from(k).ok());
        let epsilon = self.terms.get("noise").map_or(Some(EPSILON), Value::as_f64);
        Rules { k: k.unwrap_or(u32::MAX), epsilon }
    }

    /// The dimensions that it tells of; all of them where its admins chose none, and none where the record is damaged.
    pub fn dimensions(&self) -> Vec<&'static str> {
        match self.terms.get("dimensions") {
            None | Some(Value::Null) => DIMENSIONS.to_vec(),
            Some(chosen) => {
                let chosen = chosen.as_array().map_or(&[][..], Vec::as_slice);
                DIMENSIONS.into_iter().filter(|dimension| chosen.iter().any(|one| one == dimension)).collect()
            }
        }
    }

    /// Whether it is over at a time in seconds since 1970.
    pub fn is_over(&self, now_s: i64) -> bool {
        self.terms.get("expires_s").and_then(Value::as_i64).is_some_and(|expires_s| now_s >= expires_s)
    }

    /// The pages that may show it in a frame, as `frame-ancestors` names them.
    pub fn ancestors(&self) -> String {
        let origins = self.terms.get("embed").and_then(Value::as_array).into_iter().flatten();
        let origins: Vec<&str> = origins.filter_map(Value::as_str).filter(|origin| is_origin(origin)).collect();
        if origins.is_empty() { "'none'".to_owned() } else { origins.join(" ") }
    }

    /// What is behind the `#` of its link. Everything that decides what it opens is part of it, so that a record that was
    /// changed opens nothing.
    pub fn secret(&self, operator_secret: &str) -> String {
        let mut hasher = Hasher::new_keyed(&blake3::derive_key("passerby shares v1", operator_secret.as_bytes()));
        for part in [&self.salt, &self.id, &self.site, &self.terms.to_string()] {
            // Each with its length in front, so that no two records share their bytes.
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }

    /// What a client sends: the id and the secret of the link.
    pub fn token(&self, operator_secret: &str) -> String {
        format!("{PREFIX}{}_{}", self.id, self.secret(operator_secret))
    }
}

/// The id in a text that has the form of a token.
pub fn id_of(token: &str) -> Option<&str> {
    let (id, secret) = token.strip_prefix(PREFIX)?.split_once('_')?;
    (is_id(id) && Hash::from_hex(secret).is_ok()).then_some(id)
}

/// Whether a text is an origin as browsers write it, and as it may stand in a header.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| crate::domain::read(host).as_deref() == Some(host))
}

/// The keyed hash that a site's noise is made from: the same for all shares with the same ε, so that two links tell no more
/// than one, and another for each ε, so that two kinds of noise cannot be compared.
pub fn noise_hash(operator_secret: &str, site_key: &[u8; 32], site: &str, rules: &Rules) -> impl Fn(&[u8]) -> [u8; 16] {
    let key = blake3::derive_key("passerby noise of shares v1", operator_secret.as_bytes());
    let mut hasher = Hasher::new_keyed(&key);
    hasher.update(site_key).update(&rules.epsilon.unwrap_or_default().to_le_bytes()).update(site.as_bytes());
    let key = *hasher.finalize().as_bytes();
    move |cell| {
        let hash = blake3::keyed_hash(&key, cell);
        hash.as_bytes().first_chunk().copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_S: i64 = 1_700_000_000;

    fn made(asked: &Value) -> Option<Share> {
        Share::new("example.com", asked, NOW_S, std::array::from_fn(|byte| byte as u8))
    }

    fn share() -> Share {
        made(&json!({ "name": "Public", "expires": "2030-01-01T00:00:00Z" })).unwrap()
    }

    #[test]
    fn terms_are_checked() {
        let with = |field: &str, value: Value| {
            let mut asked = json!({ "name": "Public" });
            asked[field] = value;
            made(&asked).is_some()
        };
        for (field, value, sound) in [
            ("k", json!(2), true),
            ("k", json!(1_000), true),
            ("k", json!(1), false),
            ("k", json!(1_001), false),
            ("k", json!("5"), false),
            ("noise", json!("none"), true),
            ("noise", json!(0.05), true),
            ("noise", json!(1), true),
            ("noise", json!(0), false),
            ("noise", json!(5), false),
            ("noise", json!("some"), false),
            ("expires", json!("2030-01-01T00:00:00Z"), true),
            ("expires", json!(null), true),
            ("expires", json!("2020-01-01T00:00:00Z"), false),
            ("expires", json!("soon"), false),
            ("expires", json!(7), false),
            ("embed", json!(["https://example.com", "http://localhost:3000"]), true),
            ("embed", json!(["*"]), false),
            ("embed", json!(["https://example.com/page"]), false),
            ("embed", json!(["https://example.com; script-src *"]), false),
            ("embed", json!(["https://EXAMPLE.com"]), false),
            ("embed", json!(vec!["https://example.com"; 11]), false),
            ("embed", json!("https://example.com"), false),
            ("dimensions", json!(["event:page", "visit:source"]), true),
            ("dimensions", json!([]), true),
            ("dimensions", json!(null), true),
            ("dimensions", json!(["visit:city"]), false),
            ("dimensions", json!(["time:day"]), false),
            ("dimensions", json!([3]), false),
            ("dimensions", json!(vec!["event:page"; 11]), false),
            ("dimensions", json!("event:page"), false),
            ("name", json!(""), false),
            ("more", json!(1), false),
        ] {
            assert_eq!(with(field, value.clone()), sound, "{field} {value}");
        }
        assert_eq!(made(&json!({ "name": "Public" })).unwrap().rules(), Rules { k: 5, epsilon: Some(0.25) });
        assert_eq!(
            made(&json!({ "name": "x", "k": 9, "noise": "none" })).unwrap().rules(),
            Rules { k: 9, epsilon: None }
        );
    }

    #[test]
    fn whatever_decides_what_a_share_opens_is_part_of_its_secret() {
        let secret = share().secret("secret");
        let mut terms = share().terms;
        terms["k"] = json!(2);
        for other in [
            Share { id: "0001020304050608".into(), ..share() },
            Share { site: "example.org".into(), ..share() },
            Share { salt: "00".repeat(32), ..share() },
            Share { terms, ..share() },
        ] {
            assert_ne!(other.secret("secret"), secret, "{other:?}");
        }
        assert_ne!(share().secret("another"), secret);
        assert_eq!(Share::from_json(&share().to_json()), Some(share()));
        assert_eq!(Share::from_json(&share().to_json()).unwrap().secret("secret"), secret);
    }

    #[test]
    fn a_share_tells_of_the_dimensions_that_were_chosen() {
        let of = |dimensions: Value| {
            let mut share = share();
            share.terms["dimensions"] = dimensions;
            share.dimensions()
        };
        assert_eq!(of(json!(null)), DIMENSIONS);
        assert_eq!(of(json!(["visit:source", "event:page"])), ["event:page", "visit:source"]);
        for nothing in [json!([]), json!("event:page"), json!(["visit:city"]), json!(3)] {
            assert!(of(nothing).is_empty());
        }
        // Records of before have no such field, and tell what they told.
        let mut old = share();
        old.terms.as_object_mut().unwrap().remove("dimensions");
        assert_eq!(old.dimensions(), DIMENSIONS);
    }

    #[test]
    fn only_a_token_has_the_form_of_one() {
        let token = share().token("secret");
        assert_eq!(id_of(&token), Some("0001020304050607"));
        assert_eq!((crate::site_key::id_of(&token), crate::member::id_of(&token)), (None, None));
        for text in ["", "passerby_share_", &token[..80], &token.replace("share", "member")] {
            assert_eq!(id_of(text), None, "{text}");
        }
    }

    #[test]
    fn a_share_is_over_when_it_says() {
        let ends_s = 1_893_456_000;
        for (now_s, is_over) in [(NOW_S, false), (ends_s - 1, false), (ends_s, true)] {
            assert_eq!(share().is_over(now_s), is_over, "{now_s}");
        }
        assert!(!made(&json!({ "name": "Public" })).unwrap().is_over(i64::MAX));
    }

    #[test]
    fn frames_are_for_the_pages_it_names() {
        for (embed, ancestors) in [
            (json!([]), "'none'"),
            (
                json!(["https://example.com", "https://www.example.com:8443"]),
                "https://example.com https://www.example.com:8443",
            ),
        ] {
            assert_eq!(made(&json!({ "name": "x", "embed": embed })).unwrap().ancestors(), ancestors);
        }
    }

    #[test]
    fn noise_is_the_sites_own_and_another_for_each_epsilon() {
        let (quarter, half) = (Rules { k: 5, epsilon: Some(0.25) }, Rules { k: 5, epsilon: Some(0.5) });
        let of =
            |secret: &str, key: u8, site: &str, rules: &Rules| noise_hash(secret, &[key; 32], site, rules)(b"cell");
        let hash = of("secret", 1, "a.io", &quarter);
        assert_eq!(of("secret", 1, "a.io", &Rules { k: 9, ..quarter }), hash);
        for other in [
            of("other", 1, "a.io", &quarter),
            of("secret", 2, "a.io", &quarter),
            of("secret", 1, "b.io", &quarter),
            of("secret", 1, "a.io", &half),
        ] {
            assert_ne!(other, hash);
        }
    }
}
