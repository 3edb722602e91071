//! How an API does.

dashboard_views::module!(requests);
