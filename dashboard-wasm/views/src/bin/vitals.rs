//! How fast pages are for their visitors.

dashboard_views::module!(vitals);
