import type { XmlElement } from './xml.ts';

/**
 * An element as a text without what does not change its meaning: no prefixes, no white space between elements, attributes
 * and children in the order of their names. Children of one name keep their order, since they are a list.
 */
export function canonicalXml(element: XmlElement): string {
  let canonical = `<${element.name}`;
  for (const [name, value] of [...element.attributes].sort(byName)) canonical += ` ${name}${JSON.stringify(value)}`;
  canonical += '>';
  if (element.children.length === 0 || element.text.trim() !== '') canonical += JSON.stringify(element.text);
  const children = element.children.map((child) => [child.name, child] as const).sort(byName);
  for (const [, child] of children) canonical += canonicalXml(child);
  return `${canonical}</`;
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
