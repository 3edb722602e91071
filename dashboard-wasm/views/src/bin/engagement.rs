//! How long and how far pages are read.

dashboard_views::module!(engagement);
