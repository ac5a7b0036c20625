import type { Duplex } from 'node:stream';
import type { Auth } from '@relay/core';
import type { Request, Response } from 'got';
import { basic } from './auth.ts';

export type OAuth2 = Extract<Auth, { readonly kind: 'oauth2' }>;

/** An access token, and for how long it is good from the moment it was asked for. */
export interface Grant {
  readonly token: string;
  readonly lifeMs: number;
}

/**
 * Why there is no token: its server could not be reached, did not answer in time, answered no, or answered with something
 * that holds no token. Nothing of what it said.
 */
export type TokenFailure =
  | { readonly kind: 'unreachable'; readonly code: 'ERR_TOKEN_UNREACHABLE' }
  | { readonly kind: 'timeout'; readonly code: 'ERR_TOKEN_TIMEOUT' }
  | { readonly kind: 'failed'; readonly code: 'ERR_TOKEN_REFUSED' | 'ERR_TOKEN_UNREADABLE' };

const unreachable: TokenFailure = { kind: 'unreachable', code: 'ERR_TOKEN_UNREACHABLE' };
export const tokenTimeout: TokenFailure = { kind: 'timeout', code: 'ERR_TOKEN_TIMEOUT' };
const refused: TokenFailure = { kind: 'failed', code: 'ERR_TOKEN_REFUSED' };
const unreadable: TokenFailure = { kind: 'failed', code: 'ERR_TOKEN_UNREADABLE' };

/** A token's answer is hardly ever more than a few KiB. */
const maxAnswerBytes = 64 * 1024;
/** Servers refuse large heads, and a token has to fit into one. */
const maxTokenLength = 16 * 1024;
/** Where its server does not say, or says something that is no time. */
const unknownLifeMs = 60_000;
const longestLifeMs = 24 * 60 * 60 * 1000;

/** How a token's server is asked: `POST`, with what an attempt's own connection depends on. */
export type Ask = (
  url: string,
  request: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
) => Request;

/** One request for a token (RFC 6749, 4.4). Never rejects, and leaves no open request. */
export function requestToken(ask: Ask, auth: OAuth2, timeoutMs: number): Promise<Grant | TokenFailure> {
  return new Promise((resolve) => {
    const request = ask(auth.tokenUrl, question(auth));
    const chunks: Buffer[] = [];
    let bytesRead = 0;

    const timer = setTimeout(() => end(tokenTimeout), timeoutMs);
    function end(answer: Grant | TokenFailure): void {
      clearTimeout(timer);
      resolve(answer);
      request.destroy();
    }

    request.once('response', ({ statusCode }: Response) => {
      if (statusCode < 200 || statusCode >= 300) end(refused);
    });
    // Nobody asked for another protocol, and Node hands the connection over and forgets it.
    request.once('upgrade', (_response: Response, switched: Duplex) => {
      switched.destroy();
      end(refused);
    });
    request.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytesRead += chunk.length;
      if (bytesRead > maxAnswerBytes) end(unreadable);
    });
    request.once('end', () => end(grantIn(Buffer.concat(chunks))));
    // It stays: a request may fail again while it is being destroyed.
    request.on('error', () => end(unreachable));
  });
}

function question({ clientId, clientSecret, scope, audience, credentialsIn }: OAuth2): Parameters<Ask>[1] {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scope !== undefined) form.set('scope', scope);
  if (audience !== undefined) form.set('audience', audience);
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
  if (credentialsIn === 'body') {
    form.set('client_id', clientId);
    form.set('client_secret', clientSecret);
    return { headers, body: form.toString() };
  }
  // Both are encoded as in a form before they are put together (RFC 6749, 2.3.1), so that a colon parts only the two.
  const authorization = basic(formEncoded(clientId), formEncoded(clientSecret));
  return { headers: { ...headers, authorization }, body: form.toString() };
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice('='.length);
}

function grantIn(answer: Buffer): Grant | TokenFailure {
  const told = parseObject(answer);
  const { access_token: token, token_type: type = 'bearer', expires_in: expiresIn } = told;
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token) || token.length > maxTokenLength) return unreadable;
  // It has to be shown in another way than this one.
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') return unreadable;
  return { token, lifeMs: lifeMs(expiresIn) };
}

function parseObject(answer: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(answer.toString());
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Seconds, which some servers write as a text. */
function lifeMs(expiresIn: unknown): number {
  const seconds = typeof expiresIn === 'number' || typeof expiresIn === 'string' ? Number(expiresIn) : Number.NaN;
  return seconds > 0 ? Math.min(seconds * 1000, longestLifeMs) : unknownLifeMs;
}
