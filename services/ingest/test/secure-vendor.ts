import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import type { TestContext } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { callback, carrier } from './station.ts';

/** A vendor that posts over https on one connection after the other, and looks at the certificate it is shown. */
export function createSecureVendor(test: Pick<TestContext, 'after'>) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 0, rejectUnauthorized: false });
  test.after(() => agent.destroy());
  return {
    async post(port: number, body = callback()) {
      const sent = request({ port, host: '127.0.0.1', path: carrier.path, method: 'POST', agent }).end(body);
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      const socket = response.socket as TLSSocket;
      response.resume();
      await once(response, 'end');
      return {
        status: response.statusCode,
        certificate: socket.getPeerCertificate().subject.CN,
        /** Tells connections apart. */
        connection: socket.localPort,
      };
    },
  };
}
