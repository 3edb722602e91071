//! Links for strangers: what opens them stands behind the `#` of the address, which browsers send nowhere. It is sent with
//! each request in place of a session, and kept nowhere.

use std::cell::RefCell;
use views::app::{App, Session, Site};
use views::state::State;
use web_sys::Location;

thread_local! {
    static TOKEN: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Makes the page one of a share, if its address is `/share/{id}#{secret}`.
pub(crate) fn begin(location: &Location, app: &mut App) {
    let Some(id) = location.pathname().ok().and_then(|path| path.strip_prefix("/share/").map(str::to_owned)) else {
        return;
    };
    let secret = location.hash().unwrap_or_default();
    TOKEN.set(Some(["passerby_share_", &id, "_", secret.trim_start_matches('#')].concat()));
    app.session = Session::Shared;
    // The answers say which site it is; questions need not.
    app.sites = vec![Site { domain: String::new(), timezone: "UTC".to_owned(), label: None }];
    app.state = state(&location.search().unwrap_or_default());
}

/// Whether the page is one of a share.
pub(crate) fn is_one() -> bool {
    TOKEN.with_borrow(Option::is_some)
}

/// What a request sends in place of a session; none where the page is no share's.
pub(crate) fn authorization() -> Option<String> {
    TOKEN.with_borrow(|token| token.as_ref().map(|token| ["Bearer ", token].concat()))
}

/// The state of an address.
pub(crate) fn state(query: &str) -> State {
    State::of_page(query, is_one())
}
