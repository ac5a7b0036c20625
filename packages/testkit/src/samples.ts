import { readdirSync, readFileSync } from 'node:fs';

const samples = new URL('../samples/', import.meta.url);

/** The bytes of a recorded callback: `thingspace-rest/nidd-mo.json`. */
export function sample(name: string): Buffer {
  return readFileSync(new URL(name, samples));
}

/** The names of a folder's samples, as `sample` takes them. */
export function sampleNames(folder: string): string[] {
  return readdirSync(new URL(folder, samples))
    .sort()
    .map((name) => `${folder}/${name}`);
}
