//! `/api/v1/sites/{domain}/segments` and `/annotations`: saved filters, and what happened when.

use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::registry;
use crate::site_store::client;
use crate::site_store::notes::NoteTask;
use crate::site_store::question::Question;
use worker::Method;

const BODY_BYTES_MAX: usize = 65_536;

/// Lists, shows, writes and deletes notes of a site. `rest` is what follows the domain: the list, maybe with a number.
pub(super) async fn answer(call: &mut Call, domain: &str, rest: &str) -> Answer {
    let (list, id) = match rest.split_once('/') {
        None => (rest, None),
        Some((list, id)) => (list, Some(id.parse::<i64>().map_err(|_| Refusal::not_found())?)),
    };
    let task = match (call.request.method(), id) {
        (Method::Get, None) => NoteTask::List,
        (Method::Get, Some(id)) => NoteTask::Show { id },
        (Method::Post, None) => NoteTask::Write { id: None, note: body(call).await? },
        (Method::Put, Some(id)) => NoteTask::Write { id: Some(id), note: body(call).await? },
        (Method::Delete, Some(id)) => NoteTask::Delete { id },
        (_, None) => return Err(Refusal::method("GET, POST")),
        (_, Some(_)) => return Err(Refusal::method("GET, PUT, DELETE")),
    };
    if !registry::has(&call.env, domain).await? {
        return Err(Refusal::unknown_site());
    }
    let question = Question::Notes { list: list.to_owned(), task };
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
