import { connect, type Socket } from 'node:net';

/**
 * One keep-alive connection that carries one request at a time. Bare sockets, since an HTTP client would take more of the
 * machine than the service that is measured; it understands just enough of HTTP to find where an answer ends.
 */
export interface Connection {
  /** Resolves with the status of the answer, or 0 when the connection broke before there was one. Then the next opens it anew. */
  exchange(request: string): Promise<number>;
  close(): void;
}

export function createConnection({ host, port }: { host: string; port: number }): Connection {
  let socket: Socket | undefined;
  let received = '';
  let answered: ((status: number) => void) | undefined;

  function settle(status: number): void {
    const resolve = answered;
    answered = undefined;
    received = '';
    resolve?.(status);
  }

  function open(): Socket {
    const opened = connect({ host, port, noDelay: true }).setEncoding('latin1');
    opened.on('data', (text: string) => {
      received += text;
      const status = statusOfWhole(received);
      if (status !== undefined) settle(status);
    });
    opened.on('error', () => {}); // its close follows, which settles
    opened.on('close', () => {
      if (socket === opened) socket = undefined;
      settle(0);
    });
    return opened;
  }

  return {
    exchange(request) {
      return new Promise((resolve) => {
        answered = resolve;
        socket ??= open();
        socket.write(request, 'latin1');
      });
    },
    close: () => socket?.destroy(),
  };
}

/** The status of an HTTP answer, or undefined while it is not complete. */
export function statusOfWhole(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const status = Number(text.slice(9, 12));
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  if (length !== undefined) return text.length >= head + 4 + Number(length) ? status : undefined;
  if (/\r\ntransfer-encoding: *chunked/i.test(text)) return text.endsWith('0\r\n\r\n') ? status : undefined;
  return status;
}
