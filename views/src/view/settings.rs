//! The site's settings, in parts: what it is called and how long events are kept, goals, who may do what, links for
//! strangers, what happened when, saved filters, and all of its data.

mod annotations;
mod data;
mod general;
mod goals;
mod keys;
mod list;
mod members;
mod segments;
mod shares;

use super::{Answers, Request};
use crate::answer::Problem;
use crate::app::{App, Role};
use crate::form;
use crate::markup::{Element, element};
use crate::problem::problem;
use crate::skeleton;
use crate::words::say;
use form_urlencoded::byte_serialize;
use serde_json::Value;

/// A part of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    General,
    Goals,
    Annotations,
    Segments,
    Members,
    Keys,
    Shares,
    Data,
}

impl Part {
    const ALL: [Self; 8] = [
        Self::General,
        Self::Goals,
        Self::Annotations,
        Self::Segments,
        Self::Members,
        Self::Keys,
        Self::Shares,
        Self::Data,
    ];

    /// The name in addresses.
    fn name(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Goals => "goals",
            Self::Annotations => "annotations",
            Self::Segments => "segments",
            Self::Members => "members",
            Self::Keys => "keys",
            Self::Shares => "shares",
            Self::Data => "data",
        }
    }

    /// The name on its tab.
    fn label(self) -> String {
        match self {
            Self::General => say("General"),
            Self::Goals => say("Goals"),
            Self::Annotations => say("Annotations"),
            Self::Segments => say("Segments"),
            Self::Members => say("Members"),
            Self::Keys => say("Keys"),
            Self::Shares => say("Shares"),
            Self::Data => say("Data"),
        }
    }

    /// Whether the reader may see it: what opens is for those who may change it.
    fn is_for(self, role: Role) -> bool {
        role >= Role::Admin || !matches!(self, Self::Members | Self::Keys | Self::Shares)
    }

    /// The part that the address names, as far as the reader may see it.
    fn of(app: &App) -> Self {
        let named = |part: &Self| app.state.own("part") == Some(part.name()) && part.is_for(app.role());
        Self::ALL.into_iter().find(named).unwrap_or(Self::General)
    }
}

/// The path of the site, and of what is below it: `/api/v1/sites/shop.example/keys`.
fn path(app: &App, below: &[&str]) -> String {
    let site: String = byte_serialize(app.site_wanted().unwrap_or_default().as_bytes()).collect();
    below.iter().fold(["/api/v1/sites/", &site].concat(), |path, part| [&path, "/", part].concat())
}

/// A text of an answer; empty where it has none.
fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The entries of an answer's list.
fn entries<'a>(answer: &'a Value, field: &str) -> &'a [Value] {
    answer.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// All settings of the site but some, to be sent along unseen: what a `PUT` leaves out gets its default.
fn others(site: &Value, but: &[&str]) -> Vec<Element> {
    let fields = site.as_object().into_iter().flatten();
    let kept = fields.filter(|(name, _)| *name != "domain" && !but.contains(&name.as_str()));
    kept.map(|(name, value)| form::hidden_json(name, value)).collect()
}

/// Asks for what the part shows.
pub fn requests(app: &App) -> Vec<Request> {
    let of = |below: &[&str]| vec![Request::get(path(app, below))];
    match Part::of(app) {
        Part::General | Part::Data => of(&[]),
        Part::Goals => goals::requests(app),
        part => of(&[part.name()]),
    }
}

/// The tabs, what became of the last form, and the part.
pub fn content(app: &App, answers: &Answers) -> Element {
    let chosen = Part::of(app);
    let tabs = Part::ALL.into_iter().filter(|part| part.is_for(app.role())).map(|part| {
        let state = app.state.but(|state| state.own.clear()).with_own("part", Some(part.name()));
        let link = element("a").with("href", state.href()).with_if(part == chosen, "aria-current", "page");
        element("li").child(link.text(part.label()))
    });
    let tabs = element("nav")
        .class("parts")
        .with("aria-label", say("Parts of the settings"))
        .child(element("ul").children(tabs));
    let card = element("section").class("card view-card").with("data-panel", chosen.name());
    let card = match answers.get(0) {
        // Answers that are still there from another part say nothing of this one.
        _ if app.stale => card.child(skeleton::rows(6)),
        None => card.child(skeleton::rows(6)),
        Some(Err(why)) => card.child(problem(why)),
        Some(Ok(answer)) => {
            let sent = answers.sent.as_ref().map(|sent| said(app, sent));
            part(app, chosen, answer, answers, card.children(sent))
        }
    };
    element("div").class("settings").child(tabs).child(card)
}

fn part(app: &App, part: Part, answer: &Value, answers: &Answers, card: Element) -> Element {
    match part {
        Part::General => general::content(app, answer, card),
        Part::Goals => goals::content(app, answer, answers, card),
        Part::Annotations => annotations::content(app, answer, card),
        Part::Segments => segments::content(app, answer, card),
        Part::Members => members::content(app, answer, card),
        Part::Keys => keys::content(app, answer, card),
        Part::Shares => shares::content(app, answer, card),
        Part::Data => data::content(app, card),
    }
}

/// What became of a form: what is shown this once, that it is done, or why not.
fn said(app: &App, sent: &Result<Value, Problem>) -> Element {
    let done = match sent {
        Err(why) => return problem(why),
        Ok(done) => done,
    };
    let note = element("div").class("done").with("role", "status");
    match text(done, "key") {
        "" => note.child(element("p").text(say("Done."))),
        key => note
            .child(element("p").text(say("Copy the key now: it is shown this once, and kept nowhere.")))
            .child(form::copyable(app, "new-key", key)),
    }
}

#[cfg(test)]
mod tests;
