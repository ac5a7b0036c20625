import { SaxesParser } from 'saxes';
import { xmlText } from './xml-text.ts';

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string;
  /** By their names without prefixes. Declarations of namespaces are none. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** What stands directly in it, CDATA too, with its references replaced. */
  readonly text: string;
  /** Where its content stands in the text that was parsed, in UTF-16 units. */
  readonly content: { readonly start: number; readonly end: number };
}

/** The fault completes a sentence about the body, and quotes nothing of it. */
export type XmlReading = { readonly root: XmlElement } | { readonly fault: string };

/** Reads any body in linear time. A document type declaration is a fault, so that there are no entities to expand or fetch. */
export function readXml(body: Buffer, contentType: string | undefined): XmlReading {
  const text = xmlText(body, contentType);
  return text === undefined ? { fault: 'is in a charset that is not known' } : parseXml(text);
}

/** The text must not have lone surrogates: the parser takes what follows one for a part of it. */
export function parseXml(text: string): XmlReading {
  const parser = new SaxesParser({ xmlns: false, position: false } as const);
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  let fault = 'is not well-formed XML';
  let oddCharacters = 0;

  parser.on('opentag', ({ name, attributes }) => {
    if (open.length === maxDepth) stop(`nests elements deeper than ${maxDepth}`);
    const content = { start: parser.position, end: parser.position };
    const element: OpenElement = {
      name: localName(name),
      attributes: namedLocally(attributes),
      children: none,
      text: '',
      content,
    };
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else if (parent.children === none) parent.children = [element];
    else parent.children.push(element);
    open.push(element);
  });
  parser.on('closetag', ({ isSelfClosing }) => {
    const element = open.pop();
    if (element !== undefined && !isSelfClosing) element.content.end = text.lastIndexOf('<', parser.position - 1);
  });
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('doctype', () => stop('has a document type declaration'));
  parser.on('error', ({ message }) => {
    oddCharacters += 1;
    if (!oddities.has(message) || oddCharacters > maxOddCharacters)
      stop(`is not well-formed XML at character ${parser.position}`);
  });

  function addText(more: string): void {
    const element = open.at(-1);
    if (element !== undefined) element.text += more;
  }

  /** The parser has no other way to end before the text does. */
  function stop(why: string): never {
    fault = why;
    throw new Error(why);
  }

  try {
    parser.write(text).close();
  } catch {
    return { fault };
  }
  return root === undefined ? { fault } : { root };
}

/** Far more than any vendor nests. */
const maxDepth = 64;

/**
 * Characters that XML 1.0 does not have, plain or as a reference. .NET writes them all the same, and an SMS may hold any;
 * such a reference stays as it is written. The messages are the parser's.
 */
const oddities: ReadonlySet<string> = new Set(['disallowed character.', 'malformed character entity.']);

/** Each costs a stack trace. */
const maxOddCharacters = 1000;

interface OpenElement extends XmlElement {
  children: XmlElement[];
  text: string;
  readonly content: { readonly start: number; end: number };
}

/** One list for all that have no children, since there may be as many as a quarter of the bytes. Never pushed to. */
const none: XmlElement[] = [];
const noAttributes: ReadonlyMap<string, string> = new Map();

function namedLocally(attributes: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  let named: Map<string, string> | undefined;
  for (const name in attributes) {
    if (name === 'xmlns' || name.startsWith('xmlns:')) continue;
    named ??= new Map();
    const local = localName(name);
    // Two may have one name in different namespaces.
    named.set(named.has(local) ? name : local, attributes[name] ?? '');
  }
  return named ?? noAttributes;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** Whether it says that it holds nothing: `xsi:nil`. */
export function isNil({ attributes }: XmlElement): boolean {
  const nil = attributes.get('nil');
  return nil === 'true' || nil === '1';
}

/**
 * The element as a JSON text. Text is a text, nothing is null, children are members by their names and lists where a name
 * is repeated, attributes are members called `@name`, and text beside any of them is called `#text`.
 */
export function xmlContent(element: XmlElement): string {
  if (isNil(element)) return 'null';
  const members: string[] = [];
  for (const [name, value] of element.attributes)
    if (name !== 'nil') members.push(`${JSON.stringify(`@${name}`)}:${JSON.stringify(value)}`);
  if (members.length === 0 && element.children.length === 0)
    return element.text === '' ? 'null' : JSON.stringify(element.text);
  if (element.text.trim() !== '') members.push(`"#text":${JSON.stringify(element.text)}`);
  for (const [name, contents] of contentsByName(element.children))
    members.push(`${JSON.stringify(name)}:${contents.length === 1 ? contents[0] : `[${contents.join()}]`}`);
  return `{${members.join()}}`;
}

function contentsByName(children: readonly XmlElement[]): ReadonlyMap<string, string[]> {
  const byName = new Map<string, string[]>();
  for (const child of children) {
    const contents = byName.get(child.name);
    if (contents === undefined) byName.set(child.name, [xmlContent(child)]);
    else contents.push(xmlContent(child));
  }
  return byName;
}
