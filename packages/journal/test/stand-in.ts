import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** Answers in the protocol of Redis, in the order of the commands; undefined: never. */
type Answering = (command: readonly string[], socket: Socket) => string | undefined | Promise<string | undefined>;

/** Speaks as much of the protocol of Redis as a client's plain commands need; answers where. */
export async function startStandIn(t: TestContext, answer: Answering): Promise<{ host: string; port: number }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    answerAll(socket, answer);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

function answerAll(socket: Socket, answer: Answering): void {
  let unread = '';
  let answered = Promise.resolve();
  socket.setEncoding('latin1');
  socket.on('data', (chunk) => {
    unread += chunk;
    for (let command = firstCommand(unread); command !== undefined; command = firstCommand(unread)) {
      unread = unread.slice(command.length);
      const { words } = command;
      answered = answered.then(async () => {
        const reply = await answer(words, socket);
        if (reply !== undefined && socket.writable) socket.write(reply);
      });
    }
  });
}

function firstCommand(text: string): { readonly words: string[]; readonly length: number } | undefined {
  const count = /^\*(\d+)\r\n/.exec(text);
  if (count === null) return undefined;
  let at = count[0].length;
  const words: string[] = [];
  while (words.length < Number(count[1])) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (size === null) return undefined;
    const from = at + size[0].length;
    at = from + Number(size[1]) + 2;
    if (text.length < at) return undefined;
    words.push(text.slice(from, at - 2));
  }
  return { words, length: at };
}
