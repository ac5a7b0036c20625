import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { eventually, freePort, type RunningProcess, type RunningRedis, startProcess, startRedis } from '@relay/testkit';
import { folderWith } from './relay.ts';

const root = join(import.meta.dirname, '../../..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const commands = [...readme.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) => block.trim().split('\n'));

/** They need a Docker engine, or the rest of the day: what can be held of them is that they are there. */
const notRun = [
  'docker compose up',
  'npm test',
  'npm run bench -- --quick',
  'npm run chaos -- --minutes 2',
  'npm run crash -- --times 20',
  'npm run format',
];
const ranHere = new Set<string>();

/** The shipped relay.yaml on ports of its own, so that a relay which runs on this machine is not disturbed. */
async function shippedConfiguration(): Promise<string> {
  let text = readFileSync(join(root, 'relay.yaml'), 'utf8');
  for (const port of ['9464', '9465', '9470']) text = text.replaceAll(port, String(await freePort()));
  return join(folderWith(text), 'relay.yaml');
}

describe('what the README says', () => {
  let redis: RunningRedis;
  let env: Record<string, string>;
  let up: RunningProcess;

  before(async () => {
    redis = await startRedis();
    env = { REDIS_URL: redis.url, RELAY_CONFIG: await shippedConfiguration(), RELAY_PORT: String(await freePort()) };
  });
  after(async () => {
    await up?.stop();
    await redis.stop();
  });

  async function run(command: string): Promise<string> {
    assert.ok(commands.includes(command), `the README says ${command}`);
    ranHere.add(command);
    const running = await startProcess({ command: 'sh', args: ['-c', command], cwd: root, env });
    assert.equal(await running.ended, 0, [...running.stdout, ...running.stderr].join('\n'));
    return running.stdout.join('\n');
  }

  it('npm start runs the demo and says when it is ready', async () => {
    ranHere.add('npm start');
    up = await startProcess({ command: 'npm', args: ['start'], cwd: root, env, ready: /Ctrl-C ends it/ });
  });

  it('the callback sent by hand is printed by both subscribers, by one of them after two failures', async () => {
    const sample = 'packages/testkit/samples/thingspace-rest/carrier-activate-success.json';
    await run(`npx relay send ${sample} --endpoint thingspace-carrier`);
    const answered = (path: string, status: number) =>
      up.stdout.filter((line) => line.includes(` ${path} `) && line.includes(`answered ${status}`)).length;
    await eventually('both took it', () => answered('/steady', 204) === 1 && answered('/flaky', 204) === 1);
    assert.equal(answered('/flaky', 503), 2);
  });

  it('the other relay commands tell of it', async () => {
    await eventually('its story is complete', async () =>
      /demo-flaky +delivered +3 .*\n.*demo-steady +delivered +1 /.test(
        await run('npx relay messages 89000000000000000017'),
      ),
    );
    assert.match(await run('npx relay status'), /demo-flaky +0 .*\n|demo-steady +0 /);
    assert.match(await run('npx relay check'), /thingspace-carrier/);
  });

  it('a simulated vendor is answered, and every callback of it taken', async () => {
    assert.match(await run('npx relay simulate thingspace --endpoint thingspace-carrier'), /answers: 200 × 10;/);
  });

  it('the schema can be written again, and is what it was', async () => {
    const path = join(root, 'packages/config/relay.schema.json');
    const schema = readFileSync(path, 'utf8');
    await run('npm run schema');
    assert.equal(readFileSync(path, 'utf8'), schema);
  });

  it('every other command exists', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    for (const command of notRun) {
      assert.ok(commands.includes(command), command);
      const [, script] = /^npm (?:run )?(\S+)/.exec(command) ?? [];
      if (script !== undefined) assert.ok(scripts[script], command);
    }
    assert.deepEqual(
      commands.filter((command) => !ranHere.has(command) && !notRun.includes(command)),
      [],
    );
  });

  it('every file it links to is there', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = '']) => link);
    assert.deepEqual(
      links.filter((link) => !existsSync(join(root, link))),
      [],
    );
  });
});
