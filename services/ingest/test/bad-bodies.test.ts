import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { badBodies, oddBodies } from './bad-bodies.ts';
import { billing, post, problemOf, startStation } from './station.ts';
import { generic, readers, secrets, vendors } from './vendors.ts';

const endpoints = vendors.map(({ endpoint }) => endpoint);
/** Room for 200,000 levels of XML. */
const ingest = { maxBodyBytes: 4 * 1_048_576 };
const subscribers = [{ ...billing, endpoints: endpoints.map(({ name }) => name) }];

/** JSON has no charset but UTF-8. */
const misleading = 'application/json; charset=utf-16';

for (const vendor of readers) {
  const { endpoint, headers, body } = vendor;
  suite(`bad bodies for ${endpoint.source}`, () => {
    test('each is refused as unreadable, none is kept or logged, and the next callback is kept', async (t) => {
      const station = await startStation(t, { endpoints, subscribers, ingest });
      for (const [what, bad] of Object.entries(badBodies(vendor))) {
        const response = await post(station.url + endpoint.path, bad, headers);
        assert.deepEqual(await problemOf(response), [400, 'unreadable'], what);
      }
      assert.deepEqual(await station.unread(billing.name, endpoint.name), []);
      const good = body('1');
      assert.equal((await post(station.url + endpoint.path, good, headers)).status, 200);
      assert.deepEqual((await station.unread(billing.name, endpoint.name)).map(String), [good]);
      assert.doesNotMatch(JSON.stringify(station.lines), secrets);
    });

    test('what is only odd is kept byte for byte, whatever charset the content type names', async (t) => {
      const station = await startStation(t, { endpoints, subscribers, ingest });
      const lying = endpoint.source === 'thingspace-soap' ? headers : { ...headers, 'content-type': misleading };
      for (const [what, odd] of Object.entries(oddBodies(vendor))) {
        const response = await post(station.url + endpoint.path, odd, lying);
        assert.deepEqual([response.status, await response.text()], [200, vendor.answer.body], what);
        assert.deepEqual(await station.unread(billing.name, endpoint.name), [odd], what);
      }
      assert.doesNotMatch(JSON.stringify(station.lines), secrets);
    });
  });
}

test('a source that reads nothing in the body keeps everything byte for byte', async (t) => {
  const station = await startStation(t, { endpoints, subscribers, ingest });
  const { endpoint, headers } = generic;
  const bodies = readers.flatMap((vendor) => Object.values({ ...badBodies(vendor), ...oddBodies(vendor) }));
  for (const body of bodies) assert.equal((await post(station.url + endpoint.path, body, headers)).status, 200);
  // Some vendors have a body in common, and the second one is a resend.
  const distinct = (list: readonly Buffer[]) => [...new Set(list.map((body) => body.toString('latin1')))].sort();
  assert.deepEqual(distinct(await station.unread(billing.name, endpoint.name)), distinct(bodies));
  assert.doesNotMatch(JSON.stringify(station.lines), secrets);
});
