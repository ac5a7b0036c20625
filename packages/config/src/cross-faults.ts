import type { Surroundings } from './declaration.ts';
import { entryFaults } from './entry-faults.ts';
import { type Fault, formatPath, type Path } from './mistake.ts';
import { isName, nameRule } from './name.ts';
import { type Sketch, sketch } from './sketch.ts';
import { sourceFaults } from './source-faults.ts';
import { subscriberFaults } from './subscriber-faults.ts';
import { expandTemplate, templateFaults } from './template.ts';

/**
 * What is wrong between keys: the same name or port twice, an endpoint that is not there, a template with a hole in it, another
 * vendor's key, settings that contradict each other.
 */
export function crossFaults(values: unknown, surroundings: Surroundings): readonly Fault[] {
  const sketched = sketch(values, surroundings);
  return [
    ...endpointFaults(sketched.endpoints),
    ...sourceFaults(values),
    ...nameFaults(sketched.subscribers),
    ...subscriberFaults(values),
    ...entryFaults(sketched),
    ...addressFaults(sketched.addresses),
  ];
}

function endpointFaults(endpoints: Sketch['endpoints']): readonly Fault[] {
  const names = createTaken();
  const paths = createTaken();
  return endpoints.flatMap(({ at, template }) => {
    if (template === undefined) return [];
    const holes = templateFaults(template);
    if (holes.length > 0) return holes.map(({ key, message }) => ({ path: [...at, key], message }));
    const expansions = expandTemplate(template);
    const nameFault = first(expansions, ({ name }) =>
      isName(name) ? names.take(name, at) : filled(name, template.name) + nameRule,
    );
    // The default path is as unique and as sound as the name, which has been complained of already.
    const pathFault = first(expansions, ({ path }) => {
      const taken = paths.take(path, at);
      if (nameFault !== undefined && template.path === undefined) return undefined;
      return isPath(path) ? taken : filled(path, template.path) + pathRule;
    });
    return [
      ...(nameFault === undefined ? [] : [{ path: [...at, 'name'], message: nameFault }]),
      ...(pathFault === undefined ? [] : [{ path: [...at, 'path'], message: pathFault }]),
    ];
  });
}

const pathRule =
  'must begin with / and be written as a URL has it, without query, dots for folders or special characters';

function isPath(path: string): boolean {
  return (
    /^\/[^{}]*$/.test(path) && URL.canParse(`http://host${path}`) && new URL(`http://host${path}`).pathname === path
  );
}

/** Says what a template came to, when that is not what is written. */
function filled(text: string, written: string | undefined): string {
  return text === written ? '' : `becomes ${JSON.stringify(text)}, which `;
}

function nameFaults(subscribers: Sketch['subscribers']): readonly Fault[] {
  const names = createTaken();
  return subscribers.flatMap(({ at, name }) => {
    const message = name === undefined ? undefined : names.take(name, at);
    return message === undefined ? [] : [{ path: [...at, 'name'], message }];
  });
}

const everyAddress = ['0.0.0.0', '::'];

function addressFaults(addresses: Sketch['addresses']): readonly Fault[] {
  return addresses.flatMap(({ at, host, port }, index) => {
    const earlier = addresses
      .slice(0, index)
      .find(
        (other) =>
          port !== 0 &&
          other.port === port &&
          (other.host === host || everyAddress.includes(host) || everyAddress.includes(other.host)),
      );
    return earlier === undefined
      ? []
      : [{ path: [...at, 'port'], message: `${formatPath(earlier.at)} listens on port ${port} already` }];
  });
}

function createTaken() {
  const takenBy = new Map<string, Path>();
  return {
    /** Takes a text, or says who has it. */
    take(text: string, at: Path): string | undefined {
      const owner = takenBy.get(text);
      takenBy.set(text, owner ?? at);
      if (owner === undefined) return undefined;
      return owner === at
        ? `stands for ${JSON.stringify(text)} twice; a list must not repeat a value`
        : `${formatPath(owner)} has ${JSON.stringify(text)} already`;
    },
  };
}

function first<T>(items: readonly T[], faultOf: (item: T) => string | undefined): string | undefined {
  // Every item is asked, so that all of them count as taken.
  return items.map(faultOf).find((fault) => fault !== undefined);
}
