//! How a command line is used.

dashboard_views::module!(commands);
