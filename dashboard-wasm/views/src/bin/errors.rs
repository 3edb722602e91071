//! What fails in browsers.

dashboard_views::module!(errors);
