import * as z from 'zod';
import { declareConfiguration } from './declaration.ts';

type Json = z.core.JSONSchema.BaseSchema;

/** The JSON Schema of relay.yaml for editors. They see `${VAR}` before it is filled in, so it may stand for any value. */
export function configurationSchema(): Json {
  const declaration = declareConfiguration(() => '');
  const schema = z.toJSONSchema(declaration, { io: 'input', override: ({ jsonSchema }) => allowVariable(jsonSchema) });
  return { title: 'relay.yaml', description: 'The configuration of the callback relay.', ...schema };
}

function allowVariable(schema: Json): void {
  const {
    type,
    pattern,
    enum: words,
    const: word,
    minimum,
    maximum,
    description,
    default: byDefault,
    ...rest
  } = schema;
  const isText = type !== 'integer' && type !== 'number' && type !== 'boolean';
  const restricted = !isText || pattern !== undefined || words !== undefined || word !== undefined;
  if (!restricted) return;
  for (const key of Object.keys(schema)) delete schema[key];
  const strict = defined({ type, pattern, enum: words, const: word, minimum, maximum, ...rest });
  Object.assign(schema, defined({ description, default: byDefault }), {
    anyOf: [strict, { type: 'string', pattern: '\\$\\{' }],
  });
}

function defined(entries: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}
