import { gzipSync } from 'node:zlib';
import type { Reader } from './vendors.ts';

type Bodies = Readonly<Record<string, Buffer>>;

const levels = 200_000;
const byteOrderMark = '\u{feff}';
const text = '"private words"';

/** Bodies that cannot be read, or that two readers would read differently. */
export function badBodies(vendor: Reader): Bodies {
  return vendor.endpoint.source === 'thingspace-soap' ? badXml(vendor) : badJson(vendor);
}

/** Bodies that are odd, and legitimate. */
export function oddBodies(vendor: Reader): Bodies {
  return vendor.endpoint.source === 'thingspace-soap' ? oddXml(vendor) : oddJson(vendor);
}

function badJson({ body, name, bodyWith }: Reader): Bodies {
  return {
    'levels that are not closed': Buffer.from(body(`${'['.repeat(levels)}`)),
    'objects that are not closed': Buffer.from(`${'{"a":'.repeat(levels)}`),
    'a name twice': Buffer.from(bodyWith(name, text)),
    'a name twice, once in escapes': Buffer.from(bodyWith(inEscapes(name), text)),
    'cut off in a string': Buffer.from(body(text).slice(0, -4)),
    'two documents': Buffer.from(body(text) + body(text)),
    'no JSON number': Buffer.from(body('NaN')),
    'UTF-16': Buffer.from(body(text), 'utf16le'),
    'nothing but a byte order mark': Buffer.from(byteOrderMark),
    'bytes of zero': Buffer.alloc(1000),
    'gzip that does not say so': gzipSync(body(text)),
    'a bomb of entities': Buffer.from(`${bomb}<a>&d;</a>`),
  };
}

function oddJson({ body, name, bodyWith }: Reader): Bodies {
  return {
    'numbers beyond 2^53': Buffer.from(body('[9007199254740993,123456789012345678901234567890,1e400,-0]')),
    'levels that are closed': Buffer.from(body(`${'['.repeat(levels)}${']'.repeat(levels)}`)),
    'names that mean something to JavaScript': Buffer.from(
      body('{"__proto__":{"username":"x"},"constructor":{"prototype":{}},"toString":null}'),
    ),
    'a name twice, further down': Buffer.from(body('{"a":1,"a":2,"\\u0061":3}')),
    'a name that is like another': Buffer.from(bodyWith(inEscapes(`${name}s`), text)),
    'half of a surrogate pair': Buffer.from(body('"\\ud800"')),
    'a byte order mark': Buffer.from(byteOrderMark + body(text)),
    'bytes that are no UTF-8': Buffer.from(body('"\u00ff"'), 'latin1'),
  };
}

/** The same name to every reader of JSON. */
function inEscapes(name: string): string {
  return name.replace(/./, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const bomb = `<!DOCTYPE a [<!ENTITY a "private words">${[...'bcd'].map((name, at) => `<!ENTITY ${name} "${`&${'abc'[at]};`.repeat(1000)}">`).join('')}]>`;

function badXml({ body, name, bodyWith }: Reader): Bodies {
  const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>`;
  return {
    'a bomb of entities': Buffer.from(bomb + body('&d;')),
    'an external entity': Buffer.from(`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${body('&x;')}`),
    'an external DTD': Buffer.from(`<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">${body('')}`),
    'levels that are closed': Buffer.from(body('<a>'.repeat(levels) + '</a>'.repeat(levels))),
    'levels that are not closed': Buffer.from('<a>'.repeat(levels)),
    'tags that are not closed': Buffer.from(body('<a><b></a>')),
    'cut off in a tag': Buffer.from(body('private words').slice(0, -4)),
    'two documents': Buffer.from(body('') + body('')),
    'a name twice': Buffer.from(bodyWith(name, 'private words')),
    'a name twice, once with a prefix': Buffer.from(bodyWith(`e:${name}`, 'private words')),
    'an encoding that is none': Buffer.from(declared('x-private words') + body('')),
    'a comment that does not end': Buffer.from(body('<!-- private words')),
    'an attribute twice': Buffer.from(body('<a b="private words" b=""/>')),
    'bytes of zero': Buffer.alloc(1000),
    'nothing but a byte order mark': Buffer.from(byteOrderMark),
    JSON: Buffer.from(`{"private words":1}`),
    'gzip that does not say so': gzipSync(body('')),
  };
}

function oddXml({ body, name, bodyWith }: Reader): Bodies {
  const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>`;
  return {
    'numbers beyond 2^53': Buffer.from(body('<n>123456789012345678901234567890</n>')),
    'names that mean something to JavaScript': Buffer.from(body('<__proto__ __proto__="x"/><constructor/>')),
    'a name that is like another': Buffer.from(bodyWith(`${name}s`, 'private words')),
    'a byte order mark': Buffer.from(byteOrderMark + body('private words')),
    'UTF-16 with a byte order mark': Buffer.from(byteOrderMark + body('more private words'), 'utf16le'),
    'bytes that are no UTF-8': Buffer.from(body('\u00ff'), 'latin1'),
    'another encoding declared than there is': Buffer.from(declared('iso-8859-1') + body('\u{1f600}')),
    'an entity of its own, as text': Buffer.from(body('<![CDATA[<!DOCTYPE &x;]]>&lt;!DOCTYPE')),
  };
}
