import { once } from 'node:events';
import { runCommand } from '../src/index.ts';

/** A command that does what its only argument says. */
process.exitCode = await runCommand({
  name: 'given',
  optionsOf([what]) {
    if (what === undefined) throw new Error('what?');
    return what;
  },
  async run(what, { stopping, say }) {
    switch (what) {
      case 'answer':
        say('done');
        return 7;
      case 'fail':
        throw new Error('it broke');
      default:
        return cleanUpAtTheEnd(stopping, say);
    }
  },
});

async function cleanUpAtTheEnd(stopping: AbortSignal, say: (sentence: string) => void): Promise<number> {
  // An event of a signal alone would not keep the process.
  const staying = setInterval(() => {}, 1_000);
  say('waiting');
  await once(stopping, 'abort');
  clearInterval(staying);
  say('cleaned up');
  throw stopping.reason;
}
