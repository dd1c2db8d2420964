// Loaded into every process that a devnet starts: when the devnet itself disappears, even by kill -9, the channel to it
// closes, and the process stops as if it had been asked to. So no devnet leaves orphans.

if (process.channel) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // The channel alone must not keep a process alive.
  process.channel.unref();
}
