import { openSpool } from '../src/index.ts';
import { recordOf } from './records.ts';

/** Appends records to the spool in the directory it is given and prints the name of each that is acknowledged, for ever. */
const [directory = '', prefix = ''] = process.argv.slice(2);
const appenders = 8;

try {
  const spool = await openSpool({ directory, maxBytes: 2 ** 30 });
  console.log('open');
  let number = 0;
  const appendForEver = async () => {
    for (;;) {
      const name = `${prefix}-${number++}`;
      await spool.append(recordOf(name, { body: Buffer.alloc(2_000, name) }));
      console.log(name);
    }
  };
  await Promise.all(Array.from({ length: appenders }, appendForEver));
} catch (error) {
  console.log((error as Error).message);
  process.exitCode = 1;
}
