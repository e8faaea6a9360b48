-- +goose Up

-- When a dialogue that holds secrets is given up, so that they are not kept for ever; 0: it holds none.
ALTER TABLE conversation ADD COLUMN forget_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX conversation_forget ON conversation(forget_at) WHERE forget_at > 0;
