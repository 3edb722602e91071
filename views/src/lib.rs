//! The dashboard as pure functions: what is being looked at ([`state`]) → what has to be asked ([`queries`]) → what was
//! answered ([`answer`]) → markup ([`page`]). No clock, no network, no document: the same code makes the page in the
//! browser, at the edge and in tests.

pub mod answer;
pub mod app;
pub mod chart;
pub mod chips;
pub mod compare;
pub mod compose;
pub mod data;
pub mod date;
pub mod detail;
pub mod dialog;
pub mod dimension;
pub mod export;
pub mod filter;
pub mod form;
pub mod format;
pub mod header;
pub mod headline;
pub mod icon;
pub mod json;
pub mod keys;
pub mod language;
pub mod local;
pub mod login;
pub mod markup;
pub mod metric;
pub mod nav;
pub mod page;
pub mod panel;
pub mod problem;
pub mod queries;
pub mod range;
pub mod report;
pub mod scale;
pub mod shared;
pub mod sites;
pub mod skeleton;
pub mod state;
pub mod table;
pub mod view;
pub mod wire;
pub mod words;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod sample;
