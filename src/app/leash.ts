/**
 * Loaded before a child process of the supervisor: when the supervisor is gone, however it ended, the child ends as it
 * would on SIGTERM. Otherwise a killed supervisor would leave an engine behind that nobody watches.
 */

process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
// Watching the channel is no reason to stay alive.
process.channel?.unref();
