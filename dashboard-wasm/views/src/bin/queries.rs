//! What a database is asked.

dashboard_views::module!(queries);
