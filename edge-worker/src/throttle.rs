//! Who tries keys waits longer each time. Kept in memory alone, of hashes by a key that is as short-lived.
//!
//! First it is the client who waits, so that nobody keeps the owner of a key out: whoever comes from elsewhere is heard.
//! Where many clients try the keys of one account, each of them waits from its first wrong try on.

use blake3::Hasher;
use std::collections::HashMap;
use std::net::IpAddr;

/// Wrong tries of a client before it waits.
const FREE: u32 = 5;
/// Wrong tries at an account, by whomever, after which a client has one free.
const ATTACKED: u32 = 50;
/// The longest wait, in milliseconds.
const WAIT_MS_MAX: i64 = 15 * 60_000;
/// Tries are forgotten so long after the last one, in milliseconds.
const FORGOTTEN_MS: i64 = 60 * 60_000;
/// Clients, and accounts, that are remembered. Beyond that whoever has the least to wait is forgotten.
const REMEMBERED_MAX: usize = 8_192;

/// Wrong tries, and until when the next one waits.
#[derive(Clone, Copy, Debug, Default)]
struct Tries {
    wrong: u32,
    last_ms: i64,
    until_ms: i64,
}

/// Wrong tries by client and by account.
#[derive(Debug)]
pub struct Throttle {
    key: [u8; 32],
    clients: HashMap<u64, Tries>,
    accounts: HashMap<u64, Tries>,
}

impl Throttle {
    /// Nothing was tried yet. The key is random, and nowhere else.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key, clients: HashMap::new(), accounts: HashMap::new() }
    }

    /// How long a client has to wait before it may try, in milliseconds; 0 where it may.
    pub fn wait_ms(&self, address: &str, now_ms: i64) -> i64 {
        let tries = self.clients.get(&self.hash("client", &network(address)));
        tries.map_or(0, |tries| (tries.until_ms - now_ms).max(0))
    }

    /// Takes a wrong try at an account down.
    pub fn failed(&mut self, address: &str, account: &str, now_ms: i64) {
        let account = self.hash("account", account);
        let at_account = add(&mut self.accounts, account, now_ms);
        at_account.wrong = at_account.wrong.saturating_add(1);
        let free = if at_account.wrong > ATTACKED { 1 } else { FREE };
        let client = self.hash("client", &network(address));
        let tries = add(&mut self.clients, client, now_ms);
        tries.wrong = tries.wrong.saturating_add(1);
        let doublings = tries.wrong.saturating_sub(free).min(20);
        let wait_ms = if tries.wrong >= free { (1_000_i64 << doublings).min(WAIT_MS_MAX) } else { 0 };
        tries.until_ms = now_ms + wait_ms;
    }

    /// Forgets what a client did wrong: it has the key.
    pub fn succeeded(&mut self, address: &str) {
        self.clients.remove(&self.hash("client", &network(address)));
    }

    fn hash(&self, what: &str, text: &str) -> u64 {
        let hash = Hasher::new_keyed(&self.key).update(what.as_bytes()).update(text.as_bytes()).finalize();
        hash.as_bytes().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }
}

/// The tries of a client or an account, which is remembered from now on.
fn add(all: &mut HashMap<u64, Tries>, who: u64, now_ms: i64) -> &mut Tries {
    if all.len() >= REMEMBERED_MAX && !all.contains_key(&who) {
        all.retain(|_, tries| now_ms - tries.last_ms.max(tries.until_ms) < FORGOTTEN_MS);
        if all.len() >= REMEMBERED_MAX
            && let Some(least) = all.iter().min_by_key(|(_, tries)| (tries.until_ms, tries.wrong)).map(|(who, _)| *who)
        {
            all.remove(&least);
        }
    }
    let tries = all.entry(who).or_default();
    if now_ms - tries.last_ms.max(tries.until_ms) >= FORGOTTEN_MS {
        *tries = Tries::default();
    }
    tries.last_ms = now_ms;
    tries
}

/// An IPv4 address, or the first half of an IPv6 address, within which one subscriber may choose.
fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(address)) => format!("{:x?}", address.segments().first_chunk::<4>()),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWNER: &str = "192.0.2.1";
    const STRANGER: &str = "198.51.100.7";

    fn throttle() -> Throttle {
        Throttle::new([7; 32])
    }

    #[test]
    fn waits_double_from_the_fifth_wrong_try_on() {
        let mut throttle = throttle();
        let mut now_ms = 0;
        for (tries, wait_s) in
            [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900].into_iter().enumerate()
        {
            throttle.failed(STRANGER, "operator", now_ms);
            assert_eq!(throttle.wait_ms(STRANGER, now_ms), wait_s * 1_000, "{tries}");
            now_ms += wait_s * 1_000;
            assert_eq!(throttle.wait_ms(STRANGER, now_ms), 0, "{tries}");
        }
        assert_eq!(throttle.wait_ms(OWNER, now_ms), 0, "a stranger keeps nobody else out");
    }

    #[test]
    fn an_hour_without_a_try_or_a_right_one_is_forgiven() {
        let mut throttle = throttle();
        (0..6).for_each(|_| throttle.failed(STRANGER, "operator", 0));
        throttle.failed(STRANGER, "operator", 2_000 + FORGOTTEN_MS);
        assert_eq!(throttle.wait_ms(STRANGER, 2_000 + FORGOTTEN_MS), 0);
        (0..6).for_each(|_| throttle.failed(OWNER, "operator", 0));
        throttle.succeeded(OWNER);
        assert_eq!(throttle.wait_ms(OWNER, 0), 0);
    }

    #[test]
    fn an_account_that_many_try_leaves_each_of_them_one_try() {
        let mut throttle = throttle();
        for client in 0..ATTACKED {
            throttle.failed(&format!("203.0.113.{client}"), "operator", 0);
            assert_eq!(throttle.wait_ms(&format!("203.0.113.{client}"), 0), 0);
        }
        throttle.failed(STRANGER, "operator", 0);
        assert_eq!(throttle.wait_ms(STRANGER, 0), 1_000);
        assert_eq!(throttle.wait_ms(OWNER, 0), 0, "who has the key needs one");
        throttle.failed(OWNER, "another account", 0);
        assert_eq!(throttle.wait_ms(OWNER, 0), 0);
    }

    #[test]
    fn one_subscriber_is_one_client() {
        for (one, other, same) in [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::2", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
            ("192.0.2.1", "192.0.2.2", false),
            ("", "", true),
        ] {
            let mut throttle = throttle();
            (0..FREE).for_each(|_| throttle.failed(one, "operator", 0));
            assert_eq!(throttle.wait_ms(other, 0) > 0, same, "{one} {other}");
        }
    }

    #[test]
    fn memory_is_bounded_and_who_has_the_most_to_wait_is_kept() {
        let mut throttle = throttle();
        (0..12).for_each(|_| throttle.failed(STRANGER, "operator", 0));
        for n in 0..2 * REMEMBERED_MAX {
            throttle.failed(&format!("client {n}"), &format!("account {n}"), 0);
        }
        assert!(throttle.clients.len() <= REMEMBERED_MAX && throttle.accounts.len() <= REMEMBERED_MAX);
        assert!(throttle.wait_ms(STRANGER, 0) > 0);
    }
}
