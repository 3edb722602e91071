//! What is set for the site.

dashboard_views::module!(settings);
