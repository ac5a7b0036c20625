import { writeFileSync } from 'node:fs';
import { configurationSchema } from './json-schema.ts';

writeFileSync(
  new URL('../relay.schema.json', import.meta.url),
  `${JSON.stringify(configurationSchema(), undefined, 2)}\n`,
);
