import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Endpoint } from '@relay/core';
import { type Report, type SimulateOptions, simulate, type VendorName, vendorNames } from '@relay/simulators';
import {
  eventually,
  freePort,
  type Receiver,
  type RunningProcess,
  type RunningRedis,
  startProcess,
  startReceiver,
  startRedis,
} from '@relay/testkit';
import { folderWith } from './relay.ts';

// Every vendor's simulator through the whole relay, to one subscriber that gets the vendor's bytes and one that gets JSON.
const root = join(import.meta.dirname, '../../..');
const password = 'right-and-secret';
const former = 'former-and-secret';
const secrets = [password, former, 'the-salt', 'the-api-key', 'not-to-be-guessed-path'];

const verify: Record<VendorName, Endpoint['verify']> = {
  thingspace: { credentials: [credentialsOf(password), credentialsOf(former)], allow: [] },
  'thingspace-soap': { credentials: [credentialsOf(password), credentialsOf(former)], allow: [] },
  voximplant: {
    credentials: [],
    allow: [],
    callbackHash: { salts: ['the-salt'], accountId: '1000001', apiKeys: ['the-api-key'] },
  },
  'ixc-acs': { credentials: [], allow: [], path: ['not-to-be-guessed-path'] },
};

/** ThingSpace numbers its attempts: what comes twice under one number is two callbacks that look alike. */
const runs: Record<VendorName, Partial<SimulateOptions>> = {
  thingspace: { count: 30, devices: 3, rotate: true },
  'thingspace-soap': { count: 30, devices: 2, rotate: true },
  voximplant: { count: 40, batch: 4, repeatedShare: 0.2 },
  'ixc-acs': { count: 40, lateShare: 0.3, repeatedShare: 0.2 },
};

/** As fast as the vendors' waits of minutes can pass. */
const speed = 100_000;

let redis: RunningRedis;
let services: RunningProcess[] = [];
let raw: Receiver;
let json: Receiver;
let base: string;

before(async () => {
  redis = await startRedis();
  raw = await startReceiver(() => ({ status: 204 }));
  json = await startReceiver(() => ({ status: 200 }));
  const port = await freePort();
  base = `http://127.0.0.1:${port}`;
  const cwd = folderWith(await configuration(port));
  services = await Promise.all(['ingest', 'worker'].map((name) => startService(name, cwd)));
});

after(async () => {
  await Promise.all(services.map((service) => service.kill()));
  await Promise.all([raw, json].map((receiver) => receiver?.close()));
  await redis?.stop();
});

for (const vendor of vendorNames) {
  test(`what ${vendor} sends reaches one subscriber byte for byte, the other as JSON, and nothing that was forged`, async () => {
    const report = await simulate({
      vendor,
      url: `${base}/${vendor}`,
      seed: 7,
      verify: verify[vendor],
      forgedShare: 0.2,
      speed,
      ...runs[vendor],
    });
    assert.ok(report.genuine.accepted > 20 && report.forged.refused > 0, 'there is too little to show anything');
    assert.deepEqual([report.genuine.refused, report.genuine.unfinished], [0, 0]);
    assert.deepEqual([report.forged.accepted, report.forged.unfinished], [0, 0]);

    const sent = bodiesIn(report, vendor).sort();
    const about = (receiver: Receiver) =>
      receiver.received.filter(({ headers }) => headers['relay-endpoint'] === vendor);
    for (const receiver of [raw, json]) {
      await eventually('all have arrived', () => about(receiver).length >= sent.length);
    }
    assert.deepEqual(
      about(raw)
        .map(({ body }) => body.toString())
        .sort(),
      sent,
    );
    assert.equal(about(json).length, sent.length);

    const rawById = new Map(about(raw).map((request) => [request.headers['webhook-id'], request]));
    for (const { headers, body } of about(json)) {
      const text = body.toString();
      const original = rawById.get(headers['webhook-id']);
      assert.ok(original);
      assert.equal(headers['content-type'], 'application/json');
      const payload = JSON.parse(text);
      assert.equal(payload.id, headers['webhook-id']);
      assert.deepEqual([payload.source, payload.endpoint, payload.account], [vendor, vendor, accounts[vendor]]);
      assert.equal(payload.receivedAt, headers['relay-received-at']);
      assert.deepEqual(payload.correlationId, decoded(headers['relay-correlation-id']));
      assertSame(vendor, original.body.toString(), payload);
      for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} went out`);
    }
  });
}

const accounts: Record<VendorName, string> = {
  thingspace: '0000000001-00001',
  'thingspace-soap': '0000000001-00001',
  voximplant: '1000001',
  'ixc-acs': 'acme',
};

/** What has to be kept: every genuine callback once, whichever of its attempts came first. */
function bodiesIn({ sent }: Report, vendor: VendorName): string[] {
  const genuine = sent
    .filter(({ forged }) => !forged)
    .map(({ attempts }) => attempts[0]?.request.body.toString() ?? '');
  if (vendor !== 'voximplant') return genuine;
  return genuine.flatMap((body) => JSON.parse(body).callbacks.map((callback: unknown) => JSON.stringify(callback)));
}

/** The payload says what the vendor's own body says, but for what proves who sent it. */
function assertSame(vendor: VendorName, body: string, payload: Record<string, unknown>): void {
  if (vendor === 'thingspace-soap') {
    assertSameWords(body, payload.content);
  } else {
    const { username, password, hash, ...members } = JSON.parse(body);
    assert.deepEqual(payload.content, members);
  }
}

/** Every text between tags is a text of the content. */
function assertSameWords(xml: string, content: unknown): void {
  const withoutCredentials = xml.replace(/<Username>.*<\/Password>/s, '');
  const inTags = [...withoutCredentials.matchAll(/<\w+>([^<]+)<\//g)].map(([, text = '']) => text);
  assert.deepEqual(textsIn(content).sort(), inTags.map(unescaped).sort());
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function unescaped(text: string): string {
  const characters: Record<string, string> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"', '&apos;': "'" };
  return text.replace(/&\w+;/g, (reference) => characters[reference] ?? reference);
}

function decoded(header: string | string[] | undefined): string | undefined {
  return header === undefined ? undefined : decodeURIComponent(String(header));
}

function credentialsOf(password: string) {
  return { username: 'relay', password };
}

async function configuration(port: number): Promise<string> {
  const credentials = `[{username: relay, password: ${password}}, {username: relay, password: ${former}}]`;
  return `
redis: ${redis.url}
ingest:
  listeners: [{port: ${port}, host: 127.0.0.1}]
  operations: {port: ${await freePort()}}
worker:
  operations: {port: ${await freePort()}}
endpoints:
  - {name: thingspace, source: thingspace, account: "${accounts.thingspace}", verify: {credentials: ${credentials}}}
  - {name: thingspace-soap, source: thingspace-soap, account: "${accounts.thingspace}", verify: {credentials: ${credentials}}}
  - {name: voximplant, source: voximplant, verify: {salt: the-salt, accountId: "1000001", apiKey: the-api-key}}
  - {name: ixc-acs, source: ixc-acs, account: acme, verify: {path: not-to-be-guessed-path}}
subscribers:
  - {name: raw, url: "${raw.url}", receives: ["*"]}
  - {name: json, url: "${json.url}", receives: ["*"], payload: json}
`;
}

function startService(name: string, cwd: string): Promise<RunningProcess> {
  return startProcess({ args: [join(root, 'services', name, 'src/main.ts')], cwd, ready: /"configuration.applied"/ });
}
