/** An element of XML that needs no escaping in its name. Children are XML already. */
export function element(name: string, ...children: readonly string[]): string {
  return `<${name}>${children.join('')}</${name}>`;
}

/** An element that holds text. */
export function textElement(name: string, text: string): string {
  return element(name, escaped(text));
}

/** How a child that has no value is written, since it may not be left out. */
export function nil(name: string): string {
  return `<${name} xsi:nil="true"/>`;
}

/** A SOAP 1.1 envelope around one element, with the namespaces where the vendor's published samples have them. */
export function envelope(root: string, ...children: readonly string[]): string {
  const body = `<${root} xmlns="http://nphase.com/unifiedwebservice/v2">${children.join('')}</${root}>`;
  return `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">${body}</s:Body></s:Envelope>`;
}

/** With this text in the first element of that name, under any prefix; undefined when there is no such element. */
export function withElementText(xml: string, name: string, text: string): string | undefined {
  const found = new RegExp(`<(?<tag>(?:[\\w.-]+:)?${name})(?:\\s[^>]*)?(?:/>|>[^<]*</\\k<tag>\\s*>)`);
  return found.test(xml) ? xml.replace(found, (_, tag: string) => textElement(tag, text)) : undefined;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
