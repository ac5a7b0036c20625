import { readFileSync } from 'node:fs';

// Made for these tests; they protect nothing.
const read = (name: string) => readFileSync(new URL(`certificate/${name}.pem`, import.meta.url), 'utf8');

/** Vouches for the two below, and nobody knows it. */
export const authority = read('authority');
/** For localhost, billing.test, proxy.test and 127.0.0.1. */
export const server = { cert: read('server'), key: read('server-key') };
export const client = { cert: read('client'), key: read('client-key') };
/** Self-signed for localhost. */
export const selfSigned = { cert: read('certificate'), key: read('key') };
