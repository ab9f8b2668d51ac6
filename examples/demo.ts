// The demo: a service under load, its crash, and what ttlog-view shows of it.
export {};
