/** The path of a request target, as it stands on the wire. */
export function pathOf(target: string): string {
  const mark = target.indexOf('?');
  return mark === -1 ? target : target.slice(0, mark);
}

/** A query parameter without its percent-encoding; undefined when it is missing, there several times or not decodable. */
export function parameterOf(target: string, name: string): string | undefined {
  const values = parametersOf(target)
    .map((parameter) => parameter.split(/=(.*)/s, 2))
    .filter(([parameterName = '']) => decoded(parameterName) === name)
    .map(([, value = '']) => decoded(value));
  return values.length === 1 ? values[0] : undefined;
}

/** The query as it stands on the wire, but for the parameters of one name. */
export function queryWithout(target: string, name: string | undefined): string {
  return parametersOf(target)
    .filter((parameter) => decoded(parameter.split('=', 1)[0] ?? '') !== name)
    .join('&');
}

function parametersOf(target: string): string[] {
  return target.slice(pathOf(target).length + 1).split('&');
}

/** A plus sign stays one: senders repeat the registered URL letter by letter, and secrets in base64 have it. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
