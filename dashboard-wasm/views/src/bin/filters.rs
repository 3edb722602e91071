//! The composer of filters.

dashboard_views::module!(dialog filters);
