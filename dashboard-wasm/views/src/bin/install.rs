//! The first steps of a site.

dashboard_views::module!(install);
