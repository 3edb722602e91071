//! `/api/v1/sites/{domain}/members`: who may do what with a site; `GET /api/v1/me`: who is signed in.

use super::table::To;
use crate::access::{self, Grant};
use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::ingest;
use crate::member::{Member, Role};
use crate::registry::members::{self, MemberTask, What};
use crate::runtime;
use crate::site_key;
use jiff::Timestamp;
use protocol::outcome::Unauthorised;
use serde_json::{Value, json};
use worker::Response;

const BODY_BYTES_MAX: usize = 4_096;
const NEW: &str = "Send {\"name\": \"…\", \"role\": \"viewer\"} for a new account, or {\"id\": \"…\", \"role\": \"viewer\"} \
                   for one that is there; the roles are viewer, editor, admin and owner.";
const ROLE: &str = "Send {\"role\": \"viewer\"}; the roles are viewer, editor, admin and owner.";

/// Says who is signed in, and with which role on which site.
pub(super) fn me(call: &Call) -> Response {
    let Grant::Member(known, _) = &call.grant else { return of_json(200, &json!({ "operator": true })) };
    let members::Known { member, roles } = &**known;
    let sites: Vec<Value> =
        roles.iter().map(|(domain, role)| json!({ "domain": domain, "role": role.name() })).collect();
    let me = json!({
        "operator": false, "id": member.id, "name": member.name, "own_key": member.own_key, "sites": sites,
    });
    of_json(200, &me)
}

/// Lists a site's members; adds one, of a new account, whose key is shown this once, or of one that is there; gives another role;
/// makes a member's key anew and shows it this once; or takes a member's role away.
pub(super) async fn answer(call: &mut Call, domain: &str, to: To, id: &str) -> Answer {
    let id = id.to_owned();
    let what = match to {
        To::AddMember => added(call).await?,
        To::ChangeMember => What::Change(id, read(call, ROLE, 1).await?.1),
        To::MakeMemberKey => What::Rekey(id),
        To::RemoveMember => What::Remove(id),
        _ => What::List,
    };
    // What is shown of who is added or changed, but what the registry says.
    let (status, mut answer, made) = match &what {
        What::List | What::Rekey(_) => (200, json!({}), None),
        What::Make(member, role) => (201, shown(member, *role), Some(member.clone())),
        What::Join(id, role) => (201, json!({ "id": id, "role": role.name() }), None),
        What::Change(id, role) => (200, json!({ "id": id, "role": role.name() }), None),
        What::Remove(id) => (200, json!({ "removed": id }), None),
    };
    let by = call.grant.acting_on(domain)?;
    let domain = ingest::known_site(call, domain, 0).await?;
    let done = members::perform(call, MemberTask { domain, by, what }).await?;
    if to == To::ListMembers {
        let one = |row: &Value| Some(shown(&Member::from_json(row.get(0)?)?, Role::named(row.get(1)?)?));
        let members: Vec<Value> = done.as_array().into_iter().flatten().filter_map(one).collect();
        return Ok(of_json(200, &json!({ "members": members })));
    }
    if let Some(renewed) = Member::from_json(&done) {
        return Ok(of_json(201, &json!({ "id": renewed.id, "key": renewed.key(secret(call)?) })));
    }
    if let (Some(member), Some(fields)) = (made, answer.as_object_mut()) {
        fields.insert("key".into(), member.key(secret(call)?).into());
    }
    Ok(of_json(status, &answer))
}

async fn added(call: &mut Call) -> Result<What, Refusal> {
    let (asked, role) = read(call, NEW, 2).await?;
    let text = |field| asked.get(field).and_then(Value::as_str);
    match (text("name").and_then(site_key::name), text("id")) {
        (Some(name), None) => Ok(What::Make(Member::new(name, call.now_s(), runtime::random_bytes()), role)),
        (None, Some(id)) => Ok(What::Join(id.to_owned(), role)),
        _ => Err(bad_field(NEW)),
    }
}

/// The body, an object of so many fields, and the role in it.
async fn read(call: &mut Call, hint: &'static str, fields: usize) -> Result<(Value, Role), Refusal> {
    call.content_type(&["application/json", "text/plain"], hint)?;
    let body = call.body(BODY_BYTES_MAX).await?;
    let asked: Value = serde_json::from_slice(&body).map_err(|_| Refusal::malformed(hint))?;
    let role = asked.as_object().filter(|asked| asked.len() == fields);
    let role = role.and_then(|asked| Role::named(asked.get("role")?)).ok_or_else(|| bad_field(hint))?;
    Ok((asked, role))
}

fn bad_field(hint: &'static str) -> Refusal {
    Refusal::new(400, "bad_field", "A field is missing, or has another form.", hint)
}

fn secret(call: &Call) -> Result<&str, Refusal> {
    call.config.key_secret().ok_or_else(|| access::refusal(Unauthorised::Key))
}

fn shown(member: &Member, role: Role) -> Value {
    let created = Timestamp::from_second(member.created_s).unwrap_or_default();
    json!({
        "id": member.id, "name": member.name, "role": role.name(), "own_key": member.own_key, "created": created.to_string(),
    })
}
