import { readFileSync } from 'node:fs';
import type { Certificate } from '@relay/config';

/** Self-signed for `first.example` and `second.example`, and made for these tests; they protect nothing. The second ends first. */
export const first = certificateIn('first');
export const second = certificateIn('second');

function certificateIn(name: string): Certificate {
  const text = (file: string) => readFileSync(new URL(`certificates/${file}`, import.meta.url), 'utf8');
  return { cert: text(`${name}.crt`), key: text(`${name}.key`) };
}
