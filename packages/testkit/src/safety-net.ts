/**
 * Loaded before each test file: the runner waits for ever for a file whose process does not end after its tests, and its
 * time limit for tests does not see that. This ends such a process, and says what it still had open.
 */
const safetyNetMs = 600_000;

const giveUp = () => {
  const open = process.getActiveResourcesInfo().join(', ');
  console.error(`${process.argv.at(-1)} has not ended after ${safetyNetMs / 60_000} minutes. Still open: ${open}`);
  process.exit(1);
};
setTimeout(giveUp, safetyNetMs).unref();
