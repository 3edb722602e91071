//! What was counted, what not, and why.

dashboard_views::module!(outcomes);
