package lanes

// Schema is the tables, for the migrations of whoever opens the database. Times are Unix milliseconds.
//
// A lane is idle (due_at and owner NULL), waiting (due_at), owned (owner; due_at is negative once it was woken) or
// parked (parked, its due_at kept);
// head is the newest finished task, tail the newest enqueued one. epoch changes whenever the lane is taken and with
// every outcome that keeps it, so that each outcome is stored at most once. woken is the tail when an enqueue last
// took the lane, which tells the enqueuer that it was itself.
const Schema = `
CREATE TABLE session (
	id BIGINT PRIMARY KEY,
	addr TEXT NOT NULL,
	slot INT NOT NULL,
	alive_until BIGINT NOT NULL
);
CREATE TABLE lane (
	id TEXT PRIMARY KEY,
	kind TEXT NOT NULL,
	scope TEXT NOT NULL,
	okey BIGINT NOT NULL,
	head BIGINT NOT NULL,
	tail BIGINT NOT NULL,
	due_at BIGINT,
	owner BIGINT,
	epoch BIGINT NOT NULL,
	woken BIGINT NOT NULL,
	attempts INT NOT NULL,
	parked TEXT,
	last_error TEXT NOT NULL
);
CREATE INDEX lane_due ON lane(kind, due_at) WHERE due_at IS NOT NULL AND owner IS NULL AND parked IS NULL;
CREATE INDEX lane_owner ON lane(owner) WHERE owner IS NOT NULL;
CREATE INDEX lane_parked ON lane(parked, due_at) WHERE parked IS NOT NULL;
CREATE TABLE task (
	lane_id TEXT NOT NULL,
	seq BIGINT NOT NULL,
	what INT NOT NULL,
	ref BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	starts INT NOT NULL,
	started_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (lane_id, seq)
);
CREATE TABLE pause (
	scope TEXT PRIMARY KEY,
	until BIGINT NOT NULL,
	reason TEXT NOT NULL,
	probe TEXT
);
`
