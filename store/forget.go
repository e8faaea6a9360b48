package store

import (
	"fmt"
	"strings"
	"time"

	"causeway/core"
	"causeway/lanes"
)

// secretKept is how long a secret that was typed into a form waits for the form's
// end.
const secretKept = 24 * time.Hour

// keepSecrets sees to it that a dialogue with secrets is given up one day, and
// that what it held vanishes from the files once it is written over.
func (t *tx) keepSecrets(c *conversation) {
	if c.dialogue == c.loaded {
		return
	}
	if holdsSecret(c.loaded) {
		t.Erase()
	}
	if c.forgetAt = 0; holdsSecret(c.dialogue) {
		c.forgetAt = t.now + secretKept.Milliseconds()
	}
	c.loaded = c.dialogue
}

// holdsSecret reports whether a packed dialogue has answers that are secret, or
// asks for one. Quotes within answers are escaped, so that none looks like this.
func holdsSecret(dialogue string) bool {
	return strings.Contains(dialogue, `"secret":true`) || strings.Contains(dialogue, `"typed":{`)
}

// forgetDialogues gives up forms with secrets that nobody went on with.
func (t *tx) forgetDialogues() error {
	rows, err := t.Rows(`SELECT id FROM conversation WHERE forget_at > 0 AND forget_at < $1 ORDER BY id LIMIT $2`, t.now, upkeepAtOnce)
	if err != nil {
		return fmt.Errorf("look for old dialogues: %w", err)
	}
	old, err := collect(rows, func(scan func(...any) error) (id core.ConversationID, err error) {
		err = scan(&id)
		return id, err
	})
	if err != nil {
		return fmt.Errorf("look for old dialogues: %w", err)
	}
	for _, id := range old {
		if err := t.forgetDialogue(id); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) forgetDialogue(id core.ConversationID) error {
	c, err := t.load(id)
	if err != nil {
		return err
	}
	var d core.Dialogue
	if err := unpack(c.dialogue, &d); err != nil {
		return err
	}
	if err := c.setDialogue(nil); err != nil {
		return err
	}
	if c.Owner.Type == core.BotOwner {
		if err := t.event(c, core.FormEnded(d.Form, core.EndedExpired)); err != nil {
			return err
		}
	}
	return t.save(c)
}

// forgetForm drops what a form's event held once its turn is over.
func (t *tx) forgetForm(task lanes.Task) error {
	if task.What != whatForm {
		return nil
	}
	if _, err := t.Exec(`UPDATE bot_event SET data = '' WHERE id = $1`, task.Ref); err != nil {
		return fmt.Errorf("forget form: %w", err)
	}
	t.Erase()
	return nil
}
