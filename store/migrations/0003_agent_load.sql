-- +goose Up

-- How many open conversations each agent owns: counted along, because who is next is asked for every new conversation.
CREATE TABLE agent_load (
	agent TEXT PRIMARY KEY,
	open BIGINT NOT NULL
);
INSERT INTO agent_load(agent, open) SELECT owner_id, count(*) FROM conversation WHERE owner_type = 'agent' AND status = 'open' GROUP BY owner_id;
