package main

import "fmt"

// accepting is how many people write where only the accept is measured. Their
// bots keep them waiting, so that no turn is worked on meanwhile; a bot keeps no
// more than 1,024.
const accepting = 1000

// talking is how many people talk where whole turns are measured.
const talking = 1000

// accepts is rows a and b: a webhook answered 200, by a bare handler that checks
// its signature, and by us with everything on disk.
func (b *bench) accepts() error {
	t := b.report.table("Accept: a webhook answered 200", append([]string{"server"}, sampleHead...)...)
	bareOne, err := startBare(b.ctx, "accept")
	if err != nil {
		return err
	}
	defer bareOne.kill()
	for _, level := range b.o.levels {
		w, err := b.world(b.stubs.url)
		if err != nil {
			return err
		}
		release := b.stubs.hold()
		ours, theirs, err := b.pair(w, newTarget(bareOne, b.stubs, b.nextRun(), 0, accepting), level, false)
		release()
		if err != nil {
			return err
		}
		b.accepted[level] = ours.rate()
		t.row(append([]string{"a bare"}, theirs.cells(level, "")...)...)
		t.row(append([]string{"b Causeway"}, ours.cells(level, "b/a "+compare(ours, theirs))...)...)
		if level == 64 {
			b.report.figure("b/a at 64", "0.2, aim 0.35", compare(ours, theirs))
		}
	}
	return nil
}

// turns is rows c and d: a webhook, the bot's answer to it, and the provider's
// call, relayed by a bare program that keeps nothing, and by us.
func (b *bench) turns() error {
	t := b.report.table("Turn: webhook, bot, provider", append([]string{"server"}, sampleHead...)...)
	relay, err := startBare(b.ctx, "relay")
	if err != nil {
		return err
	}
	defer relay.kill()
	peak := int64(0)
	for _, level := range b.o.levels {
		w, err := b.world(b.stubs.url)
		if err != nil {
			return err
		}
		ours, theirs, err := b.pair(w, newTarget(relay, b.stubs, b.nextRun(), mostPeople/2, talking), level, true)
		if err != nil {
			return err
		}
		b.turned[level] = ours.rate()
		peak = max(peak, ours.peak)
		t.row(append([]string{"c relay"}, theirs.cells(level, "")...)...)
		t.row(append([]string{"d Causeway"}, ours.cells(level, "d/c "+compare(ours, theirs))...)...)
		if level == 64 {
			b.report.figure("d/c at 64", "0.3, aim 0.5", compare(ours, theirs))
		}
	}
	b.report.figure("memory under full load", "200 MB", megabytes(peak))
	return nil
}

// pair measures ours and the bare server alternately, and takes the median of
// each.
func (b *bench) pair(w *world, bare *target, level int, whole bool) (ours, theirs sample, err error) {
	crowd := accepting
	if whole {
		crowd = talking
	}
	if _, err := w.open(crowd); err != nil {
		return ours, theirs, err
	}
	if err := w.meet(whole); err != nil {
		return ours, theirs, err
	}
	var all, allBare []sample
	for round := range b.o.rounds {
		s, err := bare.closed(b.ctx, level, b.o.span, whole)
		if err != nil {
			return ours, theirs, fmt.Errorf("bare: %w", err)
		}
		allBare = append(allBare, s)
		if s, err = w.closed(b.ctx, level, b.o.span, whole); err != nil {
			return ours, theirs, err
		}
		all = append(all, s)
		b.out.say("%d at once, round %d of %d: bare %.0f/s, Causeway %.0f/s", level, round+1, b.o.rounds, allBare[round].rate(), s.rate())
	}
	return median(all), median(allBare), w.close()
}

// alone measures ours at a level, the median of the rounds.
func (b *bench) alone(w *world, level int, whole bool) (sample, error) {
	var all []sample
	for range b.o.rounds {
		s, err := w.closed(b.ctx, level, b.o.span, whole)
		if err != nil {
			return s, err
		}
		b.out.say("%d at once: %.0f/s", level, s.rate())
		all = append(all, s)
	}
	return median(all), nil
}
