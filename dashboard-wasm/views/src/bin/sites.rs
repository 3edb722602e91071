//! All sites of the reader.

dashboard_views::module!(sites);
