//! Forms that views describe and the shell sends: see [`views::form`].

use crate::api::{Refusal, begin, land};
use crate::load;
use crate::shell::change;
use js_sys::Array;
use serde_json::{Map, Value, json};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{FormData, HtmlFormElement, HtmlInputElement, UrlSearchParams};

/// The fields of a form as a query string; empty ones are left out.
pub(crate) fn query_string(form: &HtmlFormElement) -> Option<String> {
    let query = UrlSearchParams::new().ok()?;
    for pair in fields(form)? {
        let (name, value) = pair;
        if !value.is_empty() {
            query.append(&name, &value);
        }
    }
    query.to_string().as_string()
}

/// Sends a form, then asks for everything that the view shows.
pub(crate) fn submit(form: &HtmlFormElement) -> Option<()> {
    let method = form.get_attribute("data-method")?;
    let path = form.get_attribute("data-path")?;
    let body = body(form)?;
    let body = if body.is_empty() { String::new() } else { Value::Object(body).to_string() };
    change(|shell| shell.app.sending = true);
    spawn_local(async move {
        let answer = land(begin(&method, &path, &body)).await;
        change(|shell| shell.app.sending = false);
        match answer {
            Ok((401, _)) => load::refused(Refusal::LoggedOut),
            Ok(sent) => {
                if (200..300).contains(&sent.0) {
                    crate::forms::close_menus();
                }
                load::after(Some(sent));
            }
            Err(refusal) => load::refused(refusal),
        }
    });
    Some(())
}

fn fields(form: &HtmlFormElement) -> Option<Vec<(String, String)>> {
    let data = FormData::new_with_form(form).ok()?;
    let pairs = js_sys::try_iter(&data).ok()??;
    let text = |value: JsValue| value.as_string().unwrap_or_default();
    let pairs = pairs.filter_map(|pair| {
        let pair: Array = pair.ok()?.dyn_into().ok()?;
        Some((text(pair.get(0)), text(pair.get(1))))
    });
    Some(pairs.collect())
}

/// The JSON of a form: each field by its kind, in the object that its name says.
fn body(form: &HtmlFormElement) -> Option<Map<String, Value>> {
    let mut body = Map::new();
    let elements = form.query_selector_all("[name]").ok()?;
    for index in 0..elements.length() {
        let Some(element) = elements.get(index).and_then(|node| node.dyn_into::<web_sys::Element>().ok()) else {
            continue;
        };
        let name = element.get_attribute("name").unwrap_or_default();
        let kind = element.get_attribute("data-kind").unwrap_or_default();
        let ticked = element.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::checked);
        let text = js_sys::Reflect::get(&element, &"value".into()).ok().and_then(|value| value.as_string());
        if let Some(value) = value(&kind, &text.unwrap_or_default(), ticked.unwrap_or(false)) {
            put(&mut body, &name, value);
        }
    }
    Some(body)
}

fn value(kind: &str, text: &str, ticked: bool) -> Option<Value> {
    match kind {
        "flag" => Some(json!(ticked)),
        "list" => {
            let parts = text.split(['\n', ',']).map(str::trim).filter(|part| !part.is_empty());
            Some(json!(parts.collect::<Vec<_>>()))
        }
        _ if text.is_empty() => None,
        "number" | "json" => serde_json::from_str(text).ok(),
        _ => Some(json!(text)),
    }
}

fn put(body: &mut Map<String, Value>, name: &str, value: Value) {
    match name.split_once('.') {
        None => drop(body.insert(name.to_owned(), value)),
        Some((outer, inner)) => {
            let place = body.entry(outer).or_insert_with(|| json!({}));
            if let Some(fields) = place.as_object_mut() {
                put(fields, inner, value);
            }
        }
    }
}
