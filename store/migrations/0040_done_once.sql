-- +goose Up

-- Idempotency keys of API calls that said nothing: a bot's event that was triggered, a bot's post that only asked for
-- something. Those of messages and conversations stand in their own rows.
CREATE TABLE done_once (
	conversation_id BIGINT NOT NULL,
	once TEXT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (conversation_id, once)
);
