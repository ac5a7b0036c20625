/** What vendors write their bodies in, and what may stand in a body without anybody having documented it. */
export interface Format {
  /** A text as content. It has nothing in it that the format would escape. */
  text(text: string): string;
  number(digits: string): string;
  /** Far more than a body of the vendor has, and what becomes of it. */
  readonly extremes: Readonly<
    Record<string, { readonly content: () => string; readonly becomes: 'read' | 'unreadable' }>
  >;
  /** About so many bytes that are hard in one way each, some of them not even in the format. */
  readonly growing: Readonly<Record<string, (bytes: number) => string>>;
  /** No body in the format. */
  readonly broken: Readonly<Record<string, () => string | Buffer>>;
}

const mebibyte = 1024 * 1024;
const deep = 200_000;

const neither: Format['broken'] = {
  nothing: () => '',
  'white space': () => ' \r\n\t',
  'a word': () => 'private-words',
  'a form': () => 'private-words=1&private-words=2',
  'zero bytes': () => Buffer.alloc(64),
  'bytes of a picture': () => Buffer.from('ffd8ffe000104a464946', 'hex'),
  'lists that never close': () => '['.repeat(deep),
  'objects that never close': () => '{"private-words":'.repeat(deep),
  'elements that never close': () => '<private-words>'.repeat(deep),
  'many openings': () => '<'.repeat(deep),
};

export const json: Format = {
  text: (text) => `"${text}"`,
  number: (digits) => digits,
  extremes: {
    'a text of a mebibyte': { content: () => `"${'x'.repeat(mebibyte)}"`, becomes: 'read' },
    'a mebibyte of members': { content: () => listed('{', mebibyte, (n) => `"name${n}":${n}`, '}'), becomes: 'read' },
    'lists in lists': { content: () => '['.repeat(deep) + ']'.repeat(deep), becomes: 'read' },
    'objects in objects': { content: () => `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`, becomes: 'read' },
    'a name that stands twice deeper down': { content: () => '{"a":1,"a":2}', becomes: 'read' },
    'the names that objects inherit': {
      content: () => '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":1}',
      becomes: 'read',
    },
  },
  growing: {
    'lists in lists': (bytes) => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2),
    'objects in objects': (bytes) => `${'{"a":'.repeat(bytes / 6)}1${'}'.repeat(bytes / 6)}`,
    members: (bytes) => listed('{', bytes, (n) => `"name${n}":${n}`, '}'),
    'members in reverse order': (bytes) => listed('{', bytes, (n) => `"${1e9 - n}":${n}`, '}'),
    'members of one name': (bytes) => listed('{', bytes, (n) => `"name":${n}`, '}'),
    elements: (bytes) => listed('[', bytes, String, ']'),
    devices: (bytes) => listed('{"deviceIds":[', bytes, (n) => `{"id":"${n}","kind":"mdn"}`, ']}'),
    'a long name': (bytes) => `{"${'n'.repeat(bytes)}":1}`,
    'long names that differ at their ends': (bytes) =>
      listed('{', bytes, (n) => `"${'n'.repeat(bytes / 64)}${n % 64}":1`, '}'),
    'escapes in a text': (bytes) => `"${'\\"\\\\'.repeat(bytes / 4)}"`,
    'escapes in names': (bytes) => listed('{', bytes, (n) => `"\\u006e${n}":1`, '}'),
    digits: (bytes) => '9'.repeat(bytes),
    'white space': (bytes) => `[${' \n'.repeat(bytes / 2)}]`,
    'a text that never ends': (bytes) => `"${'x'.repeat(bytes)}`,
    'backslashes that never end': (bytes) => `"${'\\'.repeat(bytes)}`,
    'lists that never end': (bytes) => '['.repeat(bytes),
    'objects that never end': (bytes) => '{"a":'.repeat(bytes / 5),
  },
  broken: neither,
};

/** Each is ten of the one before it. */
const entities = Array.from({ length: 30 }, (_, n) => `<!ENTITY e${n + 1} "${`&e${n};`.repeat(10)}">`).join('');

export const xml: Format = {
  text: (text) => `<Text>${text}</Text>`,
  number: (digits) => `<Number>${digits}</Number>`,
  extremes: {
    'a text of a mebibyte': { content: () => `<Text>${'x'.repeat(mebibyte)}</Text>`, becomes: 'read' },
    'a mebibyte of elements': {
      content: () => repeated(mebibyte, (n) => `<Name${n}>${n}</Name${n}>`),
      becomes: 'read',
    },
    'elements in elements': { content: () => '<a>'.repeat(deep) + '</a>'.repeat(deep), becomes: 'unreadable' },
    'a name that stands twice deeper down': { content: () => '<a><b>1</b><b>2</b></a>', becomes: 'read' },
    'the names that objects inherit': {
      content: () =>
        '<__proto__ polluted="1"><polluted>1</polluted></__proto__><constructor __proto__="1"/><toString>1</toString>',
      becomes: 'read',
    },
  },
  growing: {
    'elements in elements': (bytes) => '<a>'.repeat(bytes / 7) + '</a>'.repeat(bytes / 7),
    elements: (bytes) => repeated(bytes, (n) => `<a${n}>${n}</a${n}>`),
    'elements of one name': (bytes) => repeated(bytes, (n) => `<a>${n}</a>`),
    'empty elements': (bytes) => '<a/>'.repeat(bytes / 4),
    devices: (bytes) => repeated(bytes, (n) => `<Device><Kind>mdn</Kind><Identifier>${n}</Identifier></Device>`),
    attributes: (bytes) => `<a${repeated(bytes, (n) => ` b${n}="${n}"`)}/>`,
    'attributes of one name': (bytes) => `<a${repeated(bytes, (n) => ` b="${n}"`)}/>`,
    namespaces: (bytes) => `<a${repeated(bytes, (n) => ` xmlns:n${n}="urn:n"`)}/>`,
    'a long name': (bytes) => `<${'a'.repeat(bytes)}/>`,
    'a long attribute': (bytes) => `<a b="${'x'.repeat(bytes)}"/>`,
    'predefined entities': (bytes) => `<a>${'&amp;'.repeat(bytes / 5)}</a>`,
    'character references': (bytes) => `<a>${'&#65;'.repeat(bytes / 5)}</a>`,
    'references that never end': (bytes) => `<a>${'&#'.repeat(bytes / 2)}</a>`,
    ampersands: (bytes) => `<a>${'&'.repeat(bytes)}</a>`,
    comments: (bytes) => '<!---->'.repeat(bytes / 7),
    'a comment that never ends': (bytes) => `<!--${' -'.repeat(bytes / 2)}`,
    'comments that never end': (bytes) => '<!--'.repeat(bytes / 4),
    'pieces of CDATA': (bytes) => `<a>${'<![CDATA[x]]>'.repeat(bytes / 13)}</a>`,
    'CDATA that never ends': (bytes) => `<a>${'<![CDATA['.repeat(bytes / 9)}`,
    instructions: (bytes) => '<?a b?>'.repeat(bytes / 7),
    'instructions that never end': (bytes) => '<?a '.repeat(bytes / 4),
    openings: (bytes) => '<'.repeat(bytes),
    'elements that never close': (bytes) => '<a>'.repeat(bytes / 3),
    'tags that never end': (bytes) => '<a '.repeat(bytes / 3),
    'quotes that never end': (bytes) => '<a b="'.repeat(bytes / 6),
    'closings that nothing opened': (bytes) => '</a>'.repeat(bytes / 4),
    'white space': (bytes) => ' \n'.repeat(bytes / 2),
    'white space in a tag': (bytes) => `<a${' '.repeat(bytes)}`,
  },
  broken: {
    ...neither,
    'two roots': () => '<a/><b/>',
    JSON: () => '{"private-words":1}',
    'entities of its own': () => '<!DOCTYPE a [<!ENTITY b "private-words">]><a>&b;</a>',
    'an entity from elsewhere': () => '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
    'entities of entities': () => `<!DOCTYPE a [<!ENTITY e0 "private-words">${entities}]><a>&e30;</a>`,
    'a definition from elsewhere': () => '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/private-words"><a/>',
  },
};

/** Items with commas between them, of about so many bytes. */
export function listed(opening: string, bytes: number, item: (n: number) => string, closing: string): string {
  return `${opening}${repeated(bytes, (n) => (n === 0 ? item(n) : `,${item(n)}`))}${closing}`;
}

/** Items one behind the other, of about so many bytes. */
export function repeated(bytes: number, item: (n: number) => string): string {
  const items: string[] = [];
  for (let length = 0; length < bytes; ) length += items[items.push(item(items.length)) - 1]?.length ?? 0;
  return items.join('');
}
