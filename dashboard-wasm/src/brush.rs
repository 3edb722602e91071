//! Choosing a stretch of the chart. While the pointer is dragged nothing is made anew: a band is stretched over the chart
//! by a transform, which costs a frame next to nothing. Keys choose by moving the cursor, as they read values.

use crate::shell::{Shell, change, window, with};
use crate::{forms, load};
use std::cell::RefCell;
use views::chart;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, PointerEvent};

/// So far a pointer moves before it drags, in pixels; a shaking hand only points.
const SHAKING: f64 = 5.0;

thread_local! {
    static DRAG: RefCell<Option<Drag>> = const { RefCell::new(None) };
}

/// A pointer that is held down on the chart.
struct Drag {
    plot: Element,
    /// The chart's left edge and width, in pixels.
    left: f64,
    width: f64,
    /// Where it began and is, 0 to 1 across.
    begin: f64,
    end: f64,
    /// The buckets that both are nearest to, once the band is shown.
    buckets: Option<(usize, usize)>,
}

/// The pointer is pressed on the chart.
pub(crate) fn begin(event: &PointerEvent, plot: Element) {
    // A finger that is drawn over the chart reads its values.
    if event.button() != 0 || !event.is_primary() || event.pointer_type() == "touch" {
        return;
    }
    let place = plot.get_bounding_client_rect();
    let mut drag = Drag { plot, left: place.left(), width: place.width(), begin: 0.0, end: 0.0, buckets: None };
    drag.begin = drag.across(event);
    DRAG.set(Some(drag));
}

/// The pointer moves; says whether it drags.
pub(crate) fn drag(event: &PointerEvent) -> bool {
    DRAG.with_borrow_mut(|drag| drag.as_mut().is_some_and(|drag| drag.follow(event)))
}

/// The pointer is let go: the stretch is shown alone, as a link to it would.
pub(crate) fn end() {
    let Some(drag) = DRAG.take() else { return };
    drag.show(None, "");
    if let Some((one, other)) = drag.buckets {
        lead(one, other);
    }
}

/// Lets go of the stretch without showing it; says whether there was one.
pub(crate) fn cancel() -> bool {
    if let Some(drag) = DRAG.take() {
        drag.show(None, "");
        return true;
    }
    let was_chosen = with(|shell| shell.app.anchor.is_some()).unwrap_or(false);
    if was_chosen {
        change(|shell| shell.app.anchor = None);
    }
    was_chosen
}

/// The cursor is about to be moved by a key: with Shift the stretch begins where it is.
pub(crate) fn hold(has_shift: bool, last: usize) {
    let _ = with(|shell| {
        let app = &mut shell.app;
        app.anchor = if has_shift { app.anchor.or(app.cursor).or(Some(last)) } else { None };
    });
}

/// Shows the stretch alone that keys have chosen.
pub(crate) fn enter() -> Option<()> {
    let (one, other) = with(|shell| shell.app.anchor.zip(shell.app.cursor)).flatten()?;
    lead(one, other);
    Some(())
}

fn lead(one: usize, other: usize) {
    if let Some(Some(state)) = with(|shell| chart::zoom(&shell.app, one, other)) {
        forms::go(state, false);
        load::now();
    }
}

fn last(shell: &Shell) -> Option<usize> {
    shell.app.data.series.as_ref()?.as_ref().ok()?.labels.len().checked_sub(1)
}

impl Drag {
    /// Where the pointer is, 0 to 1 across.
    fn across(&self, event: &PointerEvent) -> f64 {
        ((f64::from(event.client_x()) - self.left) / self.width).clamp(0.0, 1.0)
    }

    fn follow(&mut self, event: &PointerEvent) -> bool {
        let here = self.across(event);
        if self.buckets.is_none() {
            if (here - self.begin).abs() * self.width < SHAKING {
                return false;
            }
            let _ = self.plot.set_pointer_capture(event.pointer_id());
            // What was selected by the same movement would be dragged along.
            let _ = window().and_then(|window| window.get_selection().ok().flatten()?.remove_all_ranges().ok());
            change(|shell| (shell.app.cursor, shell.app.anchor) = (None, None));
        }
        self.end = here;
        let known = with(|shell| {
            let last = last(shell)? as f64;
            let buckets = ((self.begin * last).round() as usize, (self.end * last).round() as usize);
            let is_new = self.buckets != Some(buckets);
            Some((buckets, is_new.then(|| chart::stretch(&shell.app, buckets.0, buckets.1).unwrap_or_default())))
        });
        let Some((buckets, days)) = known.flatten() else { return true };
        self.buckets = Some(buckets);
        self.band(Some(chart::band(self.begin.min(self.end), self.begin.max(self.end))));
        if let Some(days) = days {
            self.days(&days);
        }
        true
    }

    fn show(&self, band: Option<String>, days: &str) {
        self.band(band);
        self.days(days);
    }

    fn band(&self, transform: Option<String>) -> Option<()> {
        let band = self.plot.query_selector(".band").ok()??.dyn_into::<HtmlElement>().ok()?;
        match transform {
            Some(transform) => band.style().set_property("transform", &transform).ok(),
            None => band.style().remove_property("transform").ok().map(drop),
        }
    }

    fn days(&self, days: &str) -> Option<()> {
        self.plot.query_selector(".band-days").ok()??.set_text_content(Some(days));
        Some(())
    }
}
