//! `/api/v1/sites/{domain}/segments`, `/annotations`, `/funnels` and `/boards`: saved filters and funnels, what happened when,
//! and widgets that somebody arranged.

use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::ingest;
use crate::site_store::client;
use crate::site_store::notes::NoteTask;
use crate::site_store::question::Question;
use engine::site::NoteKind;
use worker::Method;

const BODY_BYTES_MAX: usize = 65_536;

/// Lists, shows, writes and deletes notes of a site, the one with the number `id` if there is one.
pub(super) async fn answer(call: &mut Call, domain: &str, kind: NoteKind, id: Option<&str>) -> Answer {
    let id = id.map(str::parse::<i64>).transpose().map_err(|_| Refusal::not_found())?;
    let task = match (call.request.method(), id) {
        (Method::Get, None) => NoteTask::List,
        (Method::Get, Some(id)) => NoteTask::Show { id },
        (Method::Post, None) => NoteTask::Write { id: None, note: body(call).await? },
        (Method::Put, Some(id)) => NoteTask::Write { id: Some(id), note: body(call).await? },
        (Method::Delete, Some(id)) => NoteTask::Delete { id },
        _ => return Err(Refusal::not_found()),
    };
    ingest::known_site(call, domain, 0).await?;
    let question = Question::Notes { list: kind.list().to_owned(), task };
    let answer = client::ask(&call.env, domain, &question).await?;
    if answer.body.is_null() {
        return Err(Refusal::unknown_site());
    }
    Ok(of_json(answer.status, &answer.body))
}

async fn body(call: &mut Call) -> Result<serde_json::Value, Refusal> {
    call.content_type(&["application/json", "text/plain"], "Send the note as application/json.")?;
    let body = call.body(BODY_BYTES_MAX).await?;
    serde_json::from_slice(&body).map_err(|_| Refusal::malformed("Send the note as a JSON object."))
}
