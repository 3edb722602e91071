//! Members and their roles: the object's side, which decides who may change what of whom in one turn, and the worker's
//! memory of those who came.

use super::{Question, Registry, ask};
use crate::answer::Refusal;
use crate::call::Call;
use crate::member::{Member, Role};
use crate::site_store::schema;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use worker::Result;

/// Accounts, and what each may do with which site. `record` is a [`Member`] as JSON, from which nobody can tell the key.
pub(super) const TABLES: [&str; 3] = [
    "CREATE TABLE IF NOT EXISTS members (id TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS roles (domain TEXT, member TEXT, role TEXT NOT NULL, PRIMARY KEY (domain, member)) \
     WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS roles_of_members ON roles (member)",
];

/// Members that a site may have.
const MEMBERS_MAX: usize = 100;
/// How long the worker believes what it knows of a member, so that one who was removed may read on for so long elsewhere.
const KNOWN_MS: i64 = 10_000;
/// How long the worker believes that there is no such member, where another isolate may have made the account.
const UNKNOWN_MS: i64 = 1_000;
/// Ids that the worker remembers; beyond that it starts anew.
const REMEMBERED_MAX: usize = 10_000;

/// Something about the members of a site.
#[derive(Debug)]
pub struct MemberTask {
    /// The site.
    pub domain: String,
    /// The role of who asks; none is the operator.
    pub by: Option<Role>,
    /// What is to be done.
    pub what: What,
}

/// What is to be done with members.
#[derive(Debug)]
pub enum What {
    /// List them.
    List,
    /// Make an account that has this role.
    Make(Member, Role),
    /// Give the account of this id, which is there, a role on this site too.
    Join(String, Role),
    /// Give a member another role.
    Change(String, Role),
    /// Make a member's key anew.
    Rekey(String),
    /// Take a member's role away, and the account with the last one.
    Remove(String),
}

impl MemberTask {
    fn to_json(&self) -> Value {
        let (what, who, role) = match &self.what {
            What::List => ("list", Value::Null, None),
            What::Make(member, role) => ("make", member.to_json(), Some(role)),
            What::Join(id, role) => ("join", id.as_str().into(), Some(role)),
            What::Change(id, role) => ("change", id.as_str().into(), Some(role)),
            What::Rekey(id) => ("rekey", id.as_str().into(), None),
            What::Remove(id) => ("remove", id.as_str().into(), None),
        };
        let by = self.by.map(Role::name);
        json!({ "domain": self.domain, "by": by, "what": what, "who": who, "role": role.map(|role| role.name()) })
    }

    fn from_json(task: &Value) -> Option<Self> {
        let [who, role] = ["who", "role"].map(|field| task.get(field));
        let (role, id) = (role.and_then(Role::named), || Some(who?.as_str()?.to_owned()));
        let what = match task.get("what")?.as_str()? {
            "list" => What::List,
            "make" => What::Make(Member::from_json(who?)?, role?),
            "join" => What::Join(id()?, role?),
            "change" => What::Change(id()?, role?),
            "rekey" => What::Rekey(id()?),
            "remove" => What::Remove(id()?),
            _ => return None,
        };
        // What is no role must not pass for the operator.
        let by = match task.get("by")? {
            Value::Null => None,
            by => Some(Role::named(by)?),
        };
        Some(Self { domain: task.get("domain")?.as_str()?.to_owned(), by, what })
    }
}

/// Why something about members is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    TooMany,
    UnknownSite,
    UnknownMember,
    AlreadyMember,
    OwnersOnly,
    LastOwner,
    OwnKey,
    KeyNotOwn,
}

impl Refused {
    const ALL: [Self; 8] = [
        Self::TooMany,
        Self::UnknownSite,
        Self::UnknownMember,
        Self::AlreadyMember,
        Self::OwnersOnly,
        Self::LastOwner,
        Self::OwnKey,
        Self::KeyNotOwn,
    ];

    fn refusal(self) -> Refusal {
        let (status, code, error, hint) = match self {
            Self::UnknownSite => return Refusal::unknown_site(),
            Self::TooMany => (400, "too_many_members", "The site has 100 members.", "Remove one first."),
            Self::UnknownMember => {
                (404, "not_found", "There is no such member.", "List the site's members to see their ids.")
            }
            Self::AlreadyMember => {
                (409, "already_member", "This member has a role here.", "Change the role by PUT on the member.")
            }
            Self::OwnersOnly => {
                (403, "owners_only", "Only owners decide about owners.", "Ask an owner, or the operator.")
            }
            Self::LastOwner => {
                (409, "last_owner", "The site would have no owner.", "Make another member an owner first.")
            }
            Self::OwnKey => {
                let hint = "The member makes it anew at sign-in; who has lost it asks the operator.";
                (409, "own_key", "The member has made the key.", hint)
            }
            Self::KeyNotOwn => {
                let hint = "Have the member make the key anew at sign-in first: now whoever made the account knows it.";
                (409, "key_not_own", "The member's key is not the member's own yet.", hint)
            }
        };
        Refusal::new(status, code, error, hint)
    }
}

type Outcome = std::result::Result<Value, Refused>;

impl Registry {
    /// Does something about members: `{"done": …}`, or `{"refused": "code"}`.
    pub(super) fn members(&self, task: &Value) -> Result<Value> {
        let task = MemberTask::from_json(task).ok_or_else(|| schema::corrupt("task"))?;
        Ok(match self.perform(&task)? {
            Ok(done) => json!({ "done": done }),
            Err(refused) => json!({ "refused": refused.refusal().code }),
        })
    }

    fn perform(&self, task: &MemberTask) -> Result<Outcome> {
        let domain = task.domain.as_str();
        if self.rows("SELECT 1 FROM sites WHERE domain = ?", vec![domain.into()])?.is_empty() {
            return Ok(Err(Refused::UnknownSite));
        }
        match &task.what {
            What::List => Ok(Ok(self.listed_members(domain)?)),
            What::Make(member, role) => self.make_member(task, member, *role),
            What::Join(id, role) => self.join(task, id, *role),
            What::Change(id, role) => self.change_role(task, id, Some(*role)),
            What::Remove(id) => self.change_role(task, id, None),
            What::Rekey(id) => self.rekey(task, id),
        }
    }

    fn make_member(&self, task: &MemberTask, member: &Member, role: Role) -> Result<Outcome> {
        if let Err(refused) = self.has_room(task, role)? {
            return Ok(Err(refused));
        }
        self.write_member(member)?;
        self.write_role(&task.domain, &member.id, role)?;
        Ok(Ok(Value::Null))
    }

    fn join(&self, task: &MemberTask, id: &str, role: Role) -> Result<Outcome> {
        let Some(member) = self.member(id)? else { return Ok(Err(Refused::UnknownMember)) };
        if self.role(&task.domain, id)?.is_some() {
            return Ok(Err(Refused::AlreadyMember));
        }
        // Whoever made the account elsewhere would come in with it.
        if !member.own_key {
            return Ok(Err(Refused::KeyNotOwn));
        }
        if let Err(refused) = self.has_room(task, role)? {
            return Ok(Err(refused));
        }
        self.write_role(&task.domain, id, role)?;
        Ok(Ok(Value::Null))
    }

    fn has_room(&self, task: &MemberTask, role: Role) -> Result<std::result::Result<(), Refused>> {
        if !may_decide(task.by, role) {
            return Ok(Err(Refused::OwnersOnly));
        }
        let rows = self.rows("SELECT count(*) FROM roles WHERE domain = ?", vec![task.domain.as_str().into()])?;
        let members = rows.first().and_then(|row| schema::integer(row, 0)).unwrap_or(0);
        Ok(if members >= MEMBERS_MAX as i64 { Err(Refused::TooMany) } else { Ok(()) })
    }

    fn change_role(&self, task: &MemberTask, id: &str, role: Option<Role>) -> Result<Outcome> {
        let Some(before) = self.role(&task.domain, id)? else { return Ok(Err(Refused::UnknownMember)) };
        if !may_decide(task.by, before) || !role.is_none_or(|role| may_decide(task.by, role)) {
            return Ok(Err(Refused::OwnersOnly));
        }
        if before == Role::Owner && role != Some(Role::Owner) && task.by.is_some() && self.owners(&task.domain)? <= 1 {
            return Ok(Err(Refused::LastOwner));
        }
        if let Some(role) = role {
            self.write_role(&task.domain, id, role)?;
        } else {
            let values = vec![task.domain.as_str().into(), id.into()];
            self.rows("DELETE FROM roles WHERE domain = ? AND member = ?", values)?;
            self.forget_accounts_without_roles()?;
        }
        Ok(Ok(Value::Null))
    }

    fn rekey(&self, task: &MemberTask, id: &str) -> Result<Outcome> {
        let (Some(role), Some(member)) = (self.role(&task.domain, id)?, self.member(id)?) else {
            return Ok(Err(Refused::UnknownMember));
        };
        if !may_decide(task.by, role) {
            return Ok(Err(Refused::OwnersOnly));
        }
        // The account may be worth something elsewhere, which is no matter of this site's.
        if member.own_key && task.by.is_some() {
            return Ok(Err(Refused::OwnKey));
        }
        Ok(Ok(self.with_new_key(member, false)?.to_json()))
    }

    /// Makes a member's key anew: the one before and all sessions are void.
    pub(super) fn with_new_key(&self, mut member: Member, own_key: bool) -> Result<Member> {
        member.generation = member.generation.saturating_add(1);
        member.own_key = own_key;
        self.write_member(&member)?;
        Ok(member)
    }

    /// A member with all roles: `{"member","roles":{"example.com":"viewer"}}`; null where there is none.
    pub(super) fn find_member(&self, id: &str) -> Result<Value> {
        let Some(member) = self.member(id)? else { return Ok(Value::Null) };
        let rows = self.rows("SELECT domain, role FROM roles WHERE member = ? ORDER BY domain", vec![id.into()])?;
        let role = |row: &Vec<_>| Some((schema::text(row, 0)?.to_owned(), Value::from(schema::text(row, 1)?)));
        let roles: serde_json::Map<String, Value> = rows.iter().filter_map(role).collect();
        Ok(json!({ "member": member.to_json(), "roles": roles }))
    }

    /// What is stored of a member.
    pub(super) fn member(&self, id: &str) -> Result<Option<Member>> {
        let rows = self.rows("SELECT record FROM members WHERE id = ?", vec![id.into()])?;
        Ok(rows.first().and_then(|row| Member::from_json(&serde_json::from_str(schema::text(row, 0)?).ok()?)))
    }

    /// Takes all roles on a site away, which is deleted.
    pub(super) fn forget_roles(&self, domain: &str) -> Result<()> {
        self.rows("DELETE FROM roles WHERE domain = ?", vec![domain.into()])?;
        self.forget_accounts_without_roles()
    }

    fn forget_accounts_without_roles(&self) -> Result<()> {
        self.rows("DELETE FROM members WHERE id NOT IN (SELECT member FROM roles)", vec![]).map(|_| ())
    }

    fn role(&self, domain: &str, id: &str) -> Result<Option<Role>> {
        let values = vec![domain.into(), id.into()];
        let rows = self.rows("SELECT role FROM roles WHERE domain = ? AND member = ?", values)?;
        Ok(rows.first().and_then(|row| Role::named(&schema::text(row, 0)?.into())))
    }

    fn owners(&self, domain: &str) -> Result<i64> {
        let values = vec![domain.into(), Role::Owner.name().into()];
        let rows = self.rows("SELECT count(*) FROM roles WHERE domain = ? AND role = ?", values)?;
        Ok(rows.first().and_then(|row| schema::integer(row, 0)).unwrap_or(0))
    }

    /// Each member's record and role, `[[record, "viewer"]]`, the eldest first.
    fn listed_members(&self, domain: &str) -> Result<Value> {
        let statement = "SELECT record, role FROM roles JOIN members ON id = member WHERE domain = ? \
                         ORDER BY json_extract(record, '$.created_s'), id";
        let rows = self.rows(statement, vec![domain.into()])?;
        let listed = rows.iter().filter_map(|row| {
            Some(json!([serde_json::from_str::<Value>(schema::text(row, 0)?).ok()?, schema::text(row, 1)?]))
        });
        Ok(listed.collect())
    }

    fn write_member(&self, member: &Member) -> Result<()> {
        let statement = "INSERT INTO members (id, record) VALUES (?, ?) \
                         ON CONFLICT DO UPDATE SET record = excluded.record";
        self.rows(statement, vec![member.id.as_str().into(), member.to_json().to_string().into()]).map(|_| ())
    }

    fn write_role(&self, domain: &str, id: &str, role: Role) -> Result<()> {
        let statement = "INSERT INTO roles (domain, member, role) VALUES (?, ?, ?) \
                         ON CONFLICT DO UPDATE SET role = excluded.role";
        self.rows(statement, vec![domain.into(), id.into(), role.name().into()]).map(|_| ())
    }
}

/// Whether who asks may decide about a role: only owners, and the operator, about that of owners.
fn may_decide(by: Option<Role>, role: Role) -> bool {
    by.is_none_or(|by| by >= role.max(Role::Admin))
}

/// A member who is known, with all roles by domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What is stored of the member.
    pub member: Member,
    /// The role on each site, by domain.
    pub roles: Vec<(String, Role)>,
}

impl Known {
    /// The role on a site.
    pub fn role(&self, domain: &str) -> Option<Role> {
        self.roles.iter().find(|(site, _)| site == domain).map(|(_, role)| *role)
    }

    fn from_json(found: &Value) -> Option<Self> {
        let roles = found.get("roles")?.as_object()?.iter();
        let roles = roles.filter_map(|(domain, role)| Some((domain.clone(), Role::named(role)?))).collect();
        Some(Self { member: Member::from_json(found.get("member")?)?, roles })
    }
}

/// What is known of an id, none if it is no member's, and until when (milliseconds since 1970) that is believed.
type Remembered = (Option<Rc<Known>>, i64);

thread_local! {
    static REMEMBERED: RefCell<HashMap<String, Remembered>> = RefCell::default();
}

/// The member of that id; none where there is none. What is asked for afresh is as the registry has it now.
pub async fn find(call: &Call, id: &str, is_fresh: bool) -> Result<Option<Rc<Known>>> {
    let now_ms = crate::runtime::clock_ms();
    let remembered = REMEMBERED.with_borrow(|members| members.get(id).cloned());
    if let Some((known, until_ms)) = remembered
        && now_ms < until_ms
        && !is_fresh
    {
        return Ok(known);
    }
    let found = ask(&call.env, &Question::FindMember(id.into())).await?;
    let known = Known::from_json(&found).map(Rc::new);
    REMEMBERED.with_borrow_mut(|members| {
        if members.len() >= REMEMBERED_MAX {
            members.clear();
        }
        members.insert(id.into(), (known.clone(), now_ms + if known.is_some() { KNOWN_MS } else { UNKNOWN_MS }));
    });
    Ok(known)
}

/// Does something about members; what was known of the one whom it is about is unlearnt.
pub async fn perform(call: &Call, task: MemberTask) -> std::result::Result<Value, Refusal> {
    let changed = match &task.what {
        What::Join(id, _) | What::Change(id, _) | What::Rekey(id) | What::Remove(id) => Some(id.clone()),
        What::List | What::Make(..) => None,
    };
    let mut done = ask(&call.env, &Question::Members(task.to_json())).await?;
    if let Some(id) = changed {
        forget(&id);
    }
    let refused = done.get("refused").and_then(Value::as_str);
    match Refused::ALL.map(Refused::refusal).into_iter().find(|refusal| refused == Some(refusal.code)) {
        Some(refusal) => Err(refusal),
        None => Ok(done.get_mut("done").map(Value::take).unwrap_or_default()),
    }
}

/// Unlearns what the worker remembers of a member.
pub fn forget(id: &str) {
    REMEMBERED.with_borrow_mut(|members| members.remove(id));
}

/// Unlearns what the worker remembers of a site's members.
pub(super) fn forget_site(domain: &str) {
    REMEMBERED.with_borrow_mut(|members| {
        members.retain(|_, (known, _)| known.as_ref().is_none_or(|known| known.role(domain).is_none()));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_without_a_role_of_who_asks_is_none() {
        let task = MemberTask { domain: "a.io".into(), by: Some(Role::Admin), what: What::Rekey("7".into()) }.to_json();
        assert!(MemberTask::from_json(&task).is_some_and(|read| read.by == Some(Role::Admin)));
        for by in [json!("operator"), json!(7), json!("")] {
            let mut forged = task.clone();
            forged["by"] = by;
            assert!(MemberTask::from_json(&forged).is_none(), "{forged}");
        }
        let mut missing = task;
        missing.as_object_mut().unwrap().remove("by");
        assert!(MemberTask::from_json(&missing).is_none());
    }

    #[test]
    fn only_owners_and_the_operator_decide_about_owners() {
        for (by, role, may) in [
            (None, Role::Owner, true),
            (Some(Role::Owner), Role::Owner, true),
            (Some(Role::Owner), Role::Viewer, true),
            (Some(Role::Admin), Role::Owner, false),
            (Some(Role::Admin), Role::Admin, true),
            (Some(Role::Admin), Role::Viewer, true),
            (Some(Role::Editor), Role::Viewer, false),
        ] {
            assert_eq!(may_decide(by, role), may, "{by:?} {role:?}");
        }
    }
}
