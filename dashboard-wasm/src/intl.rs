//! What the browser knows of time zones and the names of countries.

use js_sys::{Array, Date, Object, Reflect};
use std::cell::RefCell;
use views::language::Language;
use views::range::Clock;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Intl, js_name = DisplayNames)]
    type DisplayNames;
    #[wasm_bindgen(constructor, catch, js_namespace = Intl, js_class = "DisplayNames")]
    fn new(locales: &JsValue, options: &Object) -> Result<DisplayNames, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn of(this: &DisplayNames, code: &str) -> Result<Option<String>, JsValue>;

    #[wasm_bindgen(catch, js_namespace = Intl, js_name = supportedValuesOf)]
    fn supported_values_of(key: &str) -> Result<Array, JsValue>;

    #[wasm_bindgen(js_namespace = Intl, js_name = DateTimeFormat)]
    type DateTimeFormat;
    #[wasm_bindgen(constructor, catch, js_namespace = Intl, js_class = "DateTimeFormat")]
    fn new(locale: &str, options: &Object) -> Result<DateTimeFormat, JsValue>;
    #[wasm_bindgen(method)]
    fn format(this: &DateTimeFormat) -> String;
}

thread_local! {
    /// What writes the time of the zone that was asked for last: making it takes longer than all that it does after.
    static LOCAL: RefCell<Option<(String, DateTimeFormat)>> = const { RefCell::new(None) };
}

/// The present as a time zone's clocks show it; none where the browser does not know the zone.
fn local(timezone: &str) -> Option<String> {
    LOCAL.with_borrow_mut(|known| {
        if known.as_ref().is_none_or(|(zone, _)| zone != timezone) {
            // Swedes write dates as ISO 8601 does.
            let options = options(&[("timeZone", timezone), ("dateStyle", "short"), ("timeStyle", "medium")]);
            *known = Some((timezone.to_owned(), DateTimeFormat::new("sv-SE", &options).ok()?));
        }
        known.as_ref().map(|(_, format)| format.format())
    })
}

fn options(pairs: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (key, value) in pairs {
        let _ = Reflect::set(&options, &(*key).into(), &(*value).into());
    }
    options
}

/// The present in a time zone; in UTC if the browser does not know the zone.
pub(crate) fn clock(timezone: &str) -> Option<Clock> {
    let now = Date::new_0();
    let local = local(timezone).unwrap_or_else(|| now.to_iso_string().into());
    let part = |from, to| local.get(from..to).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    let since_midnight = f64::from((part(11, 13) * 60 + part(14, 16)) * 60 + part(17, 19));
    let ago = |seconds: f64| String::from(Date::new(&(now.get_time() - seconds * 1000.0).into()).to_iso_string());
    Some(Clock {
        today: views::date::Date::parse(&local)?,
        hour: part(11, 13),
        now: ago(0.0),
        just_before: ago(300.0),
        // Where the clocks were changed since, this is off by that hour.
        yesterday_so_far: [ago(86_400.0 + since_midnight), ago(86_400.0)],
    })
}

/// The reader's time zone.
pub(crate) fn timezone_here() -> String {
    let format = js_sys::Intl::DateTimeFormat::new(&Array::new(), &Object::new());
    let zone = Reflect::get(&format.resolved_options(), &"timeZone".into()).ok();
    zone.and_then(|zone| zone.as_string()).unwrap_or_else(|| "UTC".to_owned())
}

/// All time zones, the reader's among them.
pub(crate) fn timezones() -> Vec<String> {
    let known = supported_values_of("timeZone").unwrap_or_default();
    let mut zones: Vec<String> = known.iter().filter_map(|zone| zone.as_string()).collect();
    for zone in [timezone_here(), "UTC".to_owned()] {
        if !zones.contains(&zone) {
            zones.insert(0, zone);
        }
    }
    zones
}

/// The names of all countries in the page's language, by code.
pub(crate) fn countries(language: Language) -> Vec<(String, String)> {
    let options = options(&[("type", "region"), ("fallback", "none")]);
    let Ok(names) = DisplayNames::new(&language.tag().into(), &options) else { return Vec::new() };
    let letters = || (b'A'..=b'Z').map(char::from);
    let codes = letters().flat_map(|first| letters().map(move |second| String::from_iter([first, second])));
    codes.filter_map(|code| names.of(&code).ok().flatten().map(|name| (code, name))).collect()
}
