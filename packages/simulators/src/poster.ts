import * as http from 'node:http';
import * as https from 'node:https';
import type { OutgoingRequest } from './add-secrets.ts';

/** What a request came to. */
export interface Answer {
  /** 0 when there was none. */
  readonly status: number;
  /** The answer's body, or why there was none. */
  readonly text: string;
  readonly ms: number;
}

export interface Poster {
  /** Never rejects: what cannot be sent, takes too long or is aborted ends without an answer. */
  post(request: OutgoingRequest, signal?: AbortSignal): Promise<Answer>;
  close(): void;
}

/** More of an answer is cut off. */
const maxAnswerBytes = 16 * 1024;
/** Shorter than servers keep an idle connection, so that none is closed at the moment it is used. */
const idleMs = 3_000;

/** Posts over connections that are kept. A connection that breaks is an attempt without an answer; nothing is repeated here. */
export function createPoster({ timeoutMs }: { timeoutMs: number }): Poster {
  const agentOptions = { keepAlive: true, timeout: idleMs };
  const agents = { 'http:': new http.Agent(agentOptions), 'https:': new https.Agent(agentOptions) };

  async function send({ url, headers, body }: OutgoingRequest, signal: AbortSignal): Promise<Omit<Answer, 'ms'>> {
    const secure = new URL(url).protocol === 'https:';
    const { request } = secure ? https : http;
    const agent = agents[secure ? 'https:' : 'http:'];
    return new Promise((resolve, reject) => {
      const lengthened = { ...headers, 'content-length': body.length };
      const sending = request(url, { method: 'POST', headers: lengthened, agent, signal }, (response) => {
        bodyOf(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
      });
      // The agent's time is for idle connections; ours is in the signal.
      sending.setTimeout(0);
      sending.on('error', reject).end(body);
    });
  }

  return {
    async post(outgoing, signal) {
      const startedAt = performance.now();
      const timeout = AbortSignal.timeout(timeoutMs);
      const given = await send(outgoing, signal === undefined ? timeout : AbortSignal.any([signal, timeout])).catch(
        (error: unknown) => ({
          status: 0,
          text: timeout.aborted ? `no answer in ${timeoutMs} ms` : whyOf(error),
        }),
      );
      return { ...given, ms: performance.now() - startedAt };
    },
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

async function bodyOf(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let left = maxAnswerBytes;
  for await (const chunk of response) {
    chunks.push(chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0) break;
  }
  return Buffer.concat(chunks).toString();
}

function whyOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || String(error);
}
