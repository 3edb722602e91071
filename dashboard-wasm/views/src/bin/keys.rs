//! The sheet of keys.

dashboard_views::module!(dialog keys);
