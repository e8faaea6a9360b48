-- +goose Up

-- The key of deliveries to the conversation: where several transactions write at once, each locks its conversations
-- first, in one order.
ALTER TABLE conversation ADD COLUMN okey BIGINT NOT NULL DEFAULT 0;
CREATE INDEX conversation_order ON conversation(okey) WHERE present = 1;
