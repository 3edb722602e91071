//! Who may do what with the site.

use super::list::{actions, cell, day, headed, list, none, subtitle};
use super::{entries, path, text};
use crate::app::{App, Role};
use crate::form::{self, Kind};
use crate::markup::{Element, element};
use crate::words::{fill, say};
use serde_json::Value;

const ROLES: [&str; 4] = ["viewer", "editor", "admin", "owner"];

/// What a role may do, in words.
fn words(role: &str) -> String {
    match role {
        "viewer" => say("Viewer: sees everything but keys"),
        "editor" => say("Editor: also annotations and segments"),
        "admin" => say("Admin: also settings, keys, shares and members"),
        _ => say("Owner: also deletes the site"),
    }
}

/// The roles that the reader may give; only owners decide about owners.
fn offered(app: &App) -> impl Iterator<Item = (&'static str, String)> {
    let owner = app.role() >= Role::Owner;
    ROLES.into_iter().filter(move |role| owner || *role != "owner").map(|role| (role, words(role)))
}

pub(super) fn content(app: &App, answer: &Value, card: Element) -> Element {
    let lead = say("Members sign in with a key of their own. There are no passwords and no addresses.");
    let card = headed(card, say("Members"), lead);
    let members = entries(answer, "members");
    let rows = members.iter().map(|member| {
        let (id, name, role) = (text(member, "id"), text(member, "name"), text(member, "role"));
        let decides = app.role() >= Role::Owner || role != "owner";
        let role = if decides { role_form(app, id, name, role) } else { cell(&words(role)) };
        let own = member.get("own_key").and_then(Value::as_bool).unwrap_or(false);
        let key = if own { say("made by the member") } else { say("seen by its maker") };
        let remove = form::remove(app, &path(app, &["members", id]), &fill("Remove {0} from this site?", &[name]));
        let renews = decides && (!own || app.operator);
        let renew = renews.then(|| renew(app, id, name));
        let all = renew.into_iter().chain(decides.then_some(remove));
        vec![cell(name).with("title", id), role, cell(&key), cell(&day(text(member, "created"))), actions(all)]
    });
    let card = if members.is_empty() {
        card.child(none(say("Nobody but whoever runs this server sees the site.")))
    } else {
        card.child(list(say("Members"), &[say("Name"), say("Role"), say("Key"), say("Since")], rows))
    };
    let to = || form::send("POST", &path(app, &["members"])).class("view-form");
    let role = || form::field(&say("Role"), form::select("role", offered(app), "viewer"));
    let input = |name: &str, label: String| form::field(&label, form::input(name, Kind::Text, "").with("required", ""));
    let hint = say(
        "The key is shown once; give it to the member, who makes it anew at the first sign-in. Who has an account at another site finds its id by GET /api/v1/me, and joins after having done so.",
    );
    card.child(subtitle(say("Add somebody")))
        .child(to().with("id", "new-member").child(input("name", say("Name"))).child(role()).child(form::button(
            app,
            &say("Add"),
            true,
        )))
        .child(subtitle(say("Take in an account of another site")))
        .child(
            to().with("id", "known-member")
                .child(input("id", say("Id of the account")))
                .child(role())
                .child(form::button(app, &say("Take in"), false)),
        )
        .child(element("p").class("hint").text(hint))
}

fn role_form(app: &App, id: &str, name: &str, role: &str) -> Element {
    let select = form::select("role", offered(app), role).with("aria-label", fill("Role of {0}", &[name]));
    form::send("PUT", &path(app, &["members", id])).class("in-row").child(select).child(form::button(
        app,
        &say("Change"),
        false,
    ))
}

fn renew(app: &App, id: &str, name: &str) -> Element {
    let question = fill("Make a new key for {0}? The old one and all sessions end.", &[name]);
    let summary = element("summary").class("quiet").with("title", question.as_str()).text(say("New key"));
    form::confirm(app, summary, form::send("POST", &path(app, &["members", id, "key"])), &question)
}
