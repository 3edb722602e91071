//! The design page, which the views draw of themselves: `views/examples/design` writes what is on it.

use super::assemble::{Built, read};
use super::module;
use crate::place;
use crate::process::run_quietly;
use anyhow::{Context, Result};
use std::process::Command;

/// The page and its own styles; everything on it is in those of the dashboard.
pub(super) fn page(dashboard_styles: &Built) -> Result<[Built; 2]> {
    eprintln!("  drawing the design page");
    let content = run_quietly(
        Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["run", "--quiet", "--locked", "--package", "views", "--example", "design"])
            .current_dir(place::root()),
    )?;
    let styles = Built::hashed("assets/app/design.css", module::bundle("www/design/style.css", None, &[])?);
    let frame = String::from_utf8(read("www/design/index.html")?).context("the design page's frame is text")?;
    let frame = frame.replace("__DASHBOARD_CSS__", dashboard_styles.address());
    let page = frame.replace("__DESIGN_CSS__", styles.address()).replace("__CONTENT__", &content);
    Ok([Built::plain("assets/design.html", page.into_bytes()), styles])
}
