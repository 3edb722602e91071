//! The visits of days as columns: small enough to send to a browser, complete enough to answer there what filters ask.
//!
//! An edge writes a chunk for each day ([`Builder`]) and, for a range of days, which visits of several days belong
//! together ([`Links`]); `docs/columns-format.md` describes every byte. A browser keeps the chunks in a [`Table`], whose
//! [`Table::answer`] gives the numbers of `POST /api/v2/query` for whole days, or says that it cannot.
//!
//! Nobody is known by a chunk: a visitor is only told from the others of the same answer.

mod answer;
mod block;
mod builder;
mod bytes;
mod chunk;
mod date;
mod dimension;
mod filter;
mod layout;
mod links;
mod pass;
mod question;
mod singles;
mod summary;
mod table;
mod tally;
mod texts;

pub use builder::{Builder, DayOf, PartialVisit, Visit, WrittenDay};
pub use dimension::Dimension;
pub use filter::{Filter, Operator};
pub use layout::ATTRIBUTES;
pub use links::{Linked, Links, checksum_of};
pub use question::{Answer, Figures, Inexact, List, Point, Question, Row, Rows, Unit};
pub use table::{Refused, Table};
