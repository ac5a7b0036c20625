import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Endpoint } from '@relay/core';
import { freePort } from '@relay/testkit';
import { callback, carrier, credentials, post, problemOf, startStation } from './station.ts';
import { voximplant } from './vendors.ts';

const secret = 'a-word-nobody-knows';
const hidden: Endpoint = { ...carrier, verify: { ...carrier.verify, path: [secret, 'the-one-before-it'] } };

suite('401', () => {
  test('wrong or missing credentials are refused and nothing is kept', async (t) => {
    const station = await startStation(t);
    for (const members of [{ password: 'wrong' }, { username: 'wrong' }, { password: undefined }]) {
      assert.deepEqual(await problemOf(await post(station.url + carrier.path, callback(members))), [
        401,
        'unauthorized',
      ]);
    }
    assert.deepEqual(await station.unread(), []);
    assert.match(
      await station.metrics(),
      /relay_received_total\{endpoint="thingspace-carrier",result="unauthorized"\} 3/,
    );
  });

  test('the log says why as the sender is told, without the secret that was shown', async (t) => {
    const endpoint: Endpoint = { ...carrier, verify: { ...carrier.verify, bearer: [secret] } };
    const station = await startStation(t, { endpoints: [endpoint] });
    const told = [];
    for (const authorization of ['Bearer guess-of-a-word', `Bearer ${secret}`]) {
      const response = await post(station.url + carrier.path, callback({ password: 'guess-of-it' }), { authorization });
      told.push(((await response.json()) as { detail: string }).detail);
    }
    assert.match(told[0] ?? '', /verify\.bearer/);
    assert.match(told[1] ?? '', /verify\.credentials/);
    assert.deepEqual(
      station.linesOf('message.refused').map(({ detail }) => detail),
      told,
    );
    assert.doesNotMatch(JSON.stringify(station.lines), /guess-of|a-word/);
  });

  test('a wrong or missing secret in the path is refused, counted for its endpoint, and written down nowhere', async (t) => {
    const station = await startStation(t, { endpoints: [hidden] });
    for (const wrong of ['', '/', '/guess-of-a-word', `/${secret}/`, `/${secret}/more`, `/x/${secret}`, '/%zz'])
      assert.deepEqual(await problemOf(await post(station.url + carrier.path + wrong, callback())), [
        401,
        'unauthorized',
      ]);
    for (const right of hidden.verify.path ?? [])
      assert.equal((await post(`${station.url}${carrier.path}/${right}?a=b`, callback({ right }))).status, 200);
    assert.equal((await station.unread()).length, 2);
    assert.match(
      await station.metrics(),
      /relay_received_total\{endpoint="thingspace-carrier",result="unauthorized"\} 7/,
    );
    assert.doesNotMatch(JSON.stringify(station.lines), /guess-of|a-word|the-one/);
  });

  test('one forged callback refuses all of its request, which counts once', async (t) => {
    const { endpoint, body } = voximplant;
    const station = await startStation(t, { endpoints: [endpoint], subscribers: [] });
    const [genuine, forged] = [body('1'), body('2').replace(/"hash":"\w{4}/, '"hash":"0000')];
    const request = `${genuine.slice(0, -2)},${forged.slice('{"callbacks":['.length)}`;
    assert.deepEqual(await problemOf(await post(station.url + endpoint.path, request)), [401, 'unauthorized']);
    assert.equal(await station.client.xlen(`relay:{${endpoint.name}}:log`), 0);
    assert.match(await station.metrics(), /relay_received_total\{endpoint="voximplant",result="unauthorized"\} 1/);
  });

  test('who is to authenticate by header is told how, for some vendors wait to be asked', async (t) => {
    const { basic, bearer }: Record<string, Endpoint> = {
      basic: { ...carrier, name: 'basic', path: '/basic', verify: { ...carrier.verify, basic: [credentials] } },
      bearer: { ...carrier, name: 'bearer', path: '/bearer', verify: { ...carrier.verify, bearer: [secret] } },
    };
    assert.ok(basic && bearer);
    const { url } = await startStation(t, { endpoints: [carrier, basic, bearer] });
    const challenge = async (path: string) => (await post(url + path, '{}')).headers.get('www-authenticate');
    assert.equal(await challenge('/basic'), 'Basic realm="callbacks", charset="UTF-8"');
    assert.equal(await challenge('/bearer'), 'Bearer realm="callbacks"');
    assert.equal(await challenge(carrier.path), null);
    const authorization = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
    assert.equal((await post(`${url}/basic`, callback(), { authorization })).status, 200);
  });

  test('a look at a path tells nobody whether the secret in it is right', async (t) => {
    const { url } = await startStation(t, { endpoints: [hidden] });
    for (const method of ['GET', 'HEAD', 'PUT', 'OPTIONS']) {
      const seen = async (word: string) => {
        const response = await fetch(`${url}${carrier.path}/${word}`, { method });
        const headers = [...response.headers].filter(([name]) => name !== 'date');
        return [response.status, headers, await response.text()];
      };
      assert.deepEqual(await seen(secret), await seen('another'));
    }
  });

  test('a secret in a path that is mistaken, or posted to another listener, is not logged either', async (t) => {
    const port = await freePort();
    const listeners = [
      { host: '127.0.0.1', port },
      { host: '127.0.0.1', port: 0, endpoints: [] },
    ];
    const { urls, linesOf, lines } = await startStation(t, { endpoints: [hidden], ingest: { listeners } });
    const [here = '', elsewhere = ''] = urls;
    for (const url of [
      `${here}${carrier.path.toUpperCase()}/${secret}`,
      `${here}/${carrier.path}/${secret}`,
      `${here}/${'x'.repeat(90)}/${secret}`,
      `${elsewhere}${carrier.path}/${secret}`,
      `${elsewhere}${carrier.path}/another-secret`,
    ])
      assert.deepEqual(await problemOf(await post(url, callback())), [404, 'no-such-endpoint']);
    assert.doesNotMatch(JSON.stringify(lines), /a-word|another-secret/);
    assert.equal(linesOf('message.refused').at(-1)?.path, carrier.path);
  });
});
