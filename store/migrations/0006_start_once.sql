-- +goose Up

-- The idempotency key of the API call that began the conversation, NULL for none.
ALTER TABLE conversation ADD COLUMN once TEXT;
CREATE UNIQUE INDEX conversation_once ON conversation(once) WHERE once IS NOT NULL;
