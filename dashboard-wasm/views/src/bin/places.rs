//! Where visitors are.

dashboard_views::module!(places);
