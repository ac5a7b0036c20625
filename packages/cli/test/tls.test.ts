import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { startReceiver } from '@relay/testkit';
import { folderWith, relay } from './relay.ts';

// All of them for localhost and no address, with one key, and nothing that is trusted vouches for them.
const certificates = join(import.meta.dirname, 'certificate');
const key = join(certificates, 'key.pem');

interface Ingest {
  readonly port: number;
  readonly folder: string;
}

/** In place of ingest: shows one certificate, and stands in a configuration that names one. */
async function ingestWith(context: TestContext, { shown, named = shown }: Record<string, string>): Promise<Ingest> {
  const cert = readFileSync(join(certificates, shown ?? ''));
  const server = createServer({ cert, key: readFileSync(key) }, (request, response) => {
    request.resume().once('end', () => response.end());
  }).listen(0, '127.0.0.1');
  context.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const tls = `{cert: ${join(certificates, named ?? '')}, key: ${key}}`;
  return { port, folder: folderTo(`{host: 127.0.0.1, port: ${port}, tls: ${tls}}`) };
}

function folderTo(listener: string): string {
  const folder = folderWith(`
ingest: {listeners: [${listener}]}
endpoints: [{name: carrier, source: thingspace}]
subscribers: []`);
  writeFileSync(join(folder, 'body.json'), '{}');
  return folder;
}

const send = ['send', 'body.json', '--endpoint', 'carrier'];

for (const shown of ['self-signed.pem', 'issued.pem', 'chain.pem']) {
  test(`a listener of ours that shows ${shown}, as the configuration says, is posted to`, async (context) => {
    const { folder } = await ingestWith(context, { shown });
    for (const args of [send, ['simulate', 'thingspace', '--endpoint', 'carrier', '--count', '1']]) {
      const { code, stdout } = await relay(folder, args);
      assert.equal(code, 0, stdout);
      assert.match(stdout, /200 in \d+ ms/);
    }
  });
}

test('a listener of ours that shows another certificate is not posted to', async (context) => {
  const { folder } = await ingestWith(context, { shown: 'self-signed.pem', named: 'issued.pem' });
  const { code, stdout } = await relay(folder, send);
  assert.equal(code, 1);
  assert.match(stdout, /no answer .* another certificate is shown there than tls\.cert says/);
});

test('elsewhere a certificate has to be trusted and to name the host, and it is said how to trust it', async (context) => {
  const { port, folder } = await ingestWith(context, { shown: 'self-signed.pem' });
  const trusting = { NODE_EXTRA_CA_CERTS: join(certificates, 'self-signed.pem') };
  const { code, stdout } = await relay(folder, [...send, '--to', `https://localhost:${port}`]);
  assert.equal(code, 1);
  assert.match(stdout, /is not trusted here \(self-signed certificate\): set NODE_EXTRA_CA_CERTS to a file with it/);
  assert.equal((await relay(folder, [...send, '--to', `https://localhost:${port}`], trusting)).code, 0);
  const byAddress = await relay(folder, [...send, '--to', `https://127.0.0.1:${port}`], trusting);
  assert.match(byAddress.stdout, /does not match certificate/);
});

test('http where https is spoken, and the other way round, is asked about', async (context) => {
  const { port, folder } = await ingestWith(context, { shown: 'self-signed.pem' });
  const plain = await startReceiver();
  context.after(plain.close);
  assert.match((await relay(folder, [...send, '--to', `http://127.0.0.1:${port}`])).stdout, /\(is it https\?\)$/m);
  assert.match(
    (await relay(folder, [...send, '--to', `https://127.0.0.1:${plain.port}`])).stdout,
    /\(is it http\?\)$/m,
  );
});
