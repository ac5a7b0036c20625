import { fork } from 'node:child_process';
import { once } from 'node:events';

// biome-ignore lint/suspicious/noExplicitAny: no other parameter type lets verbs of every kind in.
type Verbs = Record<string, (argument: any) => unknown>;

interface Question {
  readonly number: number;
  readonly verb: string;
  readonly argument: unknown;
}

type Reply = { readonly number: number } & ({ readonly value: unknown } | { readonly error: string });

/** A script that runs as a process of its own, asked over Node's IPC channel, which carries typed arrays as they are. */
export interface Remote<V extends Verbs> {
  readonly pid: number;
  ask<K extends keyof V & string>(verb: K, argument: Parameters<V[K]>[0]): Promise<Awaited<ReturnType<V[K]>>>;
  close(): Promise<void>;
}

export function startRemote<V extends Verbs>(script: URL): Remote<V> {
  const child = fork(script, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let asked = 0;

  child.on('message', (reply: Reply) => {
    const asking = waiting.get(reply.number);
    waiting.delete(reply.number);
    if ('error' in reply) asking?.reject(new Error(reply.error));
    else asking?.resolve(reply.value);
  });
  child.once('exit', () => {
    for (const asking of waiting.values()) asking.reject(new Error(`${script.pathname} ended before it answered`));
  });

  return {
    pid: child.pid ?? 0,
    ask(verb, argument) {
      const asking = Promise.withResolvers<unknown>();
      asked += 1;
      waiting.set(asked, asking);
      child.send({ number: asked, verb, argument } satisfies Question);
      return asking.promise as never;
    },
    async close() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** The other end: answers with these verbs until the process that started this one is gone. */
export function serve(verbs: Verbs): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (question: Question) => {
    void reply(verbs, question).then((answer) => process.send?.(answer));
  });
}

async function reply(verbs: Verbs, { number, verb, argument }: Question): Promise<Reply> {
  try {
    return { number, value: await verbs[verb]?.(argument) };
  } catch (error) {
    return { number, error: String(error) };
  }
}
