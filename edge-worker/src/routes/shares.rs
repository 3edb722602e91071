//! `/api/v1/sites/{domain}/shares`: the links of a site, `/share/{id}`: the page that they lead to, and what they are told.

use super::dashboard;
use super::table::To;
use crate::access;
use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::cors;
use crate::ingest;
use crate::registry;
use crate::registry::keys::{self, RecordTask, SHARES};
use crate::runtime;
use crate::shards;
use crate::share::{self, Share};
use crate::site_store::client;
use crate::site_store::question::Question as Asked;
use crate::site_store::site_day;
use engine::share::Question;
use protocol::outcome::Unauthorised;
use serde_json::{Value, json};
use url::Url;

const BODY_BYTES_MAX: usize = 8_192;
const HINT: &str = "Send {\"name\": \"…\"} and perhaps expires (RFC 3339, to come), k (2 to 1000), noise (0.05 to 1, or \
                    \"none\"), embed (up to ten origins) and dimensions (those that it tells of).";
const NOT_CHOSEN: &str = "The share does not tell of this dimension.";
const NOT_CHOSEN_HINT: &str = "GET /api/v2/dimensions lists those that whoever made it has chosen.";
/// Most queries of a share in one request.
const QUERIES_MAX: usize = 20;

/// Lists a site's shares with their links, makes one, or deletes one, whose link shows nothing any more.
pub(super) async fn answer(call: &mut Call, domain: &str, to: To, id: &str) -> Answer {
    let asked = if to == To::MakeShare { Some(read(call).await?) } else { None };
    let site = ingest::known_site(call, domain, 0).await?;
    let share = asked.map(|asked| {
        let share = Share::new(&site, &asked, call.now_s(), runtime::random_bytes());
        share.ok_or_else(|| Refusal::new(400, "bad_field", "A share cannot be made on these terms.", HINT))
    });
    let share = share.transpose()?;
    let task = match &share {
        Some(share) => RecordTask::Add(share.to_json()),
        None if to == To::DeleteShare => RecordTask::Delete(site, id.to_owned()),
        None => RecordTask::List(site),
    };
    let done = keys::records(&call.env, SHARES, task).await?;
    if let Some(share) = share {
        let too_many =
            || Refusal::new(400, "too_many_shares", "The site has 100 shares.", "Delete one that is not needed.");
        let kept = done.as_bool().filter(|kept| *kept).ok_or_else(too_many);
        return kept.and_then(|_| Ok(of_json(201, &shown(call, &share)?)));
    }
    if to == To::DeleteShare {
        let hint = "List the site's shares to see their ids.";
        let missing = || Refusal::new(404, "not_found", "There is no such share.", hint);
        return done
            .as_bool()
            .filter(|gone| *gone)
            .map(|_| of_json(200, &json!({ "deleted": id })))
            .ok_or_else(missing);
    }
    let shares = done.as_array().into_iter().flatten().filter_map(Share::from_json);
    let shares: Result<Vec<Value>, Refusal> = shares.map(|share| shown(call, &share)).collect();
    Ok(of_json(200, &json!({ "shares": shares? })))
}

async fn read(call: &mut Call) -> Result<Value, Refusal> {
    call.content_type(&["application/json", "text/plain"], HINT)?;
    let body = call.body(BODY_BYTES_MAX).await?;
    serde_json::from_slice(&body).map_err(|_| Refusal::malformed(HINT))
}

/// The page of a share, which only the pages that it names may show in a frame. The link's secret stays in the browser.
pub(super) async fn page(call: &Call, id: &str) -> Answer {
    let hint = "Ask whoever gave you the link for another one.";
    let share = find(call, id).await?;
    let share = share.ok_or_else(|| Refusal::new(404, "not_found", "There is no such share.", hint))?;
    if share.is_over(call.now_s()) {
        return Err(over());
    }
    let response = dashboard::frame(call).await?;
    let _ = response.headers().set("content-security-policy", &cors::dashboard_policy(&share.ancestors()));
    Ok(response)
}

/// The share of an id; none where there is none, or it was deleted.
pub async fn find(call: &Call, id: &str) -> Result<Option<Share>, Refusal> {
    Ok(Share::from_json(&keys::records(&call.env, SHARES, RecordTask::Find(id.to_owned())).await?))
}

/// The refusal of a share that is over.
pub fn over() -> Refusal {
    let hint = "Ask whoever gave you the link for another one.";
    Refusal::new(410, "share_expired", "This share is over.", hint)
}

/// What a share says of its site.
pub(super) fn site(share: &Share, settings: &Value) -> Value {
    let goals = settings.get("goals").and_then(Value::as_array).into_iter().flatten();
    let tells_goals = share.dimensions().contains(&"event:goal");
    let goals: Vec<&Value> = goals.filter_map(|goal| goal.get("display_name")).filter(|_| tells_goals).collect();
    let rules = share.rules();
    json!({
        "domain": share.site, "timezone": settings.get("timezone"), "goals": goals, "k": rules.k, "epsilon": rules.epsilon,
    })
}

/// What can be asked of a share.
pub(super) fn dimensions(share: &Share) -> Value {
    let metrics = if share.rules().epsilon.is_some() { &engine::share::METRICS[..1] } else { &engine::share::METRICS };
    json!({
        "metrics": metrics,
        "dimensions": share.dimensions(),
        "intervals": engine::share::UNITS,
        "operators": ["is"],
    })
}

/// Answers a query, or several of one site, as far as a share may.
pub(super) async fn query(call: &Call, share: &Share, request: &Value) -> Answer {
    let (rules, site) = (share.rules(), share.site.as_str());
    let (Some(known), Some(secret)) = (registry::find(&call.env, site).await?, call.config.key_secret()) else {
        return Err(Refusal::unknown_site());
    };
    let today = site_day::of_ms(&known.zone, call.now_ms());
    let several = request.get("queries").and_then(Value::as_array);
    let asked = several.map_or_else(|| std::slice::from_ref(request), Vec::as_slice);
    if asked.is_empty() || asked.len() > QUERIES_MAX {
        return Err(Refusal::new(
            400,
            "invalid_query",
            "A share answers 1 to 20 queries at once.",
            "Send fewer of them.",
        ));
    }
    let chosen = share.dimensions();
    let is_chosen = |question: &Question| question.tells_of().all(|dimension| chosen.contains(&dimension));
    let mut questions = Vec::with_capacity(asked.len());
    for query in asked {
        let mut query = query.clone();
        if let Some(fields) = query.as_object_mut() {
            // A share is about its site, whatever else is named beside it.
            let named = fields.insert("site_id".into(), site.into()).or_else(|| request.get("site_id").cloned());
            call.grant.covers(named.as_ref().and_then(Value::as_str).unwrap_or(site))?;
        }
        match Question::read(&rules, today, &query) {
            // Of several questions, each one's refusal is in its answer; what is refused is not counted at all.
            Ok(question) if is_chosen(&question) => questions.push(Some(question)),
            Ok(_) if several.is_some() => questions.push(None),
            Ok(_) => return Err(Refusal::new(403, "not_shared", NOT_CHOSEN, NOT_CHOSEN_HINT)),
            Err(refusal) => return Ok(of_json(refusal.status, &refusal.to_json())),
        }
    }
    let allowed: Vec<&Question> = questions.iter().flatten().collect();
    charge(call, share, secret, &allowed, &known.zone).await?;
    let queries: Vec<Value> = allowed.iter().map(|question| question.query(&rules)).collect();
    let mut counted = Vec::new();
    if !queries.is_empty() {
        let request = json!({ "site_id": site, "queries": queries });
        let mut answer = shards::query(&call.env, site, "shared", call.now_s(), request).await?;
        if answer.body.is_null() {
            shards::forget(site);
            return Err(Refusal::unknown_site());
        }
        counted = answer.body.get_mut("results").and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default();
    }
    let site_key = shards::route_key(&call.env, site).await?;
    let hash = share::noise_hash(secret, &site_key.0, site, &rules);
    let mut counted = counted.into_iter();
    let told = questions.iter().map(|question| {
        let Some(question) = question else {
            return json!({ "error": NOT_CHOSEN, "code": "not_shared", "hint": NOT_CHOSEN_HINT, "status": 403 });
        };
        let counted = counted.next().unwrap_or_default();
        // What the engine refuses says nothing of visitors.
        if counted.get("error").is_some() {
            return counted;
        }
        question.tell(&rules, &counted, &hash).unwrap_or_else(|refusal| refusal.to_json())
    });
    let mut told: Vec<Value> = told.collect();
    if several.is_some() {
        return Ok(of_json(200, &json!({ "results": told })));
    }
    let told = told.pop().unwrap_or_default();
    let status = told.get("status").and_then(Value::as_u64).map_or(200, |status| status as u16);
    Ok(of_json(status, &told))
}

/// Takes filtered questions off what the share answers today. What visitors of the link typed is hashed.
async fn charge(
    call: &Call,
    share: &Share,
    secret: &str,
    questions: &[&Question],
    zone: &jiff::tz::TimeZone,
) -> Result<(), Refusal> {
    let key = blake3::derive_key("passerby questions to shares v1", share.secret(secret).as_bytes());
    let about = questions.iter().filter_map(|question| question.about());
    let questions: Vec<String> =
        about.map(|about| blake3::keyed_hash(&key, about.as_bytes()).to_hex().chars().take(32).collect()).collect();
    if questions.is_empty() {
        return Ok(());
    }
    let day = site_day::of_ms(zone, call.now_ms());
    let question = Asked::ChargeShare { share: share.id.clone(), day: day.to_string(), questions };
    if client::ask(&call.env, &share.site, &question).await?.body == Value::Bool(true) {
        return Ok(());
    }
    let midnight = day.tomorrow().ok().and_then(|next| next.to_zoned(zone.clone()).ok());
    let seconds = midnight.map(|midnight| (midnight.timestamp().as_second() - call.now_s()).max(1));
    let retry_after_s = seconds.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(1);
    let hint = "What was asked today is answered again; more after the site's midnight.";
    let refusal = Refusal::new(429, "noise_budget", "This share has answered its filtered questions of today.", hint);
    Err(Refusal { retry_after_s, ..refusal })
}

/// A share with its link, whose secret is behind the `#`, which browsers send nowhere.
fn shown(call: &Call, share: &Share) -> Result<Value, Refusal> {
    let secret = call.config.key_secret().ok_or_else(|| access::refusal(Unauthorised::Key))?;
    let origin = Url::parse(&call.request.inner().url()).map(|url| url.origin().ascii_serialization());
    let mut shown = share.shown();
    if let Some(fields) = shown.as_object_mut() {
        let url = format!("{}/share/{}#{}", origin.unwrap_or_default(), share.id, share.secret(secret));
        fields.insert("url".into(), url.into());
    }
    Ok(shown)
}
