import type { Exchange } from './exchange.ts';
import type { TokenHeld, TokenSource } from './oauth2.ts';
import type { TokenFailure } from './oauth2-request.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * Sends a request with an access token, and once more, at once and with another one, where the first is refused: it may have been
 * revoked. Without another one the refusal stands.
 */
export async function sendWithToken(
  tokens: TokenSource,
  send: (authorization: Headers) => Promise<Exchange>,
  leftMs: () => number,
): Promise<Exchange | TokenFailure> {
  const first = await tokens.take(leftMs());
  if ('code' in first) return first;
  const exchanged = await send(bearer(first));
  if (!('status' in exchanged) || exchanged.status !== 401) return exchanged;
  const other = await tokens.replace(first, leftMs());
  const another = 'token' in other && other.token !== first.token && leftMs() > 0;
  return another ? send(bearer(other)) : exchanged;
}

function bearer({ token }: TokenHeld): Headers {
  return { authorization: `Bearer ${token}` };
}
