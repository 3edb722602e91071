//! Forms that views describe and the shell sends: see [`views::form`].

use crate::api::{Refusal, begin, land};
use crate::load;
use crate::shell::change;
use js_sys::{Array, JSON, Object, Reflect};
use views::state::State;
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
    let body = if Object::keys(&body).length() == 0 { String::new() } else { text_of(&body)? };
    let then = form.get_attribute("data-then");
    let form = form.clone();
    change(|shell| shell.app.sending = true);
    spawn_local(async move {
        let answer = land(begin(&method, &path, &body)).await;
        change(|shell| shell.app.sending = false);
        match answer {
            Ok((401, _)) => load::refused(Refusal::LoggedOut),
            Ok(sent) => {
                if (200..300).contains(&sent.0) {
                    crate::forms::close_menus();
                    // What was typed has been taken; the fields stand again as the markup has them.
                    form.reset();
                    if let Some(then) = then {
                        return load::lead(State::parse(&then.replace("{id}", &id_of(&sent.1))), sent);
                    }
                }
                load::after(Some(sent));
            }
            Err(refusal) => load::refused(refusal),
        }
    });
    Some(())
}

/// The number of what an answer is about; empty where it tells none.
fn id_of(answer: &str) -> String {
    let id = JSON::parse(answer).and_then(|answer| Reflect::get(&answer, &"id".into()));
    id.ok().and_then(|id| id.as_f64()).map(|id| (id as i64).to_string()).unwrap_or_default()
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

/// The JSON of an object of texts.
pub(crate) fn json(fields: &[(&str, &str)]) -> Option<String> {
    let object = Object::new();
    for (name, value) in fields {
        Reflect::set(&object, &(*name).into(), &(*value).into()).ok()?;
    }
    text_of(&object)
}

fn text_of(object: &Object) -> Option<String> {
    JSON::stringify(object).ok()?.as_string()
}

/// What a form sends: each field by its kind, in the object that its name says.
fn body(form: &HtmlFormElement) -> Option<Object> {
    let body = Object::new();
    let elements = form.query_selector_all("[name]").ok()?;
    for index in 0..elements.length() {
        let Some(element) = elements.get(index).and_then(|node| node.dyn_into::<web_sys::Element>().ok()) else {
            continue;
        };
        let name = element.get_attribute("name").unwrap_or_default();
        let kind = element.get_attribute("data-kind").unwrap_or_default();
        let ticked = element.dyn_ref::<HtmlInputElement>().map(HtmlInputElement::checked);
        let text = Reflect::get(&element, &"value".into()).ok().and_then(|value| value.as_string());
        if kind == "choice" {
            choose(&body, &name, &text.unwrap_or_default(), ticked.unwrap_or(false))?;
            continue;
        }
        if let Some(value) = value(&kind, &text.unwrap_or_default(), ticked.unwrap_or(false)) {
            put(&body, &name, &value)?;
        }
    }
    Some(body)
}

fn value(kind: &str, text: &str, ticked: bool) -> Option<JsValue> {
    match kind {
        "flag" => Some(ticked.into()),
        "list" => {
            let parts = text.split(['\n', ',']).map(str::trim).filter(|part| !part.is_empty());
            Some(parts.map(JsValue::from).collect::<Array>().into())
        }
        _ if text.trim().is_empty() => None,
        "pairs" => {
            let pairs = Object::new();
            for (name, value) in text.split(['\n', ',']).filter_map(|line| line.split_once('=')) {
                Reflect::set(&pairs, &name.trim().into(), &value.trim().into()).ok()?;
            }
            Some(pairs.into())
        }
        "number" | "json" => JSON::parse(text).ok(),
        _ => Some(text.into()),
    }
}

/// Adds a value to the list of that name if its box is ticked; the list is there even if none is.
fn choose(body: &Object, name: &str, value: &str, ticked: bool) -> Option<()> {
    let list: Array = Reflect::get(body, &name.into()).ok()?.dyn_into().unwrap_or_default();
    if ticked {
        list.push(&value.into());
    }
    Reflect::set(body, &name.into(), &list).ok().map(drop)
}

fn put(body: &Object, name: &str, value: &JsValue) -> Option<()> {
    let Some((outer, inner)) = name.split_once('.') else {
        return Reflect::set(body, &name.into(), value).ok().map(drop);
    };
    let place = Reflect::get(body, &outer.into()).ok()?;
    let place = place.dyn_into::<Object>().unwrap_or_default();
    Reflect::set(body, &outer.into(), &place).ok()?;
    put(&place, inner, value)
}
