-- +goose Up

-- Times are Unix milliseconds, ids are made by us, JSON is text that no statement looks into. The text is the same
-- on every engine.

CREATE TABLE contact (
	id BIGINT PRIMARY KEY,
	user_id TEXT NOT NULL,
	name TEXT NOT NULL,
	username TEXT NOT NULL,
	phone TEXT NOT NULL,
	email TEXT NOT NULL,
	image_link TEXT NOT NULL,
	language TEXT NOT NULL,
	metadata TEXT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX contact_user ON contact(user_id);

-- Where a contact is reached on one channel, and every lasting name by which the channel's provider knows it.
CREATE TABLE identity (
	id BIGINT PRIMARY KEY,
	channel TEXT NOT NULL,
	contact_id BIGINT NOT NULL,
	address TEXT NOT NULL
);
CREATE INDEX identity_contact ON identity(contact_id);
CREATE TABLE identity_key (
	channel TEXT NOT NULL,
	name TEXT NOT NULL,
	identity_id BIGINT NOT NULL,
	PRIMARY KEY (channel, name)
);

CREATE TABLE conversation (
	id BIGINT PRIMARY KEY,
	channel TEXT NOT NULL,
	kind TEXT NOT NULL,
	identity_id BIGINT NOT NULL,
	contact_id BIGINT NOT NULL,
	present INT NOT NULL, -- 1: new messages of the identity come here
	status TEXT NOT NULL,
	owner_type TEXT NOT NULL,
	owner_id TEXT NOT NULL,
	owner_name TEXT NOT NULL,
	owner_epoch BIGINT NOT NULL,
	team TEXT NOT NULL,
	tags TEXT NOT NULL,
	metadata TEXT NOT NULL,
	title TEXT NOT NULL,
	title_given INT NOT NULL,
	unread INT NOT NULL,
	last_seq BIGINT NOT NULL,
	heard_at BIGINT NOT NULL, -- 0: never
	window_ms BIGINT NOT NULL, -- the provider's reply window, 0 for none
	last_agent TEXT NOT NULL,
	terms TEXT NOT NULL, -- what was agreed at the start, JSON
	hops INT NOT NULL, -- bots in a row without a word of the contact
	dialogue TEXT NOT NULL, -- the form that is being answered, JSON, '' for none
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX conversation_present ON conversation(identity_id) WHERE present = 1;
CREATE INDEX conversation_agent ON conversation(owner_id) WHERE owner_type = 'agent' AND status = 'open';
CREATE INDEX conversation_contact ON conversation(contact_id);

CREATE TABLE message (
	id BIGINT PRIMARY KEY,
	conversation_id BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	channel TEXT NOT NULL,
	direction TEXT NOT NULL,
	sender_type TEXT NOT NULL,
	sender_id TEXT NOT NULL,
	sender_name TEXT NOT NULL,
	content TEXT NOT NULL,
	text TEXT NOT NULL,
	metadata TEXT NOT NULL,
	private INT NOT NULL,
	reply_to BIGINT NOT NULL, -- 0: none
	provider_id TEXT, -- inbound: its own; outbound: of its first call
	event_key TEXT, -- inbound: the item's
	said_at BIGINT NOT NULL, -- as the provider says, 0 if it does not
	status TEXT NOT NULL,
	fault TEXT NOT NULL, -- JSON, '' for none
	notes TEXT NOT NULL, -- JSON, '' for none
	details TEXT NOT NULL, -- what came with reports, JSON, '' for nothing
	parts TEXT NOT NULL, -- outbound: what Render shows, JSON
	options TEXT NOT NULL, -- outbound: what can be picked, JSON, '' for nothing
	live INT NOT NULL, -- 1: typed numbers and titles may mean its options
	answer BIGINT NOT NULL, -- outbound: the first message of the same answer
	made INT NOT NULL, -- native calls made
	resent INT NOT NULL,
	once TEXT, -- idempotency key of the API call
	turn TEXT NOT NULL, -- inbound: '' for no bot, pending, done, suppressed, not_handed_over
	created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX message_seq ON message(conversation_id, seq);
CREATE UNIQUE INDEX message_provider ON message(channel, provider_id) WHERE provider_id IS NOT NULL;
CREATE UNIQUE INDEX message_event ON message(channel, event_key) WHERE event_key IS NOT NULL;
CREATE UNIQUE INDEX message_once ON message(conversation_id, once) WHERE once IS NOT NULL;
CREATE INDEX message_live ON message(conversation_id, seq) WHERE live = 1;
CREATE INDEX message_held ON message(conversation_id, seq) WHERE status = 'held';
CREATE INDEX message_answer ON message(answer) WHERE answer <> 0;

-- One native call that a provider took.
CREATE TABLE call (
	channel TEXT NOT NULL,
	provider_id TEXT NOT NULL,
	message_id BIGINT NOT NULL,
	n INT NOT NULL,
	PRIMARY KEY (channel, provider_id)
);
CREATE UNIQUE INDEX call_message ON call(message_id, n);

-- Reports on calls that are not known yet; the end of the send reads them.
CREATE TABLE early (
	channel TEXT NOT NULL,
	provider_id TEXT NOT NULL,
	status TEXT NOT NULL,
	fault TEXT NOT NULL,
	details TEXT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (channel, provider_id, status)
);

CREATE TABLE bot_event (
	id BIGINT PRIMARY KEY,
	conversation_id BIGINT NOT NULL,
	name TEXT NOT NULL,
	data TEXT NOT NULL,
	state TEXT NOT NULL, -- as message.turn
	created_at BIGINT NOT NULL
);

CREATE TABLE media (
	id BIGINT PRIMARY KEY,
	conversation_id BIGINT NOT NULL,
	message_id BIGINT NOT NULL,
	channel TEXT NOT NULL,
	ref TEXT NOT NULL,
	mime TEXT NOT NULL,
	name TEXT NOT NULL,
	size BIGINT NOT NULL,
	state TEXT NOT NULL, -- pending, kept, failed
	fault TEXT NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE INDEX media_message ON media(message_id);

CREATE TABLE delivery (
	id BIGINT PRIMARY KEY,
	channel TEXT NOT NULL,
	at BIGINT NOT NULL,
	body TEXT NOT NULL,
	packed INT NOT NULL, -- 1: body is base64, because it is no text
	items TEXT NOT NULL
);

CREATE TABLE assignment (
	id BIGINT PRIMARY KEY,
	conversation_id BIGINT NOT NULL,
	at BIGINT NOT NULL,
	owner_type TEXT NOT NULL,
	owner_id TEXT NOT NULL,
	owner_name TEXT NOT NULL,
	team TEXT NOT NULL,
	epoch BIGINT NOT NULL,
	cause TEXT NOT NULL,
	why TEXT NOT NULL
);
CREATE INDEX assignment_conversation ON assignment(conversation_id, id);

CREATE TABLE agent_state (
	agent TEXT PRIMARY KEY,
	availability TEXT NOT NULL
);
CREATE TABLE rotor (
	grp TEXT NOT NULL,
	agent TEXT NOT NULL,
	turn BIGINT NOT NULL,
	PRIMARY KEY (grp, agent)
);

CREATE TABLE log_head (
	id INT PRIMARY KEY,
	seq BIGINT NOT NULL
);
INSERT INTO log_head(id, seq) VALUES (1, 0);
CREATE TABLE log (
	seq BIGINT PRIMARY KEY,
	type TEXT NOT NULL,
	conversation_id BIGINT NOT NULL,
	at BIGINT NOT NULL,
	data TEXT NOT NULL
);

-- Since when the ledger is whole: older deliveries were dropped by retention.
CREATE TABLE kept_since (
	id INT PRIMARY KEY,
	at BIGINT NOT NULL
);
INSERT INTO kept_since(id, at) VALUES (1, 0);
CREATE INDEX delivery_at ON delivery(at);

-- Where the fetching of a channel's events was left.
CREATE TABLE poll (
	id BIGINT PRIMARY KEY,
	channel TEXT NOT NULL,
	next TEXT NOT NULL
);
CREATE UNIQUE INDEX poll_channel ON poll(channel);

-- Messages to a contact that came back from the provider while a send was under way, and may be ours.
CREATE TABLE echo (
	channel TEXT NOT NULL,
	provider_id TEXT NOT NULL,
	conversation_id BIGINT NOT NULL,
	event_key TEXT NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (channel, provider_id)
);
CREATE INDEX echo_conversation ON echo(conversation_id);

CREATE TABLE feedback (
	id BIGINT PRIMARY KEY,
	conversation_id BIGINT NOT NULL,
	rating INT NOT NULL,
	comment TEXT NOT NULL,
	at BIGINT NOT NULL
);
CREATE INDEX feedback_conversation ON feedback(conversation_id);
