import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect as connectPlainly } from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import { type ConnectionOptions, connect } from 'node:tls';
import type { Certificate, ListenerPlan } from '@relay/config';
import { eventually, freePort } from '@relay/testkit';
import { type Handle, openListener } from '../src/listener.ts';
import { first, second } from './certificates.ts';
import { createSecureVendor } from './secure-vendor.ts';
import { callback, carrier, configurationOf, post, startStation } from './station.ts';

async function startSecure(t: TestContext) {
  const port = await freePort();
  const planOf = (tls?: Certificate): ListenerPlan => ({ host: '127.0.0.1', port, ...(tls && { tls }) });
  const station = await startStation(t, { ingest: { listeners: [planOf(first)] } });
  const listen = (...listeners: ListenerPlan[]) =>
    station.change(configurationOf(station.redis.url, { ingest: { listeners } }));
  return { ...station, port, planOf, listen, name: `127.0.0.1:${port}` };
}

/** What becomes of a handshake: the protocol, or the code of the error. */
async function handshake(port: number, options: ConnectionOptions): Promise<string | null> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  const [event] = (await Promise.race([once(socket, 'secureConnect'), once(socket, 'error')]).catch((e) => [e])) as [
    { code?: string } | undefined,
  ];
  const protocol = socket.getProtocol();
  socket.destroy();
  return event?.code ?? protocol;
}

async function failedHandshakes({ metrics, name }: { metrics: () => Promise<string>; name: string }): Promise<number> {
  const [, count] = (await metrics()).split(`relay_tls_handshakes_failed_total{listener="${name}"} `);
  return Number.parseInt(count ?? '', 10);
}

suite('tls', () => {
  test('a callback over https is kept', async (t) => {
    const station = await startSecure(t);
    const { status, certificate } = await createSecureVendor(t).post(station.port);
    assert.deepEqual([status, certificate], [200, 'first.example']);
    assert.deepEqual((await station.unread()).map(String), [callback()]);
  });

  test('another certificate is shown to new connections, while open ones go on', async (t) => {
    const station = await startSecure(t);
    const vendor = createSecureVendor(t);
    const before = await vendor.post(station.port);
    await station.listen(station.planOf(second));
    assert.deepEqual(await vendor.post(station.port), before);
    const { status, certificate } = await createSecureVendor(t).post(station.port);
    assert.deepEqual([status, certificate], [200, 'second.example']);
  });

  test('a certificate that cannot be used leaves the old one, and everything else, as it was', async (t) => {
    const station = await startSecure(t);
    const wrong = { host: '127.0.0.1', port: await freePort(), tls: { cert: first.cert, key: second.key } };
    await assert.rejects(station.listen(station.planOf(second), wrong), {
      message: new RegExp(
        `^the listener on 127.0.0.1:${wrong.port} cannot show its certificate: tls.key does not belong`,
      ),
    });
    assert.equal((await createSecureVendor(t).post(station.port)).certificate, 'first.example');
    await assert.rejects(createSecureVendor(t).post(wrong.port), { code: 'ECONNREFUSED' });
  });

  test('a metric tells when the first certificate of those that are shown expires, as long as there is one', async (t) => {
    const station = await startSecure(t);
    const expires = async () =>
      /relay_certificate_expires_timestamp_seconds\{listener="(.+)"\} (\d+)/.exec(await station.metrics())?.slice(1);
    const [listener, before] = (await expires()) ?? [];
    assert.equal(listener, station.name);
    await station.listen(station.planOf(second));
    const [, after] = (await expires()) ?? [];
    assert.ok(Number(before) > Number(after) && Number(after) > Date.now() / 1000);
    await station.listen(station.planOf({ cert: first.cert + second.cert, key: first.key }));
    assert.deepEqual(await expires(), [listener, after]);
    await station.listen(station.planOf());
    assert.equal(await expires(), undefined);
  });

  test('a port changes between http and https, or stays what it is when another cannot be had', async (t) => {
    const station = await startSecure(t);
    const url = `http://127.0.0.1:${station.port}${carrier.path}`;
    await station.listen(station.planOf());
    assert.equal((await post(url, callback(), { connection: 'close' })).status, 200);
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    t.after(() => taken.close());
    const { port } = taken.address() as AddressInfo;
    await assert.rejects(station.listen(station.planOf(first), { host: '127.0.0.1', port }), /is in use/);
    assert.equal((await post(url, callback(), { connection: 'close' })).status, 200);
    await station.listen(station.planOf(first));
    assert.equal((await createSecureVendor(t).post(station.port)).status, 200);
  });

  test('plain http on an https port is counted and not logged, and the next callback is kept', async (t) => {
    const station = await startSecure(t);
    const { length } = station.lines;
    for (let n = 0; n < 20; n += 1) await assert.rejects(post(`http://127.0.0.1:${station.port}${carrier.path}`, ''));
    assert.equal((await createSecureVendor(t).post(station.port)).status, 200);
    assert.equal(await failedHandshakes(station), 20);
    assert.deepEqual(
      station.lines.slice(length).map(({ msg }) => msg),
      ['message.received'],
    );
  });

  test('who only looks whether the port is open is not counted', async (t) => {
    const station = await startSecure(t);
    for (const end of ['end', 'destroy', 'resetAndDestroy'] as const) {
      const socket = connectPlainly(station.port, '127.0.0.1');
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket[end]();
      await once(socket, 'close');
    }
    await assert.rejects(post(`http://127.0.0.1:${station.port}${carrier.path}`, ''));
    await eventually('plain http is counted', async () => (await failedHandshakes(station)) > 0);
    assert.equal(await failedHandshakes(station), 1);
  });

  test('who never shakes hands does not hold up the end, and who did is still answered', async (t) => {
    const failed: string[] = [];
    const handle: Handle = (_request, response) => response.end();
    const plan = { host: '127.0.0.1', port: 0, tls: first };
    const listener = await openListener(plan, { handle, onHandshakeFailed: (name) => failed.push(name) });
    const { port } = listener.address;
    const silent = connectPlainly(port, '127.0.0.1');
    await once(silent, 'connect');
    const vendor = createSecureVendor(t);
    const { connection } = await vendor.post(port);
    assert.deepEqual(await vendor.post(port), { status: 200, certificate: 'first.example', connection });
    const ended = Promise.race([once(silent, 'close'), once(silent, 'error')]);
    silent.resume();
    await listener.close(new AbortController().signal);
    await ended;
    // It would have been waited for until its time is over, which is a failure.
    assert.deepEqual(failed, []);
  });

  test('TLS 1.2 and 1.3 are spoken, nothing older, and no HTTP but 1.1', async (t) => {
    const { port } = await startSecure(t);
    assert.equal(await handshake(port, { ALPNProtocols: ['http/1.1'] }), 'TLSv1.3');
    assert.equal(await handshake(port, { maxVersion: 'TLSv1.2' }), 'TLSv1.2');
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    assert.match(String(await handshake(port, old)), /PROTOCOL_VERSION/);
    assert.match(String(await handshake(port, { ALPNProtocols: ['h2'] })), /NO_APPLICATION_PROTOCOL/);
  });
});
