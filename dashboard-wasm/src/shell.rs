//! What the page holds between two events, and how a change of it is shown.

use crate::module::{self, Shown};
use crate::{dom, focus, intl};
use std::cell::RefCell;
use views::app::App;
use views::markup::Node;
use views::page::page;
use views::state::State;
use views::view::View;
use web_sys::{Document, Window};

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
    /// The module of the view that is not the overview.
    pub(crate) shown_module: Option<Shown>,
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
    let state = State::parse(&location.search().ok()?);
    let mut app = App::new(location.origin().ok()?, intl::clock("UTC")?, state);
    app.timezones = intl::timezones();
    app.timezone_here = intl::timezone_here();
    app.countries = intl::countries();
    let shown: Node = page(&app).into();
    let root = dom::create(&document, &shown, false)?;
    document.get_element_by_id("app")?.append_child(&root).ok()?;
    let shell = Shell { app, data_key: String::new(), request: 0, timer: None, load, shown_module: None, shown, root };
    SHELL.with_borrow_mut(|place| *place = Some(shell));
    change(|_| ());
    Some(())
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
        let title = self.app.site().map_or("Passerby".to_owned(), |site| [&site.domain, " · Passerby"].concat());
        document.set_title(&title);
        self.app.content = module::content(self.shown_module.as_ref(), &self.app);
        let wanted: Node = page(&self.app).into();
        if wanted != self.shown {
            let focused = focus::note(&document);
            dom::patch(&document, &self.root, &self.shown, &wanted, false);
            self.shown = wanted;
            focus::restore(&document, focused);
        }
        Some(())
    }

    /// Looks at something else.
    pub(crate) fn go(&mut self, state: State) {
        let app = &mut self.app;
        if state.site != app.state.site {
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
        app.form_problem = None;
        app.cursor = None;
        app.state = state;
        app.copied = None;
        let timezone = app.site().map_or("UTC", |site| &site.timezone).to_owned();
        if let Some(clock) = intl::clock(&timezone) {
            app.clock = clock;
        }
        let is_overview = self.app.state.view == View::Overview;
        let wanted = if is_overview { Some(self.app.state.key()) } else { module::wanted_key(self) };
        self.app.stale = wanted.as_ref() != Some(&self.data_key);
    }
}
