package file

// Loose counts the generations that are still to be swept.
func Loose(b *Backend) int {
	list, err := b.sweeper.loose()
	if err != nil {
		return -1
	}
	return len(list)
}

// Unfinished counts the generations that are being built in chunks.
func Unfinished(b *Backend) int {
	b.sweeper.mu.Lock()
	defer b.sweeper.mu.Unlock()
	return len(b.sweeper.spared)
}
