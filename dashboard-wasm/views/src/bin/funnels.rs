//! Who takes one step after the other.

dashboard_views::module!(funnels);
