import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { contentOf, decodedWith } from '../src/content.ts';

const form = 'application/x-www-form-urlencoded';

function content(body: string | Buffer, contentType?: string): string {
  return contentOf(Buffer.from(body), contentType);
}

suite('JSON', () => {
  const texts = [
    '{"a": 1, "a": 2, "__proto__": {"b": 1}}',
    ' [9007199254740993, 1.0, 1e400] ',
    '"text"',
    'null',
    '0',
    '['.repeat(200_000) + ']'.repeat(200_000),
  ];
  for (const text of texts) {
    test(`${text.slice(0, 40)} stays as it is, whatever the content type says`, () => {
      for (const type of [undefined, '', 'application/json', 'text/plain', 'text/xml', form, 'nonsense;;']) {
        assert.equal(content(text, type), text);
      }
    });
  }

  test('loses its byte order mark', () => assert.equal(content('\uFEFF{"a":1}'), '{"a":1}'));

  test('that is not UTF-8 is read as Latin-1', () => {
    assert.equal(content(Buffer.from('{"a":"Zürich"}', 'latin1')), '{"a":"Zürich"}');
  });

  // The charset used to be ignored.
  test('that is not UTF-8 is read in the charset that is declared, where that is known and has such bytes', () => {
    const json = Buffer.from('{"a":"\xcf\xf0\xe8\xe2\xe5\xf2"}', 'latin1');
    assert.equal(content(json, 'application/json; charset=windows-1251'), '{"a":"Привет"}');
    assert.equal(content(json, 'application/json;Charset="CP1251"'), '{"a":"Привет"}');
    for (const charset of ['utf-8', 'klingon', 'utf-16', 'euc-jp'])
      assert.equal(content(json, `application/json; charset=${charset}`), '{"a":"Ïðèâåò"}', charset);
  });

  test('that is UTF-8 is read as UTF-8, whatever is declared', () => {
    assert.equal(content('{"a":"Привет"}', 'application/json; charset=windows-1251'), '{"a":"Привет"}');
  });

  test('is what its bytes are: no letter of a charset takes in a backslash', () => {
    const [letters, swallowing] = ['{"a":"\x93\xfa\x96{"}', '{"a":"\x95\\\\","password":"b\\\\"}'].map((text) =>
      content(Buffer.from(text, 'latin1'), 'application/json; charset=shift_jis'),
    );
    assert.equal(letters, '{"a":"日本"}');
    assert.equal(swallowing, '{"a":"\x95\\\\","password":"b\\\\"}');
  });
});

suite('a form', () => {
  const forms: [string, unknown][] = [
    ['From=%2B15550100&Body=a+b%20c', { From: '+15550100', Body: 'a b c' }],
    ['a=1&b=2&a=3&a=', { a: ['1', '3', ''], b: '2' }],
    ['a&=b&&c==d', { a: '', '': 'b', c: '=d' }],
    ['?a=1', { '?a': '1' }],
    ['n=Z%C3%BCrich&Z%FCrich=n', { n: 'Zürich', Zürich: 'n' }],
    ['n=Zürich', { n: 'Zürich' }],
    ['a=%&b=%z1&c=%4', { a: '%', b: '%z1', c: '%4' }],
    ['', {}],
  ];
  for (const [body, expected] of forms) {
    test(`${body} is an object`, () => assert.deepEqual(JSON.parse(content(body, form)), expected));
  }

  test('may have any parameter in its content type, and any case', () => {
    for (const type of [`${form};charset=utf-8`, `${form} ; x`, form.toUpperCase()]) {
      assert.equal(content('a=1', type), '{"a":"1"}');
    }
    assert.equal(content('a=1', `${form}s`), '"a=1"');
  });

  test('that is not UTF-8 is read in the charset that is declared', () => {
    const windows = `${form}; charset=windows-1251`;
    const bytes = Buffer.from('t=\xcf\xf0&%F2=a+%E5&u=%D0%9F', 'latin1');
    assert.equal(content(bytes, windows), '{"t":"Пр","т":"a е","u":"П"}');
    assert.equal(content('t=%FC', `${form}; charset=klingon`), '{"t":"ü"}');
  });

  test('with a field named __proto__ has a member of that name', () => {
    assert.equal(content('__proto__=1&__proto__=2&constructor=3', form), '{"__proto__":["1","2"],"constructor":"3"}');
  });

  test('comes back whole, whatever its names and values', () => {
    const fields = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(fields, (pairs) => {
        const members = new Map<string, string[]>();
        for (const [name, value] of pairs) members.set(name, [...(members.get(name) ?? []), value]);
        const expected = Array.from(members, ([name, values]) => [name, values.length === 1 ? values[0] : values]);
        const read: unknown = JSON.parse(content(String(new URLSearchParams(pairs)), form));
        assert.deepEqual(read, JSON.parse(JSON.stringify(Object.fromEntries(expected))));
      }),
    );
  });
});

suite('XML', () => {
  const order = '<o:order xmlns:o="urn:o" no="1"><id>7</id><item/><item>x</item></o:order>';
  const decoded = '{"order":{"@no":"1","id":"7","item":[null,"x"]}}';
  for (const type of [
    'text/xml',
    'application/xml; charset=utf-8',
    'application/soap+xml',
    'TEXT/XML',
    'text/plain',
    undefined,
  ]) {
    test(`as ${type ?? 'nothing said'} is an object with its root`, () => assert.equal(content(order, type), decoded));
  }

  test('may begin with a byte order mark, white space or a declaration', () => {
    for (const start of [
      '\uFEFF',
      ' \r\n',
      '<?xml version="1.0"?>\n',
      '\uFEFF<?xml version="1.0" encoding="utf-8"?>',
    ]) {
      assert.equal(content(start + order), decoded);
    }
  });

  test('may be in UTF-16, where its content type says that it is XML', () => {
    assert.equal(content(Buffer.from(`\uFEFF${order}`, 'utf16le'), 'text/xml'), decoded);
  });

  for (const broken of ['<order', '<html><br></html>', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', '<a/><b/>', '<']) {
    test(`${broken} is a text`, () => {
      assert.equal(content(broken, 'text/xml'), JSON.stringify(broken));
      assert.equal(content(broken), JSON.stringify(broken));
    });
  }
});

suite('anything else', () => {
  test('that is UTF-8 is a text', () => {
    assert.equal(content('status=ok'), '"status=ok"');
    assert.equal(content(''), '""');
    assert.equal(content('\uFEFFé "\u0000'), '"é \\"\\u0000"');
    assert.equal(content('{"a":', 'application/json'), '"{\\"a\\":"');
  });

  test('is in base64', () => assert.equal(content(Buffer.from([0xff, 0x00, 0x61])), '{"base64":"/wBh"}'));

  test('is JSON in the end, whatever it is and is called', () => {
    const types = fc.constantFrom(
      ...[undefined, form, 'text/xml', 'application/json', '=', '/', `${form}; charset=shift_jis`],
      ...['shift_jis', 'gb18030', 'big5', 'utf-16'].map((charset) => `application/json; charset=${charset}`),
    );
    const bodies = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(JSON.stringify(text), 'latin1')),
      fc.webQueryParameters(),
    );
    fc.assert(fc.property(bodies, types, (body, type) => void JSON.parse(content(body, type))));
  });
});

suite('what can be looked into', () => {
  const isOpaque = (body: string | Buffer, contentType?: string) =>
    decodedWith([], Buffer.from(body), contentType).opaque === true;

  test('is JSON, a form and XML', () => {
    for (const body of ['{"a":1}', '\uFEFF[]', 'null', '"text"', Buffer.from('"\xe4"', 'latin1')])
      assert.equal(isOpaque(body), false, String(body));
    assert.equal(isOpaque('a=1', form), false);
    assert.equal(isOpaque('<a>1</a>'), false);
  });

  test('is no text, no bytes, and nothing that breaks off', () => {
    for (const body of ['', 'hello', '{"a":1', '<a>1</b>', 'a=1', '{"base64":"AA"', Buffer.from([0xff, 0])])
      assert.equal(isOpaque(body), true, String(body));
    assert.equal(isOpaque('<a', 'text/xml'), true);
  });

  test('has the same content as ever, beside its devices', () => {
    const devices = [{ id: '1', kind: 'imei' }];
    assert.deepEqual(decodedWith(devices, Buffer.from('{}'), ''), { devices, content: '{}' });
    assert.deepEqual(decodedWith(devices, Buffer.from('-'), ''), { devices, content: '"-"', opaque: true });
  });
});
