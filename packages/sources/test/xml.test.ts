import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { parseXml, readXml, type XmlElement, xmlContent } from '../src/xml.ts';
import { placedXmlText } from '../src/xml-text.ts';

function rootOf(body: string | Buffer, contentType?: string): XmlElement {
  const reading = readXml(Buffer.from(body), contentType);
  assert.ok('root' in reading, `fault: ${JSON.stringify(reading)}`);
  return reading.root;
}

function faultOf(body: string | Buffer, contentType?: string): string | undefined {
  const reading = readXml(Buffer.from(body), contentType);
  return 'fault' in reading ? reading.fault : undefined;
}

function contentOf(body: string | Buffer): unknown {
  return JSON.parse(xmlContent(rootOf(body)));
}

function utf16(text: string, order: 'little' | 'big'): Buffer {
  const bytes = Buffer.from(text, 'utf16le');
  return order === 'little' ? bytes : bytes.swap16();
}

suite('read', () => {
  test('names go without prefixes, and declarations of namespaces are no attributes', () => {
    const { name, attributes, children } = rootOf('<p:a xmlns="u" xmlns:p="v" p:b="1" c="2"><q:d/><d/></p:a>');
    assert.equal(name, 'a');
    assert.deepEqual(Object.fromEntries(attributes), { b: '1', c: '2' });
    assert.deepEqual(
      children.map((child) => child.name),
      ['d', 'd'],
    );
  });

  test('two attributes of one name in two namespaces are both there', () => {
    assert.deepEqual(Object.fromEntries(rootOf('<a b="1" p:b="2"/>').attributes), { b: '1', 'p:b': '2' });
  });

  test('text is all that stands directly in an element, without comments and instructions', () => {
    assert.equal(rootOf('<a>1<!-- 2 --><![CDATA[<3>&amp;]]><b>4</b><?c 5?>6</a>').text, '1<3>&amp;6');
  });

  test('references of characters and the five predefined ones are replaced, once', () => {
    assert.equal(rootOf('<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x1F600;&amp;lt;</a>').text, '<>&"\'A😀&lt;');
    assert.equal(rootOf('<a b="&lt;&#65;"/>').attributes.get('b'), '<A');
  });

  test('characters that XML does not have stay, and references to them as they are written', () => {
    assert.equal(rootOf('<a>\u0001&#0;&#x1;&#xD800;&#x110000;</a>').text, '\u0001&#0;&#x1;&#xD800;&#x110000;');
  });

  test('the names that objects inherit are names like others', () => {
    const { attributes, children } = rootOf('<a __proto__="1" constructor="2"><__proto__>3</__proto__></a>');
    assert.deepEqual(
      [...attributes],
      [
        ['__proto__', '1'],
        ['constructor', '2'],
      ],
    );
    assert.deepEqual([children[0]?.name, children[0]?.text], ['__proto__', '3']);
  });

  test('an element says where its content stands', () => {
    for (const tags of ['<b>', '<p:b c=">" >']) {
      for (const content of ['', 'x', '<c/>', '<![CDATA[</b>]]>', 'x<!-- </b> -->', '<b>y</b>\r\n']) {
        const text = `<a>z${tags}${content}</${tags.startsWith('<p') ? 'p:' : ''}b ><d/></a>`;
        const reading = parseXml(text);
        assert.ok('root' in reading);
        const { start, end } = reading.root.children[0]?.content ?? { start: 0, end: 0 };
        assert.equal(text.slice(start, end), content);
      }
    }
  });
});

suite('not read', () => {
  const bodies: [string, string | Buffer][] = [
    ['nothing', ''],
    ['white space', ' \n'],
    ['text', 'words'],
    ['text before the root', 'x<a/>'],
    ['text behind the root', '<a/>x'],
    ['two roots', '<a/><b/>'],
    ['a tag that is not closed', '<a><b></a>'],
    ['a tag that was not opened', '<a></b></a>'],
    ['a root that is not closed', '<a><b/>'],
    ['tags that cross', '<a><b></a></b>'],
    ['an attribute twice', '<a b="1" b="2"/>'],
    ['an attribute without quotes', '<a b=1/>'],
    ['an entity that nobody declared', '<a>&nbsp;</a>'],
    ['an entity that objects inherit', '<a>&constructor;&__proto__;&toString;</a>'],
    ['CDATA that does not end', '<a><![CDATA[x</a>'],
    ['a comment that does not end', '<a><!-- x</a>'],
    ['a reference behind the root', '<a/>&amp;'],
    ['a declaration inside', '<a><!ENTITY b "c"></a>'],
  ];
  for (const [what, body] of bodies) {
    test(`${what} is a fault`, () => assert.match(faultOf(body) ?? '', /^is not well-formed XML/));
  }

  const declarations: [string, string][] = [
    ['an empty one', '<!DOCTYPE a><a/>'],
    ['a bomb of entities', bomb(10, 10)],
    ['an external entity', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'],
    ['an external parameter entity', '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1:9/b"> %b;]><a/>'],
    ['an external subset', '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>'],
  ];
  for (const [what, body] of declarations) {
    test(`a document type declaration is a fault: ${what}`, () => {
      assert.equal(faultOf(body), 'has a document type declaration');
    });
  }

  test('elements are nested 64 deep and no deeper', () => {
    const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    rootOf(nested(64));
    for (const depth of [65, 200_000]) assert.equal(faultOf(nested(depth)), 'nests elements deeper than 64');
    assert.equal(faultOf(`${'<a>'.repeat(64)}<b/>`), 'nests elements deeper than 64');
  });

  test('more odd characters than an SMS has are a fault', () => {
    rootOf(`<a>${'\u0001'.repeat(1000)}</a>`);
    assert.match(faultOf(`<a>${'\u0001'.repeat(1001)}</a>`) ?? '', /^is not well-formed XML/);
  });

  test('a fault says where it is and quotes nothing', () => {
    assert.equal(faultOf('<private>&words;</private>'), 'is not well-formed XML at character 16');
    assert.equal(faultOf('<private></words>'), 'is not well-formed XML at character 17');
  });
});

suite('charsets', () => {
  const text = '<a>Zürich 😀</a>';
  const mark = '\uFEFF';
  const read: [string, Buffer, string?][] = [
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark, whatever else is said', Buffer.from(`${mark}${text}`), 'text/xml; charset=iso-8859-1'],
    ['UTF-16LE with a mark', utf16(`${mark}${text}`, 'little'), 'text/xml; charset=utf-8'],
    ['UTF-16BE with a mark', utf16(`${mark}${text}`, 'big')],
    ['UTF-16LE without a mark', utf16(text, 'little'), 'text/xml; charset=utf-16'],
    ['UTF-16BE without a mark', utf16(text, 'big')],
    ['UTF-16 that declares UTF-8', utf16(`${mark}<?xml version="1.0" encoding="utf-8"?>${text}`, 'little')],
    ['UTF-8 that declares UTF-16', Buffer.from(`<?xml version="1.0" encoding="utf-16"?>${text}`)],
    ['UTF-8 that is said to be UTF-16', Buffer.from(text), 'text/xml; charset=utf-16'],
  ];
  for (const [what, body, contentType] of read) {
    test(`${what} is read`, () => assert.equal(rootOf(body, contentType).text, 'Zürich 😀'));
  }

  const latin = (before = '') => Buffer.from(`${before}<a>Z\u00fcrich</a>`, 'latin1');
  test('the content type goes before the declaration, and the declaration before UTF-8', () => {
    const cyrillic = '<?xml version="1.0" encoding="windows-1251"?>';
    assert.equal(rootOf(latin(), 'text/xml;charset="ISO-8859-1"').text, 'Zürich');
    assert.equal(rootOf(latin(cyrillic)).text, 'Zьrich');
    assert.equal(rootOf(latin(cyrillic), 'application/soap+xml; charset=iso-8859-1; action="x"').text, 'Zürich');
  });

  test('bytes that are not the UTF-8 they should be are read as Latin-1', () => {
    assert.equal(rootOf(latin()).text, 'Zürich');
    assert.equal(rootOf(latin('\u00ef\u00bb\u00bf')).text, 'Zürich');
    assert.equal(rootOf(latin('<?xml version="1.0" encoding="utf-8"?>'), 'text/xml; charset=utf-8').text, 'Zürich');
  });

  test('a charset that nobody knows is a fault, and so is one that hides markup', () => {
    const unknown = 'is in a charset that is not known';
    for (const label of ['klingon', 'utf-7', 'utf-32', 'iso-2022-jp']) {
      assert.equal(faultOf(latin(), `text/xml; charset=${label}`), unknown);
      assert.equal(faultOf(latin(`<?xml version="1.0" encoding="${label}"?>`)), unknown);
    }
    assert.equal(faultOf(text, 'text/xml; charset=iso-2022-jp'), unknown);
  });

  // Such callbacks used to be refused, and were gone.
  test('UTF-8 under a label that nobody knows is read', () => {
    assert.equal(rootOf(text, 'text/xml; charset=UTF-8,text/xml').text, 'Zürich 😀');
    for (const label of ['utf_8', 'binary', 'unknown']) {
      assert.equal(rootOf(text, `text/xml; charset=${label}`).text, 'Zürich 😀');
      assert.equal(rootOf(`<?xml version="1.0" encoding="${label}"?>${text}`).text, 'Zürich 😀');
    }
  });

  test('half of a surrogate pair hides no markup', () => {
    assert.equal(rootOf(utf16('<a>\ud800</a>', 'little')).text, '\ufffd');
  });

  test('a place in the text is found in the body', () => {
    for (const body of [...read.map(([, bytes]) => bytes), latin(), latin('\u00ef\u00bb\u00bf')]) {
      const placed = placedXmlText(body);
      const { text } = placed;
      const [start, end] = placed.bytesAt(['<a>', '</a>'].map((tag) => text.indexOf(tag)));
      const rest = Buffer.concat([body.subarray(0, start), body.subarray(end)]);
      assert.equal(placedXmlText(rest).text, text.replace(/<a>.*(?=<\/a>)/, ''));
    }
  });
});

suite('as JSON', () => {
  const contents: [string, unknown][] = [
    ['<a/>', null],
    ['<a></a>', null],
    ['<a xsi:nil="true"/>', null],
    ['<a xsi:nil="1">x</a>', null],
    ['<a xsi:nil="false">x</a>', 'x'],
    ['<a>x</a>', 'x'],
    ['<a> 007 </a>', ' 007 '],
    ['<a>9007199254740993</a>', '9007199254740993'],
    ['<a>"\\\u2028</a>', '"\\\u2028'],
    ['<a b="1"/>', { '@b': '1' }],
    ['<a b="1">x</a>', { '@b': '1', '#text': 'x' }],
    ['<a>\n  <b>x</b>\n  <c/>\n</a>', { b: 'x', c: null }],
    ['<a>x<b/>y</a>', { '#text': 'xy', b: null }],
    ['<a><b>1</b><c/><p:b>2</p:b><b/></a>', { b: ['1', '2', null], c: null }],
    ['<a><b/><constructor/></a>', { b: null, constructor: null }],
  ];
  for (const [xml, expected] of contents) {
    test(`${JSON.stringify(xml)} is ${JSON.stringify(expected)}`, () => assert.deepEqual(contentOf(xml), expected));
  }

  test('a member called __proto__ is a member', () => {
    assert.equal(xmlContent(rootOf('<a><__proto__>1</__proto__></a>')), '{"__proto__":"1"}');
  });
});

suite('anything', () => {
  const piece = fc.constantFrom(
    '<',
    '>',
    '/',
    'a',
    '<a>',
    '</a>',
    '<a b="',
    '"',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '&',
    ';',
    '&#1;',
  );

  test('is read or has a fault, and what is read is JSON', () => {
    const pieces = fc.array(fc.oneof(piece, fc.string())).map((all) => Buffer.from(all.join('')));
    const bytes = fc.uint8Array().map((all) => Buffer.from(all));
    fc.assert(
      fc.property(fc.oneof(pieces, bytes), fc.oneof(fc.constant(undefined), fc.string()), (body, contentType) => {
        const reading = readXml(body, contentType);
        if ('root' in reading) JSON.parse(xmlContent(reading.root));
      }),
    );
  });

  test('that is text comes out as it went in', () => {
    // XML has line feeds only.
    const letters = fc.string({ unit: 'binary' }).filter((text) => !/[\r\ud800-\udfff\ufffe\uffff]/.test(text));
    fc.assert(
      fc.property(letters, (text) => {
        const escaped = text.replace(/[<&>]/g, (letter) => `&#${letter.charCodeAt(0)};`);
        assert.equal(rootOf(`<a>${escaped}</a>`).text, text);
      }),
    );
  });
});

/** Few bytes that would become `width ** depth` letters. */
function bomb(depth: number, width: number): string {
  const entities = Array.from({ length: depth }, (_, n) => `<!ENTITY e${n + 1} "${`&e${n};`.repeat(width)}">`);
  return `<!DOCTYPE a [<!ENTITY e0 "x">${entities.join('')}]><a>&e${depth};</a>`;
}
