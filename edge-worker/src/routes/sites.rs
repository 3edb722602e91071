//! `/api/v1/sites`: which sites there are, and each one's settings.

use super::shares;
use crate::access::Grant;
use crate::answer::{Answer, Refusal, of_json};
use crate::call::Call;
use crate::site_store::archive::Store;
use crate::site_store::client;
use crate::site_store::question::Question;
use crate::site_store::site_day;
use crate::{domain, ingest, registry, shards};
use engine::site::{Layout, SiteSettings};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

const BODY_BYTES_MAX: usize = 262_144;
/// After so long every isolate has heard of another number of shards.
const HEARD_MS: i64 = 5 * 60_000;

/// Lists all sites, or a member's.
pub(super) async fn list(call: &Call) -> Answer {
    let mut sites = registry::list(&call.env).await?;
    sites.retain(|site| {
        site.get("domain").and_then(Value::as_str).is_some_and(|domain| call.grant.covers(domain).is_ok())
    });
    Ok(of_json(200, &json!({ "sites": sites })))
}

/// The domain that a path names, percent-encoded as it came, if the request may do anything with it.
pub(super) fn domain(call: &Call, given: &str) -> Result<String, Refusal> {
    let decoded = percent_decode_str(given).decode_utf8_lossy();
    let domain = domain::read(&decoded).ok_or_else(|| {
        let hint = "A domain has letters, digits, dots, hyphens and perhaps a port.";
        Refusal::new(400, "bad_field", "The path names no domain.", hint)
    })?;
    call.grant.covers(&domain)?;
    Ok(domain)
}

/// Shows a site's settings.
pub(super) async fn show(call: &Call, domain: &str) -> Answer {
    ingest::known_site(call, domain, 0).await?;
    let answer = client::ask(&call.env, domain, &Question::Settings).await?;
    if answer.body.is_null() {
        return Err(Refusal::unknown_site());
    }
    if let Grant::Share(share) = &call.grant {
        return Ok(of_json(200, &shares::site(share, &answer.body)));
    }
    Ok(of_json(200, &with_domain(answer.body, domain)))
}

/// Makes a site, or gives it new settings.
pub(super) async fn put(call: &mut Call, domain: String) -> Answer {
    call.content_type(&["application/json", "text/plain"], "Send the settings as application/json.")?;
    let body = call.body(BODY_BYTES_MAX).await?;
    let mut given: Value = if body.is_empty() {
        json!({})
    } else {
        serde_json::from_slice(&body).map_err(|_| Refusal::malformed("Send the settings as a JSON object."))?
    };
    if let Some(fields) = given.as_object_mut() {
        fields.entry("shards").or_insert_with(|| call.config.shards.into());
    }
    let checked = match SiteSettings::from_json(&given) {
        Ok(settings) if settings.archive_after_days.is_some() && Store::of(&call.env).is_none() => {
            let hint = "Bind a bucket or a folder as ARCHIVE, or leave archive_after_days out.";
            return Err(Refusal::new(400, "no_archive", "No archive is bound on this server.", hint));
        }
        Ok(settings) => settings,
        Err(refusal) => return Ok(of_json(400, &refusal.to_json())),
    };
    let settings = checked.to_json();
    let layout = layout(call, &domain, &checked).await?;
    shards::set_up(&call.env, &domain, &layout, &settings).await?;
    registry::put(&call.env, &domain, settings.clone(), &layout).await?;
    Ok(of_json(200, &with_domain(settings, &domain)))
}

/// Over how many objects the site will be spread. A new number holds from the next midnight on that every isolate will
/// have heard of.
async fn layout(call: &Call, domain: &str, settings: &SiteSettings) -> Result<Layout, Refusal> {
    let Some(known) = registry::find(&call.env, domain).await? else { return Ok(Layout::new(settings.shards)) };
    let soon = site_day::of_ms(&site_day::time_zone(&settings.timezone), call.now_ms() + HEARD_MS);
    let next = soon.tomorrow().map_err(|_| Refusal::malformed("Send the settings with another date."))?;
    Ok(known.layout.with(settings.shards, next))
}

/// Deletes a site with everything that is known of it.
pub(super) async fn delete(call: &Call, domain: &str) -> Answer {
    ingest::known_site(call, domain, 0).await?;
    // The site stays on the list until its data is gone, so that what failed can be asked for again.
    shards::ask_all(&call.env, domain, &Question::Delete).await?;
    registry::delete(&call.env, domain).await?;
    shards::forget(domain);
    Ok(of_json(200, &json!({ "deleted": domain })))
}

fn with_domain(mut settings: Value, domain: &str) -> Value {
    if let Some(fields) = settings.as_object_mut() {
        fields.insert("domain".into(), domain.into());
    }
    settings
}
