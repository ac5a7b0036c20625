import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPoster } from '../src/poster.ts';

const request = { url: 'http://127.0.0.1:1/', headers: {}, body: Buffer.from('x') };

// A URL that is none was thrown before there was a promise to catch it from, and took the whole process with it.
for (const [what, different] of [
  ['a URL that is none', { url: 'no url' }],
  ['a header that cannot be sent', { headers: { 'x-secret': 'ü\n' } }],
] as const) {
  test(`${what} ends without an answer, and says why`, async (context) => {
    const poster = createPoster({ timeoutMs: 1000 });
    context.after(poster.close);
    const { status, text } = await poster.post({ ...request, ...different });
    assert.equal(status, 0);
    assert.match(text, /Invalid/);
  });
}
