/** Waits for a condition instead of for a time. */

const POLL_MS = 10;

/** The first defined value that ask gives. */
export async function until<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  deadlineMs = 5_000,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const value = await ask();
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
