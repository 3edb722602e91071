//! What the page holds between two events, and how a change of it is shown.

use crate::dialog::{self, Opened};
use crate::live::Live;
use crate::local::Held;
use crate::module::{self, Shown};
use crate::{dom, focus, intl, share};
use std::cell::RefCell;
use views::app::{App, Session};
use views::markup::Node;
use views::page::page;
use views::state::State;
use views::view::View;
use views::wire::from_characters;
use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlTemplateElement, Window};

thread_local! {
    static SHELL: RefCell<Option<Shell>> = const { RefCell::new(None) };
}

/// What the page holds.
pub(crate) struct Shell {
    /// Everything that is shown.
    pub(crate) app: App,
    /// The key of the state that the data belongs to.
    pub(crate) data_key: String,
    /// Grows with every request, so that an answer that was overtaken is known.
    pub(crate) request: u32,
    /// The timer of the next request.
    pub(crate) timer: Option<i32>,
    /// Loads a view's module by its name.
    pub(crate) load: js_sys::Function,
    /// The visits that the page holds.
    pub(crate) held: Held,
    /// What tells the view by itself.
    pub(crate) live: Option<Live>,
    /// The module of the view that is not the overview.
    pub(crate) shown_module: Option<Shown>,
    /// The module of what lies on top.
    pub(crate) dialog: Opened,
    /// The key that the next one is waited for after, and when it was pressed.
    pub(crate) key_before: Option<(String, f64)>,
    /// The edge has made the page, and the module of its view has not come yet.
    pub(crate) is_finished: bool,
    /// Status and answer of the last form that was sent from what is being looked at.
    pub(crate) sent: Option<(u16, String)>,
    shown: Node,
    root: web_sys::Node,
}

pub(crate) fn window() -> Option<Window> {
    web_sys::window()
}

pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

/// Reads the address and shows the first page; none outside a page that has `#app`.
pub(crate) fn begin(load: js_sys::Function) -> Option<()> {
    let document = document()?;
    let location = document.location()?;
    let state = share::state(&location.search().ok()?);
    let mut app = App::new(location.origin().ok()?, intl::clock("UTC")?, state);
    app.timezones = intl::timezones();
    app.timezone_here = intl::timezone_here();
    app.language = views::words::spoken();
    app.countries = intl::countries(app.language);
    share::begin(&location, &mut app);
    let place = document.get_element_by_id("app")?;
    let reply = document.get_element_by_id("reply").and_then(|reply| reply.dyn_into::<HtmlTemplateElement>().ok());
    let reply = reply.and_then(|reply| reply.content().text_content());
    if let Some(characters) = reply {
        let is_known = app.take_reply(&from_characters(&characters), false).is_some();
        app.session = if is_known { Session::In } else { Session::Out(None) };
        app.stale = !is_known || app.state.view != View::Overview;
        set_clock(&mut app);
    }
    let there = place.first_element_child().and_then(|root| Some((dom::read(&root)?, root.into())));
    let is_finished = there.is_some();
    let made = || {
        let shown: Node = page(&app).into();
        let root = dom::create(&document, &shown, false)?;
        place.replace_children_with_node_1(&root);
        Some((shown, root))
    };
    let (shown, root) = there.or_else(made)?;
    let data_key = if app.stale { String::new() } else { app.state.key() };
    let shell = Shell {
        app,
        data_key,
        request: 0,
        timer: None,
        load,
        held: Held::default(),
        live: None,
        shown_module: None,
        dialog: Opened::default(),
        key_before: None,
        is_finished,
        sent: None,
        shown,
        root,
    };
    SHELL.with_borrow_mut(|place| *place = Some(shell));
    change(|_| ());
    Some(())
}

/// Says what the time is at the site.
pub(crate) fn set_clock(app: &mut App) {
    let clock = intl::clock(app.site().map_or("UTC", |site| &site.timezone));
    if let Some(clock) = clock {
        app.clock = clock;
    }
}

/// Looks at what the page holds.
pub(crate) fn with<T>(look: impl FnOnce(&mut Shell) -> T) -> Option<T> {
    SHELL.with_borrow_mut(|place| place.as_mut().map(look))
}

/// Changes what the page holds, and shows it.
pub(crate) fn change(what: impl FnOnce(&mut Shell)) {
    let _ = with(|shell| {
        what(shell);
        shell.show();
    });
}

impl Shell {
    fn show(&mut self) -> Option<()> {
        let document = document()?;
        let html = document.document_element()?;
        match self.app.state.theme {
            Some(theme) => html.set_attribute("data-theme", theme.name()).ok()?,
            None => html.remove_attribute("data-theme").ok()?,
        }
        document.set_title(&self.app.title());
        self.app.content = module::content(self.shown_module.as_ref(), &self.app);
        self.app.dialog_content = dialog::content(&self.dialog, &self.app);
        let state = &self.app.state;
        let waits = state.view != View::Overview && self.app.content.is_none()
            || state.dialog.is_some() && self.app.dialog_content.is_none();
        self.is_finished &= waits && self.app.problem.is_none();
        if self.is_finished && self.app.session == Session::In {
            return Some(());
        }
        let wanted: Node = page(&self.app).into();
        if wanted != self.shown {
            let leads = focus::leads(&wanted);
            let focused = focus::note(&document, leads || focus::leads(&self.shown));
            dom::patch(&document, &self.root, &self.shown, &wanted, false);
            self.shown = wanted;
            focus::restore(&document, focused, leads);
        }
        Some(())
    }

    /// Looks at something else.
    pub(crate) fn go(&mut self, state: State) {
        let app = &mut self.app;
        if state.site.is_some() && state.site != app.site_wanted() {
            app.data = views::answer::Data::default();
        }
        if state.detail != app.state.detail {
            // A search refines what is shown; another list or page begins anew.
            let refined = state
                .detail
                .as_ref()
                .zip(app.state.detail.as_ref())
                .is_some_and(|(new, old)| new.dimension == old.dimension && new.page == old.page);
            if !refined {
                app.data.detail = None;
            }
        }
        self.is_finished = false;
        if state.view != app.state.view {
            self.live = None;
        }
        app.form_problem = None;
        (app.cursor, app.anchor) = (None, None);
        app.state = state;
        app.copied = None;
        self.sent = None;
        set_clock(app);
        let is_overview = self.app.state.view == View::Overview;
        let wanted = if is_overview { Some(self.app.state.key()) } else { module::wanted_key(self) };
        self.app.stale = wanted.as_ref() != Some(&self.data_key);
    }
}
