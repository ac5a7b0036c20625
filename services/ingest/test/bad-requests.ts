import { callback, carrier } from './station.ts';

/** A request that is HTTP only in part, and how it is answered. */
export interface BadRequest {
  readonly bytes: string;
  readonly status: number;
  /** The sender ends the connection, for more than this does not come. */
  readonly hangUp?: true;
  /** The server does not read it to the end, so that the answer may be lost with the connection. */
  readonly cutOff?: true;
}

const body = callback({ more: 'private words' });
const length = body.length;
const { path } = carrier;
const chunk = `${length.toString(16)}\r\n${body}\r\n`;
const flood = (lines: number) => Array.from({ length: lines }, (_, n) => `x-${n}: nobody-knows\r\n`).join('');

function framed(headers: string, sent = body): string {
  return `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${headers}\r\n${sent}`;
}

function aimed(target: string): string {
  return framed(`content-length: ${length}\r\n`).replace(path, () => target);
}

/** What a request says of its body, and is not so. */
export const misframed: Readonly<Record<string, BadRequest>> = {
  'longer than it is': { bytes: framed(`content-length: ${length + 1}\r\n`), status: 400, hangUp: true },
  'shorter than it is': { bytes: framed(`content-length: ${length - 1}\r\n`), status: 400 },
  'a negative length': { bytes: framed('content-length: -1\r\n'), status: 400 },
  'a length that is no number': { bytes: framed('content-length: 0x10\r\n'), status: 400 },
  'a length beyond all numbers': { bytes: framed('content-length: 99999999999999999999\r\n'), status: 400 },
  'two lengths': { bytes: framed(`content-length: ${length}\r\ncontent-length: 5\r\n`), status: 400 },
  'the same length twice': { bytes: framed(`content-length: ${length}\r\n`.repeat(2)), status: 400 },
  'two lengths in one': { bytes: framed(`content-length: ${length}, ${length}\r\n`), status: 400 },
  'a length and chunks': {
    bytes: framed(`content-length: ${length}\r\ntransfer-encoding: chunked\r\n`, `${chunk}0\r\n\r\n`),
    status: 400,
  },
  'a transfer encoding that has no end': { bytes: framed('transfer-encoding: gzip\r\n'), status: 400 },
  'a chunk without a size': { bytes: framed('transfer-encoding: chunked\r\n', `zz\r\n${body}\r\n`), status: 400 },
  'a chunk beyond all sizes': { bytes: framed('transfer-encoding: chunked\r\n', `${'f'.repeat(17)}\r\n`), status: 400 },
  'no last chunk': { bytes: framed('transfer-encoding: chunked\r\n', chunk), status: 400, hangUp: true },
};

/** Targets that are no path, or no endpoint's. */
export const misaimed: Readonly<Record<string, BadRequest>> = {
  'an asterisk': { bytes: aimed('*'), status: 404 },
  'another host’s root': { bytes: aimed('http://x.example'), status: 404 },
  'another scheme': { bytes: aimed(`ftp://x.example${path}`), status: 404 },
  'a host that is none': { bytes: aimed('http://[nobody-knows:99999999/'), status: 404 },
  'two slashes': { bytes: aimed(`/${path}`), status: 404 },
  'an escape that is none': { bytes: aimed(`${path}/%zz`), status: 404 },
  'an escaped zero': { bytes: aimed(`${path}%00`), status: 404 },
  'a zero': { bytes: aimed(`${path}\0`), status: 400 },
  'a control character': { bytes: aimed(`${path}\u0001`), status: 400 },
  'a byte beyond ASCII': { bytes: aimed(`${path}\u00ff`), status: 400 },
  'a space': { bytes: aimed(`${path} nobody-knows`), status: 400 },
  nothing: { bytes: aimed(''), status: 400 },
  'a word': { bytes: aimed('nobody-knows'), status: 400 },
  '20 KB of query': { bytes: aimed(`${path}?token=${'nobody-knows'.repeat(1700)}`), status: 431, cutOff: true },
  '10 KB of path': { bytes: aimed(`/${'x'.repeat(10_000)}`), status: 404 },
};

/** Heads that no vendor writes. */
export const misheaded: Readonly<Record<string, BadRequest>> = {
  'a flood of headers': { bytes: framed(`content-length: ${length}\r\n${flood(2_000)}`), status: 431, cutOff: true },
  'one header of 20 KB': {
    bytes: framed(`content-length: ${length}\r\nx: ${'x'.repeat(20_000)}\r\n`),
    status: 431,
    cutOff: true,
  },
  'a header without a colon': { bytes: framed(`content-length: ${length}\r\nnobody-knows\r\n`), status: 400 },
  'a header over two lines': { bytes: framed(`content-length: ${length}\r\nx: a\r\n b\r\n`), status: 400 },
  'lines that end in half': { bytes: framed(`content-length: ${length}\n`), status: 400 },
  'no host': { bytes: `POST ${path} HTTP/1.1\r\ncontent-length: ${length}\r\n\r\n${body}`, status: 400 },
  'an expectation nobody has': { bytes: framed(`expect: nobody-knows\r\ncontent-length: ${length}\r\n`), status: 417 },
  'a flood of trailers': {
    bytes: framed('transfer-encoding: chunked\r\n', `${chunk}0\r\n${flood(2_000)}\r\n`),
    status: 431,
    cutOff: true,
  },
  'a flood in front of a chunk': {
    bytes: framed('transfer-encoding: chunked\r\n', chunk.replace('\r\n', `;${'x'.repeat(20_000)}\r\n`)),
    status: 413,
    cutOff: true,
  },
  'HTTP/2': { bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', status: 400 },
  'no HTTP': { bytes: '\u0016\u0003\u0001nobody-knows', status: 400 },
};

/** What is odd and legitimate. */
export const wellFramed: Readonly<Record<string, string>> = {
  'chunks without a length': framed('transfer-encoding: chunked\r\n', `${chunk}0\r\n\r\n`),
  'chunks of one byte': framed(
    'transfer-encoding: chunked\r\n',
    `${[...body].map((byte) => `1\r\n${byte}\r\n`).join('')}0\r\n\r\n`,
  ),
  'a whole URL': aimed(`http://x.example${path}`),
  'a whole URL of no host': aimed(`http://x:99999999${path}`),
  'HTTP/1.0': aimed(path).replace('HTTP/1.1', 'HTTP/1.0'),
  'an upgrade that is not taken up': framed(`content-length: ${length}\r\nupgrade: websocket\r\n`).replace(
    'connection: close',
    'connection: close, upgrade',
  ),
};
