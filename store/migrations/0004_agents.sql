-- +goose Up

-- What an agent's availability came to when it was last told, until when the agent's connection counts, and whether
-- what the agent left behind is still to be given to others.
ALTER TABLE agent_state ADD COLUMN effective TEXT NOT NULL DEFAULT 'offline';
ALTER TABLE agent_state ADD COLUMN seen_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE agent_state ADD COLUMN leaving BIGINT NOT NULL DEFAULT 0;
UPDATE agent_state SET effective = availability WHERE availability <> 'auto';

-- Conversations that wait until somebody of a group has room, in the order of their tickets.
CREATE TABLE waiting (
	conversation_id BIGINT PRIMARY KEY,
	grp TEXT NOT NULL,
	ticket BIGINT NOT NULL,
	since BIGINT NOT NULL
);
CREATE UNIQUE INDEX waiting_line ON waiting(grp, ticket);

-- One row that whoever gives a conversation to an agent goes through, one at a time; turns are counted with it.
CREATE TABLE turnstile (
	id INT PRIMARY KEY,
	passed BIGINT NOT NULL
);
INSERT INTO turnstile(id, passed) SELECT 1, coalesce(max(turn), 0) FROM rotor;

CREATE INDEX conversation_owner ON conversation(owner_id, id);
CREATE INDEX conversation_identity ON conversation(identity_id, id);
CREATE INDEX identity_address ON identity(address, channel);
